"""Facts about the board of hosts on the real Elasticsearch."""

from datetime import timedelta

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.search.hosts import HostBoard, HostState
from marsad.search.names import Names
from support.payloads import NOON

pytestmark = pytest.mark.stack


def make_host(host: str, seconds: float = 0.0, queued: int = 0) -> HostState:
    """Return a host as it was so many seconds after noon."""
    at = NOON + timedelta(seconds=seconds)
    return HostState(host, 2.0, at + timedelta(seconds=2), 0, resting=False, queued=queued, archives=3, at=at)


async def test_hosts_are_written_recalled_and_listed(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """By name at once, all of them for people."""
    board = HostBoard(search_client, search_names)
    hosts = [make_host(f"host{number}.example") for number in range(50)]
    await board.put(hosts)
    assert await board.recall("host7.example") == hosts[7]
    assert await board.recall("unheard-of.example") is None
    assert sorted(await board.all(), key=lambda one: one.host) == sorted(hosts, key=lambda one: one.host)


async def test_who_lost_a_host_does_not_overwrite_its_new_owner(
    search_client: AsyncElasticsearch, search_names: Names
) -> None:
    """The newer word stays, in whatever order they come."""
    board = HostBoard(search_client, search_names)
    await board.put([make_host("ajil.example", seconds=5, queued=7)])
    await board.put([make_host("ajil.example", seconds=3, queued=9)])
    state = await board.recall("ajil.example")
    assert state is not None
    assert state.queued == 7


async def test_without_the_index_there_are_no_hosts(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """An installation that was not set up again since an update shows the rest of the status."""
    await search_client.indices.delete(index=search_names.state_hosts)
    assert await HostBoard(search_client, search_names).all() == []
