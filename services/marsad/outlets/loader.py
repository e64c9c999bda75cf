"""Reads outlet files and finds the outlet of a URL."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from marsad.errors import OutletError
from marsad.outlets.model import Outlet
from marsad.outlets.yamlfile import parse
from marsad.urls import authority_of

BUILTIN = Path(__file__).parent
REMEDIES = {
    "missing": "is missing: add it",
    "extra_forbidden": "no such key: take it out or correct its spelling",
    "tuple_type": "must be a list, such as [one, two]",
    "model_type": "must hold keys and values, such as `id: my-outlet`",
}
GUIDE = "docs/adding-an-outlet.md describes every key."


class Outlets:
    """All known outlets, found by URL."""

    def __init__(self, outlets: Iterable[Outlet] = ()) -> None:
        """Take outlets in order. Raises OutletError when two claim one id or one host."""
        self._by_id: dict[str, Outlet] = {}
        self._by_host: dict[str, Outlet] = {}
        for outlet in outlets:
            if outlet.id in self._by_id:
                raise OutletError(f"Two outlet files have the id {outlet.id!r}: rename one of them.")
            self._by_id[outlet.id] = outlet
            self._claim_hosts(outlet)

    def _claim_hosts(self, outlet: Outlet) -> None:
        for host in outlet.hosts:
            owner = self._by_host.setdefault(host, outlet)
            if owner is not outlet:
                raise OutletError(
                    f"Outlets {owner.id!r} and {outlet.id!r} both claim the host {host!r}: take it out of one file."
                )

    def __iter__(self) -> Iterator[Outlet]:
        """Outlets in the order of loading: built-in first, by file name inside a folder."""
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def for_url(self, url: str) -> Outlet | None:
        """Return the outlet that the URL's host belongs to, or None (also for what is no URL).

        A sub-domain belongs to the nearest listed parent; short-link hosts count; a port that is not the scheme's own
        must be listed with its host.
        """
        try:
            authority = authority_of(url)
        except ValueError:
            return None
        while authority:
            outlet = self._by_host.get(authority)
            if outlet is not None:
                return outlet
            authority = authority.partition(".")[2]
        return None


def read(path: Path) -> Outlet:
    """Read one outlet file. Raises OutletError that names the file, each wrong field and what to do."""
    try:
        content = parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OutletError(f"{path}: cannot be read as YAML in UTF-8: {error}") from error
    try:
        outlet = Outlet.model_validate(content)
    except ValidationError as error:
        raise OutletError("\n".join([*(f"{path}: {_wrong(item)}." for item in error.errors()), GUIDE])) from error
    if outlet.id != path.stem:
        raise OutletError(f"{path}: id: {outlet.id!r} differs from the file's name: make both equal.")
    return outlet


def load(dirs: Iterable[Path] | None = None, *, builtin: bool = True) -> Outlets:
    """Read the built-in outlet files (unless told not to) and every `*.yaml` of these folders.

    Raises OutletError for a missing or closed folder, for a wrong file, and for two files that claim one id or host.
    """
    return Outlets(read(path) for path in files(dirs, builtin=builtin))


def files(dirs: Iterable[Path] | None = None, *, builtin: bool = True) -> list[Path]:
    """Return the outlet files that `load` reads, in its order. Raises OutletError for a missing or closed folder."""
    folders = [BUILTIN] if builtin else []
    folders.extend(dirs or ())
    return [path for folder in folders for path in _listed(folder)]


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".yaml")
    except OSError as error:  # a glob would find nothing where it may not look
        raise OutletError(
            f"{folder}: no folder of outlet files ({error.strerror}): create it, open it or change MARSAD_OUTLETS_DIRS."
        ) from error


def _wrong(item: ErrorDetails) -> str:
    place = ".".join(str(part) for part in item["loc"]) or "the file"
    return f"{place}: {REMEDIES.get(item['type'], item['msg'].removeprefix('Value error, '))}"
