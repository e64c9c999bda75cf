"""JSON-LD, OpenGraph and meta elements: what is read, what wins, what is too broken or too much."""

import json

import pytest

from marsad.extraction.page import parse
from marsad.extraction.structured import Structured, read


def said(head: str) -> Structured:
    """Read a page with this head."""
    tree = parse(f"<html><head>{head}</head><body></body></html>")
    assert tree is not None
    return read(tree)


def ld(*nodes: object) -> str:
    """Return a JSON-LD script for each value."""
    return "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)


def test_json_ld_wins_over_opengraph_and_twitter() -> None:
    """The order of PRECEDENCE is the order of the values."""
    page = said(
        '<meta name="twitter:title" content="three"><meta property="og:title" content="two">'
        + ld({"@type": "NewsArticle", "headline": "one"})
    )

    assert list(page.values("title")) == ["one", "two", "three"]
    assert page.first("title") == "one"
    assert page.first("section") is None


def test_the_article_is_found_in_a_graph_and_under_a_page() -> None:
    """`@graph`, lists and `mainEntity` are opened; other kinds of nodes are not the article."""
    article = {"@type": ["Thing", "ReportageNewsArticle"], "headline": "x"}
    for node in (
        {"@graph": [{"@type": "WebSite", "name": "y"}, article]},
        [article],
        {"@type": "WebPage", "mainEntity": article},
    ):
        assert said(ld(node)).article == article


def test_among_many_articles_the_one_with_the_pages_headline_is_chosen() -> None:
    """A page that lists related articles in JSON-LD still knows its own; a list of news has none."""
    nodes = [{"@type": "NewsArticle", "headline": f"headline {number}"} for number in range(6)]

    own = said('<meta property="og:title" content="headline 4">' + ld(*nodes))
    none = said('<meta property="og:title" content="All news">' + ld(*nodes))

    assert own.article["headline"] == "headline 4"
    assert none.article == {}
    assert own.articles == none.articles == 6
    assert not none.says_article


@pytest.mark.parametrize(
    "script",
    [
        '<!-- {"@type": "NewsArticle", "headline": "x"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "x"}\n//]]>',
        '{"@type": "NewsArticle", "headline": "x",}',
        '{"@type": "NewsArticle", "headline": "x", "description": "two\nlines"}',
        '{"@type": "NewsArticle", "headline": "x"};',
    ],
)
def test_common_mistakes_in_json_ld_are_forgiven(script: str) -> None:
    """Comments around it, a comma too many, raw line ends, a semicolon."""
    assert said(f'<script type="application/ld+json">{script}</script>').first("title") == "x"


@pytest.mark.parametrize(
    "script", ["", "{", "null", '"text"', "[1, 2]", "[" * 50_000, '{"@type": 5}', '{"@graph": {"@graph": 1}}']
)
def test_broken_or_odd_json_ld_is_passed_over(script: str) -> None:
    """A stranger's script never raises, however deep it is."""
    page = said(f'<script type="application/ld+json">{script}</script><meta property="og:title" content="x">')

    assert page.first("title") == "x"


def test_values_of_all_shapes_are_read() -> None:
    """Objects give their name, pictures their address, numbers their digits; lists of lists are too much."""
    page = said(
        ld(
            {
                "@type": "Article",
                "author": [{"@type": "Person", "name": "Nora Whitlock"}, "Alma Reed", None, [["x"]]],
                "image": {"@type": "ImageObject", "name": "a bridge", "url": "https://example.org/1.jpg"},
                "datePublished": 1794216600,
                "publisher": {"name": "The &quot;Ferry&quot; Post"},
            }
        )
    )

    assert list(page.values("authors")) == ["Nora Whitlock", "Alma Reed"]
    assert page.first("image") == "https://example.org/1.jpg"
    assert page.first("published") == "1794216600"
    assert page.first("site_name") == 'The "Ferry" Post'


def test_meta_elements_are_read_by_property_name_and_itemprop() -> None:
    """Names are compared in small letters, values are made plain, several are kept in order."""
    page = said(
        '<meta property="ARTICLE:TAG" content=" ماء "><meta property="article:tag" content="&amp;quot;جسر&amp;quot;">'
        '<meta itemprop="datePublished" content="2026-01-12"><meta name="DC:Title" content="عنوان"><meta content="y">'
        '<meta name="og:type" content="article">'
    )

    assert list(page.values("tags")) == ["ماء", '"جسر"']
    assert page.first("published") == "2026-01-12"
    assert page.first("title") == "عنوان"
    assert page.says_article


def test_direction_marks_are_no_part_of_a_value() -> None:
    """Bidi controls that templates add are taken off; the Persian non-joiner stays."""
    page = said('<meta property="og:title" content="&rlm;\u202bباغ\u200cها\u202c\ufeff">')

    assert page.first("title") == "باغ\u200cها"
