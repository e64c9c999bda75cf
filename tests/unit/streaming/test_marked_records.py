"""Records that carry a mark of the reader's: unreadable ones are quarantined, the broker's own are passed."""

from dataclasses import replace

from marsad.streaming.batches import MARKER, UNREADABLE
from marsad.streaming.effects import RawMessage
from unit.streaming.doubles import MemoryOutbox, headers_of, make_message
from unit.streaming.processing import process, settle_all


def marked(mark: str, offset: int) -> RawMessage:
    """Return a good record with a mark beside its headers."""
    return make_message(offset=offset, extra=((mark, b"a name is no UTF-8"),))


async def test_an_unreadable_record_is_quarantined_although_its_payload_is_good() -> None:
    """Its bytes and headers are kept, the mark itself is not, and the reason is the reader's."""
    outbox = await process(settle_all, [marked(UNREADABLE, 4)])
    (dead,) = outbox.on("discovery.dead")
    facts = headers_of(dead)

    assert (facts["marsad_dead_reason"], facts["marsad_dead_detail"]) == ("undecodable", "a name is no UTF-8")
    assert UNREADABLE not in facts
    assert dead.value == make_message(offset=4).value
    assert set(make_message(offset=4).headers) <= set(dead.headers)


async def test_the_same_name_from_a_stranger_is_no_mark() -> None:
    """Only the reader's own mark counts."""
    outbox = await process(settle_all, [marked(str(UNREADABLE), 0), marked(str(MARKER), 1)])

    assert outbox.on("discovery.dead") == []
    assert len(outbox.on("ledger")) == 2


async def test_nothing_follows_of_the_brokers_own_records() -> None:
    """A transaction's end is passed; what stands beside it in the batch is dealt with."""
    ending = replace(marked(MARKER, 1), key=None, value=None)
    seen: list[int] = []
    outbox = await process(settle_all, [make_message(offset=0), ending, make_message(offset=2)], seen=seen)
    alone = await process(settle_all, [ending], seen=seen)

    assert seen == [2]
    assert len(outbox.on("ledger")) == 2
    assert alone.sent == []


async def test_a_mark_does_not_outlive_the_process() -> None:
    """Dead letters of marked records can be written and read by any client: names are plain text."""
    outbox: MemoryOutbox = await process(settle_all, [marked(UNREADABLE, 0)])

    assert all(type(name) is str for wire in outbox.sent for name, _ in wire.headers)
