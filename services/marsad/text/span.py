"""A stretch of text."""

from typing import NamedTuple


class Span(NamedTuple):
    """From `start` up to, not including, `end`; both count code points."""

    start: int
    end: int
