"""The ledger's documents."""

import orjson
import pytest

from marsad.contracts.states import State
from marsad.indexing.ledger import project, version_of
from marsad.settings import REPOSITORY
from support.payloads import make_task, minutes
from unit.indexing.makers import make_entry

MAPPED = set(
    orjson.loads((REPOSITORY / "deploy/elasticsearch/ledger.index.json").read_bytes())["template"]["mappings"][
        "properties"
    ]
)


def test_every_mapped_field_is_filled_by_some_entry() -> None:
    """The projection and the closed mapping name the same fields."""
    task = make_task(outlet="ajil", referrer="https://ajil.example/rss", replays="0" * 32)
    entry = make_entry(State.INDEXED, task=task, reason="first", detail="d", article_id="a" * 32)

    assert set(project(entry, None)) == MAPPED


def test_the_version_is_the_strength_of_the_state() -> None:
    """Elasticsearch keeps the strongest report by itself, because a stronger state is a higher version."""
    versions = [version_of(make_entry(state)) for state in State]

    assert versions == sorted(set(versions))
    assert versions[0] >= 1


@pytest.mark.parametrize(
    ("state", "latency"), [(State.DISCOVERED, None), (State.INDEXED, 30_000), (State.GONE, 30_000)]
)
def test_latency_is_from_handed_on_to_ended(state: State, latency: int | None) -> None:
    """A task that is under way has none."""
    document = project(make_entry(state), None)

    assert document.get("latency_ms") == latency
    assert document["terminal"] is (latency is not None)


def test_clocks_that_differ_give_no_negative_latency() -> None:
    """Discovery's clock may be ahead of indexing's."""
    assert project(make_entry(State.INDEXED, at=minutes(-1)), None)["latency_ms"] == 0


def test_a_report_without_its_task_keeps_what_was_known() -> None:
    """A record that cannot be read names no task; the URL that is lost would be the one that people look for."""
    known = project(make_entry(State.DISCOVERED), None)

    document = project(make_entry(State.QUARANTINED, task=None, reason="undecodable"), known)

    assert document["url"] == "https://ajil.example/a"
    assert document["kind"] == "page"
    assert (document["state"], document["reason"]) == ("quarantined", "undecodable")
    assert "latency_ms" not in document


def test_a_report_of_an_unknown_task() -> None:
    """Nothing is made up."""
    document = project(make_entry(State.QUARANTINED, task=None), None)

    assert not {"url", "kind", "outlet", "discovered_at"} & set(document)
