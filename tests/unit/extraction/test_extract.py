"""The whole function: pure, bounded, and the same in a worker process as here."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marsad.errors import OutletError
from marsad.extraction.extract import extract, warm_up
from marsad.extraction.result import Extraction
from marsad.extraction.worker import Page, prepare, work
from marsad.outlets import Outlet, Outlets
from marsad.workers import WorkerPool

PAGES = Path(__file__).parents[2] / "pages"
URL = "https://marfa.example/news/1"
SENTENCE = "افتتحت البلدية جسرا جديدا فوق النهر بعد أشهر من العمل المتواصل في كل الفصول."

MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "<p>",
                "</p>",
                "<div class='article-body'>",
                "</div>",
                "<article>",
                "</article>",
                "<a href='//[x'>",
                "</a>",
                "<br>",
            ),
            *(
                "<h1>",
                "</h1>",
                "<table><tr><td colspan=9>",
                "</table>",
                "<li>",
                "<script type='application/ld+json'>{",
                "</script>",
            ),
            *(
                "<meta property='og:title' content='x'>",
                "<time datetime='2026-99-99'>",
                "<p class='lead'>",
                "&#0;",
                "\x00",
                "<!--",
            ),
            *(
                SENTENCE,
                "المصدر: تاس",
                "كتب: محمد علي",
                "اقرأ أيضا",
                "Sputnik",
                "12 يناير 2026",
                "\u200c",
                "<title>404</title>",
            ),
        ]
    ),
    max_size=40,
)


def page(body_html: str, head: str = "", attributes: str = "") -> bytes:
    """Return an article's page."""
    meta = f'<meta property="og:type" content="article">{head}'
    return (
        f"<html{attributes}><head>{meta}</head><body><article><h1>جسر</h1>{body_html}</article></body></html>".encode()
    )


@given(MARKUP)
@settings(max_examples=150)
def test_any_markup_gives_a_result_and_always_the_same(parts: list[str]) -> None:
    """Strangers' pages never raise; an article has a text, another page a reason."""
    html = ("<html><body>" + "".join(parts)).encode()

    found = extract(html, URL)

    assert (found.state == "article") == (found.reason is None)
    assert extract(html, URL) == found
    assert "\n\n" not in found.text


@given(st.binary(max_size=400))
def test_any_bytes_give_a_result(html: bytes) -> None:
    """Whatever they are declared to be."""
    assert extract(html, URL, content_type="text/html; charset=windows-1256").state in {"article", "not_article"}


@pytest.mark.parametrize("url", ["", "no url", "http://[bad", "https://xn--/%zz", "ftp://x"])
def test_any_url_gives_a_result(url: str) -> None:
    """It only completes links and names the outlet."""
    html = page(f"<p>{SENTENCE}</p>", '<link rel="canonical" href="/1"><meta property="og:image" content="//[">')

    assert extract(html, url, outlets=Outlets()).text == SENTENCE


def test_what_is_no_article_has_nothing_but_its_reason() -> None:
    """No half-filled results."""
    assert extract(b"", URL) == Extraction(state="not_article", reason="empty")
    assert extract(b"%PDF-1.4", URL) == Extraction(state="not_article", reason="not_html")


@pytest.mark.parametrize(
    ("attributes", "head", "language"),
    [
        (' lang="ar"', "", "ar"),
        (' lang="ar_eg"', "", "ar-EG"),
        (' lang="zh-hans-cn"', "", "zh-Hans-CN"),
        (' xml:lang="fa"', "", "fa"),
        ("", '<meta property="og:locale" content="ar_AR">', "ar-AR"),
        ("", '<meta http-equiv="Content-Language" content="fr">', "fr"),
        (' lang="x"', '<meta property="og:locale" content="ru_RU">', "ru-RU"),
        (' lang="arabic language"', "", None),
        ("", "", None),
    ],
)
def test_the_declared_language_is_written_as_bcp_47(attributes: str, head: str, language: str | None) -> None:
    """The page's own attribute first; what is no tag is passed over."""
    assert extract(page(f"<p>{SENTENCE}</p>", head, attributes), URL).language == language


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ('<link rel="canonical" href="/news/2">', "https://marfa.example/news/2"),
        ('<link rel="Canonical nofollow" href="https://other.example/x">', "https://other.example/x"),
        (
            '<link rel="canonical" href="javascript:alert(1)"><meta property="og:url" content="//m.example/1">',
            "https://m.example/1",
        ),
        ('<link rel="canonical">', None),
        ("", None),
    ],
)
def test_the_canonical_url_is_a_web_address(head: str, canonical: str | None) -> None:
    """Completed with the page's URL; other schemes are none."""
    assert extract(page(f"<p>{SENTENCE}</p>", head), URL).canonical_url == canonical


def test_tags_are_parted_and_bounded() -> None:
    """Arabic commas too; a hundred keywords are for machines."""
    head = '<meta property="article:tag" content="ماء، جسر"><meta name="news_keywords" content="ماء,' + ",".join(
        "abc"[i % 3] * i for i in range(1, 200)
    )
    found = extract(page(f"<p>{SENTENCE}</p>", head + '">'), URL)

    assert found.tags[:2] == ("ماء", "جسر")
    assert len(found.tags) == 30


def test_a_site_name_that_is_an_address_is_none() -> None:
    """Templates put the home page or a handle there."""
    head = (
        '<meta property="og:site_name" content="https://marfa.example"><meta name="application-name" content="المرفأ">'
    )

    assert extract(page(f"<p>{SENTENCE}</p>", head), URL).site_name == "المرفأ"


def test_an_outlets_wrong_selector_is_told() -> None:
    """It is a mistake in our data, not in the page."""
    outlet = Outlet.model_validate(
        {
            "id": "marfa",
            "name": {"ar": "المرفأ", "en": "The Harbour"},
            "country": "TN",
            "kind": "paper",
            "languages": ["ar"],
            "time_zone": "Africa/Tunis",
            "domains": ["marfa.example"],
            "body_selectors": ["div:nth-child(2)"],
            "checked": {"on": "2026-11-22", "against": "invented"},
        }
    )

    with pytest.raises(OutletError, match="nth-child"):
        extract(page(f"<p>{SENTENCE}</p>"), URL, outlets=Outlets([outlet]))


def test_warming_up_logs_nothing_and_can_be_repeated(caplog: pytest.LogCaptureFixture) -> None:
    """Neither does a page without text: trafilatura's own warnings would fill the log."""
    with caplog.at_level(logging.DEBUG, logger="marsad"):
        warm_up()
        warm_up()
        extract(b"<html><body></body></html>", URL)

    assert logging.getLogger("trafilatura").level == logging.CRITICAL
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_worker_under_its_memory_cap_extracts_the_same() -> None:
    """Limits and another process change nothing; a hanging page would be killed there."""
    html = (PAGES / "sputnik_arabic" / "glacier.html").read_bytes()
    fetched = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    one = Page(html, "https://sputnikarabic.ae/20261110/lake-1070000001.html", "text/html", fetched)
    pool = WorkerPool(work, workers=1, deadline_s=30, max_tasks=100, warm_up=prepare)
    await pool.start()
    try:
        found = await pool.run(one)
    finally:
        await pool.stop()

    assert found == work(one)
    assert found.outlet == "sputnik-arabic"
    assert found.credit == "Sputnik"
