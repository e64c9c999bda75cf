"""Bearer tokens of a file."""

from pathlib import Path

import pytest

from marsad.errors import SettingsError
from marsad.intake.tokens import Tokens

ONE, OTHER = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    """Two tokens: one that is being replaced, and the one that replaces it."""
    path = tmp_path / "tokens"
    path.write_text(f"{ONE}\n\n {OTHER} \n")
    return Tokens(path)


@pytest.mark.parametrize("value", [f"Bearer {ONE}", f"bearer {OTHER}", f"Bearer  {ONE} "])
def test_each_token_of_the_file_counts(tokens: Tokens, value: str) -> None:
    """In any case of the scheme (RFC 9110, 11.1)."""
    assert tokens.allow(value)


@pytest.mark.parametrize(
    "value",
    [None, "", "Bearer", "Bearer ", ONE, f"Basic {ONE}", f"Bearer {ONE}x", f"Bearer {ONE[:-1]}",
     f"Bearer {ONE} {OTHER}", "Bearer عاجل", "Bearer \udcff", f"Bearer {ONE}\n{OTHER}"],
)  # fmt: skip
def test_nothing_else_counts(tokens: Tokens, value: str | None) -> None:
    """Nothing, half a token, two at once, another scheme, bytes of any kind."""
    assert not tokens.allow(value)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"short", b"0123456789abcdef\nshort", b"\xff\xfe"])
def test_a_file_that_opens_the_door_to_all_is_refused(content: bytes, tmp_path: Path) -> None:
    """An empty file, or a token that can be guessed, is said at the start."""
    path = tmp_path / "tokens"
    path.write_bytes(content)

    with pytest.raises(SettingsError, match="token"):
        Tokens(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With the variable that names it."""
    with pytest.raises(SettingsError, match=r"MARSAD_INTAKE__TOKEN_FILE names .*none.* No such file"):
        Tokens(tmp_path / "none")
