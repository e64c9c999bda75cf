"""Facts about telling captchas and consent walls from pages."""

import pytest

from marsad.fetching.walls import MAX_BYTES, Wall, wall_at, wall_in
from support.wall_pages import CAPTCHAS, CONSENTS, PAGES, challenge, consent, html

URL = "https://ajil.example/1"
HTML = {"content-type": "text/html; charset=utf-8"}


def asks(page: str, *, charset: str = "utf-8") -> str | None:
    """Return what a page asks for, if it is a wall."""
    wall = wall_in(URL, {"content-type": f"text/html; charset={charset}"}, page.encode(charset))
    return wall.asks if wall else None


@pytest.mark.parametrize("name", CAPTCHAS)
def test_a_captcha_is_known_by_its_shape(name: str) -> None:
    """By what only its maker's challenge carries, or by its title and words in five languages."""
    assert asks(CAPTCHAS[name]) == "captcha"


@pytest.mark.parametrize("name", CONSENTS)
def test_a_consent_wall_is_known_by_its_shape(name: str) -> None:
    """It speaks of nothing else, and wants a click."""
    assert asks(CONSENTS[name]) == "consent"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_no_wall(name: str) -> None:
    """Whatever banner lies over it, and whatever guards its comments."""
    assert asks(PAGES[name]) is None


@pytest.mark.parametrize("name", CONSENTS)
@pytest.mark.parametrize("story", ["a short article under an Arabic banner", "breaking news under a banner"])
def test_a_story_below_makes_every_consent_text_a_banner(name: str, story: str) -> None:
    """The same words, with an article's own title and one paragraph of something else, stop nobody."""
    wall, page = CONSENTS[name], PAGES[story]
    banner = wall[wall.index("<body>") + 6 :].replace("h1", "h2")
    title = page[page.index("<title>") : page.index("</title>")]
    told = page[page.rindex("<h1>") :]
    assert asks(f"{title or '<title>'}</title><div>{banner}</div>{told}") is None


@pytest.mark.parametrize(("charset", "name"), [("windows-1256", "Arabic"), ("windows-1251", "Russian")])
def test_walls_in_old_character_sets_are_known(charset: str, name: str) -> None:
    """As declared by the answer."""
    assert asks(CONSENTS[name], charset=charset) == "consent"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://consent.google.com/ml?continue=https://news.google.com/", "consent"),
        ("https://consent.google.com.eg/m", "consent"),
        ("https://consent.youtube.com/m", "consent"),
        ("https://consent.yahoo.com/v2/collectConsent?sessionId=1", "consent"),
        ("https://guce.yahoo.com/consent", "consent"),
        ("https://guce.advertising.aol.com/", "consent"),
        ("https://myprivacy.dpgmedia.nl/consent", "consent"),
        ("https://www.google.com/sorry/index?continue=x", "captcha"),
        ("https://geo.captcha-delivery.com/captcha/", "captcha"),
        ("https://validate.perfdrive.com/?ssa=1", "captcha"),
        ("https://www.google.com/search?q=x", None),
        ("https://consent.google.com.evil.example/", None),
        ("https://news.example/consent.google.com/", None),
        ("https://consent.example.com/", None),
        ("https://www.yahoo.com/news/1", None),
    ],
)
def test_walls_with_an_address_of_their_own_are_known_by_it(url: str, wanted: str | None) -> None:
    """Before they are even asked."""
    wall = wall_at(url)
    assert (wall.asks if wall else None) == wanted


@pytest.mark.parametrize(
    ("field", "value", "whose"),
    [("cf-mitigated", "challenge", "Cloudflare"), ("x-amzn-waf-action", "CAPTCHA", "AWS WAF")],
)
def test_an_answer_may_say_itself_that_it_is_a_challenge(field: str, value: str, whose: str) -> None:
    """Then its body does not matter."""
    assert wall_in(URL, {field: value}, b"") == Wall("captcha", whose)
    assert wall_in(URL, {field: "no"}, b"") is None


def test_only_pages_of_html_that_are_small_are_looked_at() -> None:
    """A feed may quote a wall; a wall is never large."""
    wall = CAPTCHAS["Cloudflare"].encode()
    assert wall_in(URL, HTML, wall) is not None
    assert wall_in(URL, {"content-type": "application/rss+xml"}, wall) is None
    assert wall_in(URL, HTML, wall + b" " * MAX_BYTES) is None


def test_a_reason_says_which_kind_of_wall() -> None:
    """In the ledger's short form."""
    assert Wall("captcha", "DataDome").reason == "captcha_wall"
    assert Wall("consent", "its text").reason == "consent_wall"


def test_what_is_in_scripts_and_comments_is_not_read() -> None:
    """A page's own dictionary of phrases makes it no wall."""
    hidden = "<script>t = 'Before you continue, accept cookies'</script><!-- Just a moment, robot -->"
    assert asks(html(f"{hidden}<button>x</button><p>Bread costs more.</p>", title="Bread")) is None
    assert asks(challenge("_cf_chl_opt")) == "captcha"
    assert asks(consent("Bread", "Bread costs more.", "Accept")) is None
