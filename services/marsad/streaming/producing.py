"""Faust's own producer sends nothing here, so no record need ask whether its buffer is full.

Faust 0.15.3 asks before each record that it hands to an agent, and computes its settings anew each time: a tenth of
what a service used between two batches (profiled with py-spy). Everything that a service sends goes by the outbox.
"""

from faust.transport.producer import ProducerBuffer


async def _always_low(_buffer: ProducerBuffer) -> None:
    """Wait for nothing."""


def install() -> None:
    """Replace the question, for this process."""
    setattr(ProducerBuffer, "wait_until_ebb", _always_low)  # noqa: B010 - there is no public seam to assign to
