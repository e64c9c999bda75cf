"""The newsroom itself: it takes free ports of one address, lays its plan and serves until it is left."""

import socket
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from marsad.errors import OutletError
from marsad.newsroom.content import houses
from marsad.newsroom.feeds import feed_url
from marsad.newsroom.gold import expected, load_expected
from marsad.newsroom.items import Addresses, Item, Pace, events, plan
from marsad.newsroom.load import Note, load_page
from marsad.newsroom.model import Event, Expected, House
from marsad.newsroom.outlet_files import write_outlet_files
from marsad.newsroom.site import Site

_LOOPBACK = "127.0.0.1"
_SHUTDOWN_S = 1.0  # requests under way at the end get this long


def utc_now() -> datetime:
    """Return the time, with its zone."""
    return datetime.now(UTC)


class Newsroom:
    """Outlets of our own on loopback that publish on a clock. Use it as `async with Newsroom() as room:`.

    Args:
        speed: how many planned seconds pass in a real one; it hastens everything below.
        publish_over_s: planned seconds until the last article has appeared; 0 shows all at once. Corrections and the
            withdrawal follow `items.CORRECTION_AFTER_S` and `items.WITHDRAWAL_AFTER_S` planned seconds later.
        crawl_delay_s: what robots.txt and the outlet files ask for.
        directory: where the folder `outlets` is made; a temporary one, removed at the end, where none is given.
        clock: tells the time, with a zone.
        host: the address to serve on, as it stands in all links.
    """

    started: datetime
    outlets_dir: Path

    def __init__(
        self,
        speed: float = 1.0,
        publish_over_s: float = 40.0,
        crawl_delay_s: float = 0.2,
        directory: Path | None = None,
        clock: Callable[[], datetime] = utc_now,
        host: str = _LOOPBACK,
    ) -> None:
        self._pace = (publish_over_s, speed)
        self._crawl_delay_s = crawl_delay_s
        self._directory = directory
        self._clock = clock
        self._host = host
        self._content = houses()
        self._addresses: dict[str, Addresses] = {}
        self._items: tuple[Item, ...] = ()
        self._notes: dict[str, dict[tuple[int, int], tuple[Note, ...]]] = {outlet: {} for outlet in self._content}
        self._open = AsyncExitStack()

    @property
    def outlets(self) -> tuple[str, ...]:
        """The ids of all outlets."""
        return tuple(self._content)

    @property
    def events(self) -> list[Event]:
        """What has happened by now, in order."""
        now = self._clock()
        return [event for event in events(self._items) if event.at <= now]

    def urls(self) -> list[str]:
        """Return the address of every article, whatever becomes of it, in the order of appearance."""
        return [item.url for item in self._items]

    def expected(self) -> list[Expected]:
        """Return the gold of every article, in the order of appearance."""
        return [expected(item) for item in self._items]

    def origin_of(self, outlet: str) -> str:
        """Return an outlet's origin, such as `http://127.0.0.1:40001`. Raises OutletError where there is none."""
        self._house(outlet)
        return self._addresses[outlet].origin

    def short_origin_of(self, outlet: str) -> str | None:
        """Return the origin of an outlet's short links, or None. Raises OutletError where there is no such outlet."""
        self._house(outlet)
        return self._addresses[outlet].short_origin

    def feed_of(self, outlet: str) -> str | None:
        """Return the address of an outlet's feed, or None. Raises OutletError where there is no such outlet."""
        return feed_url(self._house(outlet), self.origin_of(outlet))

    def load_article(self, outlet: str, seed: int, number: int) -> Expected:
        """Return the gold of one load article as it stands. Raises OutletError where there is no such outlet."""
        house = self._house(outlet)
        notes = self._notes[outlet].get((seed, number), ())
        return load_expected(load_page(house, self._addresses[outlet], seed, number, self.started, notes))

    def correct_load_article(self, outlet: str, seed: int, number: int, text: str) -> Expected:
        """Add a paragraph to a load article; return its new gold. Raises OutletError where there is no such outlet."""
        self._house(outlet)
        notes = self._notes[outlet]
        notes[seed, number] = (*notes.get((seed, number), ()), Note(self._clock(), text))
        return self.load_article(outlet, seed, number)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            folder = self._directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsroom-")))
            self.outlets_dir = folder / "outlets"
            self.started = self._clock()
            sockets = {
                house.id: (_bound(stack, self._host), _bound(stack, self._host) if house.short_links else None)
                for house, _ in self._content.values()
            }
            self._addresses = {
                outlet: Addresses(_origin(main), _origin(short) if short else None)
                for outlet, (main, short) in sockets.items()
            }
            self._items = plan(list(self._content.values()), self._addresses, Pace(self.started, *self._pace))
            for outlet, (main, short) in sockets.items():
                site = self._site(outlet)
                await _serve(stack, site.app(), main)
                if short:
                    await _serve(stack, site.short_app(), short)
            known = [house for house, _ in self._content.values()]
            write_outlet_files(self.outlets_dir, known, self._addresses, self._crawl_delay_s)
            self._open = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    def _site(self, outlet: str) -> Site:
        return Site(
            house=self._house(outlet),
            addresses=self._addresses[outlet],
            items=[item for item in self._items if item.house.id == outlet],
            clock=(self.started, self._clock),
            crawl_delay_s=self._crawl_delay_s,
            notes=self._notes[outlet],
        )

    def _house(self, outlet: str) -> House:
        if outlet not in self._content:
            raise OutletError(
                f"The newsroom has no outlet {outlet!r}; it has {', '.join(self._content)}. Name one of them."
            )
        return self._content[outlet][0]


def _bound(stack: AsyncExitStack, host: str) -> socket.socket:
    """Return a socket on a free port, so that its number is known before anything is served."""
    sock = stack.enter_context(socket.socket())
    sock.bind((host, 0))
    return sock


def _origin(sock: socket.socket) -> str:
    host, port = sock.getsockname()
    return f"http://{host}:{port}"


async def _serve(stack: AsyncExitStack, app: web.Application, sock: socket.socket) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, sock).start()
