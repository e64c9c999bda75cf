"""What a list of dead letters holds in memory; the rest is tested on real servers."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from marsad import quarantine
from marsad.search.marks import Marks
from marsad.settings import Settings
from marsad.streaming.letters import Letter
from support.payloads import NOON


async def test_a_list_holds_facts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of strangers' records a key may have half a megabyte, headers a megabyte, a value ten: thousands of them."""
    facts = {"reason": "undecodable", "at": NOON.isoformat()}
    held = Letter("discovery", "0-1", NOON, facts, b"key", (("x", b"1"),), b"value", task_id="0" * 32)

    async def letters(_: Settings, __: str) -> AsyncIterator[Letter]:
        yield held

    @asynccontextmanager
    async def connect(_: Settings) -> AsyncIterator[None]:
        yield None

    async def read(_: Any, __: Iterable[str]) -> dict[str, Any]:
        return {}

    monkeypatch.setattr(quarantine, "letters", letters)
    monkeypatch.setattr(quarantine, "connect", connect)
    monkeypatch.setattr(Marks, "read", read)

    (one,) = await quarantine.listed(Settings(), ["discovery"], reason="undecodable")

    assert (one.letter.key, one.letter.headers, one.letter.value) == (None, (), b"")
    assert (one.letter.id, one.letter.facts, one.letter.task_id, one.size) == (held.id, facts, "0" * 32, 5)
    assert await quarantine.listed(Settings(), ["discovery"], reason="too_large") == []
