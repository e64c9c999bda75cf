"""What is refused, and why; what is let through although it looks odd."""

import pytest
from lxml.html import HtmlElement

from marsad.extraction import gate, structured
from marsad.extraction.page import parse

SENTENCE = "افتتحت البلدية جسرا جديدا فوق النهر بعد أشهر من العمل المتواصل. "
TEASERS = "".join(f'<h2><a href="/{n}">عنوان طويل بما يكفي ليكون خبرا {n}</a></h2>' for n in range(6))


def tree(html: str) -> HtmlElement:
    """Parse a page."""
    parsed = parse(html)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("html", "content_type", "reason"),
    [
        (b"", None, "empty"),
        (b" \r\n\t", "text/html", "empty"),
        (b"%PDF-1.7 ...", "text/html", "not_html"),
        (b"\x89PNG\r\n", None, "not_html"),
        (b"<html>", "application/pdf", "not_html"),
        (b"<html>", "image/jpeg; charset=utf-8", "not_html"),
        (b' {"title": "x"}', "text/html", "not_html"),
        (b"<html>\0\1\2\3binary", "text/html", "not_html"),
        (b"\x7fELF\2\1\1" + bytes(9) + b"\3\0>\0\1\0\0\0<\0" + bytes(40), "text/html", "not_html"),
        (b"<html></html>", "text/html; charset=utf-8", None),
        (b"<html></html>", "application/xhtml+xml", None),
        (b"<html></html>", None, None),
        ("<html></html>".encode("utf-16"), "text/html", None),
        ("\r\n <html lang=ar>".encode("utf-16-le"), "text/html", None),
        ("<html><head><title>x</title></head></html>".encode("utf-16-be"), "text/html", None),
    ],
)
def test_bytes_are_judged_by_size_type_and_first_signs(
    html: bytes, content_type: str | None, reason: str | None
) -> None:
    """Documents, pictures and data are refused even when they are declared to be pages."""
    assert gate.before_parsing(html, content_type) == reason


def test_the_size_is_judged_before_anything_is_parsed() -> None:
    """One byte too many is too many."""
    at_most = b"<html>".ljust(gate.MAX_BYTES)

    assert gate.before_parsing(at_most, None) is None
    assert gate.before_parsing(at_most + b" ", None) == "too_large"


def test_a_tree_with_too_many_elements_is_refused() -> None:
    """Trafilatura would take seconds."""
    assert gate.before_reading(tree("<html><body>" + "<br>" * gate.MAX_ELEMENTS), "") == "too_many_elements"


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "Page not found - The Ferry Post",
        "الصفحة غير موجودة",
        "عذراً، الصفحة المطلوبة غير موجودة",
        "Ошибка 404",
        "Access Denied",
    ],
)
def test_a_short_page_that_says_it_is_none_is_an_error_page(title: str) -> None:
    """Many sites answer 200 with such a page."""
    page = tree(f"<html><head><title>{title}</title></head><body><p>عد إلى الصفحة الرئيسية.</p></body></html>")

    assert gate.before_reading(page, title) == "error_page"


def test_an_article_about_missing_pages_is_none_of_them() -> None:
    """A page with enough to say is judged by that, not by its headline."""
    page = tree(f"<html><body><h1>الصفحة غير موجودة: حكاية عبارة</h1><p>{SENTENCE * 15}</p></body></html>")

    assert gate.before_reading(page, "الصفحة غير موجودة: حكاية عبارة") is None


def test_a_headline_that_is_a_number_is_no_error() -> None:
    """404 alone is an error, a 404 among other words is not."""
    page = tree(f"<html><body><h1>404 قطع أثرية في المتحف الجديد</h1><p>{SENTENCE}</p></body></html>")

    assert gate.before_reading(page, "404 قطع أثرية في المتحف الجديد") is None


@pytest.mark.parametrize(
    "text",
    [
        "Just a moment...",
        "Please verify you are human.",
        "يرجى تحقق من أنك لست روبوت",
        "قبل المتابعة إلى صحيفة المرفأ نحتاج إلى موافقتك على ملفات تعريف الارتباط",
        "Прежде чем перейти на сайт, примите cookie",
        "پیش از ادامه، کوکی‌ها را بپذیرید",
    ],
)
def test_a_page_that_wants_something_first_is_a_wall(text: str) -> None:
    """Captchas, consent and script walls hold no article."""
    assert gate.before_reading(tree(f"<html><body><p>{text}</p></body></html>"), "harbor.example") == "wall"


def after(html: str, lines: list[str], url: str = "https://example.org/news/1") -> str | None:
    """Judge a page after its text was read."""
    page = tree(html)
    return gate.after_reading(page, lines, None, structured.read(page), url)


def test_a_list_of_headlines_is_a_listing() -> None:
    """More link text than other text, on a page that does not call itself an article."""
    assert after(f"<html><body>{TEASERS}</body></html>", [SENTENCE * 5]) == "listing"


def test_a_text_that_stands_in_links_is_a_listing_however_few_they_are() -> None:
    """A section of two headlines is read as one paragraph of them; an article beside the same two is an article."""
    first, second = "قرية جبلية تتعلم القراءة على ضوء الفوانيس", "قطار الصحراء ينطلق في رحلته الأولى بعد تأخير طويل"
    links = f"<ul><li><a href='/1'>{first}</a></li><li><a href='/2'>{second}</a></li></ul>"

    assert after(f"<html><body>{links}</body></html>", [f"ملف: القرى {first} {second} {first}"]) == "listing"
    assert after(f"<html><body>{links}<p>{SENTENCE * 5}</p></body></html>", [SENTENCE * 5, first]) is None


def test_a_front_page_is_a_listing_although_it_has_much_text() -> None:
    """The URL says so."""
    html = f"<html><body>{TEASERS}<p>{SENTENCE * 20}</p></body></html>"

    assert after(html, [SENTENCE * 20], "https://example.org/") == "listing"
    assert after(html, [SENTENCE * 20], "https://example.org/?p=5") is None


def test_an_article_beside_many_headlines_is_an_article() -> None:
    """What the page calls itself counts, and so does a text longer than its headlines."""
    head = '<meta property="og:type" content="article">'

    assert after(f"<html><head>{head}</head><body>{TEASERS}</body></html>", ["خبر عاجل من جملة واحدة."]) is None
    assert after(f"<html><body>{TEASERS}<p>{SENTENCE * 9}</p></body></html>", [SENTENCE * 9]) is None


def test_an_article_without_a_sentence_is_no_text() -> None:
    """Calling itself an article is not enough."""
    head = '<meta property="og:type" content="article">'

    assert after(f"<html><head>{head}</head></html>", []) == "no_text"
    assert after("<html><body></body></html>", ["قصير جدا ليكون مقالا"]) == "no_text"


def test_a_text_as_long_as_a_book_is_refused() -> None:
    """It would not fit into a message, and is no news."""
    head = '<meta property="og:type" content="article">'

    assert after(f"<html><head>{head}</head></html>", ["x" * (gate.MAX_TEXT + 1)]) == "too_large"
