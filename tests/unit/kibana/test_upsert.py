"""What is written, what is left alone."""

from pathlib import Path

import pytest

from marsad.errors import KibanaError
from marsad.kibana.client import Kibana
from marsad.kibana.files import Wanted, load
from marsad.kibana.upsert import Done, covers, upsert
from marsad.settings import REPOSITORY
from support.kibana import FakeKibana

OURS = load(REPOSITORY / "deploy/kibana", "own-")
BOARD = "/api/dashboards/marsad-newsroom"


def whats(done: list[Done]) -> list[str]:
    """Return what was done with each."""
    return [one.what for one in done]


def test_all_is_made_in_order(kibana: Kibana, fake: FakeKibana) -> None:
    """Data views first: the fake refuses a dashboard that names one it does not have."""
    done = list(upsert(kibana, OURS))

    assert [(one.kind, one.id) for one in done] == [
        ("data-view", "marsad-articles"),
        ("data-view", "marsad-ledger"),
        ("dashboard", "marsad-newsroom"),
        ("role", "marsad_analyst"),
    ]
    assert whats(done) == ["created"] * 4
    assert fake.objects["/api/data_views/data_view/marsad-articles"]["data_view"]["title"] == "own-news"
    assert fake.objects["/api/security/role/marsad_analyst"]["elasticsearch"]["indices"][0]["names"] == [
        "own-news", "own-news-v1-*", "own-ledger-v1",
    ]  # fmt: skip


def test_a_second_run_writes_nothing(kibana: Kibana, fake: FakeKibana) -> None:
    """Although what comes back has Kibana's defaults and ids in it."""
    list(upsert(kibana, OURS))
    before = len(fake.written)

    assert whats(list(upsert(kibana, OURS))) == ["unchanged"] * 4
    assert len(fake.written) == before == 4


@pytest.mark.parametrize(
    ("path", "spoil"),
    [
        ("/api/data_views/data_view/marsad-ledger", lambda there: there["data_view"].update(title="other-*")),
        (BOARD, lambda there: there["data"]["panels"].pop()),
        (BOARD, lambda there: there["data"]["panels"][1]["grid"].update(x=3)),
        (BOARD, lambda there: there["data"].update(title="Mine")),
        ("/api/security/role/marsad_analyst", lambda there: there["kibana"][0]["spaces"].append("secret")),
        ("/api/security/role/marsad_analyst", lambda there: there["elasticsearch"]["cluster"].append("all")),
    ],
)
def test_what_was_changed_by_hand_is_put_right(kibana: Kibana, fake: FakeKibana, path: str, spoil: object) -> None:
    """That object alone, and then all is as wanted."""
    assert callable(spoil)
    list(upsert(kibana, OURS))
    spoil(fake.objects[path])

    again = list(upsert(kibana, OURS))

    assert sorted(whats(again)) == ["unchanged"] * 3 + ["updated"]
    assert whats(list(upsert(kibana, OURS))) == ["unchanged"] * 4


def test_a_refused_object_stops_it(kibana: Kibana, fake: FakeKibana) -> None:
    """Those before it are written; the next run goes on from there."""
    fake.instead["PUT", BOARD] = (400, {"message": "[request body.panels.3]: no"}, {})

    with pytest.raises(KibanaError, match=r"panels\.3"):
        list(upsert(kibana, OURS))
    del fake.instead["PUT", BOARD]

    assert whats(list(upsert(kibana, OURS))) == ["unchanged", "unchanged", "created", "created"]


def test_an_answer_without_the_object_is_no_match(kibana: Kibana, fake: FakeKibana) -> None:
    """Then it is written again rather than taken for right."""
    fake.instead["GET", BOARD] = (200, {"id": "marsad-newsroom"}, {})

    assert whats(list(upsert(kibana, OURS))) == ["created", "created", "updated", "created"]


@pytest.mark.parametrize(
    ("there", "wanted", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": {"b": [{"c": 1, "d": 0}]}}, {"a": {"b": [{"c": 1}]}}, True),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        ([2, 1], [1, 2], False),
        ({"a": True}, {"a": 1}, False),
        ({"a": None}, {"a": {}}, False),
        (None, {"a": 1}, False),
        ("x", ["x"], False),
        ({}, {}, True),
    ],
)
def test_covers(there: object, wanted: object, expected: bool) -> None:
    """More of an object's fields may be there; lists are as long, in order; no value passes for another."""
    assert covers(there, wanted) is expected


def test_nothing_wanted_asks_nothing(kibana: Kibana, fake: FakeKibana) -> None:
    """As an empty list of objects has it."""
    assert list(upsert(kibana, [])) == []
    assert fake.asked == []


def test_a_broken_document_is_refused_by_the_fake(kibana: Kibana, tmp_path: Path) -> None:
    """The fake judges by rules of its own, not by our models."""
    with pytest.raises(KibanaError, match="'panels' was unexpected"):
        list(upsert(kibana, [Wanted("role", "r", {"elasticsearch": {}, "panels": []})]))
    assert not list(tmp_path.glob("*.json"))
