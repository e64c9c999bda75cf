"""One killable worker process: what runs inside it, and the handle its pool holds."""

import contextlib
import ctypes
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from marsad.errors import StageError, WorkerDied, WorkerTimeout
from marsad.telemetry.logs import about, configure, silence

__all__ = ["Job", "Worker"]

MEMORY_BYTES = 2 << 30  # private writable memory of one worker: several times what trafilatura and eldc need together
WARM_UP_S = 120.0  # imports, models and the first date parse, on a busy machine
REAP_S = 5.0  # from an end of file to the exit code
TEXT_CHARS = 500  # of a foreign exception's text: it may quote the document

_OUT_OF_MEMORY = 77  # exit code of a worker that reached its cap
_PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is started with."""

    function: Callable[..., object]
    warm_up: Callable[[], None] | None
    parent: int  # process id
    logs: tuple[str, str] | None = None  # service and level; without them a worker logs nothing


def _work(job: Job, pipe: Connection) -> None:
    """Say "warm", then answer one document after the other until the pipe is closed."""
    _set_limits(job.parent)
    if job.logs is None:
        silence()
    else:
        configure(*job.logs)
    with contextlib.suppress(EOFError, OSError):  # the parent closed the pipe
        pipe.send_bytes(_answer(job.warm_up or _nothing))
        while True:
            pipe.send_bytes(_answer(partial(_call, job.function, pipe.recv_bytes())))


def _call(function: Callable[..., object], payload: bytes) -> object:
    item, named = pickle.loads(payload)  # noqa: S301 - written by our own parent
    with about(**named):
        return function(item)


def _nothing() -> None:
    """Stand in for the warm-up of a function that needs none."""


def _answer(call: Callable[[], object]) -> bytes:
    """Return (True, result) or (False, what was raised), pickled. A worker that ran out of memory ends instead."""
    try:
        return pickle.dumps((True, call()))
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except BaseException as error:  # noqa: BLE001 - sys.exit() in a library is a failure of this document too
        return pickle.dumps((False, _describe(error)))


def _describe(error: BaseException) -> str:
    """Return type, text and place: a foreign exception itself may not survive pickling."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})" if trace else ""
    return f"{type(error).__name__}: {str(error)[:TEXT_CHARS]}{place}"


def _set_limits(parent: int) -> None:
    """Die with the parent, leave Ctrl-C to it, never dump a core, and stop at the memory cap."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    if os.getppid() != parent:  # it died before prctl was called
        os._exit(1)


class Worker:
    """One warm process. All methods but `kill` and `expire` block and are called in the pool's threads."""

    def __init__(self, job: Job, deadline_s: float, max_tasks: int) -> None:
        """Start the process and wait until it is warm. Raises StageError when it does not become so."""
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(job, theirs), name="marsad-worker", daemon=True)
        self._in_use = threading.Lock()  # nobody closes a pipe under its reader
        self._deadline_s = deadline_s
        self._left = max_tasks
        self._overdue = False
        self._killed = False
        self.broken = False
        try:
            self._process.start()
            theirs.close()  # so that its death is our end of file
            if not self._pipe.poll(WARM_UP_S):
                self.kill()
            self._receive()
        except (EOFError, OSError) as error:
            raise StageError(f"A worker did not become warm: {self._ending() or error}; see stderr.") from error
        except StageError as error:
            self.dismiss()
            raise StageError(f"A worker's warm-up failed: {error}") from error

    @property
    def loss(self) -> str:
        """Why a broken worker is lost: `deadline`, `abandoned` by its caller, or `died`."""
        if self._overdue:
            return "deadline"
        return "abandoned" if self._killed else "died"

    @property
    def fit(self) -> bool:
        """Whether it can take another document."""
        return not self.broken and self._left > 0

    def check(self) -> None:
        """Notice that it died idle."""
        self.broken = self.broken or not self._process.is_alive()

    def exchange(self, payload: bytes) -> object:
        """Return the function's result for one pickled document. Raises as `WorkerPool.run` does."""
        self._left -= 1
        with self._in_use:
            try:
                self._pipe.send_bytes(payload)
                return self._receive()
            except (EOFError, OSError) as error:
                self.broken = True
                if self._overdue:
                    message = f"A worker ran past its deadline of {self._deadline_s:g} s and was killed."
                    raise WorkerTimeout(message) from error
                raise WorkerDied(f"A worker died with a document in hand: {self._ending()}.") from error

    def _receive(self) -> object:
        done, value = pickle.loads(self._pipe.recv_bytes())  # noqa: S301 - written by our own worker
        if not done:
            raise StageError(value)
        return value

    def kill(self) -> None:
        """End the process now; whoever waits on its pipe gets an end of file."""
        self.broken = self._killed = True
        self._process.kill()

    def expire(self) -> None:
        """Kill because the deadline is past."""
        self._overdue = True
        self.kill()

    def _ending(self) -> str:
        """Say how the process ended; empty where it never began."""
        if self._process.pid is None:
            return ""
        self._process.join(REAP_S)
        code = self._process.exitcode
        if code == _OUT_OF_MEMORY:
            return f"it reached its memory cap of {MEMORY_BYTES >> 20} MiB"
        if code is not None and code < 0:
            return f"it was ended by {signal.Signals(-code).name}"
        return f"it ended with code {code}"

    def dismiss(self) -> None:
        """Kill and reap the process, and free the pipe."""
        self.kill()
        self._process.join()
        with self._in_use:
            self._pipe.close()
