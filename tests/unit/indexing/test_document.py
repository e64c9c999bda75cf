"""The projection of an article onto the mapped fields."""

from datetime import datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.indexing.document import project, version_of, withdraw
from marsad.settings import REPOSITORY
from support.payloads import ARTICLE_ID, make_task, minutes
from unit.indexing.makers import ENRICHMENT, make_enriched, make_retraction

MAPPED = set(
    orjson.loads((REPOSITORY / "deploy/elasticsearch/news.index.json").read_bytes())["template"]["mappings"][
        "properties"
    ]
)
FULL: dict[str, Any] = {
    "task": make_task(aliases=("https://t.example/x",), replays="0" * 32, generation=7),
    "canonical_url": "https://ajil.example/b",
    "outlet": "ajil",
    "site_name": "عاجل",
    "lead": "مقدمة",
    "authors": ("سلمى",),
    "section": "اقتصاد",
    "tags": ("مياه", "مدن"),
    "published": minutes(-5),
    "published_precision": "minute",
    "modified": minutes(-1),
    "language": "ar-EG",
    "image": "https://ajil.example/a.jpg",
    "previous_revision": 1,
    "revision": 2,
    "change": "edited",
    "processing": {
        "version": "0.1.0",
        "stages_ms": {},
        "failures": [{"stage": "places", "error": "E", "message": "m"}],
    },
}


def test_every_mapped_field_is_filled_by_some_article() -> None:
    """The projection and the closed mapping name the same fields: none is refused, none is mapped for nothing."""
    full, withdrawn = project(make_enriched(**FULL)), withdraw(make_retraction(), None)

    assert set(full) | set(withdrawn) == MAPPED


def test_the_article_s_own_words_are_kept() -> None:
    """Texts and times are the article's; times are written in UTC to the millisecond."""
    document = project(
        make_enriched(
            "سطر أول\nسطر ثان", **FULL | {"published": datetime(2026, 3, 1, 15, tzinfo=timezone(timedelta(hours=3)))}
        )
    )

    assert document["article_id"] == ARTICLE_ID
    assert document["text"] == "سطر أول\nسطر ثان"
    assert document["published"] == "2026-03-01T12:00:00.000+00:00"
    assert document["aliases"] == ("https://t.example/x",)
    assert document["generation"] == 7
    assert document["withdrawn"] is False


def test_what_the_stages_found_becomes_facets() -> None:
    """Facets are flat: a city stands for its country too, and each value is there once."""
    document = project(make_enriched())

    assert document["language"] == "ar"
    assert document["credit"] == "رويترز"
    assert document["sources"] == ["reuters", "afp"]
    assert document["origin"] == "reprint"
    assert document["countries"] == ["EG", "SD"]
    assert document["cities"] == ["Cairo", "Jerusalem"]


def test_stage_results_are_kept_whole_but_the_second_text() -> None:
    """`enrichment` holds what every stage found; the normalised text would only double the document."""
    document = project(make_enriched(enrichment={**ENRICHMENT, "a_later_stage": {"x": [1, {"y": 2}]}}))

    assert document["enrichment"] == {
        **{stage: fields for stage, fields in ENRICHMENT.items() if stage != "normalised"},
        "a_later_stage": {"x": [1, {"y": 2}]},
    }


@pytest.mark.parametrize(
    "enrichment",
    [
        {},
        {"language": None, "credit": [], "places": "none"},
        {
            "language": {"code": 7},
            "credit": {"sources": {"id": "x"}, "origin": ["own"]},
            "places": {"places": [None, 3]},
        },
        {"places": {"places": [{"kind": "city"}, {"country": 5, "name": ""}]}, "credit": {"sources": [{"name": "x"}]}},
    ],
)
def test_failed_stages_leave_their_facets_out(enrichment: dict[str, Any]) -> None:
    """Whatever a stage left behind, the article goes in: without the facet, its language undetermined."""
    document = project(make_enriched(enrichment=enrichment))

    assert document["language"] == "und"
    assert not {"sources", "origin", "countries", "cities"} & set(document)
    assert document["enrichment"] == enrichment


def test_failed_stages_can_be_counted() -> None:
    """The names of failed stages are a facet; their messages are kept unindexed."""
    document = project(make_enriched(**FULL))

    assert document["failed_stages"] == ["places"]
    assert document["processing"]["failures"] == [{"stage": "places", "error": "E", "message": "m"}]
    assert document["processing_version"] == "0.1.0"


def test_the_page_s_own_credit_stands_in() -> None:
    """Where the stage found none, the credit that the page itself names is the facet."""
    assert project(make_enriched(enrichment={}, credit="وكالات"))["credit"] == "وكالات"


def test_nothing_empty_is_written() -> None:
    """A field without a value is absent, so that `exists` means what it says."""
    document = project(make_enriched(title=""))

    assert not {"title", "lead", "published", "canonical_url", "authors", "tags", "aliases"} & set(document)


@given(st.integers(1, 2**43), st.integers(0, 999), st.integers(1, 2**43), st.integers(0, 999))
def test_versions_order_by_revision_then_generation(revision: int, generation: int, other: int, newer: int) -> None:
    """A later revision always wins; within one, newer code does; and it fits a long."""
    one = version_of(make_enriched(revision=revision, task=make_task(generation=generation)))
    two = version_of(make_enriched(revision=other, task=make_task(generation=newer)))

    assert (one < two) == ((revision, generation) < (other, newer))
    assert one < 2**63


def test_a_retraction_keeps_what_was_known() -> None:
    """A withdrawn page is flagged: headline, text and facets stay, revision and change are the retraction's."""
    before = project(make_enriched(published=minutes(-5)))

    after = withdraw(make_retraction(fetched_at=minutes(60), task=make_task("a revisit")), before)

    kept = {"title", "text", "published", "language", "countries", "enrichment", "content_hash", "processing"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["withdrawn"] is True
    assert after["withdrawn_at"] == "2026-03-01T13:00:00.000+00:00"
    assert (after["change"], after["revision"], after["previous_revision"]) == ("withdrawn", 2, 1)
    assert after["task_id"] == make_task("a revisit").task_id
    assert set(after) <= MAPPED


def test_a_retraction_of_an_unknown_article_is_bare() -> None:
    """Where the index holds nothing, the document says that the article was withdrawn, and where it stood."""
    document = withdraw(make_retraction(), None)

    assert document["withdrawn"] is True
    assert document["url"] == "https://ajil.example/a"
    assert not {"title", "text", "language", "enrichment"} & set(document)


def test_a_second_retraction_keeps_the_first_one_s_time() -> None:
    """Newer code that processes a retraction again does not move the moment of withdrawal."""
    first = withdraw(make_retraction(fetched_at=minutes(60)), None)

    assert withdraw(make_retraction(fetched_at=minutes(90)), first)["withdrawn_at"] == first["withdrawn_at"]


def test_a_page_that_comes_back_is_not_withdrawn() -> None:
    """The next revision with a text replaces the whole document."""
    document = project(make_enriched(revision=3, change="edited"))

    assert document["withdrawn"] is False
    assert "withdrawn_at" not in document
