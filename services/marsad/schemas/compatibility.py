"""Whether a schema still means what a released one of the same major version promised.

Two sides have to be kept: a reader who holds records to the released schema, and records that were written by it, which
stay in a topic for weeks and are read by the new one. What is narrowed breaks the second, what is widened the first. So
nothing that a validator checks may change, but that optional fields are added: readers ignore what they do not know.

Keywords: JSON Schema draft 2020-12, Core and Validation. Whatever this module cannot judge counts as a break.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Schema = dict[str, Any]

ANNOTATIONS: Final = {"$schema", "$id", "$comment", "$defs", "title", "description", "examples", "deprecated"}
FACTS: Final = ("ce_type", "key", "value")  # of x-marsad: what stands around the JSON

_STRUCTURE = {
    "type",
    "anyOf",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "prefixItems",
}
_LOWER_BOUNDS = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"}
_UPPER_BOUNDS = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"}
_MISSING: Final = object()
_NARROWED = "narrowed: records of the release may be wrong now"
_WIDENED = "widened: a reader who holds records to the release would refuse new ones"


@dataclass(frozen=True, slots=True)
class Break:
    """What breaks somebody.

    Attributes:
        path: where, as a JSON path; `[]` stands for each item, `[0]` for the first, `.*` for fields without a name.
        what: half a sentence that goes on from the path.
    """

    path: str
    what: str


def breaks(released: Schema, present: Schema) -> list[Break]:
    """Return what of the present schema breaks a reader or a record of the released one, in order of their paths."""
    around = [
        Break(f"$.x-marsad.{name}", f"changed from {_shown(old)} to {_shown(new)}")
        for name in FACTS
        if (old := released.get("x-marsad", {}).get(name)) != (new := present.get("x-marsad", {}).get(name))
    ]
    return [*around, *_Pair(released, present).compare(released, present, "$")]


class _Pair:
    """Two documents, each with definitions of its own."""

    def __init__(self, released: Schema, present: Schema) -> None:
        self._released, self._present = released, present
        self._within: set[tuple[str, str]] = set()  # what is being compared: a schema may contain itself

    def compare(self, old: Any, new: Any, path: str) -> Iterator[Break]:  # noqa: ANN401 - a schema may be true or false
        """Compare two parts at the same place."""
        before, now = _resolved(old, self._released), _resolved(new, self._present)
        if before.get("default", _MISSING) != now.get("default", _MISSING):
            said = f"has another default ({_default(before)}, now {_default(now)})"
            yield Break(path, f"{said}: to leave it out means something else")
        yield from self._alternatives(before, now, path)

    def _alternatives(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        """Compare what a value may be: pair the same with the same, then type with type; the rest came or went."""
        before = {self._form(one, self._released): one for one in _branches(old, self._released)}
        now = {self._form(one, self._present): one for one in _branches(new, self._present)}
        gone = [before[form] for form in before if form not in now]
        come = [now[form] for form in now if form not in before]
        if len(gone) == len(come) == 1:
            yield from self._plain(gone[0], come[0], path)
            return
        for one in gone:
            twin = next((other for other in come if other.get("type") == one.get("type")), None)
            if twin is None:
                yield Break(path, f"may no longer be {_kind(one)} ({_NARROWED})")
            else:
                come.remove(twin)
                yield from self._plain(one, twin, path)
        yield from (Break(path, f"may now be {_kind(one)} ({_WIDENED})") for one in come)

    def _plain(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        """Compare two schemas without alternatives."""
        pair = (self._form(old, self._released), self._form(new, self._present))
        if pair in self._within:
            return
        self._within.add(pair)
        if old.get("type") != new.get("type"):
            yield Break(path, f"changed its type from {_kind(old)} to {_kind(new)}{_of_types(old, new)}")
        else:
            yield from _values(old, new, path)
            yield from self._fields(old, new, path)
            yield from self._rest_of_fields(old, new, path)
            yield from self._items(old, new, path)
            yield from self._keywords(old, new, path)
        self._within.discard(pair)

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        before, now = old.get("properties", {}), new.get("properties", {})
        added = {name: self._form(part, self._present) for name, part in now.items() if name not in before}
        for name, part in before.items():
            if name in now:
                yield from self.compare(part, now[name], f"{path}.{name}")
            else:
                form = self._form(part, self._released)
                twins = [other for other in added if added[other] == form]
                yield Break(f"{path}.{name}", f"was renamed to {twins[0]}" if len(twins) == 1 else "was removed")
        for name in added:
            yield from self._added(old.get("additionalProperties", True), now[name], f"{path}.{name}")
        yield from _required(old, new, path)

    def _added(self, others: Any, part: Any, path: str) -> Iterator[Break]:  # noqa: ANN401 - a schema may be true or false
        """Look at a field that the release does not name: it goes by what the release says of such fields."""
        if others is False:
            yield Break(path, "was added, where the release allows no more fields")
        elif others not in (True, {}):
            yield from self.compare(others, part, path)

    def _rest_of_fields(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        before, now = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if before is not False and now is not False:
            yield from self.compare(before, now, f"{path}.*")
        elif before is not now:
            yield Break(f"{path}.*", f"is allowed now ({_WIDENED})" if now else f"is no longer allowed ({_NARROWED})")

    def _items(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        before, now = old.get("prefixItems", []), new.get("prefixItems", [])
        if len(before) != len(now):
            yield Break(path, f"has {len(now)} items with a meaning of their own instead of {len(before)}")
        for number, (one, other) in enumerate(zip(before, now, strict=False)):
            yield from self.compare(one, other, f"{path}[{number}]")
        yield from self.compare(old.get("items", True), new.get("items", True), f"{path}[]")

    def _keywords(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        """Compare what limits a value; of a keyword that is not known here, any change counts."""
        names = dict.fromkeys([*old, *new])
        for name in names:
            if name in _STRUCTURE or name == "default" or _annotates(name):
                continue
            before, now = old.get(name, _MISSING), new.get(name, _MISSING)
            if self._form(before, self._released) != self._form(now, self._present):
                yield Break(
                    path, f"changed {name} from {_shown(before)} to {_shown(now)}{_direction(name, before, now)}"
                )

    def _form(self, part: Any, root: Schema) -> str:  # noqa: ANN401 - any JSON
        """Return a text that is the same for parts that mean the same: references followed, annotations left out."""
        return json.dumps(_expanded(part, root, ()), sort_keys=True, default=str)


def _reference(part: Any) -> str:  # noqa: ANN401 - a schema may be true or false
    return str(part.get("$ref", "")) if isinstance(part, dict) else ""


def _resolved(part: Any, root: Schema) -> Schema:  # noqa: ANN401 - a schema may be true or false
    """Return a schema with its reference into the same document followed, and what stands beside the reference."""
    if not isinstance(part, dict):
        return {} if part else {"not": {}}
    reference = _reference(part)
    if not reference.startswith("#/"):
        return part
    target: Any = root
    for step in reference.removeprefix("#/").split("/"):
        target = target.get(step) if isinstance(target, dict) else None
    if target is None:  # it leads nowhere: then the name itself is what is compared
        return part
    return _both(_resolved(target, root), {name: value for name, value in part.items() if name != "$ref"})


def _both(one: Schema, other: Schema) -> Schema:
    """Return a schema that says what both say; where they say it with the same keyword, the first is kept aside."""
    aside = {name: one[name] for name in one.keys() & other.keys() if name != "default" and not _annotates(name)}
    together = {**one, **other}
    return {**together, "allOf": [*together.get("allOf", []), aside]} if aside else together


def _expanded(part: Any, root: Schema, within: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(part, list):
        return [_expanded(item, root, within) for item in part]
    if not isinstance(part, dict):
        return part
    reference = _reference(part)
    if reference in within:
        return part
    here = (*within, reference) if reference else within
    whole = _resolved(part, root)
    return {name: _inside(name, value, root, here) for name, value in whole.items() if not _annotates(name)}


def _annotates(name: str) -> bool:
    return name in ANNOTATIONS or name.startswith("x-")


def _inside(name: str, value: Any, root: Schema, within: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON
    """Expand the value of a keyword: names of fields are no keywords, values are no schemas, order may not count."""
    if name in {"properties", "patternProperties", "dependentSchemas"}:
        return {field: _expanded(part, root, within) for field, part in value.items()}
    if name in {"enum", "const", "default"}:
        return sorted(map(json.dumps, value)) if name == "enum" else value
    if name == "required":
        return sorted(value)
    return _expanded(value, root, within)


def _branches(schema: Schema, root: Schema) -> list[Schema]:
    """Return the alternatives of a schema, each whole."""
    beside = {name: value for name, value in schema.items() if name not in {"anyOf", "default", *ANNOTATIONS}}
    if "anyOf" in schema:
        return [branch for one in schema["anyOf"] for branch in _branches(_both(beside, _resolved(one, root)), root)]
    if isinstance(schema.get("type"), list):
        return [{**beside, "type": one} for one in schema["type"]]
    return [beside]


def _values(old: Schema, new: Schema, path: str) -> Iterator[Break]:
    """Compare closed lists of values; a constant is a list of one."""
    before, now = _listed(old), _listed(new)
    if before == now:
        return
    if before is None or now is None:
        said = f"has a list of values ({_NARROWED})" if before is None else f"has no list of values now ({_WIDENED})"
        yield Break(path, said)
        return
    gone, come = ", ".join(sorted(before - now)), ", ".join(sorted(now - before))
    if gone and come:
        yield Break(path, f"takes {come} instead of {gone}")
    else:
        yield Break(path, f"no longer takes {gone} ({_NARROWED})" if gone else f"also takes {come} ({_WIDENED})")


def _listed(schema: Schema) -> set[str] | None:
    if "const" in schema:
        return {_shown(schema["const"])}
    return set(map(_shown, schema["enum"])) if "enum" in schema else None


def _required(old: Schema, new: Schema, path: str) -> Iterator[Break]:
    before, now = set(old.get("required", [])), set(new.get("required", []))
    for name in sorted(now - before):
        known = name in old.get("properties", {})
        yield Break(f"{path}.{name}", "was made required" if known else "was added and is required: make it optional")
    for name in sorted(before - now):
        if name in new.get("properties", {}) or name not in old.get("properties", {}):
            yield Break(f"{path}.{name}", "is no longer required: readers rely on it")


def _direction(name: str, before: object, now: object) -> str:
    if before is _MISSING or now is _MISSING:
        return f" ({_WIDENED if now is _MISSING else _NARROWED})"
    if name in _LOWER_BOUNDS | _UPPER_BOUNDS and isinstance(before, int | float) and isinstance(now, int | float):
        return f" ({_NARROWED if (now > before) == (name in _LOWER_BOUNDS) else _WIDENED})"
    return ""


def _of_types(old: Schema, new: Schema) -> str:
    pair = (old.get("type"), new.get("type"))
    if pair == ("number", "integer") or pair[0] is None:
        return f" ({_NARROWED})"
    return f" ({_WIDENED})" if pair == ("integer", "number") or pair[1] is None else ""


def _kind(schema: Mapping[str, Any]) -> str:
    return str(schema.get("type", "any value"))


def _default(schema: Schema) -> str:
    return _shown(schema["default"]) if "default" in schema else "none"


def _shown(value: object) -> str:
    return "nothing" if value is _MISSING else json.dumps(value, ensure_ascii=False, sort_keys=True)
