"""Identifiers depend on all parts, on their borders and on nothing else."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from marsad.contracts.ids import derive, hash_bytes

any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too
parts = st.lists(any_text, max_size=4)


def test_an_id_is_stable() -> None:
    """These values are stored in Kafka and Elasticsearch: another algorithm would double every article."""
    assert derive("task", "https://ajil.example/a") == "a83238eb1824af539c51fb013dff6962"
    assert derive() == "cae66941d9efbd404e4d88758ea67670"
    assert hash_bytes(b"") == "cae66941d9efbd404e4d88758ea67670"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("ab", "c"), ("a", "bc")),
        (("a", ""), ("a",)),
        (("", "a"), ("a", "")),
        (("a\0b",), ("a", "b")),
        (("1", "11"), ("11", "1")),
    ],
)
def test_parts_do_not_run_into_each_other(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    """Where one part ends and the next begins makes a difference."""
    assert derive(*left) != derive(*right)


@given(parts, parts)
def test_different_parts_give_different_ids(left: list[str], right: list[str]) -> None:
    """No two lists of parts share an id."""
    assume(left != right)

    assert derive(*left) != derive(*right)


@given(parts)
def test_any_text_has_an_id(given_parts: list[str]) -> None:
    """128 bits in lower-case hexadecimal, whatever the text, the same each time."""
    made = derive(*given_parts)

    assert re.fullmatch("[0-9a-f]{32}", made)
    assert derive(*given_parts) == made


@given(st.binary(), st.binary())
def test_bytes_are_told_apart(left: bytes, right: bytes) -> None:
    """The hash of bytes is equal for equal bytes alone."""
    assert (hash_bytes(left) == hash_bytes(right)) == (left == right)
