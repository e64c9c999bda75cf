"""The demo's own run, on the session's servers: from feed and short link to search hit, every promise kept."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from marsad.contracts.states import State
from marsad.demo.play import Moment, Played, Site, play
from marsad.demo.searches import SEARCHES
from marsad.localstack import Endpoints
from marsad.newsroom import Expected
from marsad.urls import clean, page_id

PUBLISH_OVER_S = 10.0  # corrections follow 15 and 30 seconds later, a withdrawal 25

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder for the whole module."""
    path = Path(tempfile.mkdtemp(prefix="marsad-e2e-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def moments() -> list[Moment]:
    """What the run showed."""
    return []


@pytest.fixture(scope="module")
def played(stack: Endpoints, folder: Path, moments: list[Moment]) -> Played:
    """One run, looked at by every test."""
    site = Site(stack, folder, folder / "logs", f"t{uuid4().hex[:10]}")
    return asyncio.run(play(site, moments.append, publish_over_s=PUBLISH_OVER_S))


def of(played: Played, outcome: str) -> list[Expected]:
    """Return the promises with an outcome."""
    return [row.expected for row in played.moment.rows if row.expected.outcome == outcome]


def document(played: Played, promise: Expected) -> dict[str, Any]:
    """Return what Elasticsearch holds of an article."""
    return dict(played.moment.sight.articles[page_id(promise.url)])


def test_nothing_differs(played: Played) -> None:
    """The demo's own comparison finds nothing: no outcome, text, revision, link or search is other than promised."""
    assert played.differences == ()


def test_every_address_ends_as_promised(played: Played) -> None:
    """Indexed, withdrawn, duplicate, blocked, refused, gone, no article: each promise of the newsroom is kept."""
    assert [row.outcome for row in played.moment.rows] == [row.expected.outcome for row in played.moment.rows]
    assert {row.outcome for row in played.moment.rows} == {
        "indexed",
        "withdrawn",
        "duplicate",
        "blocked",
        "refused",
        "gone",
        "not_article",
    }


def test_headlines_and_texts_are_exact(played: Played) -> None:
    """Each article in Elasticsearch has the headline and the paragraphs of its last version, and nothing else."""
    promised = of(played, "indexed") + of(played, "withdrawn")

    assert len(promised) > 50
    for promise in promised:
        found = document(played, promise)
        lead = [found["lead"]] if found.get("lead") else []
        assert found["title"] == promise.title
        assert (*lead, *found["text"].split("\n")) == promise.paragraphs


def test_each_correction_is_a_revision(played: Played) -> None:
    """A corrected article stands once in the index, with its new text and the revision before named."""
    corrected = [one for one in of(played, "indexed") if one.revisions > 1]

    assert sorted(one.revisions for one in corrected) == [2, 3]
    for one in corrected:
        found = document(played, one)
        assert found["change"] == "edited"
        assert found["previous_revision"] < found["revision"]
        assert found["text"].endswith(one.paragraphs[-1])


def test_what_changed_is_told(played: Played) -> None:
    """The words of each correction, both of the article that was corrected twice; of the others, why they are none."""
    told = {story.what: story for story in played.stories if story.changes}
    others = {(story.what, story.outlet): story.why for story in played.stories if not story.changes}

    assert told.keys() == {"corrected", "corrected twice"}
    assert any("سبع" in change.before and "تسع" in change.after for change in told["corrected twice"].changes)
    assert any("4.2" in change.before and "2.4" in change.after for change in told["corrected twice"].changes)
    assert "consent" in others["blocked", "sabah-nil"]
    assert others["blocked", "sada"] == "the site answers 403"
    assert all(others.values())


def test_every_language_is_read(played: Played) -> None:
    """Articles in Arabic, English, Persian and Russian are searchable, those of the outlet without a feed too."""
    found = [document(played, one) for one in of(played, "indexed")]

    assert {one["language"] for one in found} == {"ar", "en", "fa", "ru"}
    assert "warraq" in {one["outlet"] for one in found}


def test_a_withdrawn_article_is_flagged_and_keeps_its_text(played: Played) -> None:
    """A retraction marks the article; what it said is still there."""
    (withdrawn,) = of(played, "withdrawn")
    found = document(played, withdrawn)

    assert found["withdrawn"] is True
    assert found["withdrawn_at"]
    assert found["change"] == "withdrawn"
    assert found["title"] == withdrawn.title
    assert found["text"]


def test_short_links_are_aliases(played: Played) -> None:
    """An article that was found by its short link names it; a link to a known article leads to that one."""
    only_short = [
        one for one in of(played, "indexed") if one.short_url is not None and set(one.listed_as) <= {one.short_url}
    ]

    assert len(only_short) == 3
    for promise in only_short:
        assert clean(str(promise.short_url)) in document(played, promise)["aliases"]
    assert len(played.links) == 3


def test_every_search_finds_what_it_should(played: Played) -> None:
    """A hasty Arabic spelling, an Arabic name as a phrase and two English words find their articles, marked."""
    assert [(answer.search, answer.missing) for answer in played.answers] == [(search, ()) for search in SEARCHES]


def test_the_ledger_adds_up(played: Played, moments: list[Moment]) -> None:
    """At the end nothing is in flight and nothing is quarantined; on the way no count ever went back."""
    counts = played.moment.sight.counts
    totals = [moment.sight.counts.terminal for moment in moments]

    assert counts.in_flight == 0
    assert State.QUARANTINED not in {**counts.pages, **counts.feeds, **counts.unknown}
    assert totals == sorted(totals)


def test_no_service_ended_by_itself(played: Played) -> None:
    """All six services ran through."""
    assert played.moment.deaths == {}
