"""Tests of handing URLs over."""

from collections.abc import Sequence

import pytest

from marsad.contracts.codec import Record
from marsad.contracts.urls import UrlFound
from marsad.discovery import submission
from marsad.settings import Kafka, Settings


class Box:
    """An outbox that keeps what it gets."""

    def __init__(self, _: Settings) -> None:
        self.open = False

    async def start(self) -> None:
        self.open = True

    async def stop(self) -> None:
        self.open = False


async def test_links_become_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each link has a task of its own, and what the broker refused is not reported as handed over."""
    sent: list[Record] = []

    async def publish(_box: Box, source: str, records: Sequence[Record], _cause: str) -> set[int]:
        assert source == "submit"
        sent.extend(records)
        return {1}

    monkeypatch.setattr(submission, "Outbox", Box)
    monkeypatch.setattr(submission, "publish", publish)
    own = Settings(kafka=Kafka(bootstrap="127.0.0.1:1"))

    urls = ["https://news.example.org/1", "https://news.example.org/2"]
    handed = await submission.hand_over(own, urls, again=True)

    assert [link.url for link in handed] == urls[:1]
    assert {record.key for record in sent} == {"example.org"}
    assert sent[0].task_id == handed[0].task_id != sent[1].task_id
    assert isinstance(sent[0].data, UrlFound)
    assert (sent[0].data.found_in, sent[0].data.again) == ("submitted", True)
