"""Links out of bytes of any kind."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.intake import reading
from marsad.intake.reading import Reading
from marsad.urls import find_links

ARABIC = "https://ajil.example/أخبار/عاجل-1"
CP1256 = "read as windows-1256"


def read(content: bytes) -> tuple[list[str], str]:
    """Return the links and the remarks, joined."""
    one = Reading(io.BytesIO(content))
    return list(one.links()), "; ".join(one.remarks)


@pytest.mark.parametrize(
    ("content", "links", "remark"),
    [
        (b"", [], ""),
        (f"انسخ الرابط{ARABIC}".encode(), [ARABIC], ""),
        (f"\ufeff{ARABIC}".encode(), [ARABIC], ""),
        (f"انسخ الرابط {ARABIC} ثم".encode("cp1256"), [ARABIC], CP1256),
        (f"{ARABIC}\n".encode() + f"خبر {ARABIC}2".encode("cp1256"), [ARABIC, f"{ARABIC}2"], CP1256),
        (f"خبر عاجل {ARABIC} \xff".encode("utf-8", "replace").replace(b"\xc3\xbf", b"\xff"), [ARABIC], ""),
        (f"خبر {ARABIC}".encode("utf-16"), [ARABIC], "read as UTF-16"),
        (b"\xfe\xff" + f"خبر {ARABIC}".encode("utf-16-be"), [ARABIC], "read as UTF-16"),
        (b"\x00\x01 https://ajil.example/1 \xff\x00", ["https://ajil.example/1"], "is binary"),
        (b"\x1f\x8b\x08 https://ajil.example/1", ["https://ajil.example/1"], "is packed (gzip)"),
        (b"PK\x03\x04", [], "is packed (ZIP"),
        (b"%PDF-1.7 (https://ajil.example/1)", ["https://ajil.example/1"], "is packed (PDF)"),
        (b"https://ajil.example/?q=%C7%E1%DA", ["https://ajil.example/?q=%C7%E1%DA"], ""),
    ],
)
def test_links_are_found_whatever_the_bytes(content: bytes, links: list[str], remark: str) -> None:
    """Each encoding gives the same links, and what was guessed is said."""
    found, said = read(content)

    assert found == links
    assert remark in said
    assert bool(said) == bool(remark)


@pytest.mark.parametrize("size", [64, 65, 130])
def test_a_block_never_cuts_a_link(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the blocks are, links come whole: a block ends at white space."""
    monkeypatch.setattr(reading, "BLOCK", size)
    text = f"خبر {ARABIC}\r\n(https://ajil.example/2)\tثم https://ajil.example/3"

    assert read(text.encode())[0] == find_links(text)
    assert read(text.encode("utf-16"))[0] == find_links(text)


def test_a_text_without_any_space_is_cut_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays bounded where white space never comes."""
    monkeypatch.setattr(reading, "BLOCK", 10)
    monkeypatch.setattr(reading, "UNBROKEN", 1_000)
    longest = 0

    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            nonlocal longest
            longest = max(longest, size or 0)
            return super().read(size)

    one = Reading(Endless(b"x" * 5_000 + b" https://ajil.example/1"))

    assert list(one.links()) == ["https://ajil.example/1"]
    assert "without a space" in one.remarks[0]
    assert longest == 10


@given(st.binary(max_size=300))
def test_any_bytes_are_read(content: bytes) -> None:
    """Nothing that a file may hold breaks the reading, and a link behind it is still found."""
    found, _ = read(content + b"\n https://ajil.example/1 ")

    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        assert found[-1] == "https://ajil.example/1"
