"""The files of `deploy/kibana/`: read, checked against the models and against each other, names prefixed.

A file's name says what it is and what its object is called: `<id>.data-view.json`, `<id>.dashboard.json`,
`<name>.role.json`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ValidationError

from marsad.errors import SettingsError
from marsad.kibana.documents import Dashboard, DataView, Role

__all__ = ["Kind", "Wanted", "load"]

Kind = Literal["data-view", "dashboard", "role"]
MODELS: dict[Kind, type[BaseModel]] = {"data-view": DataView, "dashboard": Dashboard, "role": Role}
"""In the order in which they are written: a dashboard names its data views."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object as Kibana shall have it.

    Attributes:
        kind: which API it goes to.
        id: its id, or name.
        body: as the API takes it, index names prefixed.
    """

    kind: Kind
    id: str
    body: Mapping[str, Any]


def load(folder: Path, prefix: str) -> list[Wanted]:
    """Return what the folder's files say, in the order in which it is to be written.

    Args:
        folder: `deploy/kibana`.
        prefix: put before every index name.

    Raises:
        SettingsError: the folder holds none, a file is wrong, or it names a data view that has no file; the message
            names file, place and mistake.
    """
    found = [
        (path, Wanted(kind, _id(path, kind), _checked(path, model)))
        for kind, model in MODELS.items()
        for path in sorted(folder.glob(f"*.{kind}.json"))
    ]
    if not found:
        raise SettingsError(f"MARSAD_DEPLOY_DIR: {folder} holds nothing for Kibana (*.dashboard.json and others)")
    views = {wanted.id for _, wanted in found if wanted.kind == "data-view"}
    for path, wanted in found:
        if unknown := set(_views_named(wanted.body)) - views:
            raise SettingsError(f"{path} names data views that have no file beside it: {', '.join(sorted(unknown))}")
    return [_prefixed(wanted, prefix) for _, wanted in found]


def _id(path: Path, kind: Kind) -> str:
    """Return what a file's name calls its object; it becomes part of a URL as it stands."""
    name = path.name.removesuffix(f".{kind}.json")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise SettingsError(f"{path}: before .{kind}.json stand letters of ASCII, digits, - and _, and nothing else")
    return name


def _checked(path: Path, model: type[BaseModel]) -> dict[str, Any]:
    """Return a file's JSON as it stands, once the model has found nothing wrong with it."""
    try:
        body: dict[str, Any] = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} is no readable JSON: {error}") from error
    try:
        model.model_validate_json(orjson.dumps(body))
    except ValidationError as error:
        mistakes = "; ".join(f"{_place(item['loc'])}: {item['msg']}" for item in error.errors())
        raise SettingsError(f"{path}: {mistakes}") from error
    return body


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "the whole"


def _views_named(value: object) -> Iterator[str]:
    """Yield each data view that a document refers to, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"ref_id", "data_view_id"}:
                yield inner
            else:
                yield from _views_named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _views_named(inner)


def _prefixed(wanted: Wanted, prefix: str) -> Wanted:
    body = dict(wanted.body)
    if wanted.kind == "data-view":
        body["title"] = prefix + body["title"]
    elif wanted.kind == "role":
        rights = body["elasticsearch"]
        indices = [{**entry, "names": [prefix + name for name in entry["names"]]} for entry in rights["indices"]]
        body["elasticsearch"] = {**rights, "indices": indices}
    return Wanted(wanted.kind, wanted.id, body)
