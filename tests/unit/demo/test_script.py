"""What the demo does itself, and when."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from marsad.contracts.states import State
from marsad.demo import script as module
from marsad.demo.clock import HeldClock
from marsad.demo.play import Site, settings_for
from marsad.demo.script import SHORT_LINKS, Script
from marsad.demo.sight import Sight
from marsad.discovery.submission import Submitted
from marsad.localstack import Endpoints
from marsad.newsroom import Newsroom
from marsad.search.counts import Counts
from marsad.settings import Settings
from unit.demo.makers import ended, sight

Handed = list[tuple[list[str], bool]]


class Clock(HeldClock):
    """A clock that a test moves once it was released."""

    def __init__(self) -> None:
        super().__init__()
        self.start = super().__call__()
        self.ahead = timedelta()
        self.released = False

    def __call__(self) -> datetime:
        return self.start + self.ahead

    def release(self) -> None:
        self.released = True


@pytest.fixture
def clock() -> Clock:
    """The newsroom's clock."""
    return Clock()


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """Settings of a run."""
    return settings_for(Site(Endpoints("127.0.0.1:9092", "http://127.0.0.1:9200"), tmp_path, tmp_path), tmp_path)


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Handed:
    """What was handed over, and whether again."""
    calls: Handed = []

    async def hand_over(_own: Settings, links: Sequence[str], *, again: bool = False) -> list[Submitted]:
        calls.append((list(links), again))
        return [Submitted(link, f"task of {link}", "event") for link in links]

    monkeypatch.setattr(module, "hand_over", hand_over)
    return calls


@pytest.fixture
async def script(tmp_path: Path, own: Settings, clock: Clock) -> AsyncIterator[Script]:
    """A script over a real newsroom."""
    async with Newsroom(directory=tmp_path, clock=clock) as room:
        yield Script(own, room, clock)


def with_articles(number: int) -> Sight:
    """Return a look at an index of so many articles."""
    return sight(counts=Counts({State.INDEXED: number}, {}, {}, number, {}))


async def test_nothing_is_done_before_an_article_went_all_the_way(script: Script, clock: Clock, handed: Handed) -> None:
    """The newsroom waits until every service has shown that it works."""
    await script.act(with_articles(0))

    assert not clock.released
    assert handed == []


async def test_the_first_article_lets_the_newsroom_begin(script: Script, clock: Clock, handed: Handed) -> None:
    """From then on its clock runs; there is no short link of a known article yet, so none is submitted."""
    await script.act(with_articles(1))

    assert clock.released
    assert handed == []


async def test_short_links_are_submitted_once(script: Script, clock: Clock, handed: Handed) -> None:
    """Three links, cut out of the Arabic words that they are glued to; each is remembered with where it leads."""
    clock.ahead = timedelta(seconds=30)
    await script.act(with_articles(5))
    await script.act(with_articles(6))

    ((links, again),) = [call for call in handed if set(call[0]) <= {one.short_url for one in script.gold}]
    assert not again
    assert len(links) == SHORT_LINKS
    assert links == [promise.short_url for promise in script.links.values()]
    assert len({promise.url for promise in script.links.values()}) == SHORT_LINKS


async def test_what_no_feed_lists_is_not_submitted(script: Script, clock: Clock, handed: Handed) -> None:
    """The outlet without a feed has a front page, and its articles are found there."""
    unlisted = {promise.url for promise in script.room.expected() if not promise.listed_as}
    for second in (0, 20, 60):
        clock.ahead = timedelta(seconds=second)
        await script.act(with_articles(5))

    assert unlisted
    assert not any(unlisted & set(links) for links, _ in handed)


async def test_a_withdrawn_article_is_asked_for_once_again(script: Script, clock: Clock, handed: Handed) -> None:
    """Its feed does not tell, so it is submitted again, as a person would."""
    clock.ahead = timedelta(minutes=10)
    await script.act(with_articles(20))
    await script.act(with_articles(20))

    withdrawn = [promise.url for promise in script.gold if promise.outcome == "withdrawn"]
    assert withdrawn
    assert [links for links, again in handed if again] == [withdrawn]


async def test_links_that_were_never_submitted_stray(script: Script) -> None:
    """A run that ended before its short links were submitted is no good run."""
    found = script.strays(sight([ended(script.gold[0])]))

    assert [(one.expected, one.seen) for one in found if one.what == "short links"] == [(str(SHORT_LINKS), "0")]


async def test_every_promise_has_an_id_of_its_own(script: Script) -> None:
    """The newsroom's articles and those that only short links lead to."""
    assert len(set(script.ids)) == len(script.gold) == len(script.room.expected()) + 2


def test_a_run_reaches_loopback_and_its_own_names_alone(own: Settings) -> None:
    """Neither built-in outlets nor another network: nothing real can be fetched."""
    assert [str(network) for network in own.fetching.allow_networks] == ["127.0.0.0/8"]
    assert own.builtin_outlets is False
    assert (own.kafka.topic_prefix, own.search.index_prefix) == ("demo", "demo-")
