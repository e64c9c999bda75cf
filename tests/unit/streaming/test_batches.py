"""Every record of a batch comes out, readable or marked; nothing is raised."""

import struct
from typing import Any

import pytest
from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from marsad.streaming import batches
from marsad.streaming.batches import CONTROL, LOG_APPEND_TIME, MAX_HEADERS, Batches, Record, fault_of, is_marker
from marsad.streaming.expansion import MAX_EXPANDED
from support.rawbatch import CODECS, NOON_MS, RawRecord, batch, compressed, sized, varint

GOOD = RawRecord(b"{}", [(b"ce_id", b"1"), (b"empty", None)])
FOREIGN = RawRecord(b"value", [(b"ce_id", b"1"), (b"\xff\xfe", b"x")])


def read(*content: bytes) -> list[Record]:
    """Return what a consumer gets of these batches."""
    found = Batches(b"".join(content))
    records: list[Record] = []
    while found.has_next():
        one = found.next_batch()
        assert one is not None
        records += one
    return records


def faults(records: list[Record]) -> list[str | None]:
    """Return what is wrong with each."""
    return [fault_of(record.headers) for record in records]


@pytest.mark.parametrize("codec", [0, *CODECS.values()])
def test_good_records_come_as_they_were_written(codec: int) -> None:
    """Offset, time, key, value and headers, null among them."""
    first, second = read(batch([GOOD, RawRecord(None, key=None, moment=5)], codec=codec, base=40))

    assert first == Record(40, NOON_MS, 0, b"k", b"{}", (("ce_id", b"1"), ("empty", None)))
    assert second == Record(41, NOON_MS + 5, 0, None, None, ())


def test_what_the_library_writes_is_read() -> None:
    """The same bytes by aiokafka's own writer."""
    builder = DefaultRecordBatchBuilder(2, CODECS["zstd"], 0, -1, -1, -1, 1_000)
    for offset in range(3):
        builder.append(offset, NOON_MS, b"key", str(offset).encode(), [("name", b"header"), ("name", None)])
    records = read(bytes(builder.build()))

    assert [(record.offset, record.value) for record in records] == [(0, b"0"), (1, b"1"), (2, b"2")]
    assert {record.headers for record in records} == {(("name", b"header"), ("name", None))}


@pytest.mark.parametrize("codec", [0, CODECS["zstd"]])
def test_a_foreign_header_name_marks_its_record_alone(codec: int) -> None:
    """The value is unchanged, its name is spelt out, and its neighbours pass."""
    records = read(batch([GOOD, FOREIGN, GOOD], codec=codec))

    assert faults(records) == [None, "the header name b'\\xff\\xfe' is no UTF-8", None]
    assert records[1].value == b"value"
    assert records[1].headers[:2] == (("ce_id", b"1"), ("\\xff\\xfe", b"x"))


def test_names_may_be_empty_or_repeated() -> None:
    """Kafka allows both."""
    (record,) = read(batch([RawRecord(b"", [(b"", b"1"), (b"", b"2"), (b"a", None)])]))

    assert record.headers == (("", b"1"), ("", b"2"), ("a", None))


def test_attributes_that_nobody_has_defined_do_not_matter() -> None:
    """They are a byte, which aiokafka takes for a number of several."""
    assert faults(read(batch([RawRecord(b"{}", attributes=0xFF)]))) == [None]


@pytest.mark.parametrize("delta", [-100, 0, 2, 1_000])
def test_an_offset_of_the_writers_own_making_is_put_right(delta: int) -> None:
    """The broker leaves it in an uncompressed batch; a consumer would skip what lies between, or read it twice."""
    records = read(batch([GOOD, RawRecord(b"x", delta=delta), GOOD], base=10))

    assert [record.offset for record in records] == [10, 11, 12]
    assert [fault is None for fault in faults(records)] == [True, False, True]


def test_records_that_compaction_took_leave_their_offsets_open() -> None:
    """Two of ten are left: they keep their offsets, and reading goes on after all ten."""
    found = Batches(batch([RawRecord(b"a", delta=3), RawRecord(b"b", delta=7)], base=100, last_delta=9))
    one = found.next_batch()
    assert one is not None

    assert [record.offset for record in one] == [103, 107]
    assert one.next_offset == 110


def test_bytes_behind_a_records_headers_mark_it() -> None:
    """The dead letter's value holds all of its bytes."""
    odd = RawRecord(b"x", tail=b"tail")
    records = read(batch([odd, GOOD]))

    assert faults(records) == ["bytes are left over after its headers", None]
    assert records[0].value is not None
    assert sized(records[0].value) == odd.content(0)


def test_more_headers_than_anybody_needs_mark_a_record() -> None:
    """They are not taken apart: a few kilobytes may hold millions of them."""
    most = RawRecord(b"x", [(b"", None)] * MAX_HEADERS)
    more = RawRecord(b"x", [(b"", None)] * (MAX_HEADERS + 1))

    assert faults(read(batch([most, more]))) == [None, f"it has {MAX_HEADERS + 1} headers, {MAX_HEADERS} are the most"]


def test_a_broken_length_loses_the_rest_of_its_batch_alone() -> None:
    """Where the next record begins is unknown: the first lost offset carries the bytes, the next batch is read."""
    broken = GOOD.content(0) + varint(999) + b"abc"
    records = read(batch(broken, count=4, base=5), batch([GOOD], base=9))

    assert [record.offset for record in records] == [5, 6, 7, 8, 9]
    assert [fault is None for fault in faults(records)] == [True, False, False, False, True]
    assert [record.value for record in records[1:4]] == [varint(999) + b"abc", None, None]
    assert "offset 6 has its bytes" in (fault_of(records[3].headers) or "")


@pytest.mark.parametrize("codec", [4, 5, 7])
def test_a_batch_that_cannot_be_decompressed_keeps_its_bytes(codec: int) -> None:
    """Damaged, or by a codec that does not exist: each offset is accounted for, the first with the batch as it came."""
    content = batch(b"no frame", count=2, codec=codec, base=7)
    records = read(content)

    assert [(record.offset, record.value) for record in records] == [(7, content), (8, None)]
    assert None not in faults(records)


def test_a_bomb_is_kept_as_it_came() -> None:
    """What expands beyond all bounds stays compressed."""
    bomb = batch(compressed(CODECS["zstd"], bytes(MAX_EXPANDED + 1)), codec=CODECS["zstd"])
    (record,) = read(bomb)

    assert record.value == bomb
    assert str(MAX_EXPANDED) in (fault_of(record.headers) or "")


def test_many_bombs_come_one_after_another() -> None:
    """Where much has come out, the rest of the answer is asked for again: memory holds a bounded part."""
    large = batch([RawRecord(bytes(MAX_EXPANDED // 2))], codec=CODECS["zstd"])

    assert len(read(large * 10)) == 2


@pytest.mark.parametrize("moment", [-(1 << 63), -1, 0, (1 << 63) - 1])
def test_any_time_is_carried(moment: int) -> None:
    """Records say when they were written as they like."""
    (record,) = read(batch([RawRecord(b"x", moment=moment)]))

    assert record.timestamp == NOON_MS + moment


def test_the_brokers_time_counts_where_it_sets_it() -> None:
    """A topic may be set to the time of arrival; then the records' own times are void."""
    (record,) = read(batch([RawRecord(b"x", moment=77)], attributes=LOG_APPEND_TIME))

    assert (record.timestamp, record.timestamp_type) == (NOON_MS, 1)


def test_a_transactions_end_is_a_marker() -> None:
    """It takes an offset and nothing follows of it."""
    (record,) = read(batch([RawRecord(b"\0\0\0\0", key=b"\0\0\0\1")], attributes=CONTROL, base=3))

    assert record.offset == 3
    assert is_marker(record.headers)
    assert fault_of(record.headers) is None


def test_nobody_can_forge_a_mark() -> None:
    """A header that has a mark's name is a header like any other."""
    forged = [(batches.MARKER.encode(), b"1"), (batches.UNREADABLE.encode(), b"2")]
    (record,) = read(batch([RawRecord(b"{}", forged)]))

    assert not is_marker(record.headers)
    assert fault_of(record.headers) is None


def test_a_batch_that_is_cut_off_waits_for_the_next_answer() -> None:
    """The broker cuts an answer at its size."""
    whole, cut = batch([GOOD]), batch([GOOD], base=1)[:-1]

    assert len(read(whole, cut)) == 1
    assert not Batches(cut).has_next()
    assert Batches(cut).next_batch() is None
    assert Batches(cut).size_in_bytes() == len(cut)
    assert not Batches(b"\0" * 5).has_next()


@pytest.mark.parametrize(
    "content", [struct.pack(">qi", 0, 4) + b"\0" * 4, batch([GOOD])[:16] + b"\1" + batch([GOOD])[17:]]
)
def test_what_is_no_batch_of_today_is_no_record(content: bytes) -> None:
    """A broker since 4.0 sends none; skipping it would lose records."""
    with pytest.raises(CorruptRecordException):
        read(content)


def test_a_wrong_checksum_is_found() -> None:
    """Bytes damaged on their way are asked for again, not buried."""
    good = batch([GOOD])

    assert Batches(good).next_batch().validate_crc()  # type: ignore[union-attr]
    assert not Batches(good[:-1] + b"\x55").next_batch().validate_crc()  # type: ignore[union-attr]


@given(st.lists(st.tuples(st.integers(61, 400), st.integers(0, 255)), max_size=6), st.sampled_from([0, 1, 2, 3, 4]))
def test_whatever_bytes_change_every_offset_comes_out(changes: list[tuple[int, int]], codec: int) -> None:
    """Offsets follow one another without a gap, readable or marked."""
    content = bytearray(batch([GOOD, FOREIGN, RawRecord(b"a" * 50)] * 3, codec=codec, base=30))
    for at, byte in changes:
        content[min(at, len(content) - 1)] = byte

    assert [record.offset for record in read(bytes(content))] == list(range(30, 39))


def partition_records(content: bytes, first: int) -> Any:
    """Return what aiokafka makes of an answer."""
    found = fetcher.MemoryRecords(content)
    return PartitionRecords(TopicPartition("t", 0), found, None, first, None, None, check_crcs=True, isolation_level=0)


def test_consumers_read_by_this_once_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the foreign name raises; with it all records come, and a transaction's end takes its offset."""
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)  # another test may have installed ours
    ending = batch([RawRecord(b"\0\0\0\0", key=b"\0\0\0\1")], attributes=CONTROL, base=2)
    content = batch([FOREIGN, GOOD]) + ending + batch([GOOD], base=3)
    with pytest.raises((UnicodeDecodeError, CorruptRecordException)):
        list(partition_records(content, 0))
    batches.install()
    found = partition_records(content, 1)

    assert [record.offset for record in found] == [1, 2, 3]
    assert found.next_fetch_offset == 4
