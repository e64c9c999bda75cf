"""Worker processes that may hang, crash or eat memory without harming the documents beside them.

Every worker has a pipe of its own. A pool whose workers share one (pebble 5.2.3, concurrent.futures) is lost when a
worker dies idle, dies with the shared lock in hand, or leaves half a message behind. Here a death is an end of file on
that worker's pipe and concerns the one document it had in hand.
"""

import asyncio
import os
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Generic, TypeVar, cast

from marsad.errors import StageError, WorkerDied, WorkersUnavailable, WorkerTimeout
from marsad.telemetry import logger
from marsad.telemetry.hand import document_done
from marsad.telemetry.logs import configured, named
from marsad.telemetry.metrics import POOL_RESTARTS, WORKER_SECONDS
from marsad.workers.process import Job, Worker

__all__ = ["WorkerPool"]

In = TypeVar("In")
Out = TypeVar("Out")

NOT_RUNNING = "The worker pool is not running: call start() before run(), and no run() after stop()."
COLD_PAUSE_S = 1.0  # after a worker that did not become warm

log = logger(__name__)


def _seen(slot: asyncio.Task[Worker]) -> None:
    """Take note of a failed start: the next caller is told, not asyncio's log."""
    if not slot.cancelled():
        slot.exception()


class WorkerPool(Generic[In, Out]):
    """Runs an importable function in `workers` warm processes, one document at a time each.

    A worker past `deadline_s` is killed, one that has done `max_tasks` documents is retired; both are replaced at once,
    in the background. The deadline covers one document and starts when a warm worker gets it: neither waiting for a
    worker nor its warming up counts. A pool is started once and belongs to the event loop that started it.
    """

    def __init__(
        self,
        function: Callable[[In], Out],
        *,
        workers: int,
        deadline_s: float,
        max_tasks: int,
        warm_up: Callable[[], None] | None = None,
    ) -> None:
        self._job = Job(function, warm_up, os.getpid(), configured())
        self._workers = workers
        self._deadline_s = deadline_s
        self._max_tasks = max_tasks
        self._restarts = 0
        self._running = False
        # A slot is a worker or one on its way; None wakes up those who wait when the pool stops.
        self._free: asyncio.Queue[asyncio.Task[Worker] | None] = asyncio.Queue()
        self._slots: set[asyncio.Task[Worker]] = set()
        self._suspects = asyncio.Lock()
        # PR_SET_PDEATHSIG follows the thread that started a process, so these live as long as the pool. Two for a slot:
        # a cancelled exchange may still be ending while its worker is dismissed.
        self._threads = ThreadPoolExecutor(2 * workers, "marsad-pool")

    @property
    def restarts(self) -> int:
        """Workers replaced because they hung, died or were abandoned; planned retirements do not count."""
        return self._restarts

    async def start(self) -> None:
        """Start all workers and wait until they are warm. Raises StageError when one does not become so."""
        self._running = True
        slots = [self._new_slot() for _ in range(self._workers)]
        try:
            await asyncio.gather(*slots)
        except BaseException:
            await self.stop()
            raise
        for slot in slots:
            self._free.put_nowait(slot)

    async def run(self, item: In) -> Out:
        """Return `function(item)`, computed in a worker.

        An item whose worker hung or died is tried once more; such retries are made one at a time, so that a few bad
        documents never hold all workers.

        Raises:
            WorkerTimeout: It ran past the deadline twice, and its workers were killed.
            WorkerDied: Its worker ended twice (signal, crash, exit, memory cap).
            StageError: The function raised, or its result or the item cannot be pickled.
            WorkersUnavailable: The pool is not running.
        """
        try:
            payload = pickle.dumps((item, named()))
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise StageError(f"A {type(item).__name__} cannot be handed to a worker: {error}") from error
        try:
            return await self._attempt(payload)
        except (WorkerTimeout, WorkerDied):
            async with self._suspects:
                return await self._attempt(payload)

    async def stop(self) -> None:
        """End all workers. Callers whose documents are in hand get WorkersUnavailable. May be called twice."""
        self._running = False
        self._free.put_nowait(None)
        workers = await asyncio.gather(*self._slots, return_exceptions=True)
        loop = asyncio.get_running_loop()
        for worker in workers:
            if isinstance(worker, Worker):
                await loop.run_in_executor(self._threads, worker.dismiss)
        self._slots.clear()
        self._threads.shutdown(wait=False)

    async def _attempt(self, payload: bytes) -> Out:
        slot = await self._take()
        worker = slot.result()
        loop = asyncio.get_running_loop()
        deadline = loop.call_later(self._deadline_s, worker.expire)
        began = perf_counter()
        try:
            return cast("Out", await loop.run_in_executor(self._threads, worker.exchange, payload))
        except asyncio.CancelledError:
            worker.kill()
            raise
        finally:
            deadline.cancel()
            WORKER_SECONDS.observe(perf_counter() - began)
            document_done()
            self._give_back(slot)

    async def _take(self) -> asyncio.Task[Worker]:
        """Return a slot whose worker is warm and lives, however many die before. Raises WorkersUnavailable."""
        while self._running:
            slot = await self._free.get()
            if slot is None or not self._running:
                self._free.put_nowait(slot)
                break
            try:
                worker = await asyncio.shield(slot)
            except Exception as error:  # noqa: BLE001 - whatever kept it from becoming warm, no document is to blame
                log.warning("worker_not_warm", error=repr(error))
                self._give_back(slot)
                await asyncio.sleep(COLD_PAUSE_S)
                continue
            except BaseException:
                self._give_back(slot)
                raise
            worker.check()
            if worker.fit:
                return slot
            self._give_back(slot)  # it died idle: no document is to blame
        raise WorkersUnavailable(NOT_RUNNING)

    def _give_back(self, slot: asyncio.Task[Worker]) -> None:
        """Queue the slot again, with a new worker where the old one is lost or has done its share."""
        failed = slot.done() and (slot.cancelled() or slot.exception() is not None)
        worker = slot.result() if slot.done() and not failed else None
        if self._running and (failed or (worker is not None and not worker.fit)):
            if worker is not None and worker.broken:
                self._restarts += 1
                POOL_RESTARTS.labels(worker.loss).inc()
            self._slots.discard(slot)
            slot = self._new_slot(worker)
        self._free.put_nowait(slot)

    def _new_slot(self, last: Worker | None = None) -> asyncio.Task[Worker]:
        slot = asyncio.create_task(self._warm_worker(last))
        slot.add_done_callback(_seen)
        self._slots.add(slot)
        return slot

    async def _warm_worker(self, last: Worker | None) -> Worker:
        loop = asyncio.get_running_loop()
        if last is not None:
            await loop.run_in_executor(self._threads, last.dismiss)
        if not self._running:
            raise StageError(NOT_RUNNING)
        return await loop.run_in_executor(self._threads, Worker, self._job, self._deadline_s, self._max_tasks)
