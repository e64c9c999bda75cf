"""Where to look for a task: which partitions and which time, and which task a record belongs to."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from marsad.audit.records import task_of
from marsad.audit.trail import AFTERWARDS, Search, _partitions, search_of
from marsad.contracts.codec import Record, Wire, encode
from marsad.contracts.ids import derive
from marsad.contracts.states import State
from marsad.search.ledger import Report
from marsad.settings import Settings
from marsad.streaming.effects import RawMessage
from marsad.streaming.reader import partition_of
from marsad.streaming.topics import load_topics
from marsad.urls import key_of, page_id
from support.payloads import NOON, make_extracted, make_found, make_task, minutes

TOPICS = load_topics(Settings())
URL, SHORT = "https://ajil.example/a", "https://kurz.example/1"
ALL = {0, 1, 2, 3}


def report(**fields: Any) -> Report:
    """Return a page's task that was handed on at noon and indexed a minute later."""
    given = {
        "task_id": derive("a task"),
        "state": State.INDEXED,
        "kind": "page",
        "at": minutes(1).isoformat(),
        "url": SHORT,
        "discovered_at": NOON.isoformat(),
        "article_id": page_id(URL),
    }
    return Report(**(given | fields))


def partitions(search: Search, topic: str) -> set[int]:
    """Return where a task's records of a topic may lie."""
    return _partitions(TOPICS, topic, search, search.urls)


def at(*keys: str) -> set[int]:
    """Return the partitions of these keys."""
    return {partition_of(key.encode(), 4) for key in keys}


def test_an_ended_task_is_looked_for_between_its_beginning_and_its_end() -> None:
    """Its keys are its URLs' domains, its article, its id: one partition or two of each topic."""
    search = search_of(report(), [URL])

    assert (search.since, search.until) == (NOON, minutes(1) + AFTERWARDS)
    assert partitions(search, "urls.discovered") == at(key_of(URL), key_of(SHORT))
    assert partitions(search, "articles.revised") == at(page_id(URL), page_id(SHORT))
    assert partitions(search, "ledger") == at(derive("a task"))
    assert partitions(search, "extraction.dead") == {0}


def test_a_task_in_flight_may_be_anywhere_since_it_was_handed_on() -> None:
    """Its page is not known yet, and it may be on its way to another domain."""
    search = search_of(report(state=State.DISCOVERED, article_id=None))

    assert search.until is None
    assert partitions(search, "urls.discovered") == partitions(search, "pages.fetched") == ALL


def test_a_duplicate_names_another_page_s_article() -> None:
    """Its own page is looked for in every partition."""
    assert partitions(search_of(report(state=State.DUPLICATE)), "pages.fetched") == ALL


@pytest.mark.parametrize("url", ["ftp://ajil.example/a", "https://", None])
def test_a_url_that_is_none_has_no_key(url: str | None) -> None:
    """A task that was refused for its URL is looked for in every partition."""
    search = search_of(report(state=State.REFUSED, url=url, article_id=None))

    assert partitions(search, "urls.found") == ALL


def test_a_task_that_was_never_handed_on_has_no_beginning() -> None:
    """A record that could not be read: all that is kept is looked through."""
    assert search_of(report(discovered_at=None)).since is None


def raw(wire: Wire) -> RawMessage:
    """Return a record as the broker gives it."""
    return RawMessage(wire.topic, 0, 0, 0, wire.key, wire.value, wire.headers)


def found(task_id: str | None) -> RawMessage:
    """Return a URL that was found, with a task or without."""
    record = Record("urls.found", "k", make_found(URL), task_id=task_id)
    return raw(encode(record, cause="c", source="t", at=NOON))


def test_a_record_s_header_names_its_task() -> None:
    """Its payload need not be read."""
    assert task_of("urls.found", replace(found(derive("x")), value=b"\xff")) == derive("x")


def test_a_url_without_a_task_becomes_the_one_that_discovery_derives() -> None:
    """From its event's id; the same on each reading."""
    message = found(None)
    event_id = dict(message.headers)["ce_id"] or b""

    assert task_of("urls.found", message) == derive("task", event_id.decode())


def test_without_a_header_the_payload_says_it() -> None:
    """Other topics carry the task itself."""
    record = Record("articles.extracted", "k", make_extracted(task=make_task("x")))

    assert task_of("articles.extracted", raw(encode(record, cause="c", source="t", at=NOON))) == derive("x")


@pytest.mark.parametrize("topic", ["urls.found", "articles.extracted", "no.such.topic", ""])
def test_what_nobody_can_read_belongs_to_no_task(topic: str) -> None:
    """A stranger's bytes are nobody's."""
    assert task_of(topic, RawMessage(topic, 0, 0, 0, None, b"\xff", (("h", None),))) is None


def test_the_search_is_a_value() -> None:
    """Times are those of the report, whatever zone they are written in."""
    shifted = search_of(report(discovered_at="2026-03-01T14:00:00+02:00"))

    assert shifted.since == datetime.fromisoformat(NOON.isoformat())
