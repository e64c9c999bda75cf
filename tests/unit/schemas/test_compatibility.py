"""Each kind of change: what breaks somebody is named with its path, what breaks nobody passes."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from marsad.schemas.compatibility import Break, Schema, breaks

NULL: Schema = {"type": "null"}
RELEASED: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "articles.v1.schema.json",
    "type": "object",
    "title": "articles.v1",
    "description": "An article.",
    "properties": {
        "title": {"type": "string", "description": "the headline", "default": ""},
        "url": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^http"},
        "revision": {"type": "integer", "minimum": 1, "maximum": 999},
        "score": {"type": "number"},
        "seen": {"type": "string", "format": "date-time"},
        "change": {"type": "string", "enum": ["first", "edited"]},
        "section": {"anyOf": [{"type": "string"}, NULL]},
        "lead": {"anyOf": [{"type": "string", "minLength": 1}, NULL], "default": None},
        "tags": {"type": "array", "items": {"type": "string"}, "default": []},
        "span": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "integer"}], "minItems": 2},
        "times": {"type": "object", "additionalProperties": {"type": "number"}},
        "closed": {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
        "task": {"$ref": "#/$defs/Task", "description": "its task"},
        "places": {"type": "array", "items": {"$ref": "#/$defs/Place"}},
        "version": {"const": "1.0"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["url", "revision", "change", "task"],
    "additionalProperties": True,
    "x-marsad": {"ce_type": "marsad.articles.v1", "key": "article_id", "value": "this JSON"},
    "$defs": {
        "Task": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "parent": {"anyOf": [{"$ref": "#/$defs/Task"}, NULL]}},
            "required": ["id"],
        },
        "Place": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "count": {"type": "integer", "minimum": 1}},
            "required": ["name"],
        },
    },
}

Change = Callable[[Any], object]


def changed(change: Change) -> Schema:
    """Return the released schema with one change."""
    schema = copy.deepcopy(RELEASED)
    change(schema)
    return schema


def fields(schema: Any) -> Any:
    """Return the fields of a schema."""
    return schema["properties"]


def field(name: str, **keywords: Any) -> Change:
    """Return a change of a field's keywords; None takes one out."""

    def change(schema: Any) -> None:
        alter(fields(schema)[name], **keywords)

    return change


def alter(part: Any, **keywords: Any) -> None:
    """Set keywords; None takes one out."""
    part.update(keywords)
    for keyword in [keyword for keyword, value in part.items() if value is None and keyword != "default"]:
        del part[keyword]


def renamed(part: Any, old: str, new: str) -> Any:
    """Rename a field and return it."""
    part[new] = part.pop(old)
    return part[new]


def place(schema: Any) -> Any:
    """Return the fields of a place, which stand in a definition that a list's items refer to."""
    return schema["$defs"]["Place"]["properties"]


BREAKING: dict[str, tuple[Change, str, str]] = {
    # the kinds that the issue names
    "removed": (lambda s: fields(s).pop("title"), "$.title", "was removed"),
    "removed from a definition": (lambda s: place(s).pop("count"), "$.places[].count", "was removed"),
    "renamed": (lambda s: renamed(fields(s), "seen", "seen_at"), "$.seen", "was renamed to seen_at"),
    "renamed in a definition": (lambda s: renamed(place(s), "count", "n"), "$.places[].count", "was renamed to n"),
    "made required": (lambda s: s["required"].append("title"), "$.title", "was made required"),
    "made required in a definition": (
        lambda s: s["$defs"]["Place"]["required"].append("count"), "$.places[].count", "was made required",
    ),
    "added and required": (
        lambda s: (fields(s).update(new={"type": "string"}), s["required"].append("new")),
        "$.new", "was added and is required",
    ),
    "type narrowed": (field("score", type="integer"), "$.score", "from number to integer (narrowed"),
    # their opposites, and whatever else a reader or a record can feel
    "no longer required": (lambda s: s["required"].remove("change"), "$.change", "is no longer required"),
    "type widened": (field("revision", type="number"), "$.revision", "from integer to number (widened"),
    "another type": (field("title", type="boolean"), "$.title", "from string to boolean"),
    "any type": (field("title", type=None), "$.title", "from string to any value (widened"),
    "type restricted": (lambda s: s.update(type=["object"]) or s.pop("type"), "$", "from object to any value"),
    "a type more": (field("title", type=["string", "integer"]), "$.title", "may now be integer (widened"),
    "nullable": (
        lambda s: fields(s).update(url={"anyOf": [fields(s)["url"], NULL]}), "$.url", "may now be null (widened",
    ),
    "no longer nullable": (
        lambda s: fields(s).update(lead={"type": "string", "minLength": 1, "default": None}),
        "$.lead", "may no longer be null (narrowed",
    ),
    "limit inside a nullable field": (
        lambda s: fields(s)["lead"]["anyOf"][0].update(minLength=2), "$.lead", "minLength from 1 to 2 (narrowed",
    ),
    "a nullable field of another type": (
        lambda s: fields(s)["lead"]["anyOf"][0].update(type="integer"), "$.lead", "from string to integer",
    ),
    "enum value removed": (field("change", enum=["first"]), "$.change", 'no longer takes "edited" (narrowed'),
    "enum value added": (field("change", enum=["first", "edited", "gone"]), "$.change", 'also takes "gone" (widened'),
    "enum given up": (field("change", enum=None), "$.change", "has no list of values now (widened"),
    "enum introduced": (field("title", enum=["a"]), "$.title", "has a list of values (narrowed"),
    "another constant": (field("version", const="2.0"), "$.version", 'takes "2.0" instead of "1.0"'),
    "minimum raised": (field("revision", minimum=2), "$.revision", "minimum from 1 to 2 (narrowed"),
    "minimum lowered": (field("revision", minimum=0), "$.revision", "minimum from 1 to 0 (widened"),
    "maximum lowered": (field("revision", maximum=99), "$.revision", "maximum from 999 to 99 (narrowed"),
    "maximum raised": (field("revision", maximum=9999), "$.revision", "maximum from 999 to 9999 (widened"),
    "minimum in a definition": (lambda s: place(s)["count"].update(minimum=2), "$.places[].count", "minimum"),
    "longer": (field("url", maxLength=200), "$.url", "maxLength from 100 to 200 (widened"),
    "shorter": (field("url", maxLength=50), "$.url", "maxLength from 100 to 50 (narrowed"),
    "a limit more": (field("title", maxLength=50), "$.title", "maxLength from nothing to 50 (narrowed"),
    "a limit less": (field("url", minLength=None), "$.url", "minLength from 1 to nothing (widened"),
    "another pattern": (field("url", pattern="^https"), "$.url", "pattern"),
    "pattern introduced": (field("title", pattern="x"), "$.title", "pattern from nothing to"),
    "format given up": (field("seen", format=None), "$.seen", 'format from "date-time" to nothing (widened'),
    "another format": (field("seen", format="date"), "$.seen", "format"),
    "another media type": (field("data", contentMediaType="text/html"), "$.data", "contentMediaType"),
    "items of another type": (field("tags", items={"type": "integer"}), "$.tags[]", "from string to integer"),
    "items of any type": (field("tags", items=None), "$.tags[]", "from string to any value (widened"),
    "fewer items": (field("tags", maxItems=3), "$.tags", "maxItems from nothing to 3 (narrowed"),
    "distinct items": (field("tags", uniqueItems=True), "$.tags", "uniqueItems"),
    "one item of a pair": (
        lambda s: fields(s)["span"]["prefixItems"][1].update(type="string"), "$.span[1]", "from integer to string",
    ),
    "three instead of two": (
        lambda s: fields(s)["span"]["prefixItems"].append({"type": "integer"}), "$.span", "3 items with a meaning",
    ),
    "values of a map": (
        field("times", additionalProperties={"type": "string"}), "$.times.*", "from number to string",
    ),
    "a map's field that does not fit": (
        field("times", properties={"total": {"type": "string"}}), "$.times.total", "from number to string",
    ),
    "a map of any value": (field("times", additionalProperties=None), "$.times.*", "from number to any value"),
    "no more fields allowed": (lambda s: s.update(additionalProperties=False), "$.*", "is no longer allowed (narrowed"),
    "more fields allowed": (field("closed", additionalProperties=True), "$.closed.*", "is allowed now (widened"),
    "added where none may be": (
        lambda s: fields(fields(s)["closed"]).update(b={"type": "string"}), "$.closed.b", "allows no more fields",
    ),
    "another default": (field("title", default="?"), "$.title", 'another default ("", now "?")'),
    "default given up": (lambda s: fields(s)["title"].pop("default"), "$.title", 'another default ("", now none)'),
    "inside a definition that contains itself": (
        lambda s: s["$defs"]["Task"]["properties"]["id"].update(type="integer"), "$.task.id", "from string to integer",
    ),
    "a keyword that is not known here": (
        lambda s: s.update(dependentRequired={"lead": ["title"]}), "$", "dependentRequired",
    ),
    "all of": (field("title", allOf=[{"$ref": "#/$defs/Place"}]), "$.title", "allOf"),
    "another CloudEvents type": (
        lambda s: s["x-marsad"].update(ce_type="marsad.stories.v1"), "$.x-marsad.ce_type", '"marsad.articles.v1" to',
    ),
    "another key": (lambda s: s["x-marsad"].update(key="host"), "$.x-marsad.key", 'from "article_id" to "host"'),
    "the JSON elsewhere": (lambda s: s["x-marsad"].pop("value"), "$.x-marsad.value", 'from "this JSON" to null'),
}  # fmt: skip
HARMLESS: dict[str, Change] = {
    "nothing": lambda _: None,
    "an optional field added": lambda s: fields(s).update(new={"type": "string", "default": ""}),
    "an optional field added to a definition": lambda s: place(s).update(new={"type": "string"}),
    "an optional object added": lambda s: fields(s).update(new={"type": "object", "required": ["x"]}),
    "a map's field that fits": field("times", properties={"total": {"type": "number"}}),
    "another description": field("title", description="what it is called"),
    "another title": lambda s: s.update(title="Article"),
    "a comment, examples and a deprecation": field("url", **{"$comment": "x", "examples": ["x"], "deprecated": True}),
    "an extension": lambda s: s.update({"x-owner": "us"}),
    "a fact beside those that count": lambda s: s["x-marsad"].update(version="a number"),
    "another order": lambda s: (s["required"].reverse(), fields(s)["change"]["enum"].reverse()),
    "another order of alternatives": lambda s: fields(s)["lead"]["anyOf"].reverse(),
    "alternatives as a list of types": field("section", anyOf=None, type=["null", "string"]),
    "what is allowed anyway said": lambda s: s["$defs"]["Place"].update(additionalProperties=True),
    "a definition that is not used": lambda s: s["$defs"].update(Other={"type": "string"}),
    "a definition by another name": lambda s: (
        renamed(s["$defs"], "Place", "Location"),
        fields(s)["places"].update(items={"$ref": "#/$defs/Location"}),
    ),
    "a definition written out": lambda s: fields(s)["places"].update(items=copy.deepcopy(s["$defs"]["Place"])),
    "another id of the file": lambda s: s.update({"$id": "elsewhere"}),
}


@pytest.mark.parametrize(("change", "path", "said"), BREAKING.values(), ids=BREAKING)
def test_what_breaks_somebody_is_named_with_its_path(change: Change, path: str, said: str) -> None:
    """One change, one break: where it is, and what it means."""
    (found,) = breaks(RELEASED, changed(change))

    assert found.path == path
    assert said in found.what


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_breaks_nobody_passes(change: Change) -> None:
    """Added optional fields, and whatever no validator looks at."""
    assert breaks(RELEASED, changed(change)) == []


def test_a_wrong_direction_is_found_from_both_sides() -> None:
    """A field added and taken back is a field removed: who read it meanwhile breaks."""
    added = changed(HARMLESS["an optional field added"])

    assert breaks(added, RELEASED) == [Break("$.new", "was removed")]


def test_all_breaks_are_told_at_once() -> None:
    """Whoever mends them sees them all, in the order of the fields."""
    present = changed(lambda s: (fields(s).pop("title"), s["required"].append("seen"), place(s).pop("name")))

    assert [found.path for found in breaks(RELEASED, present)] == ["$.title", "$.places[].name", "$.seen"]


def test_a_definition_in_use_twice_is_told_twice() -> None:
    """Each path is a place that some reader reads."""
    twice = changed(lambda s: fields(s).update(birthplace={"$ref": "#/$defs/Place"}))
    present = copy.deepcopy(twice)
    place(present)["count"]["minimum"] = 2

    assert [found.path for found in breaks(twice, present)] == ["$.places[].count", "$.birthplace.count"]


def test_another_definition_is_compared_field_by_field() -> None:
    """A name of a definition promises nothing; what it holds does."""
    present = changed(lambda s: fields(s)["task"].update({"$ref": "#/$defs/Place"}))

    assert [(found.path, found.what.partition(":")[0]) for found in breaks(RELEASED, present)] == [
        ("$.task.id", "was renamed to name"),
        ("$.task.parent", "was removed"),
        ("$.task.name", "was added and is required"),
    ]


def test_what_two_say_with_one_keyword_counts_both() -> None:
    """Beside a reference, or beside alternatives, the same keyword may stand again: neither may change unseen."""
    for name, inside in (("task", "$ref"), ("lead", "anyOf")):
        assert inside in fields(RELEASED)[name]
        released = changed(field(name, minLength=5, minProperties=5, required=["id", "x"]))
        present = copy.deepcopy(released)
        alter(fields(present)[name], minLength=6, minProperties=6, required=["id", "y"])

        assert breaks(released, released) == []
        assert breaks(released, present)


@pytest.mark.parametrize("schema", [RELEASED, {}, {"type": "string"}, {"anyOf": []}, {"not": {}}])
def test_a_schema_is_compatible_with_itself(schema: Schema) -> None:
    """Whatever it says."""
    assert breaks(schema, copy.deepcopy(schema)) == []
