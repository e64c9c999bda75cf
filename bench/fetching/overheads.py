"""What manners cost for each request, alone: processor microseconds of guard, robots.txt and a turn."""

import asyncio
import timeit
from collections.abc import Callable, Coroutine
from ipaddress import IPv4Network
from time import process_time
from typing import Any

import httpx

from marsad.fetching.addresses import AddressPolicy
from marsad.fetching.network import GuardedBackend
from marsad.fetching.politeness import HostClocks
from marsad.fetching.robots import parse_rules
from marsad.fetching.targets import check_url
from marsad.fetching.turns import Turns
from marsad.settings import Fetching
from marsad.streaming.processor import now

TIMES = 2_000
RULES = 100  # of a robots.txt, which is more than most have
URL = "http://127.0.0.1/news/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/12345.html?page=2"


def overheads() -> dict[str, float]:
    """Return microseconds by what is done; the guard's are for each new connection, the others for each request."""
    text = "User-agent: *\n" + "".join(f"Disallow: /section{number}/*.php\n" for number in range(RULES))
    rules, url = parse_rules(text.encode()), httpx.URL(URL)
    guard = GuardedBackend(AddressPolicy.of(Fetching(allow_networks=(IPv4Network("127.0.0.0/8"),))), _resolve)
    turns = Turns(HostClocks(), now)

    async def turn() -> None:
        if await turns.enter("127.0.0.1", 0.0, None) is None:
            turns.leave("127.0.0.1", 0.0)

    return {
        "guard: the URL": _timed(lambda: check_url(URL)),
        "guard: resolved addresses, a connection": _timed_async(lambda: guard.checked("127.0.0.1", 80)),
        f"robots.txt of {RULES} rules, kept": _timed(lambda: rules.allows(url)),
        "a host's turn": _timed_async(turn),
    }


async def _resolve(host: str, port: int) -> list[str]:
    del port
    return [host]


def _timed(work: Callable[[], object]) -> float:
    return min(timeit.repeat(work, number=TIMES, repeat=3)) / TIMES * 1e6


def _timed_async(work: Callable[[], Coroutine[Any, Any, object]]) -> float:
    async def all_() -> float:
        begun = process_time()  # a turn also waits, which costs nobody anything
        for _ in range(TIMES):
            await work()
        return process_time() - begun

    return min(asyncio.run(all_()) for _ in range(3)) / TIMES * 1e6
