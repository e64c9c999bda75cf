"""Tests of handing URLs over."""

from collections.abc import Sequence
from typing import Self

import pytest

from marsad.contracts.codec import Record
from marsad.contracts.urls import UrlFound
from marsad.discovery import submission
from marsad.errors import BrokerUnavailable
from marsad.settings import Kafka, Settings
from marsad.streaming.topics import load_topics

OWN = Settings(kafka=Kafka(bootstrap="127.0.0.1:1"))


class Box:
    """An outbox that keeps what it gets."""

    def __init__(self, _: Settings) -> None:
        self.open = False

    async def start(self) -> None:
        self.open = True

    async def stop(self) -> None:
        self.open = False


class Admin:
    """An admin client of a broker with these topics."""

    def __init__(self, topics: Sequence[str]) -> None:
        self.topics = topics

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def list_topics(self) -> Sequence[str]:
        return self.topics


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """Return the list of what is sent to a broker that has all topics and refuses the second record."""
    sent: list[Record] = []
    topics = load_topics(OWN)

    async def publish(_box: Box, source: str, records: Sequence[Record], _cause: str) -> set[int]:
        assert source == "submit"
        sent.extend(records)
        return {1}

    monkeypatch.setattr(submission, "Outbox", Box)
    monkeypatch.setattr(submission, "publish", publish)
    monkeypatch.setattr(submission, "admin_client", lambda _: Admin([topics.full(name) for name in topics.specs]))
    return sent


async def test_links_become_tasks(sent: list[Record]) -> None:
    """Each link has a task of its own, and what the broker refused is not reported as handed over."""
    urls = ["https://news.example.org/1", "https://news.example.org/2"]
    handed = await submission.hand_over(OWN, urls, again=True)

    assert [link.url for link in handed] == urls[:1]
    assert {record.key for record in sent} == {"example.org"}
    assert sent[0].task_id == handed[0].task_id != sent[1].task_id
    assert isinstance(sent[0].data, UrlFound)
    assert (sent[0].data.found_in, sent[0].data.again) == ("submitted", True)


async def test_a_broker_without_the_topics_is_not_waited_for(
    sent: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever forgot `marsad setup` is told so; Kafka's producer alone would wait without end."""
    monkeypatch.setattr(submission, "admin_client", lambda _: Admin([]))

    with pytest.raises(BrokerUnavailable, match="marsad setup"):
        await submission.hand_over(OWN, ["https://news.example.org/1"])

    assert sent == []
