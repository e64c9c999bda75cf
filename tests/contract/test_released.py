"""The real contracts against their last release: `marsad schemas check` finds whatever breaks somebody."""

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from typer.testing import CliRunner

from contract.examples import FOLDER, example, schema
from marsad import __version__
from marsad.cli.schemas import app
from marsad.schemas import release
from marsad.schemas.compatibility import breaks
from marsad.schemas.files import generated
from marsad.schemas.release import RELEASED_FILE
from marsad.settings import REPOSITORY, Settings

RELEASED = release.last(FOLDER)
PRESENT = release.of(generated(Settings(deploy_dir=REPOSITORY / "deploy"), FOLDER))
LEDGER = schema("ledger")
JUNK: tuple[Any, ...] = (None, "", "x" * 9_000, "read", -1, 10**6, [], ["x"], {"url": 7})


def test_the_present_contracts_break_nobody() -> None:
    """What `make lint` asks."""
    assert release.incompatible(RELEASED, PRESENT) == []


def test_the_release_is_of_this_version_or_before() -> None:
    """Numbers of versions grow."""
    assert [int(part) for part in RELEASED.version.split(".")] <= [int(part) for part in __version__.split(".")]


@pytest.mark.parametrize("name", PRESENT.schemas)
def test_a_schema_is_compatible_with_itself(name: str) -> None:
    """Whatever its references, alternatives and pairs."""
    assert breaks(PRESENT.schemas[name], copy.deepcopy(PRESENT.schemas[name])) == []


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every part of a schema that names fields."""
    if isinstance(part, dict):
        if isinstance(part.get("properties"), dict):
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from objects(item)


@pytest.mark.parametrize("name", PRESENT.schemas)
def test_no_field_can_be_removed_or_made_required_unseen(name: str) -> None:
    """Every field of every contract, those of the stages and of the headers too."""
    released = PRESENT.schemas[name]
    for number, own in enumerate(objects(released)):
        for field in own["properties"]:
            removed = copy.deepcopy(released)
            del list(objects(removed))[number]["properties"][field]
            assert any(f".{field}" in found.path and "removed" in found.what for found in breaks(released, removed)), (
                field
            )
            if field not in own.get("required", []):
                demanded = copy.deepcopy(released)
                list(objects(demanded))[number].setdefault("required", []).append(field)
                assert next(found.path.rpartition(".")[2] for found in breaks(released, demanded)) == field


@pytest.mark.parametrize("name", PRESENT.schemas)
def test_an_optional_field_can_be_added_anywhere(name: str) -> None:
    """To every object of every contract."""
    for number, _ in enumerate(objects(PRESENT.schemas[name])):
        longer = copy.deepcopy(PRESENT.schemas[name])
        list(objects(longer))[number]["properties"]["added_later"] = {"type": "string"}

        assert breaks(PRESENT.schemas[name], longer) == []


def variants(data: Any) -> Iterator[Any]:
    """Yield a payload with junk in every place, and with every field missing."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield {other: kept for other, kept in data.items() if other != name}
            yield from ({**data, name: variant} for variant in [*JUNK, *variants(value)])
    if isinstance(data, list):
        yield from ([*data, junk] for junk in JUNK)


PAYLOADS = [example("ledger").data, *variants(example("ledger").data)]


def verdicts(of: dict[str, Any]) -> list[bool]:
    """Return what a validator says of each payload."""
    judge = Draft202012Validator(of)
    return [judge.is_valid(payload) for payload in PAYLOADS]


VERDICTS = verdicts(LEDGER)


def parts(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a schema, schemas and tables of schemas alike."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from parts(item)


KEYWORDS = st.sampled_from(
    [
        ("type", "string"), ("type", ["string", "null"]), ("type", "integer"), ("type", "object"), ("minLength", 3),
        ("maxLength", 4), ("minimum", 3), ("maximum", 3), ("pattern", "^[a-z]*$"), ("enum", ["read", "page"]),
        ("const", "page"), ("required", []), ("required", ["task_id", "url"]), ("additionalProperties", False),
        ("additionalProperties", {"type": "string"}), ("items", {"type": "string"}), ("maxItems", 0), ("not", {}),
        ("anyOf", [{"type": "null"}]), ("anyOf", [{"type": "string"}, {"type": "null"}]), ("oneOf", [{}, {}]),
        ("properties", {}), ("description", "another"), ("title", "another"), ("minProperties", 7),
    ]
)  # fmt: skip


@given(number=st.integers(0, 10_000), keyword=KEYWORDS, remove=st.booleans())
@settings(max_examples=100)
def test_what_passes_changes_no_verdict(number: int, keyword: tuple[str, Any], *, remove: bool) -> None:
    """The independent judge: where a change passes, a validator says of every payload what it said before."""
    present = copy.deepcopy(LEDGER)
    places = list(parts(present))
    place = places[number % len(places)]
    if remove and place:
        del place[list(place)[number % len(place)]]
    else:
        place[keyword[0]] = keyword[1]
    try:
        Draft202012Validator.check_schema(present)
    except SchemaError:
        event("no schema")
        return

    found = breaks(LEDGER, present)

    event("breaks" if found else "passes")
    assert found or verdicts(present) == VERDICTS


def test_the_judge_can_tell_payloads_apart() -> None:
    """Half of the test above: payloads of both kinds are among those that it looks at."""
    assert len(PAYLOADS) > 100
    assert 20 < sum(VERDICTS) < len(PAYLOADS) - 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the real folder."""
    return Path(shutil.copytree(FOLDER, tmp_path / "schemas"))


def edit(folder: Path, name: str, field: str, **keywords: Any) -> None:
    """Change what the release promised of a field, so that the present contract differs from it."""
    path = folder / RELEASED_FILE
    released = json.loads(path.read_text(encoding="utf-8"))
    released["schemas"][name]["properties"][field] = keywords
    path.write_text(json.dumps(released), encoding="utf-8")


def test_check_fails_with_the_path(folder: Path) -> None:
    """CI turns red, and says which field of which file breaks whom."""
    edit(folder, "articles.enriched.v1.schema.json", "mood", type="string")
    edit(folder, "articles.enriched.v1.schema.json", "title", type="string", default="", maxLength=10)

    result = CliRunner().invoke(app, ["check", "--folder", str(folder)])

    assert result.exit_code == 1
    first, second = result.stderr.splitlines()
    assert first.startswith("articles.enriched.v1.schema.json: $.title changed maxLength from 10 to nothing (widened")
    assert second.startswith(
        "articles.enriched.v1.schema.json: $.mood was removed. 0.1.0 promised it: keep it as it was"
    )


def test_release_refuses_what_check_refuses(folder: Path) -> None:
    """A release cannot be moved over a break."""
    edit(folder, "ledger.v1.schema.json", "mood", type="string")
    before = (folder / RELEASED_FILE).read_bytes()

    result = CliRunner().invoke(app, ["release", "--folder", str(folder)])

    assert result.exit_code == 1
    assert "$.mood was removed" in str(result.exception)
    assert (folder / RELEASED_FILE).read_bytes() == before


def test_release_freezes_the_first_time(folder: Path) -> None:
    """A folder without a release gets one, and check is content with it."""
    (folder / RELEASED_FILE).unlink()

    result = CliRunner().invoke(app, ["release", "--folder", str(folder)])

    assert result.exit_code == 0
    assert f"holds {__version__}: {len(PRESENT.schemas)} schemas, {len(PRESENT.topics)} topics." in result.output
    assert CliRunner().invoke(app, ["check", "--folder", str(folder)]).exit_code == 0
