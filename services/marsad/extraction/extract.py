"""The article in a page: one pure function from bytes to an `Extraction`, in the order in which its parts are found."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from marsad.extraction import authors, body, credit, gate, headline, lead, lines, moments, page, structured
from marsad.extraction.addresses import absolute, parts
from marsad.extraction.result import Extraction, not_article
from marsad.extraction.strings import plain
from marsad.extraction.structured import Structured
from marsad.outlets import Outlet, Outlets

__all__ = ["extract", "warm_up"]

MAX_TAGS = 30
MAX_TAG = 100  # characters

_LANGUAGE = re.compile(r"^([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|\d{3}))?$")
_TAG_END = re.compile(r"\s*[,،;|]\s*")


def extract(
    html: bytes,
    url: str,
    *,
    content_type: str | None = None,
    fetched_at: datetime | None = None,
    outlets: Outlets | None = None,
) -> Extraction:
    """Return the article that the page holds, or why it is none.

    Pure: the same arguments give the same result; nothing is fetched and no clock is read.

    Args:
        html: the response's body, decompressed.
        url: the page's final URL.
        content_type: the response's header, with its charset.
        fetched_at: aware; dates after it are not believed.
        outlets: whose rules are used where the URL belongs to one.

    Raises:
        OutletError: a selector of the outlet's file is not understood.
    """
    if reason := gate.before_parsing(html, content_type):
        return not_article(reason)
    tree = page.parse(page.decode(html, content_type))
    if tree is None:
        return not_article("empty")
    return _article(tree, url, outlets.for_url(url) if outlets else None, fetched_at)


def _article(tree: HtmlElement, url: str, outlet: Outlet | None, fetched_at: datetime | None) -> Extraction:
    said = structured.read(tree)
    names = _names(said, outlet, url)
    title, heading = headline.find(tree, said, names, outlet.title_suffixes if outlet else ())
    page.prune(tree)
    if reason := gate.before_reading(tree, title):
        return not_article(reason)
    # Everything around the text is read before the lead is taken out of the page.
    strangers = [*names, said.first("section") or ""]
    writers = authors.find(tree, heading, said, strangers)
    zone = ZoneInfo(outlet.time_zone) if outlet else None
    published = moments.published(tree, heading, said, url, zone, fetched_at)
    standfirst = lead.take(tree, title, heading, outlet)
    signed, raw = authors.take_bylines(_lines(tree, said, outlet), strangers)
    credited = credit.take(raw, outlet, names)
    text = lines.clean(credited.lines, _known(tree, said, outlet, title, names, standfirst))
    if reason := gate.after_reading(tree, text, standfirst, said, url):
        return not_article(reason)
    return Extraction(
        state="article",
        text="\n".join(text),
        title=title,
        lead=standfirst,
        authors=writers or signed,
        published=published.when if published else None,
        published_precision=published.precision if published else None,
        modified=moments.modified(said, published, zone, fetched_at),
        outlet=outlet.id if outlet else None,
        credit=credited.source,
        **_about(tree, said, url),
    )


def _about(tree: HtmlElement, said: Structured, url: str) -> dict[str, Any]:
    """Return the fields that the page's head alone decides."""
    return {
        "language": _language(tree, said),
        "site_name": next((name for name in said.values("site_name") if not _is_address(name)), None),
        "canonical_url": _canonical(tree, said, url),
        "image": absolute(said.first("image"), url),
        "section": said.first("section"),
        "tags": _tags(said),
    }


def warm_up() -> None:
    """Do once what the first page would otherwise wait for: imports, phrases, patterns."""
    paragraph = "<p>يوم الاثنين 12 يناير 2026 افتتحت المدينة جسرا جديدا فوق النهر بعد أشهر من العمل، بحسب البلدية.</p>"
    sample = (
        f"<html><body><article><h1>افتتاح جسر</h1><time>12 يناير 2026</time>{paragraph * 5}</article></body></html>"
    )
    extract(sample.encode(), "https://example.org/warm-up")


def _names(said: Structured, outlet: Outlet | None, url: str) -> tuple[str, ...]:
    """Return what the outlet calls itself."""
    host = (parts(url).hostname or "").removeprefix("www.")
    own = (outlet.name.ar, outlet.name.en) if outlet else ()
    return tuple(dict.fromkeys(filter(None, (*own, *said.values("site_name"), host))))


def _is_address(name: str) -> bool:
    return "//" in name or name.startswith("@")


def _lines(tree: HtmlElement, said: Structured, outlet: Outlet | None) -> list[str]:
    found = lines.tidy(body.text_of(tree, body.locate(tree, outlet.body_selectors if outlet else ())))
    written = next(structured.strings(said.article.get("articleBody")), "")
    if len(written) > body.MIN_KEPT * 4 * sum(map(len, found)):  # the page is built by a script that we do not run
        return [line for raw in re.split(r"[\r\n]+|<br\s*/?>|</p>", written) if (line := plain(raw))]
    return found


def _known(
    tree: HtmlElement,
    said: Structured,
    outlet: Outlet | None,
    title: str,
    names: tuple[str, ...],
    standfirst: str | None,
) -> lines.Known:
    captions = (image.get("alt") or "" for image in tree.iter("img"))
    return lines.Known(
        title=title,
        names=names,
        labels=(*(outlet.section_labels if outlet else ()), said.first("section") or ""),
        boilerplate=outlet.boilerplate if outlet else (),
        lead=standfirst or "",
        captions=tuple(captions),
    )


def _language(tree: HtmlElement, said: Structured) -> str | None:
    """Return the declared language as BCP 47 writes it (`ar`, `fr-MA`, `zh-Hans`)."""
    declared = (tree.get("lang"), tree.get("xml:lang"), *said.values("language"))
    for value in filter(None, declared):
        if match := _LANGUAGE.match(value.strip()):
            code, script, region = match.groups()
            return "-".join(filter(None, (code.lower(), script and script.title(), region and region.upper())))
    return None


def _canonical(tree: HtmlElement, said: Structured, url: str) -> str | None:
    links = (link.get("href") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split())
    for value in filter(None, (*links, *said.values("canonical"))):
        if address := absolute(value, url):
            return address
    return None


def _tags(said: Structured) -> tuple[str, ...]:
    tags = (tag for value in said.values("tags") for tag in _TAG_END.split(value))
    return tuple(dict.fromkeys(tag for tag in tags if 0 < len(tag) <= MAX_TAG))[:MAX_TAGS]
