"""Writing records that no record caused: a person's, a timer's."""

from collections.abc import Sequence

from marsad.contracts.codec import Record, encode
from marsad.streaming.outbox import Outbox
from marsad.streaming.processor import now


async def publish(outbox: Outbox, source: str, records: Sequence[Record], cause: str) -> set[int]:
    """Send records that no record caused and wait until they are acknowledged.

    Returns:
        Positions of those that are larger than their topic allows.
    """
    return await outbox.deliver([encode(record, cause=cause, source=source, at=now()) for record in records])
