"""What a tracer is told: a batch, what became of it, and the records that it led to."""

from collections.abc import Sequence
from typing import Protocol

from marsad.contracts.codec import Wire
from marsad.streaming.accounts import Read
from marsad.streaming.effects import RawMessage
from marsad.streaming.outcome import Outcome


class Tracer(Protocol):
    """Takes note of batches; `streaming/spans.py` makes OpenTelemetry's spans of them."""

    def trace(
        self,
        messages: Sequence[RawMessage],
        events: Sequence[Read],
        outcomes: Sequence[Outcome],
        sent: Sequence[Sequence[Wire]],
        began_ns: int,
    ) -> None:
        """Note a batch whose effects are acknowledged; `began_ns` is when it was taken in hand, since 1970."""
