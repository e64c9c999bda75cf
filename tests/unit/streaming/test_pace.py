"""Giving records back waits for those who read them."""

from typing import Any

import pytest

from marsad.streaming import pace
from marsad.streaming.lag import Lag
from unit.streaming.doubles import SETTINGS


async def test_writing_waits_while_much_is_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is new comes after few records that were given back; other topics' readers do not count."""
    waiting = iter([5_000, pace.AHEAD + 1, pace.AHEAD])
    seen: list[int] = []

    async def lags(_own: Any) -> list[Lag]:
        return [Lag("extraction", "pages.fetched", 0, next(waiting)), Lag("indexing", "ledger", 0, 9_999)]

    monkeypatch.setattr(pace, "lags", lags)
    monkeypatch.setattr(pace, "LOOK_EVERY_S", 0)
    await pace.until_read(SETTINGS, {"pages.fetched"}, seen.append)

    assert seen == [5_000, 1_001, 1_000]
