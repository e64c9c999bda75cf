"""Each file in broken/ is wrong in one way, and is refused with the message that its first line announces."""

from pathlib import Path

import pytest

from marsad.errors import OutletError
from marsad.outlets import read

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))
ANNOUNCED = "# expect: "


def test_there_are_broken_files() -> None:
    """The folder is found."""
    assert len(BROKEN) >= 35


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_broken_file_is_refused(path: Path) -> None:
    """The message names the file, the field and what is wrong."""
    announcement = path.read_text(encoding="utf-8").splitlines()[0]
    assert announcement.startswith(ANNOUNCED)

    with pytest.raises(OutletError) as caught:
        read(path)

    assert announcement.removeprefix(ANNOUNCED) in str(caught.value)
    assert str(path) in str(caught.value)


def test_every_wrong_field_is_named(tmp_path: Path) -> None:
    """A file that is wrong in several ways is told all of them at once."""
    path = tmp_path / "oasis-times.yaml"
    path.write_text("id: oasis-times\ncountry: XX\nkind: blog\nsitemap: /\n", encoding="utf-8")

    with pytest.raises(OutletError) as caught:
        read(path)

    message = str(caught.value)
    assert all(f"{path}: {field}: " in message for field in ("name", "country", "kind", "languages", "sitemap"))
    assert message.endswith("docs/adding-an-outlet.md describes every key.")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", "name: عاجل".encode("cp1256"), b"a: \x00"])
def test_bytes_that_are_no_text(tmp_path: Path, content: bytes) -> None:
    """A file in another encoding is refused as unreadable."""
    path = tmp_path / "bytes.yaml"
    path.write_bytes(content)

    with pytest.raises(OutletError, match=r"bytes\.yaml: cannot be read as YAML in UTF-8"):
        read(path)


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(OutletError, match=r"absent\.yaml: cannot be read"):
        read(tmp_path / "absent.yaml")
