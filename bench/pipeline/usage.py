"""What each service has used of the processor and of memory, its workers with it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds since the start, and memory of its own (unique set size) in bytes."""

    cpu_s: float
    memory: int


def usage_of(pids: Mapping[str, int]) -> dict[str, Usage]:
    """Return the usage of each process with its children, those that have ended included."""
    return {name: _tree(psutil.Process(pid)) for name, pid in pids.items()}


def _tree(process: psutil.Process) -> Usage:
    cpu, memory = 0.0, 0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            cpu += times.user + times.system + times.children_user + times.children_system
            memory += one.memory_full_info().uss
    return Usage(cpu, memory)
