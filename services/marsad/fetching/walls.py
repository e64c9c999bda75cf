"""Pages that stand before the one that was asked for: captchas and consent walls, recognised by their shape.

Known by where they live (consent.google.*), by what their answer says (cf-mitigated), by what only a challenge carries
(`_cf_chl_opt`), and for walls of no known maker by being short, speaking of nothing else in title and text, and asking
for a click. A page that calls itself an article, and one that has more to say than its banner, is none. Extraction
looks once more at what passes (its reason is `wall`): here only what is certain is stopped.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import yaml

from marsad.fetching.markup import Tag, characters, is_html, pieces
from marsad.text.normalise import normalise

__all__ = ["Wall", "wall_at", "wall_in"]

MAX_BYTES = 300_000  # of a page that may be a wall
MAX_LINKS = 60
CHALLENGE = 1_200  # characters to be read on a vendor's challenge
CAPTCHA = 600  # on another captcha's page
BARE = 120  # beside a captcha's widget that explains nothing
CONSENT = 2_500  # on a consent wall, which lawyers write
MAX_BLOCKS = 120  # of text
TOO_LONG = 2 * CONSENT  # before white space is folded
OTHER = 80  # characters of a line beside them that speaks of something else: a site's motto, a language
NAME = 3  # words of a title that may be a site's name; a longer one is a headline

_PLACES = (
    (re.compile(r"consent\.(?:google|youtube|yahoo|aol|engadget|techcrunch)\.[a-z.]{2,10}"), "", "consent"),
    (re.compile(r"guce\.(?:[a-z]+\.)?[a-z]+\.(?:com|net)"), "", "consent"),
    (re.compile(r"myprivacy\.[a-z]+\.[a-z]+"), "", "consent"),
    (re.compile(r"(?:www|ipv[46])\.google\.[a-z.]{2,10}"), "/sorry", "captcha"),
    (re.compile(r"(?:geo|ct)\.captcha-delivery\.com"), "", "captcha"),
    (re.compile(r"validate\.perfdrive\.com"), "", "captcha"),
)
_FIELDS = (
    ("cf-mitigated", frozenset({"challenge"}), "Cloudflare"),
    ("x-amzn-waf-action", frozenset({"challenge", "captcha"}), "AWS WAF"),
)
_CHALLENGES = (
    (re.compile(r"_cf_chl_opt|cf-browser-verification|cf-challenge-running"), "Cloudflare"),
    (re.compile(r"captcha-delivery\.com"), "DataDome"),
    (re.compile(r"px-captcha"), "PerimeterX"),
    (re.compile(r"sec-if-cpt-container|sec-cpt-if|[?&]bm-verify=|/_sec/cp_challenge/"), "Akamai"),
    (re.compile(r"Incapsula incident ID"), "Imperva"),
    (re.compile(r"awsWafCookieDomainList|window\.gokuProps"), "AWS WAF"),
    (re.compile(r"sucuri_cloudproxy_js"), "Sucuri"),
    (re.compile(r"/\.well-known/ddos-guard/js-challenge"), "DDoS-Guard"),
    (re.compile(r"__arcsjs"), "ArvanCloud"),
)
_WIDGET = re.compile(
    r"""\b(?:h-captcha|g-recaptcha|cf-turnstile|smart-captcha)\b|hcaptcha\.com/1/api\.js|/recaptcha/api"""
)
_ARTICLE = re.compile(
    r"""["']@type["']\s{0,5}:\s{0,5}\[?\s{0,5}["']\w{0,40}(?:Article|Posting)["']|<article[\s>]"""
    r"""|og:type["']?\s{1,5}content=["']?article|itemtype=["']?https?://schema\.org/\w{0,40}Article""",
    re.IGNORECASE,
)
_APART = re.compile(r"[^\w'’-]+")  # what stands between words
_UNSEEN = frozenset({"script", "style", "template", "svg", "textarea", "iframe", "xmp", "select"})
_TITLES = frozenset({"title", "h1"})
_CLICKED = frozenset({"button", "form", "input"})
_INLINE = frozenset({"a", "b", "strong", "i", "em", "span", "font", "small", "u", "br", "wbr", "label"})


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall: what it asks for, and whose it is."""

    asks: Literal["captcha", "consent"]
    whose: str

    @property
    def reason(self) -> str:
        """The ledger's code."""
        return f"{self.asks}_wall"


@dataclass(frozen=True, slots=True)
class _Phrases:
    captcha_titles: tuple[str, ...]
    captcha_words: tuple[str, ...]
    consent_titles: tuple[str, ...]
    consent_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a reader sees: blocks of text, the title and first heading among them, and whether something is clicked."""

    blocks: tuple[str, ...]
    titles: tuple[str, ...]
    clicked: bool

    @property
    def length(self) -> int:
        return sum(map(len, self.blocks))


def wall_at(url: str) -> Wall | None:
    """Return the wall that lives at an address, so that it need not even be asked."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    for place, path, asks in _PLACES:
        if place.fullmatch(host) and parts.path.startswith(path):
            return Wall("consent" if asks == "consent" else "captcha", host)
    return None


def wall_in(url: str, fields: Mapping[str, str], body: bytes) -> Wall | None:
    """Return the wall that an answer is, or None for one that may be what was asked for.

    Args:
        url: that answered.
        fields: of the answer, by name in small letters.
        body: decoded as far as it was read.
    """
    if wall := wall_at(url):
        return wall
    for name, values, whose in _FIELDS:
        if fields.get(name, "").strip().lower() in values:
            return Wall("captcha", whose)
    content_type = fields.get("content-type")
    if not is_html(content_type) or len(body) > MAX_BYTES or body.count(b"<a ") > MAX_LINKS:
        return None
    markup = characters(body, content_type)
    if _ARTICLE.search(markup):
        return None
    shown = _shown(markup)
    if shown is None or shown.length > CONSENT:
        return None
    return _challenge(markup, shown) or _captcha(markup, shown) or _consent(shown)


def _challenge(markup: str, shown: _Shown) -> Wall | None:
    if shown.length > CHALLENGE:
        return None
    return next((Wall("captcha", whose) for mark, whose in _CHALLENGES if mark.search(markup)), None)


def _captcha(markup: str, shown: _Shown) -> Wall | None:
    if shown.length > CAPTCHA:
        return None
    phrases = _phrases()
    titled, guarded = _begins(shown.titles, phrases.captcha_titles), _WIDGET.search(markup) is not None
    if not titled and not guarded:
        return None
    spoken = any(_names(block, phrases.captcha_words) for block in shown.blocks if block not in shown.titles)
    if titled and spoken:
        return Wall("captcha", "its title")
    return Wall("captcha", "its widget") if guarded and (spoken or shown.length <= BARE) else None


def _consent(shown: _Shown) -> Wall | None:
    """Judge by the title, or by a text that speaks of nothing else; an article beside a banner is something else."""
    phrases = _phrases()
    spoken = [block for block in shown.blocks if _names(block, phrases.consent_words)]
    if not shown.clicked or not spoken:
        return None
    titled = _begins(shown.titles, phrases.consent_titles)
    told = _begins(shown.blocks, phrases.consent_titles) and all(len(title.split()) <= NAME for title in shown.titles)
    other = max((len(block) for block in shown.blocks if block not in spoken), default=0)
    return Wall("consent", "its text") if titled or (told and other <= OTHER) else None


def _begins(texts: Iterable[str], phrases: tuple[str, ...]) -> bool:
    """Whether a text begins with a phrase as whole words."""
    padded = tuple(f"{phrase} " for phrase in phrases)
    return any(f"{text} ".startswith(padded) for text in texts)


def _names(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _shown(markup: str) -> _Shown | None:
    """Return what is shown, or None where that is more than any wall says: most pages end here."""
    blocks: list[list[str]] = [[]]
    titles: list[list[str]] = []
    length = 0
    clicked = False
    within: str | None = None  # of what is not seen
    for piece in pieces(markup):
        if not isinstance(piece, Tag):
            if within is None:
                blocks[-1].append(piece)
                length += len(piece.strip())
                if length > TOO_LONG:
                    return None
            continue
        if within:
            within = None if piece.closes and piece.name == within else within
            continue
        if piece.name in _UNSEEN:
            within = None if piece.closes else piece.name
        if piece.name not in _INLINE and (blocks[-1] or piece.name in _TITLES):
            if len(blocks) > MAX_BLOCKS:
                return None
            blocks.append([])
            if piece.name in _TITLES and not piece.closes:
                titles.append(blocks[-1])
        clicked = clicked or piece.name in _CLICKED
    return _Shown(_texts(blocks), _texts(titles), clicked)


def _texts(blocks: Iterable[list[str]]) -> tuple[str, ...]:
    return tuple(text for block in blocks if (text := _spelled("".join(block))))


def _spelled(text: str) -> str:
    return "" if not text or text.isspace() else _APART.sub(" ", normalise(text, "ar")).strip()


@cache
def _phrases() -> _Phrases:
    content: dict[str, dict[str, list[str]]] = yaml.safe_load(
        Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    )
    return _Phrases(
        **{kind: tuple(_spelled(phrase) for group in by.values() for phrase in group) for kind, by in content.items()}
    )
