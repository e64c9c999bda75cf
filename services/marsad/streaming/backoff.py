"""Pauses that grow while a server is away."""

import asyncio
import random

FIRST_S = 0.1


class Backoff:
    """Exponential pauses with equal jitter: half of a step is certain, half is random.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 (the "equal jitter" form).
    """

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        self._next_s = FIRST_S

    async def pause(self) -> None:
        """Sleep for the next pause."""
        await asyncio.sleep(self.next_s())

    def next_s(self) -> float:
        """Return the next pause in seconds, at least half of the step so that it is never a busy loop."""
        step = min(self._next_s, self._longest_s)
        self._next_s = step * 2
        return step * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret
