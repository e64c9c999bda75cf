"""Our clean-up beside courlan's (1.4): where both agree, and where its answer names another page, or none.

courlan is what trafilatura cleans the links of a page with. Its rules fit a corpus, where a page lost costs nothing;
here the canonical spelling is an identity and is fetched.
"""

import courlan
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.urls import clean

AGREED = [
    "HTTP://News.Example.ORG/A",
    "http://news.example.org:80/a",
    "https://news.example.org/../../a",
    "https://news.example.org/أخبار/عاجل",
    "https://news.example.org/%d8%a3خبار",
    "https://موقع.مصر/خبر",
    "https://news.example.org/a#comments",
    "https://news.example.org/a?b=2&a=1&utm_source=x&fbclid=1",
    "https://news.example.org/a?id=1&amp;utm_source=x",
    "https://news.example.org/?q=عاجل",
]

WRONG = [
    ("https://a.example/?q=%c7%e1%CE", "https://a.example/?q=%EF%BF%BD%EF%BF%BD%EF%BF%BD",
     "windows-1256 in a query becomes U+FFFD: every such article is the same"),
    ("https://a.example/?12345", "https://a.example/", "a bare number is dropped: every article is the home page"),
    ("https://a.example/n?id=&p", "https://a.example/n", "parameters without value are dropped"),
    ("https://a.example/n?cid=7", "https://a.example/n", "`cid`, `uid`, `ref` and `source` number articles"),
    ("https://a.example/n?u=https://b.example/1", "https://b.example/1", "a link inside becomes the link"),
    ("https://a.example/n?q=a%20b", "https://a.example/n?q=a+b", "one spelling of a space for another"),
    ("https://a.example/n?a=1;b=2", "https://a.example/n?a=1%3Bb%3D2", "a separator is escaped"),
    ("https://a.example/a b", "https://a.example/ab", "white space inside a path is dropped"),
    ("https://a.example/a//b", "https://a.example/a/b", "an empty segment is dropped"),
    ("https://a.example/{1}/b", "https://a.example/b", "what looks like a template is dropped"),
    ("https://a.example/a;b@c", "https://a.example/a%3Bb%40c", "reserved characters are escaped (RFC 3986, 2.2)"),
    ("\u200fhttps://a.example/n", "%E2%80%8Fhttps:/a.example/n", "a direction mark breaks the scheme"),
]  # fmt: skip

LEFT_ALONE = [
    ("https://a.example/n#top", "https://a.example/n#top", "fragments stay"),
    ("https://XN--4GBRIM.xn--wgbh1c/n", "https://موقع.مصر/n", "A-labels become U-labels, which are not sent"),
    ("https://a.example/%d8%a3", "https://a.example/%d8%a3", "escapes keep their case"),
    ("https://a.example/%61", "https://a.example/%61", "needless escapes stay"),
    ("https://a.example/x/../n", "https://a.example/x/../n", "dot segments inside stay"),
    ("https://m.a.example.org/n/amp?amp=1", "https://m.a.example.org/n/amp?amp=1", "twins stay"),
    ("https://a.example/n;jsessionid=1?PHPSESSID=2", "https://a.example/n%3Bjsessionid=1?PHPSESSID=2", "sessions stay"),
]


@pytest.mark.parametrize("url", AGREED)
def test_on_ordinary_urls_both_agree(url: str) -> None:
    """What courlan has cleaned before, a page's link, is the same page to us."""
    assert clean(courlan.clean_url(url) or "") == clean(url)


@pytest.mark.parametrize(("url", "theirs", "why"), WRONG)
def test_where_courlan_names_another_page(url: str, theirs: str, why: str) -> None:
    """These answers cannot be mended afterwards, so courlan stands in no rule of ours."""
    assert courlan.clean_url(url) == theirs, why
    assert clean(url) != theirs, why


@pytest.mark.parametrize(("url", "theirs", "why"), LEFT_ALONE)
def test_what_courlan_leaves_alone(url: str, theirs: str, why: str) -> None:
    """These spellings of one page stay several; ours become one."""
    assert courlan.clean_url(url) == theirs, why
    assert clean(url) != theirs, why


@given(
    st.from_regex(
        r"https://[a-z]{1,9}\.example/[a-z0-9/_.-]{0,20}(\?[a-b]=[0-9]{1,9}(&z=[0-9]{1,9})?)?", fullmatch=True
    )
)
def test_plain_paths_and_numbers_agree(url: str) -> None:
    """Where nothing is special, cleaning by courlan first changes nothing that we would not."""
    assert clean(courlan.clean_url(url) or "") == clean(url) or "//" in url[8:]
