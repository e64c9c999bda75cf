"""Passwords out of files, and what is said where there is none."""

from pathlib import Path

import pytest

from marsad.errors import SettingsError
from marsad.passwords import read_password

VARIABLE = "MARSAD_SEARCH__PASSWORD_FILE"


@pytest.mark.parametrize("raw", ["s3cret", "s3cret\n", "  s3cret\r\n", "\ts3cret \n\n"])
def test_white_space_around_it_is_no_part_of_it(tmp_path: Path, raw: str) -> None:
    """An editor ends the last line."""
    (tmp_path / "file").write_text(raw)

    assert read_password(tmp_path / "file", VARIABLE) == "s3cret"


def test_white_space_inside_is_kept(tmp_path: Path) -> None:
    """A sentence is a good password; so is one in Arabic."""
    (tmp_path / "file").write_text("أربع كلمات من الذاكرة\n", encoding="utf-8")

    assert read_password(tmp_path / "file", VARIABLE) == "أربع كلمات من الذاكرة"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read: No such file"),
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\xffpass\n", "no text"),
        (b"pass\nword\n", "more than one line"),
        (b"pass\0word", "invisible characters"),
        (b"p" * 4_097, "longer than 4096 bytes"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, content: bytes | None, told: str) -> None:
    """Setting, file, mistake and remedy; not what the file holds."""
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsError, match=told) as error:
        read_password(path, VARIABLE)

    assert str(error.value).startswith(f"{VARIABLE}: {path} ")
    assert "`make secrets`" in str(error.value)
    assert "pass\\n" not in repr(error.value.__cause__)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """As Docker makes one where a secret's file is missing."""
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        read_password(tmp_path, VARIABLE)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a file without an end")
def test_a_file_without_an_end_is_not_read_to_it() -> None:
    """A wrong path costs no memory."""
    with pytest.raises(SettingsError, match="longer than"):
        read_password(Path("/dev/zero"), VARIABLE)
