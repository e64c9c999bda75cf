"""From the wanted objects to Kibana: each is written only where what is there differs, so a second run changes nothing.

Kibana fills in what a document leaves out, so what is there is as wanted where it says the same wherever the document
says something. What a person changed by hand in one of these objects is therefore overwritten; what a document does
not speak of, and a person added, stays until the document changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from marsad.kibana.client import Kibana
from marsad.kibana.files import Kind, Wanted

__all__ = ["Done", "covers", "upsert"]

What = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Done:
    """What was done with an object."""

    kind: Kind
    id: str
    what: What


def upsert(kibana: Kibana, wanted: Sequence[Wanted]) -> Iterator[Done]:
    """Bring Kibana to what is wanted, in order; yield what was done, one by one.

    Raises:
        KibanaError: it refuses an object; those before it are written.
        KibanaUnavailable: it went away; doing all again is safe.
    """
    for one in wanted:
        there = kibana.read(_path(one))
        if there is not None and covers(_part(one.kind, there), _to_compare(one)):
            yield Done(one.kind, one.id, "unchanged")
            continue
        _write(kibana, one)
        yield Done(one.kind, one.id, "created" if there is None else "updated")


def covers(there: object, wanted: object) -> bool:
    """Whether all that is wanted is there, more of objects' fields allowed, and nothing more in lists."""
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(
            key in there and covers(there[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(there, list)
            and len(there) == len(wanted)
            and all(covers(one, other) for one, other in zip(there, wanted, strict=True))
        )
    return type(there) is type(wanted) and there == wanted


def _path(one: Wanted) -> str:
    folder = {"data-view": "data_views/data_view", "dashboard": "dashboards", "role": "security/role"}[one.kind]
    return f"/api/{folder}/{one.id}"


def _part(kind: Kind, there: dict[str, Any]) -> object:
    """Return the object itself out of an answer."""
    return there.get({"data-view": "data_view", "dashboard": "data"}[kind]) if kind != "role" else there


def _to_compare(one: Wanted) -> dict[str, Any]:
    body = dict(one.body)
    if one.kind == "data-view":
        body.pop("allowNoIndex")  # Kibana tells it only where it is another than it would take by itself
    return body


def _write(kibana: Kibana, one: Wanted) -> None:
    if one.kind == "data-view":
        body = {"data_view": {"id": one.id, **one.body}, "override": True}
        kibana.write("POST", "/api/data_views/data_view", body)
    else:
        kibana.write("PUT", _path(one), one.body)
