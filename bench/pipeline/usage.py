"""What each service has used of the processor and of memory, its workers with it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds since the start, those of worker processes among them, and memory of its own in bytes.

    Memory is the unique set size: what ending the processes would give back.
    """

    cpu_s: float
    workers_s: float
    memory: int

    def __add__(self, other: "Usage") -> "Usage":
        """Return the usage of both."""
        return Usage(self.cpu_s + other.cpu_s, self.workers_s + other.workers_s, self.memory + other.memory)


def usage_of(pids: Mapping[str, int]) -> dict[str, Usage]:
    """Return the usage of each process with its children, those that have ended included."""
    return {name: _tree(psutil.Process(pid)) for name, pid in pids.items()}


def _tree(process: psutil.Process) -> Usage:
    times = process.cpu_times()
    ended = times.children_user + times.children_system
    usage = Usage(times.user + times.system + ended, ended, process.memory_full_info().uss)
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            spent = times.user + times.system + times.children_user + times.children_system
            usage += Usage(spent, spent, child.memory_full_info().uss)
    return usage
