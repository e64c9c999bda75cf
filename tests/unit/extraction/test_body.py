"""Where the body stands, and what of it is read."""

import pytest
from lxml.html import HtmlElement

from marsad.extraction.body import locate, prose, text_of
from marsad.extraction.page import parse, prune

ONE = "افتتحت البلدية جسرا جديدا فوق النهر بعد أشهر من العمل المتواصل في كل الفصول."
TWO = "وقال رئيس البلدية إن الجسر سيخدم خمس قرى كانت تعبر النهر بالقوارب منذ قرن."
THREE = "وتبلغ كلفة المشروع مليونين، دفع نصفها أهل القرى من محصول الزيتون في عامين."
OTHER = "قرية جبلية تتعلم القراءة على ضوء الفوانيس"


def tree(body: str) -> HtmlElement:
    """Parse a page with this body, as extraction does."""
    parsed = parse(f"<html><body>{body}</body></html>")
    assert parsed is not None
    prune(parsed)
    return parsed


def lines(body: str, *selectors: str) -> list[str]:
    """Return the lines that are read from a page."""
    page = tree(body)
    return text_of(page, locate(page, selectors)).splitlines()


def paragraphs(*texts: str) -> str:
    """Return paragraphs as HTML."""
    return "".join(f"<p>{text}</p>" for text in texts)


def test_prose_is_what_stands_outside_links() -> None:
    """White space of the source counts once."""
    page = tree("<p>one  \n two <a href='/'>three <b>four</b></a> five</p>")

    assert prose(page) == len("one two three four five") - len("three four")


@pytest.mark.parametrize(
    "container",
    [
        '<div class="entry-content">{}</div>',
        '<div id="articleBody">{}</div>',
        '<section itemprop="articleBody">{}</section>',
        '<div class="td-post-content tagdiv-type">{}</div>',
        "<article>{}</article>",
        '<td class="text">{}</td>',
        '<div class="fullText">{}</div>',
        '<div id="content">{}</div>',
        "<main>{}</main>",
    ],
)
def test_containers_that_sites_use_are_found(container: str) -> None:
    """By class, id, microdata or tag; what stands beside them is not read."""
    page = tree(f"<div>{paragraphs(OTHER)}</div><table><tr>{container.format(paragraphs(ONE, TWO))}</tr></table>")

    (body,) = locate(page)

    assert text_of(page, [body]).splitlines() == [ONE, TWO]


def test_a_body_in_several_containers_is_read_whole() -> None:
    """Sites break it for advertisements; all containers of the class belong to it, in order."""
    parts = "".join(
        f'<div class="chunk article-body">{paragraphs(text)}</div><div class="ad">ad</div>'
        for text in (ONE, TWO, THREE)
    )

    assert lines(parts) == [ONE, TWO, THREE]


def test_containers_that_trafilatura_knows_by_class_are_read_whole_too() -> None:
    """It takes the first container of such a class for the whole body, and half of the text would be lost."""
    texts = [ONE, TWO, THREE, ONE[::-1], TWO[::-1], THREE[::-1]]
    part = '<div class="body body__container article__body">{}</div><div class="ad"></div>'

    assert lines(part.format(paragraphs(*texts[:4])) + part.format(paragraphs(*texts[4:]))) == texts


def test_entries_of_a_long_list_are_no_parts_of_a_body() -> None:
    """A dozen containers of one class are a list; the first one stands for itself."""
    page = tree("".join(f'<div class="post-content">{paragraphs(ONE)}</div>' for _ in range(30)))

    assert len(locate(page)) <= 1


def test_a_container_with_little_of_the_page_is_not_the_body() -> None:
    """A summary box may be called article-text."""
    page = tree(f'<div class="article-text"><p>موجز</p></div><article>{paragraphs(ONE, TWO, THREE)}</article>')

    assert [element.tag for element in locate(page)] == ["article"]


def test_an_outlets_selector_comes_first() -> None:
    """It knows better than the general classes; where it finds nothing they are asked."""
    html = f'<div class="article-text">{paragraphs(THREE)}</div><div class="own">{paragraphs(ONE, TWO)}</div>'

    assert lines(html, "div.own") == [ONE, TWO]
    assert lines(html, "div.gone") == [THREE]


def test_an_empty_page_has_no_body() -> None:
    """Nothing is no container."""
    assert locate(tree("")) == []
    assert locate(tree('<div class="article-text"></div>')) == []
    assert lines("") == []


@pytest.mark.parametrize(
    "pointer",
    [
        f'<p><a href="/1">{OTHER}</a></p>',
        f'<p>اقرأ أيضًا: <a href="/1">{OTHER}</a></p>',
        f'<p><strong>إقرأ المزيد</strong> <a href="/1">{OTHER}</a></p>',
        f'<h3>بالفيديو.. <a href="/1">{OTHER}</a></h3>',
        f'<p>Read more: <a href="/1">{OTHER}</a></p>',
        f'<p>Читайте также: <a href="/1">{OTHER}</a></p>',
        f'<p>Lire aussi : <a href="/1">{OTHER}</a></p>',
        f'<p>بیشتر بخوانید: <a href="/1">{OTHER}</a></p>',
        f'<div class="box"><span>مجتمع</span><a href="/1"><b>{OTHER}</b></a></div>',
        f'<div><ul><li><a href="/1">{OTHER}</a></li><li><a href="/2">{OTHER} مجددا</a></li></ul></div>',
        f'<aside><p>ذات صلة</p><p><a href="/1">{OTHER}</a></p></aside>',
    ],
)
def test_pointers_to_other_articles_are_dropped(pointer: str) -> None:
    """A link alone between paragraphs, a link after "read also", a box of links: none is text."""
    assert lines(f"<article>{paragraphs(ONE)}{pointer}{paragraphs(TWO, THREE)}</article>") == [ONE, TWO, THREE]


@pytest.mark.parametrize(
    "paragraph",
    [
        f'<p>وقال <a href="/1">{OTHER}</a></p>',
        f'<p><a href="/1">{OTHER}</a>، بحسب ما جاء في كتاب المدرسة الجديد</p>',
        f'<h2><a href="/1">{OTHER}</a></h2>',
    ],
)
def test_paragraphs_with_links_in_them_stay(paragraph: str) -> None:
    """A sentence with a link is a sentence; a linked heading heads what follows."""
    kept = lines(f"<article>{paragraphs(ONE)}{paragraph}{paragraphs(TWO, THREE)}</article>")

    assert len(kept) == 4
    assert OTHER in kept[1]


def test_non_joiners_survive() -> None:
    """Trafilatura deletes them, which misspells Persian; the page itself is left as it was."""
    text = "نمی\u200cتوانم بگویم که درخت\u200cها را نمی\u200cفروشیم و از این\u200cجا نمی\u200cرویم، گفت باغدار پیر."
    page = tree(f"<article>{paragraphs(text, text + ' دوباره')}</article><div>ها\u200dء</div>")
    body = locate(page)

    assert text_of(page, body).splitlines()[0] == text
    assert text_of(page, []).splitlines()[0] == text
    assert "نمی\u200cتوانم" in page.text_content()


def test_a_page_without_paragraphs_is_read_by_its_breaks() -> None:
    """Old sites part paragraphs with br alone."""
    assert lines(f'<div class="text">{ONE}<br><br>{TWO}<br><br>{THREE}</div>') == [ONE, TWO, THREE]


def test_the_page_is_not_changed_by_reading() -> None:
    """Pointers are cut from copies: titles and links of the page stay countable."""
    page = tree(f'<article>{paragraphs(ONE)}<p><a href="/1">{OTHER}</a></p>{paragraphs(TWO)}</article>')
    before = page.text_content()

    text_of(page, locate(page))

    assert page.text_content() == before
