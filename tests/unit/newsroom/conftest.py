"""A newsroom on a clock that stands still until a test moves it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from lxml import html

from marsad.newsroom import Newsroom

START = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


class _Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move_to(self, second: float) -> None:
        self.now = START + timedelta(seconds=second)


@pytest.fixture
def start() -> datetime:
    """When the newsroom of a test opens."""
    return START


@pytest.fixture
def clock() -> _Clock:
    """Return the clock of the newsroom."""
    return _Clock()


@pytest.fixture
def move_to(clock: _Clock) -> Callable[[float], None]:
    """Return what sets the clock to so many seconds after the start."""
    return clock.move_to


@pytest.fixture
async def room(clock: _Clock) -> AsyncIterator[Newsroom]:
    """Serve a newsroom that publishes over 40 seconds of the test's clock."""
    async with Newsroom(publish_over_s=40, clock=clock) as room:
        yield room


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Return a client that follows no redirect."""
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
def visible() -> Callable[[str], str]:
    """Return what turns a page into the text that its readers see."""

    def text_of(page: str) -> str:
        tree: Any = html.document_fromstring(page)  # the stubs of lxml give XPath results every type there is
        for element in tree.xpath("//head | //script | //style"):
            element.drop_tree()
        return str(tree.text_content())

    return text_of
