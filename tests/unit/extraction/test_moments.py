"""Which date of a page is the article's."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from marsad.extraction import moments
from marsad.extraction.dates import Found
from marsad.extraction.page import parse
from marsad.extraction.structured import Structured, read

FETCHED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CAIRO = ZoneInfo("Africa/Cairo")
URL = "https://marfa.example/news/1"


def published(head: str = "", before: str = "", below: str = "", url: str = URL, lang: str = "ar") -> Found | None:
    """Return the date of a page with these around its headline."""
    tree = parse(f'<html lang="{lang}"><head>{head}</head><body>{before}<h1>افتتاح الجسر</h1>{below}</body></html>')
    assert tree is not None
    return moments.published(tree, tree.find(".//h1"), read(tree), url, CAIRO, FETCHED)


def at(*parts: int) -> datetime:
    """Return a moment in Cairo."""
    return datetime(*parts, tzinfo=CAIRO)  # type: ignore[misc,arg-type]


def test_the_head_wins_over_what_readers_see() -> None:
    """And is completed with the outlet's zone where it names none."""
    head = '<meta property="article:published_time" content="2026-11-19T08:41:00">'

    assert published(head, below="<p>1 يناير 2026</p>") == Found(at(2026, 11, 19, 8, 41), "second")


def test_a_head_that_cannot_be_read_is_passed_over() -> None:
    """The next source follows."""
    head = '<meta property="article:published_time" content="yesterday"><meta name="pubdate" content="2026-11-18">'

    assert published(head) == Found(at(2026, 11, 18), "day")


def test_a_date_in_the_future_is_not_the_articles() -> None:
    """A clock may be a little ahead, a year is a mistake."""
    head = '<meta property="article:published_time" content="{}">'

    assert published(head.format("2027-11-22T12:00:00Z"), below="<p>19.11.2026</p>") == Found(at(2026, 11, 19), "day")
    assert published(head.format("2026-11-22T20:00:00Z")) is not None


@pytest.mark.parametrize(
    "below",
    [
        "<p>19.11.2026 | 08:41</p>",
        "<div><span>نشر</span> <b>الخميس 19 نوفمبر 2026 08:41 ص</b></div>",
        '<time datetime="2026-11-19T08:41">قبل أيام</time>',
        '<ul><li><a href="/a">محليات</a></li></ul><div class="d">٢٠٢٦/١١/١٩ - ٠٨:٤١</div>',
    ],
)
def test_a_date_below_the_headline_is_the_articles(below: str) -> None:
    """In words, in numbers, or in a time element."""
    assert published(below=below) == Found(at(2026, 11, 19, 8, 41), "minute")


@pytest.mark.parametrize(
    "around",
    [
        {"before": "<div>الأحد 22 نوفمبر 2026</div>"},
        {"before": '<time datetime="2026-11-22">اليوم</time>'},
        {"below": "<footer>22 نوفمبر 2026</footer>"},
        {"below": '<aside><time datetime="2026-11-22">22 نوفمبر</time></aside>'},
        {"below": "<p>text</p>" * 60 + "<p>22 نوفمبر 2026</p>"},
        {"below": f"<p>{'نص طويل ' * 30} 22 نوفمبر 2026</p>"},
        {"head": '<meta name="date" content="2026-11-22">'},
        {"below": "<p>© 2026</p>"},
    ],
)
def test_a_templates_date_is_not_the_articles(around: dict[str, str]) -> None:
    """Today's date above the headline, dates of other articles, of the footer, inside a sentence, a year."""
    assert published(**around) is None


def test_microdata_counts_wherever_it_stands() -> None:
    """It says itself what it is."""
    before = '<time itemprop="datePublished" datetime="2026-11-19T08:41:00Z">x</time>'

    assert published(before=before) == Found(datetime(2026, 11, 19, 8, 41, tzinfo=UTC), "second")


def test_the_urls_day_is_the_last_resort() -> None:
    """Only the day is known from it."""
    url = "https://marfa.example/2026/11/18/bridge"

    assert published(url=url) == Found(at(2026, 11, 18), "day")
    assert published(below="<p>19.11.2026</p>", url=url) == Found(at(2026, 11, 19), "day")


def test_an_english_page_is_not_guessed() -> None:
    """10/11/2026 is a day in October or in November."""
    assert published(below="<p>10/11/2026</p>") == Found(at(2026, 11, 10), "day")
    assert published(below="<p>10/11/2026</p>", lang="en-US") is None


def modified(content: str, since: Found | None = None) -> datetime | None:
    """Return the modification of a page whose head says this."""
    said = Structured({}, 0, {"article:modified_time": (content,)})
    return moments.modified(said, since, CAIRO, FETCHED)


def test_a_change_needs_a_plausible_moment() -> None:
    """Not before publication, not in the future, not the moment in which the page was made for us."""
    since = Found(at(2026, 11, 19, 8, 41), "second")

    assert modified("2026-11-19T09:00:00+02:00", since) == at(2026, 11, 19, 9, 0)
    assert modified("2026-11-19T09:00:00") == at(2026, 11, 19, 9, 0)
    assert modified("2026-11-18T09:00:00+02:00", since) is None
    assert modified("2026-11-22T11:59:59Z", since) is None
    assert modified("2027-01-01T00:00:00Z", since) is None
    assert modified("soon", since) is None


def test_a_change_on_the_day_of_publication_is_not_before_it() -> None:
    """Where only the day of publication is known, its midnight is no moment."""
    assert modified("2026-11-18T23:30:00+02:00", Found(at(2026, 11, 19), "day")) == at(2026, 11, 18, 23, 30)
