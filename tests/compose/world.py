"""The world of `make compose-test`, inside a container: the newsroom, and a look at what becomes of what it promises.

`/newsroom/outlets` is what the services read of it. `/newsroom/wanted` holds how many load articles are to be handed in
by now; `/newsroom/seen.json` says what the last look saw.
"""

import asyncio
import ipaddress
import json
import logging
import os
import signal
import socket
from pathlib import Path

import psutil

from marsad.demo.clock import HeldClock
from marsad.demo.gold import Difference, judge, strays
from marsad.demo.script import SHORT_LINKS, Script
from marsad.demo.sight import Sight, look
from marsad.discovery.submission import hand_over
from marsad.errors import Unavailable
from marsad.newsroom import Expected, Newsroom
from marsad.settings import Settings, load_settings
from marsad.urls import page_id

FOLDER = Path("/newsroom")
WANTED, SEEN = FOLDER / "wanted", FOLDER / "seen.json"
OUTLET, SEED = "nawa", 2  # of the load articles
PUBLISH_OVER_S, SPEED = 60.0, 0.5  # a second of the plan takes two: corrections wait for slow machines
NAMED = 20  # differences
IN_FLIGHT = "in flight"  # not compared: some feed always is, and `marsad audit` balances the ledger


class Observer:
    """Does what the demo's script does, hands in load articles, and compares."""

    def __init__(self, own: Settings, room: Newsroom, clock: HeldClock) -> None:
        self._own = own
        self._room = room
        self._script = Script(own, room, clock)
        self._handed = 0

    async def step(self) -> None:
        """Look once, tell, act. Raises Unavailable."""
        gold = self._gold()
        sight = await look(self._own, [page_id(promise.url) for promise in gold])
        tell(self._told(gold, sight))
        await self._script.act(sight)
        await self._hand_in()

    def _gold(self) -> list[Expected]:
        loads = [self._room.load_article(OUTLET, SEED, number) for number in range(1, self._handed + 1)]
        return [*self._script.gold, *loads]

    async def _hand_in(self) -> None:
        wanted = int(WANTED.read_text()) if WANTED.exists() else 0
        new = [self._room.load_article(OUTLET, SEED, number).url for number in range(self._handed + 1, wanted + 1)]
        if new:
            await hand_over(self._own, new)
            self._handed = wanted

    def _told(self, gold: list[Expected], sight: Sight) -> dict[str, object]:
        rows = judge(gold, sight)
        found = [difference for row in rows for difference in row.differences]
        found += [one for one in strays(gold, self._script.links, sight) if one.what != IN_FLIGHT]
        if len(self._script.links) < SHORT_LINKS:
            found.append(Difference("submitted", "short links", str(SHORT_LINKS), str(len(self._script.links))))
        return {
            "promised": len(rows),
            "kept": sum(not row.differences for row in rows),
            "handed": self._handed,
            "articles": sight.counts.articles,
            "revisions": len(sight.revisions),
            "differences": [f"{one.where}: {one.what}: {one.seen}, not {one.expected}" for one in found[:NAMED]],
        }


def tell(seen: dict[str, object]) -> None:
    """Leave what was seen where it is read from outside, whole at every moment."""
    new = SEEN.with_suffix(".new")
    new.write_text(json.dumps(seen, ensure_ascii=False), encoding="utf-8")
    new.replace(SEEN)


def address_in(network: str) -> str:
    """Return this container's address in a network. Raises StopIteration where it has none."""
    known = ipaddress.ip_network(network)
    return next(
        one.address
        for addresses in psutil.net_if_addrs().values()
        for one in addresses
        if one.family == socket.AF_INET and ipaddress.ip_address(one.address) in known
    )


async def main() -> None:
    """Serve and look until SIGTERM."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a broker that is away is part of the test
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clock, own = HeldClock(), load_settings()
    host = address_in(os.environ["NEWSROOM_NETWORK"])
    async with Newsroom(SPEED, PUBLISH_OVER_S, directory=FOLDER, clock=clock, host=host) as room:
        observer = Observer(own, room, clock)
        while not stop.is_set():
            try:
                await observer.step()
            except Unavailable as error:
                tell({"away": str(error)})
            await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main())
