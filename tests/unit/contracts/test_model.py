"""What payloads accept, refuse, mend and keep."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from marsad.contracts.articles import ArticleRevised, StageFailure
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import MAX_URL, Id, Moment, Payload, json_of, well_formed
from marsad.contracts.pages import PageFetched
from marsad.contracts.states import State
from marsad.contracts.topics import CONTRACTS, LANES, Contract, dead_topic, lane_topic
from marsad.contracts.urls import UrlDiscovered, Validators
from support.payloads import NOON, make_extracted, make_found, make_page, make_revised, make_task

any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moment: TypeAdapter[datetime] = TypeAdapter(Moment)
identity: TypeAdapter[str] = TypeAdapter(Id)


@pytest.mark.parametrize("year", [1, 9999])
def test_a_year_at_the_end_of_the_calendar_is_refused(year: int) -> None:
    """Time-zone arithmetic would leave Python's calendar there, and Elasticsearch's dates end there too."""
    with pytest.raises(ValidationError, match=f"year {year} is out of range"):
        moment.validate_python(datetime(year, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00Z"])
def test_a_year_at_the_end_of_the_calendar_is_refused_in_json(text: str) -> None:
    """Records of others are held to the same years."""
    with pytest.raises(ValidationError):
        moment.validate_json(f'"{text}"')


@pytest.mark.parametrize("year", [2, 1926, 2026, 9998])
def test_other_years_are_accepted(year: int) -> None:
    """Archives go far back; a page's own nonsense between the ends is harmless."""
    assert moment.validate_python(datetime(year, 6, 1, tzinfo=UTC)).year == year


def test_a_time_without_a_zone_is_refused() -> None:
    """A time that could mean any of 26 hours is none."""
    with pytest.raises(ValidationError, match="timezone"):
        make_found("https://ajil.example/a", found_at=datetime(2026, 3, 1))  # noqa: DTZ001 - the point of the test


@given(st.datetimes(datetime(2, 1, 2), datetime(9998, 12, 30), timezones=offsets))  # noqa: DTZ001 - zones come with it
def test_every_accepted_time_can_be_shifted_and_comes_back(at: datetime) -> None:
    """A time that was accepted can be taken to UTC, and through JSON to the microsecond, in any zone."""
    accepted = moment.validate_python(at)

    assert moment.validate_json(moment.dump_json(accepted)) == accepted.astimezone(UTC)


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "A" * 32, "g" * 32, "0" * 32 + "\n", "٠" * 32])
def test_what_is_no_id_is_refused(text: str) -> None:
    """An id is 32 lower-case hexadecimal digits, ASCII, nothing around them."""
    with pytest.raises(ValidationError):
        identity.validate_python(text)


@pytest.mark.parametrize("url", ["", "h" * (MAX_URL + 1)])
def test_urls_have_a_length(url: str) -> None:
    """An empty URL and one that no browser would send are refused."""
    with pytest.raises(ValidationError):
        make_found(url)


def test_half_an_emoji_is_mended() -> None:
    """Pages cut titles in the middle of an emoji; the article is taken, the half becomes U+FFFD."""
    article = make_extracted(
        "نص\udc00", title="عاجل \ud83d", lead="\ud83d\ude00", authors=("\ud800سلمى",), tags=("\udfff",)
    )

    assert article.title == "عاجل \ufffd"
    assert article.text == "نص\ufffd"
    assert article.lead == "😀"
    assert (article.authors, article.tags) == (("\ufffdسلمى",), ("\ufffd",))


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (lambda text: make_page(content_type=text), "content_type"),
        (lambda text: make_found("https://ajil.example/a", referrer=text), "referrer"),
        (lambda text: Validators(etag=text, last_modified=None), "etag"),
        (lambda text: StageFailure(stage="places", error="E", message=text), "message"),
        (lambda text: _entry(detail=text), "detail"),
        (lambda text: _entry(reason=text), "reason"),
    ],
)
def test_every_field_of_strangers_text_is_mended(payload: Any, field: str) -> None:
    """Wherever text of the web or of an exception may stand, lone surrogates do no harm."""
    assert getattr(payload("a\ud800b"), field) == "a\ufffdb"


@given(any_text)
def test_mended_text_is_utf8(text: str) -> None:
    """Mending makes any text encodable and leaves well-formed text alone."""
    mended = well_formed(text)

    mended.encode()
    assert well_formed(mended) == mended
    if mended == text:
        assert "\ufffd" not in mended or "\ufffd" in text


@given(st.text(), st.sampled_from(["\ud800", "\udbff", "\udc00", "\udfff"]), st.text())
def test_only_the_lone_surrogate_is_replaced(before: str, lone: str, after: str) -> None:
    """What stands before and behind a lone surrogate stays as it was."""
    assert well_formed(before + lone + after) == f"{before}\ufffd{after}"


def test_payloads_are_immutable() -> None:
    """Handlers share events; none can change another's."""
    task = make_task()

    with pytest.raises(ValidationError, match="frozen"):
        task.url = "https://elsewhere.example/"  # type: ignore[misc]


def test_fields_of_a_newer_writer_are_kept() -> None:
    """What a newer version added is there when an older one writes the payload on."""
    found = make_found("https://ajil.example/a", priority=3)

    assert json_of(found)["priority"] == 3


def test_an_article_keeps_unknown_fields_from_topic_to_topic() -> None:
    """Each article topic adds to the one before and drops nothing."""
    extracted = make_extracted("نص", desk="اقتصاد")
    revised = ArticleRevised.model_validate({**dict(extracted), "revision": 1, "first_seen": NOON, "change": "first"})

    assert json_of(revised)["desk"] == "اقتصاد"
    assert {**json_of(revised), **json_of(extracted)} == json_of(revised)


@pytest.mark.parametrize(
    "change", [{"revision": 0}, {"previous_revision": 0}, {"change": "moved"}, {"first_seen": None}]
)
def test_a_revision_out_of_range_is_refused(change: dict[str, object]) -> None:
    """Revisions count from 1, and only the four changes exist."""
    with pytest.raises(ValidationError):
        ArticleRevised.model_validate({**dict(make_revised()), **change})


@pytest.mark.parametrize(("field", "value"), [("status", 99), ("status", 600), ("elapsed_ms", -1)])
def test_an_impossible_answer_is_refused(field: str, value: int) -> None:
    """A status of HTTP has three digits; nothing ends before it began."""
    with pytest.raises(ValidationError, match=field):
        PageFetched.model_validate({**dict(make_page()), field: value})


@pytest.mark.parametrize("generation", [-1, 1000])
def test_a_generation_fits_the_document_version(generation: int) -> None:
    """The version is revision × 1000 + generation: a fourth digit would outrank the next revision."""
    with pytest.raises(ValidationError, match="generation"):
        make_task(generation=generation)


@pytest.mark.parametrize(("field", "length"), [("reason", 201), ("detail", 2_001)])
def test_a_report_has_a_length(field: str, length: int) -> None:
    """Reports stay short; who writes one cuts it first."""
    with pytest.raises(ValidationError, match=field):
        _entry(**{field: "ن" * length})


def test_a_url_to_fetch_is_on_its_first_attempt() -> None:
    """Fresh tasks count from nothing."""
    task = UrlDiscovered(task=make_task(), target="https://ajil.example/a", not_before=None, validators=None)

    assert (task.attempt, task.hops, task.known) == (0, 0, False)


def test_every_lane_carries_urls_to_fetch() -> None:
    """A record may come back through any lane: all of them share one payload."""
    assert {CONTRACTS[lane_topic(lane)].model for lane in LANES} == {UrlDiscovered}
    assert list(LANES.values()) == sorted(LANES.values())


def test_a_contract_is_known_by_its_type() -> None:
    """The CloudEvents type names topic and major version, and no two topics share one."""
    assert Contract("urls.found", Payload, major=2).type == "marsad.urls.found.v2"
    assert len({contract.type for contract in CONTRACTS.values()}) == len(CONTRACTS)
    assert dead_topic("fetching") not in CONTRACTS


def _entry(**fields: object) -> LedgerEntry:
    given = {"task_id": make_task().task_id, "state": State.GONE, "service": "fetching", "at": NOON, **fields}
    return LedgerEntry.model_validate(given)


def test_times_keep_their_zone() -> None:
    """An outlet's own zone is information: it says what the reader of the page saw."""
    makkah = timezone(timedelta(hours=3))
    article = make_extracted(published=datetime(2026, 3, 1, 9, tzinfo=makkah))

    assert json_of(article)["published"] == "2026-03-01T09:00:00+03:00"
