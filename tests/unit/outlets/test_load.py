"""Loading folders of outlet files and finding the outlet of a URL."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from marsad.errors import OutletError
from marsad.outlets import Outlet, Outlets, files, load, read

FACTS = {
    "name": {"ar": "صحيفة الواحة", "en": "Oasis Times"},
    "country": "EG",
    "kind": "paper",
    "languages": ["ar"],
    "time_zone": "Africa/Cairo",
    "checked": {"on": "2026-11-22", "against": "invented for the tests"},
}


def make(name: str, *domains: str, short: tuple[str, ...] = ()) -> Outlet:
    """Return an outlet of these hosts."""
    return Outlet.model_validate({**FACTS, "id": name, "domains": domains, "short_hosts": short})


def write(folder: Path, name: str, *domains: str) -> Path:
    """Write an outlet file and return its path."""
    path = folder / f"{name}.yaml"
    facts = {**FACTS, "id": name, "domains": list(domains)}
    path.write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
    return path


OUTLETS = Outlets(
    [
        make("oasis", "oasis.example.org", "oasis.example.net", short=("o.example.com",)),
        make("coast", "example.org"),
        make("local", "127.0.0.1:8001", "localhost:8002"),
        make("arabic", "واحة.مصر"),
    ]
)


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://oasis.example.org/1", "oasis"),
        ("https://OASIS.example.org:443/1", "oasis"),
        ("http://www.oasis.example.org/1", "oasis"),
        ("https://m.oasis.example.org/1", "oasis"),
        ("https://sport.oasis.example.org/1", "oasis"),
        ("https://oasis.example.net/1?id=2#x", "oasis"),
        ("https://o.example.com/Ab12", "oasis"),
        ("https://example.org/1", "coast"),
        ("https://www.example.org/1", "coast"),
        ("https://a.b.example.org/1", "coast"),
        ("https://notoasis.example.org/1", "coast"),
        ("http://127.0.0.1:8001/1", "local"),
        ("http://localhost:8002/1", "local"),
        ("https://واحة.مصر/خبر", "arabic"),
        ("https://xn--mgbel0i.xn--wgbh1c/1", "arabic"),
        ("https://واحات.مصر/1", None),
        ("http://127.0.0.1:8003/1", None),
        ("http://127.0.0.1/1", None),
        ("https://oasis.example.org:8443/1", None),
        ("https://example.com/1", None),
        ("https://notexample.org/1", None),
        ("https://oasis.example.org.example.info/1", None),
        ("https://org/", None),
        ("ftp://oasis.example.org/1", None),
        ("oasis.example.org", None),
        ("خبر", None),
        ("", None),
        ("http://[", None),
    ],
)
def test_outlet_of_a_url(url: str, outlet: str | None) -> None:
    """Listed hosts and their sub-domains belong to the outlet, the nearest listed one first; nothing else does."""
    found = OUTLETS.for_url(url)

    assert (found.id if found else None) == outlet


def test_outlets_come_in_order() -> None:
    """Outlets are counted, and come in the order of loading."""
    assert [outlet.id for outlet in OUTLETS] == ["oasis", "coast", "local", "arabic"]
    assert len(OUTLETS) == 4


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (make("a", "example.org"), make("b", "example.org")),
        (make("a", "example.org", short=("s.example.com",)), make("b", "s.example.com")),
        (make("a", "example.org"), make("b", "m.example.org")),
        (make("a", "واحة.مصر"), make("b", "xn--mgbel0i.xn--wgbh1c")),
    ],
    ids=["domain", "short host", "mobile twin", "A-label"],
)
def test_two_outlets_cannot_claim_one_host(first: Outlet, second: Outlet) -> None:
    """The message names both outlets and the host, however it is spelled."""
    with pytest.raises(OutletError, match=r"Outlets 'a' and 'b' both claim the host '.+': take it out of one file"):
        Outlets([first, second])


def test_two_outlets_cannot_have_one_id() -> None:
    """A second file of the same id is refused."""
    with pytest.raises(OutletError, match="Two outlet files have the id 'a'"):
        Outlets([make("a", "example.org"), make("a", "example.net")])


def test_folders_come_after_the_builtin_files(tmp_path: Path) -> None:
    """Folders are read beside the built-in files, in order of their file names; other files are left alone."""
    write(tmp_path, "zebra", "zebra.example.org")
    write(tmp_path, "abacus", "abacus.example.org")
    (tmp_path / "notes.txt").write_text("no outlet")

    builtin = [outlet.id for outlet in load()]

    assert [outlet.id for outlet in load([tmp_path])] == [*builtin, "abacus", "zebra"]
    assert [outlet.id for outlet in load([tmp_path], builtin=False)] == ["abacus", "zebra"]
    assert files([tmp_path], builtin=False) == [tmp_path / "abacus.yaml", tmp_path / "zebra.yaml"]


def test_nothing_to_load() -> None:
    """Without built-in files and folders there are no outlets, and no URL has one."""
    empty = load(builtin=False)

    assert len(empty) == 0
    assert empty.for_url("https://arabic.rt.com/") is None


def test_missing_folder_is_told(tmp_path: Path) -> None:
    """A folder that is not there is an error that names the setting."""
    with pytest.raises(OutletError, match=r"absent: no folder of outlet files .*MARSAD_OUTLETS_DIRS"):
        load([tmp_path / "absent"])


def test_a_folder_that_may_not_be_read_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is not taken for one without outlets."""

    def closed(_: Path) -> Iterator[Path]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)

    with pytest.raises(OutletError, match=r"\(Permission denied\).*MARSAD_OUTLETS_DIRS"):
        load([tmp_path], builtin=False)


def test_one_wrong_file_stops_the_loading(tmp_path: Path) -> None:
    """A wrong file is never skipped."""
    write(tmp_path, "right", "right.example.org")
    write(tmp_path, "wrong", "https://wrong.example.org")

    with pytest.raises(OutletError, match=r"wrong\.yaml: domains\.0: "):
        load([tmp_path])


def test_yaml_of_1_2(tmp_path: Path) -> None:
    """`on` is a key, Norway a country and `no` a language, not booleans; days are days."""
    path = tmp_path / "nord.yaml"
    path.write_text(
        "id: nord\nname: {ar: شمال, en: Nord}\ncountry: NO\nkind: site\nlanguages: [no]\ntime_zone: Europe/Oslo\n"
        "domains: [example.no, 127.0.0.1:8080]\nchecked: {on: 2026-11-22, against: nothing yet}\n",
        encoding="utf-8",
    )

    outlet = read(path)

    assert (outlet.country, outlet.languages, outlet.checked.on.isoformat()) == ("NO", ("no",), "2026-11-22")
    assert outlet.domains == ("example.no", "127.0.0.1:8080")


def test_outlets_cannot_be_changed() -> None:
    """An outlet is immutable, so that workers may share it."""
    with pytest.raises(ValueError, match="frozen"):
        next(iter(OUTLETS)).country = "JO"  # type: ignore[misc]
