"""Records out of WARC files of any make: whole ones, broken ones, hostile ones."""

import gzip
import io
import zlib
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from marsad.warc import reading
from marsad.warc.reading import Bad, Record, records

CAP = 10_000
SIZE = 70_000  # more than one piece


def record(url: str, body: bytes = b"<p>", kind: str = "response") -> bytes:
    """Return a record as anybody may write it."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def named(content: bytes, cap: int = CAP) -> list[str]:
    """Return the URLs of the records, and `bad` for what is none."""
    return [
        one.fields.get("warc-target-uri", "-") if isinstance(one, Record) else "bad"
        for one in records(io.BytesIO(content), cap)
    ]


def plain(parts: list[bytes]) -> bytes:
    """Return an uncompressed file."""
    return b"".join(parts)


def members(parts: list[bytes]) -> bytes:
    """Return a file with a gzip member for each record, as everybody writes."""
    return b"".join(gzip.compress(part) for part in parts)


def whole(parts: list[bytes]) -> bytes:
    """Return a file in one gzip member."""
    return gzip.compress(b"".join(parts))


MAKES = pytest.mark.parametrize("make", [plain, members, whole])
Make = Callable[[list[bytes]], bytes]


@MAKES
def test_records_come_in_order(make: Make) -> None:
    """Each record comes once, with its fields and its block."""
    found = list(records(io.BytesIO(make([record("u:1"), record("u:2", b"x" * SIZE), record("u:3")])), CAP))

    assert [one.fields["warc-target-uri"] for one in found if isinstance(one, Record)] == ["u:1", "u:2", "u:3"]
    first, second, _ = found
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.type, first.block.endswith(b"<p>"), first.length) == ("response", True, 47)
    assert (len(second.block), second.length) == (CAP, 44 + SIZE)


@MAKES
def test_what_warcio_writes_is_read(make: Make) -> None:
    """Files of the library that most archives are written with are read, whatever their compression."""
    content = io.BytesIO()
    writer = WARCWriter(content, gzip=make is members, warc_version="1.1")
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    for number in range(3):
        writer.write_record(
            writer.create_warc_record(f"u:{number}", "response", io.BytesIO(b"<p>"), http_headers=headers)
        )
    packed = gzip.compress(content.getvalue()) if make is whole else content.getvalue()

    assert named(packed) == ["u:0", "u:1", "u:2"]


@MAKES
def test_an_empty_file_holds_nothing(make: Make) -> None:
    """No record, no complaint."""
    assert named(make([])) == []
    assert named(b"") == []


@MAKES
def test_a_broken_record_costs_itself_alone(make: Make) -> None:
    """Behind what is none, the next record is found, in one member or in many."""
    broken = [
        b"WARC/1.0\r\nContent-Length: many\r\n\r\nx\r\n\r\n",
        b"WARC/1.0\r\nno field\r\n\r\n",
        b"WARC/1.0\r\n" + b"A: 1\r\n" * 300 + b"\r\n",
        b"WARC/1.0\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
        b"WARC/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\x00\xff\x00\r\n",
    ]
    for one in broken:
        assert named(make([record("u:1"), one, record("u:2")])) == ["u:1", "bad", "u:2"], one[:60]


@pytest.mark.parametrize("lost", [1, 4, 8, 9, 20, 60])
def test_a_torn_last_member_costs_itself_alone(lost: int) -> None:
    """A writer that was killed leaves half a record at the end: what stands before it is whole."""
    content = members([record("u:1"), record("u:2")])

    assert named(content[:-lost]) == ["u:1", "bad"]


def test_a_torn_plain_file_says_what_is_missing() -> None:
    """Where nothing is packed, the length tells."""
    *_, last = records(io.BytesIO(plain([record("u:1"), record("u:2")])[:-8]), CAP)

    assert isinstance(last, Bad)
    assert "the file ends 4 bytes before" in last.why


@pytest.mark.parametrize("place", [0.02, 0.3, 0.5, 0.7, 0.99])
def test_damage_inside_a_member_costs_that_member(place: float) -> None:
    """A flipped byte is seen by inflating or by the checksum; the records around it come."""
    first, second, third = (gzip.compress(record(f"u:{number}", b"text " * 500)) for number in (1, 2, 3))
    at = max(3, int(place * len(second)))
    flipped = second[:at] + bytes([second[at] ^ 0xFF]) + second[at + 1 :]

    found = named(first + flipped + third)

    assert (found[0], found[-1]) == ("u:1", "u:3")
    assert "u:2" not in found or at < 10  # the head's time and flags are nobody's content


def test_what_follows_a_member_may_be_anything() -> None:
    """Padding and junk between members are named and passed over, magic numbers inside included."""
    junk = b"\x00" * 100 + b"\x1f\x8b\x08junk" + gzip.compress(b"not a record")

    assert named(members([record("u:1")]) + junk + members([record("u:2")])) == ["u:1", "bad", "u:2"]


def test_offsets_name_the_member() -> None:
    """A record, good or bad, is found again by its offset in the file."""
    parts = [gzip.compress(record("u:1")), gzip.compress(b"nothing"), gzip.compress(record("u:2"))]

    assert [one.offset for one in records(io.BytesIO(b"".join(parts)), CAP)] == [
        0,
        len(parts[0]),
        len(parts[0]) + len(parts[1]),
    ]
    assert [one.offset for one in records(io.BytesIO(plain([record("u:1"), record("u:2")])), CAP)] == [
        0,
        len(record("u:1")),
    ]


def test_a_bomb_is_passed_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 MB of zeros in a member: never more than a piece in memory, and the record behind it comes."""
    most = 0
    decompressobj = zlib.decompressobj

    class Watched:
        def __init__(self, wbits: int) -> None:
            self._one = decompressobj(wbits)

        def decompress(self, data: bytes, limit: int) -> bytes:
            nonlocal most
            piece = self._one.decompress(data, limit)
            most = max(most, len(piece))
            return piece

        def __getattr__(self, name: str) -> object:
            return getattr(self._one, name)

    pack = zlib.compressobj(wbits=31)
    bomb = pack.compress(b"WARC/1.1\r\nContent-Length: 200000000\r\n\r\n")
    bomb += b"".join(pack.compress(b"\0" * 1_000_000) for _ in range(200)) + pack.flush()
    line = gzip.compress(b"WARC/1.1\r\nA: " + b"x" * 20_000_000)
    monkeypatch.setattr(reading.__name__.replace("reading", "inflating.zlib.decompressobj"), Watched)

    found = named(bomb + line + members([record("u:1")]))

    assert found == ["-", "bad", "u:1"]
    assert most <= 64 * 1024


def test_folded_fields_and_odd_spelling() -> None:
    """Old writers fold long fields and spell names as they like."""
    text = b"\r\n\r\nWARC/0.18\nwarc-type:RESPONSE\nWarc-Target-URI: u:1\n x\nCONTENT-LENGTH: 2\n\nab\n\n"

    (only,) = records(io.BytesIO(text), CAP)

    assert isinstance(only, Record)
    assert (only.type, only.fields["warc-target-uri"], only.block) == ("response", "u:1 x", b"ab")


@given(st.binary(max_size=400), st.sampled_from([plain, members, whole]))
@example(b"\x1f\x8b\x08", plain)
def test_any_bytes_between_records_are_survived(junk: bytes, make: Make) -> None:
    """Whatever stands in front, reading ends, and a record that begins a line is found."""
    found = named(make([junk + b"\r\n", record("u:last")]))

    assert found[-1:] == ["u:last"] or b"WARC/" in junk


@given(st.integers(0, 400), st.integers(0, 255))
def test_any_flipped_byte_is_survived(at: int, value: int) -> None:
    """A file with one byte changed gives no more than its records, and the reading ends."""
    content = bytearray(members([record("u:1"), record("u:2"), record("u:3")]))
    content[at % len(content)] = value

    found = named(bytes(content))

    assert len([one for one in found if one != "bad"]) >= 2
