"""Archiving what the web answered, off unless a folder is set.

An answer is written before its record is sent: what was emitted can be replayed, and a process that is killed in
between has archived an answer that is asked for once more. Where the disk does not take it, news goes on: the bytes of
pages lie in `pages.fetched` as well, for as long as that keeps them; the log says so once in a while, a metric counts.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from time import monotonic

from marsad.contracts.urls import UrlDiscovered
from marsad.fetching.exchange import Answer, Redirect
from marsad.settings import Fetching
from marsad.telemetry import logger
from marsad.telemetry.metrics import ARCHIVED
from marsad.warc.writing import Archive, Exchange

REST_S = 30.0  # after a failure; until then answers are missed without another attempt
TASK_CHARS = 16 * 1024
WHOLE = frozenset({200, 203})  # of other answers the body is not read, or its start alone
KEPT_OUT = frozenset({"noarchive", "nocache", "none"})  # asked by the page or its header

log = logger(__name__)


class Keeper:
    """Writes answers in a thread of its own, one after the other."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._thread = ThreadPoolExecutor(1, "marsad-archive")
        self._again_at = 0.0
        self._missed = 0

    async def keep(self, data: UrlDiscovered, answer: Answer | Redirect, at: datetime) -> None:
        """Write an answer, unless its page asks not to be archived. Never fails.

        Args:
            data: what was asked for.
            answer: what came, a page or where it leads.
            at: the time that the page's record bears.
        """
        if data.form is not None or (isinstance(answer, Answer) and KEPT_OUT & {*answer.robots}):
            return
        await asyncio.get_running_loop().run_in_executor(self._thread, self._write, _exchange(data, answer, at))

    async def close(self) -> None:
        """Write what is in hand, and end the file under way."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _write(self, exchange: Exchange) -> None:
        if monotonic() < self._again_at:
            self._miss()
            return
        try:
            self._archive.add([exchange])
        except OSError as error:
            self._again_at = monotonic() + REST_S
            self._miss()
            log.error("archive_unwritable", missed=self._missed, error=str(error))  # noqa: TRY400 - no trace
            return
        ARCHIVED.labels("written").inc()
        if self._missed:
            log.warning("archive_goes_on", missed=self._missed)
            self._missed = 0

    def _miss(self) -> None:
        self._missed += 1
        ARCHIVED.labels("missed").inc()

    def _close(self) -> None:
        try:
            self._archive.close()
        except OSError as error:
            log.error("archive_unwritable", missed=self._missed, error=str(error))  # noqa: TRY400 - no trace


@asynccontextmanager
async def open_keeper(settings: Fetching) -> AsyncIterator[Keeper | None]:
    """Give what archives, where a folder is set, and end its file afterwards."""
    if settings.archive_dir is None:
        yield None
        return
    keeper = Keeper(Archive(settings.archive_dir, settings.archive_file_bytes, settings.archive_file_s))
    try:
        yield keeper
    finally:
        await keeper.close()


def _exchange(data: UrlDiscovered, answer: Answer | Redirect, at: datetime) -> Exchange:
    task = json.dumps(json.loads(data.task.model_dump_json()))
    known = task if len(task) <= TASK_CHARS else None
    if isinstance(answer, Redirect):
        return Exchange(answer.url, answer.status, tuple(answer.fields.items()), b"", at, known, read=False)
    whole = answer.status in WHOLE
    return Exchange(answer.url, answer.status, tuple(answer.fields.items()), answer.body, at, known, read=whole)
