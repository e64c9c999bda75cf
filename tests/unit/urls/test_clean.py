"""The canonical spelling of URLs."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from marsad.urls import MAX_LENGTH, authority_of, clean
from marsad.urls.trackers import is_tracker

AKHBAR = "%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"  # أخبار

SPELLINGS = [
    # scheme, host and port
    ("HTTP://News.Example.ORG/A", "http://news.example.org/A", "case counts in the path alone"),
    ("https://news.example.org", "https://news.example.org/", "an empty path is /"),
    ("https://news.example.org?a=1", "https://news.example.org/?a=1", "an empty path is /, before a query too"),
    ("https://news.example.org./a", "https://news.example.org/a", "the root's dot changes nothing"),
    ("http://news.example.org:80/a", "http://news.example.org/a", "the scheme's own port"),
    ("https://news.example.org:443/a", "https://news.example.org/a", "the scheme's own port"),
    ("http://news.example.org:443/a", "http://news.example.org:443/a", "another scheme's port is a port"),
    ("https://news.example.org:8443/a", "https://news.example.org:8443/a", "an odd port stays"),
    ("https://news.example.org:08443/a", "https://news.example.org:8443/a", "a port is a number"),
    ("https://news.example.org:/a", "https://news.example.org/a", "an empty port is none"),
    ("https://www.example.org/a", "https://www.example.org/a", "some sites answer under www alone"),
    ("http://localhost:8000/a", "http://localhost:8000/a", "the address guard's matter, not ours"),
    ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a", "the address guard's matter, not ours"),
    ("http://[0:0::1]:80/a", "http://[::1]/a", "one spelling of IPv6"),
    ("http://[2001:DB8::A]/a", "http://[2001:db8::a]/a", "one spelling of IPv6"),
    ("https://a_b.example.org/", "https://a_b.example.org/", "real hosts have underscores"),
    # international names
    ("https://موقع.مصر/", "https://xn--4gbrim.xn--wgbh1c/", "U-labels become A-labels"),
    ("https://XN--4GBRIM.xn--wgbh1c/", "https://xn--4gbrim.xn--wgbh1c/", "A-labels in small letters"),
    ("https://www.موقع.مصر/a", "https://www.xn--4gbrim.xn--wgbh1c/a", "label by label"),
    ("https://Bücher.example.org/", "https://xn--bcher-kva.example.org/", "UTS 46 folds case"),
    ("https://news。example。org/", "https://news.example.org/", "UTS 46 maps the ideographic dot"),
    ("http://１２７.0.0.1/", "http://127.0.0.1/", "full-width digits are digits: no way past the guard"),
    # what copying drags along, what browsers forgive
    ("  https://news.example.org/a \n", "https://news.example.org/a", "white space around"),
    ("\u200fhttps://news.example.org/a\u200f\ufeff", "https://news.example.org/a", "direction marks around"),
    ("https://news.example.org/a\r\n/b", "https://news.example.org/a/b", "browsers drop line breaks inside"),
    ("https:\\\\news.example.org\\a\\b", "https://news.example.org/a/b", "browsers take a backslash for a slash"),
    ("https://news.example.org/a b", "https://news.example.org/a%20b", "a space inside is escaped, not dropped"),
    # fragments
    ("https://news.example.org/a#comments", "https://news.example.org/a", "a fragment is no page"),
    ("https://news.example.org/a#?b=1", "https://news.example.org/a", "a fragment is no page"),
    ("https://news.example.org/a?b=1#c?d", "https://news.example.org/a?b=1", "a fragment is no page"),
    ("https://news.example.org#top", "https://news.example.org/", "a fragment is no page"),
    # percent-encoding
    ("https://news.example.org/أخبار", f"https://news.example.org/{AKHBAR}", "raw Arabic is escaped"),
    (f"https://news.example.org/{AKHBAR.lower()}", f"https://news.example.org/{AKHBAR}", "escapes in capitals"),
    (f"https://news.example.org/{AKHBAR}", f"https://news.example.org/{AKHBAR}", "the canonical spelling stays"),
    ("https://news.example.org/%d8%a3خبار", f"https://news.example.org/{AKHBAR}", "half raw, half escaped"),
    (
        "https://news.example.org/%c7%e1%CE%c8%d1",
        "https://news.example.org/%c7%e1%CE%c8%d1",
        "windows-1256 stays as it came, case included",
    ),
    ("https://news.example.org/%E1%c7أ", "https://news.example.org/%E1%c7%D8%A3", "windows-1256 beside UTF-8"),
    ("https://news.example.org/%61%2D%7e%5f", "https://news.example.org/a-~_", "unreserved characters need no escape"),
    ("https://news.example.org/a%2fb", "https://news.example.org/a%2Fb", "an escaped slash is no slash"),
    ("https://news.example.org/100%", "https://news.example.org/100%25", "a lone percent sign is itself"),
    ("https://news.example.org/%zz%4", "https://news.example.org/%25zz%254", "no escapes"),
    (
        "https://news.example.org/a;b=c,d!e'f(g)*h@i:j$k&l+m=n",
        "https://news.example.org/a;b=c,d!e'f(g)*h@i:j$k&l+m=n",
        "reserved characters stay plain",
    ),
    ('https://news.example.org/a"<>[]|', "https://news.example.org/a%22%3C%3E%5B%5D%7C", "what no path may hold"),
    (
        "https://news.example.org/?q=عاجل",
        "https://news.example.org/?q=%D8%B9%D8%A7%D8%AC%D9%84",
        "in queries as in paths",
    ),
    ("https://news.example.org/?q=a+b%20c", "https://news.example.org/?q=a+b%20c", "plus and %20 differ to a server"),
    ("https://news.example.org/?q=%26%3d", "https://news.example.org/?q=%26%3D", "escaped separators separate nothing"),
    # dot segments and session numbers
    ("https://news.example.org/a/./b/../c", "https://news.example.org/a/c", "dot segments and session numbers go"),
    ("https://news.example.org/../../a", "https://news.example.org/a", "dot segments and session numbers go"),
    ("https://news.example.org/a/%2E%2e/b", "https://news.example.org/b", "dot segments and session numbers go"),
    ("https://news.example.org/a/..", "https://news.example.org/", "dot segments and session numbers go"),
    (
        "https://news.example.org/a//b/",
        "https://news.example.org/a//b/",
        "an empty segment may count, a final slash too",
    ),
    (
        "https://news.example.org/a;jsessionid=1F/b",
        "https://news.example.org/a/b",
        "dot segments and session numbers go",
    ),
    (
        "https://news.example.org/a/.;JSESSIONID=1/b",
        "https://news.example.org/a/b",
        "dot segments and session numbers go",
    ),
    # parameters
    ("https://news.example.org/a?", "https://news.example.org/a", "an empty query is none"),
    ("https://news.example.org/a?id=1&utm_source=x&UTM_Medium=y", "https://news.example.org/a?id=1", "trackers go"),
    ("https://news.example.org/a?fbclid=1", "https://news.example.org/a", "trackers go"),
    ("https://news.example.org/a?gclid=1&yclid=2&msclkid=3&id=9", "https://news.example.org/a?id=9", "trackers go"),
    ("https://news.example.org/a?utm%5Fsource=x", "https://news.example.org/a", "a tracker's escaped name"),
    (
        "https://news.example.org/a?id=1&amp;utm_source=x&amp;amp;b=2",
        "https://news.example.org/a?b=2&id=1",
        "escaped once too often",
    ),
    (
        "https://news.example.org/a?b=2&a=1&b=1",
        "https://news.example.org/a?a=1&b=2&b=1",
        "sorted by name, values of one name in order",
    ),
    ("https://news.example.org/a?a=1&&b", "https://news.example.org/a?a=1&b", "a name without value stays"),
    (
        "https://news.example.org/a?u=http://x.example.org/?b",
        "https://news.example.org/a?u=http://x.example.org/?b",
        "a link inside is a value",
    ),
    ("https://news.example.org/a?PHPSESSID=1&page=2", "https://news.example.org/a?page=2", "a session number"),
    # parameters that name an article on some sites
    (
        "https://news.example.org/?cid=12&uid=3&ref=4",
        "https://news.example.org/?cid=12&ref=4&uid=3",
        "may number an article",
    ),
    ("https://news.example.org/?source=5&m=6", "https://news.example.org/?m=6&source=5", "may number an article"),
    # AMP and mobile twins
    ("https://m.example.org/a", "https://example.org/a", "a twin shows the page"),
    ("https://mobile.example.org/a", "https://example.org/a", "a twin shows the page"),
    ("https://amp.example.org/a", "https://example.org/a", "a twin shows the page"),
    ("https://ar.m.example.org/a", "https://ar.example.org/a", "a twin shows the page"),
    ("https://m.example.org.eg/a", "https://example.org.eg/a", "a twin shows the page"),
    ("https://m.org.eg/a", "https://m.org.eg/a", "the registered name itself is no twin"),
    ("https://m.localhost/a", "https://m.localhost/a", "no known top-level domain: no twin"),
    ("https://news.example.org/1/amp", "https://news.example.org/1", "a twin shows the page"),
    ("https://news.example.org/1/amp/", "https://news.example.org/1/", "a twin shows the page"),
    ("https://news.example.org/amp/1", "https://news.example.org/1", "a twin shows the page"),
    ("https://news.example.org/1.amp", "https://news.example.org/1", "a twin shows the page"),
    ("https://news.example.org/1.amp.html", "https://news.example.org/1.html", "a twin shows the page"),
    ("https://news.example.org/1/amp.amp", "https://news.example.org/1", "a twin shows the page"),
    ("https://news.example.org/1?amp=1", "https://news.example.org/1", "a twin shows the page"),
    ("https://news.example.org/1?amp", "https://news.example.org/1", "a twin shows the page"),
    ("https://news.example.org/1?outputType=amp", "https://news.example.org/1", "a twin shows the page"),
    ("https://news.example.org/1?amp=0", "https://news.example.org/1?amp=0", "asks for the page itself"),
    ("https://news.example.org/amp", "https://news.example.org/amp", "a page of that name"),
    ("https://news.example.org/amp/", "https://news.example.org/amp/", "a page of that name"),
    (
        "https://news.example.org/amp/s/x.example.org/1",
        "https://news.example.org/amp/s/x.example.org/1",
        "a search engine's viewer",
    ),
    ("https://news.example.org/swamp", "https://news.example.org/swamp", "part of a word"),
    ("https://news.example.org/..amp", "https://news.example.org/..amp", "would leave dots"),
    # old windows-1256 sites
    (
        "https://news.example.org/?q=%c7%e1%CE&utm_source=x",
        "https://news.example.org/?q=%c7%e1%CE",
        "bytes that are not UTF-8 stay, trackers beside them go",
    ),
    ("https://news.example.org/?%c7=1&%41=2", "https://news.example.org/?%c7=1&A=2", "in names as in values"),
    ("https://news.example.org/?12345", "https://news.example.org/?12345", "a bare number is the article"),
    ("https://news.example.org/?id=", "https://news.example.org/?id=", "an empty value is a value"),
]


@pytest.mark.parametrize(("url", "canonical", "why"), SPELLINGS)
def test_url_has_one_spelling(url: str, canonical: str, why: str) -> None:
    """Each variant becomes the canonical spelling, which stays as it is."""
    assert clean(url) == canonical, why
    assert clean(canonical) == canonical, why


def test_backslash_cannot_hide_the_host() -> None:
    """A backslash ends the host as it does in browsers, so that no other parser sees another host."""
    assert clean("https://news.example.org\\@x.example.org/") == "https://news.example.org/@x.example.org/"


def test_message_keeps_the_password() -> None:
    """The refusal of a URL with credentials repeats none of them."""
    with pytest.raises(ValueError, match="credentials") as caught:
        clean("https://reader:hunter2@news.example.org/")

    assert "hunter2" not in str(caught.value)
    assert "reader" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["utm_campaign", "FBCLID", "gclid", "yclid", "at_medium", "replytocom", "__twitter_impression"]
)
def test_tracker_names(name: str) -> None:
    """Names of campaigns, clicks and sessions are trackers in any case of letters."""
    assert is_tracker(f"{name}=1")


@pytest.mark.parametrize("name", ["id", "p", "page", "cid", "eid", "uid", "gallery", "atlas", "lang", "utm", "q"])
def test_names_that_may_number_an_article_stay(name: str) -> None:
    """A parameter that some site numbers its articles with is kept."""
    assert not is_tracker(f"{name}=1")


PIECES = st.sampled_from(
    [
        "http://", "HTTPS://", "m.", "amp", "/amp", ".amp", "amp/", "/", "..", ".", "?", "&", "=", "#", "%",
        "%d8%a7", "%D8", "%41", "%2e", "ا", "é", "\\", "@", ":", "80", ";jsessionid=1", "amp;", "utm_source=x",
        "[", "]", "::1", "127.0.0.1", "example.org", "موقع.مصر", "xn--", "com", "-", "_", "。", "0x1",
        "\u200f", " ", "\n", "\ud800",
    ]
)  # fmt: skip
URLISH = st.lists(PIECES, max_size=12).map("".join)


def check_idempotent_or_refused(url: str) -> None:
    """Assert the two laws of `clean` on one input."""
    try:
        canonical = clean(url)
    except ValueError:
        return
    assert canonical.isascii()
    assert len(canonical) <= MAX_LENGTH
    assert clean(canonical) == canonical
    assert authority_of(canonical) == canonical.split("/")[2]


@given(st.text())
@example("http://a?#")
@example("\x00http://a/\x00")
def test_any_text_is_cleaned_or_refused(text: str) -> None:
    """Any string at all gives a canonical spelling or a ValueError."""
    check_idempotent_or_refused(text)


@given(URLISH)
def test_any_mix_of_url_pieces_is_cleaned_or_refused(text: str) -> None:
    """Pieces of URLs in any order do too."""
    check_idempotent_or_refused(text)


@given(st.sampled_from(["http://example.org/", "https://m.example.org/?", "https://ar.example.org/a/amp"]), URLISH)
def test_cleaning_twice_changes_nothing(start: str, rest: str) -> None:
    """The canonical spelling is its own canonical spelling, whatever follows the host."""
    check_idempotent_or_refused(start + rest)


@given(st.text(alphabet="ابتثجحخدذ-_/.اَّ‌", max_size=40))
def test_raw_and_escaped_arabic_are_one(path: str) -> None:
    """A path has one spelling, raw or in escapes of either case."""
    escaped = "".join(f"%{byte:02x}" if byte >= 0x80 else chr(byte) for byte in path.encode())

    spelled = {clean(f"https://example.org/x{variant}x") for variant in (path, escaped, escaped.upper())}

    assert len({url.lower() for url in spelled}) == 1
    assert len(spelled) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org" + "/amp" * 4_000,
        "https://example.org/" + "../" * 5_000,
        "https://example.org/" + "a.amp" * 3_000,
        "https://example.org/?" + "amp;" * 4_000,
        "https://example.org/" + ";jsessionid=" * 1_300,
        "https://" + "m." * 8_000 + "example.org/",
        "https://" + "[" * 16_000,
    ],
)
def test_hostile_urls_end(url: str) -> None:
    """URLs made of nothing but what the rules look for are cleaned or refused as well."""
    check_idempotent_or_refused(url)
