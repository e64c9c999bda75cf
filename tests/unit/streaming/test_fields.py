"""Fields of a record are read within its bytes, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.streaming.fields import Fields
from support.rawbatch import sized, varint


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_every_number_of_64_bits_is_read(number: int) -> None:
    """What a writer encodes comes out, and nothing is left."""
    fields = Fields(varint(number))

    assert (fields.varint(), fields.at_end) == (number, True)


@given(st.one_of(st.none(), st.binary()))
def test_bytes_and_null_are_told_apart(content: bytes | None) -> None:
    """Null is not the same as empty."""
    assert Fields(sized(content)).nullable() == content


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80\x80"])
def test_a_number_that_is_cut_off_is_an_error(data: bytes) -> None:
    """The bytes end while a number goes on."""
    with pytest.raises(ValueError, match="cut off"):
        Fields(data).varint()


def test_a_number_without_an_end_is_an_error() -> None:
    """Ten bytes hold 64 bits; an eleventh is a stranger's."""
    with pytest.raises(ValueError, match="ten bytes"):
        Fields(b"\xff" * 11).varint()


@pytest.mark.parametrize("length", [-1, 4, 1 << 62])
def test_a_part_lies_within_the_bytes(length: int) -> None:
    """A length that is negative or beyond the end takes nothing."""
    fields = Fields(b"abc")
    with pytest.raises(ValueError, match="3 are left"):
        fields.part(length)

    assert fields.part(3) == b"abc"
