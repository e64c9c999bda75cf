"""W3C Trace Context, level 2: which records belong together, and which one led to which.

A task's trace begins with its first record and bears the task's id, so that a trace is found by its task. Source:
https://www.w3.org/TR/trace-context-2/, sections 3.2 (traceparent), 3.3 (tracestate) and 4 (a context that is wrong is
dropped and a new trace begins).
"""

import re
from dataclasses import dataclass

SAMPLED, RANDOM = 0x01, 0x02  # the flags that level 2 defines; all others must be set to zero
MAX_TRACESTATE = 512  # characters that everybody must pass on; of longer ones nothing is passed on
INVALID_VERSION = "ff"

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)
_MEMBER = re.compile(r"[a-z0-9][a-z0-9_*/@-]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256}")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """A place in a trace.

    Attributes:
        trace_id: 32 lower-case hexadecimal digits, not all zero.
        parent_id: of the record that carries it: 16 such digits, not all zero.
        flags: SAMPLED, RANDOM, both or none.
    """

    trace_id: str
    parent_id: str
    flags: int = SAMPLED

    @property
    def traceparent(self) -> str:
        """The header's value."""
        return f"00-{self.trace_id}-{self.parent_id}-{self.flags:02x}"


def parse_traceparent(text: str | None) -> TraceContext | None:
    """Return what the header says, or None where it is missing or invalid. Of a later version the known part counts."""
    found = _TRACEPARENT.fullmatch(text or "")
    if found is None:
        return None
    version, trace_id, parent_id, flags, more = found.groups()
    if version == INVALID_VERSION or (version == "00" and more) or not (_nonzero(trace_id) and _nonzero(parent_id)):
        return None
    return TraceContext(trace_id, parent_id, int(flags, 16) & (SAMPLED | RANDOM))


def passed_on(tracestate: str | None) -> str | None:
    """Return a tracestate that may be passed on, or None: the vendors' own, never looked into."""
    if not tracestate or len(tracestate) > MAX_TRACESTATE:
        return None
    members = [member.strip(" \t") for member in tracestate.split(",")]
    return tracestate if all(_MEMBER.fullmatch(member) for member in members if member) else None


def context_of(record_id: str, task_id: str | None, cause: TraceContext | None) -> TraceContext:
    """Return the place of a record in its trace.

    Args:
        record_id: its `ce_id`, 32 hexadecimal digits; its parent-id is taken from there, so a record that is written
            again has the same one.
        task_id: names the trace that begins where there is no cause.
        cause: of the record that caused it, or None where a trace begins.
    """
    parent_id = next(filter(_nonzero, (record_id[:16], record_id[16:])), f"{1:016x}")
    if cause is not None:
        return TraceContext(cause.trace_id, parent_id, cause.flags)
    return TraceContext(next(filter(_nonzero, (task_id or "", record_id)), f"{1:032x}"), parent_id)


def _nonzero(digits: str) -> bool:
    return bool(digits.strip("0"))
