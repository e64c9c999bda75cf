"""The documents under `deploy/kibana/`: ours are right, and broken ones are named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from marsad.errors import SettingsError
from marsad.kibana.documents import COLUMNS, Dashboard
from marsad.kibana.files import MODELS, load
from marsad.search.accounts import ANALYST_ROLE
from marsad.settings import REPOSITORY
from support import kibana_rules as rules

FOLDER = REPOSITORY / "deploy/kibana"
FILES = sorted(FOLDER.glob("*.json"))
BOARD = "marsad-newsroom.dashboard.json"
PANELS = json.loads((FOLDER / BOARD).read_bytes())["panels"]
Spoil = Callable[[Any], object]


def kind_of(path: Path) -> Any:
    """Return what a file's name says it is."""
    return path.name.split(".")[-2]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_document_fits_its_model_whole(path: Path) -> None:
    """The model reads it, and writes the same JSON again: nothing of it is left unread."""
    read = MODELS[kind_of(path)].model_validate_json(path.read_bytes())

    assert json.loads(read.model_dump_json(by_alias=True, exclude_unset=True)) == json.loads(path.read_bytes())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_document_fits_the_apis_own_rules(path: Path) -> None:
    """Rules written from the OpenAPI text, apart from the models."""
    body = json.loads(path.read_bytes())
    schema, sent = {
        "data-view": (rules.DATA_VIEW, {"data_view": body, "override": True}),
        "dashboard": (rules.DASHBOARD, body),
        "role": (rules.ROLE, body),
    }[kind_of(path)]

    assert rules.mistakes(schema, sent) == []


@pytest.mark.parametrize("number", range(len(PANELS)))
def test_models_and_rules_agree_on_every_small_mistake(number: int) -> None:
    """Whatever single field is taken out or misspelt: what the rules refuse, the models refuse."""
    validator = Draft202012Validator(rules.DASHBOARD)
    whole = {**json.loads((FOLDER / BOARD).read_bytes()), "panels": [PANELS[number]]}
    let_through = []
    for place, key in objects(whole, ()):
        for change in (misspelt, taken_out):
            spoilt = json.loads(json.dumps(whole))
            change(at(spoilt, place), key)
            if not validator.is_valid(spoilt) and accepted(spoilt):
                let_through.append((place, key, change.__name__))

    assert let_through == []
    assert validator.is_valid(whole)


def objects(value: Any, place: tuple[Any, ...]) -> Any:
    """Yield each key of each object, with the way to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield place, key
            yield from objects(inner, (*place, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from objects(inner, (*place, number))


def at(value: Any, place: tuple[Any, ...]) -> Any:
    """Return what lies there."""
    for step in place:
        value = value[step]
    return value


def misspelt(there: dict[str, Any], key: str) -> None:
    """Rename a field."""
    there[f"{key}s"] = there.pop(key)


def taken_out(there: dict[str, Any], key: str) -> None:
    """Remove a field."""
    del there[key]


def accepted(body: Any) -> bool:
    """Whether the model takes it."""
    try:
        Dashboard.model_validate_json(json.dumps(body))
    except ValueError:
        return False
    return True


def test_the_dashboard_shows_what_it_is_to_show() -> None:
    """A header in both languages, controls, and panels that fill the grid's width."""
    board = Dashboard.model_validate_json((FOLDER / BOARD).read_bytes())
    rows: dict[int, int] = {}
    for panel in board.panels:
        rows[panel.grid.y] = rows.get(panel.grid.y, 0) + panel.grid.w

    assert board.title == "Newsroom"
    assert [control.config.field_name for control in board.pinned_panels] == ["outlet", "language"]
    assert set(rows.values()) == {COLUMNS}
    (header,) = [panel.config for panel in board.panels if panel.type == "markdown"]
    assert "غرفة الأخبار" in header.content
    assert "Newsroom" in header.content


def test_the_role_is_the_one_that_the_account_names() -> None:
    """`marsad setup` makes the account, `marsad dashboard` the role."""
    assert (FOLDER / f"{ANALYST_ROLE}.role.json").is_file()


def test_names_get_the_prefix() -> None:
    """Of data views and of the role; a dashboard names data views by id."""
    bare, own = load(FOLDER, ""), load(FOLDER, "own-")

    assert [wanted.body["title"] for wanted in own if wanted.kind == "data-view"] == ["own-news", "own-ledger-v1"]
    (role,) = [wanted for wanted in own if wanted.kind == "role"]
    assert role.body["elasticsearch"]["indices"][0]["names"] == ["own-news", "own-news-v1-*", "own-ledger-v1"]
    assert [wanted for wanted in own if wanted.kind == "dashboard"] == [
        wanted for wanted in bare if wanted.kind == "dashboard"
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy to spoil."""
    return shutil.copytree(FOLDER, tmp_path / "kibana")


def spoilt(folder: Path, name: str, spoil: Spoil) -> None:
    """Change one file."""
    body = json.loads((folder / name).read_bytes())
    spoil(body)
    (folder / name).write_text(json.dumps(body))


@pytest.mark.parametrize(
    ("name", "spoil", "told"),
    [
        (BOARD, lambda body: body["panels"][2]["grid"].update(x=11), r"panels\[1\] and panels\[2\] lie on one another"),
        (BOARD, lambda body: body["panels"][4]["grid"].update(x=37), "ends at column 49, the grid has 48"),
        (BOARD, lambda body: body["panels"][4]["grid"].update(w=49), r"grid\.w: Input should be less than or equal"),
        (BOARD, lambda body: body["panels"][1].update(colour="red"), r"panels\.1\.vis\.colour: Extra inputs"),
        (BOARD, lambda body: body["panels"][5]["config"]["layers"][0].pop("y"), r"layers\.0\.y: Field required"),
        (BOARD, lambda body: body["panels"][1].update(type="map"), r"panels\.1: Input tag 'map'"),
        (BOARD, lambda body: body["panels"].clear(), "panels: Tuple should have at least 1 item"),
        (BOARD, lambda body: body.pop("title"), "title: Field required"),
        (BOARD, lambda body: body["panels"][1]["config"]["data_source"].update(ref_id="x"), "no file beside it: x"),
        (BOARD, lambda body: body["pinned_panels"][0]["config"].update(data_view_id="y"), "no file beside it: y"),
        (BOARD, lambda body: body["panels"][7]["config"]["tabs"][0]["column_settings"].update(x={"width": 1}), "not"),
        ("marsad-articles.data-view.json", lambda body: body.update(title="News"), "title: String should match"),
        ("marsad_analyst.role.json", lambda body: body["elasticsearch"].update(cluster=["all"]), "cluster"),
        ("marsad_analyst.role.json", lambda body: body["kibana"][0].update(spaces=["*"]), r"spaces\.0"),
        (
            "marsad_analyst.role.json",
            lambda body: body["elasticsearch"]["indices"][0].update(privileges=["write"]),
            r"privileges\.0",
        ),
    ],
)  # fmt: skip
def test_a_wrong_document_is_named(folder: Path, name: str, spoil: Spoil, told: str) -> None:
    """The file, the place in it, and the mistake."""
    spoilt(folder, name, spoil)

    with pytest.raises(SettingsError, match=told) as error:
        load(folder, "")

    assert name in str(error.value)


@pytest.mark.parametrize("name", ["", "a b", "a?b", "..", "a#b", "لوحة"])
def test_a_name_that_is_no_id_is_named(folder: Path, name: str) -> None:
    """It would lead to another path of the API; an empty one to the list of all dashboards."""
    shutil.copy(folder / BOARD, folder / f"{name}.dashboard.json")

    with pytest.raises(SettingsError, match=r"before \.dashboard\.json stand letters"):
        load(folder, "")


def test_no_json_is_named(folder: Path) -> None:
    """Half a file, as an editor may leave it."""
    (folder / BOARD).write_text('{"title": ')

    with pytest.raises(SettingsError, match=rf"{BOARD} is no readable JSON"):
        load(folder, "")


def test_a_folder_without_documents(tmp_path: Path) -> None:
    """A wrong MARSAD_DEPLOY_DIR."""
    with pytest.raises(SettingsError, match="MARSAD_DEPLOY_DIR"):
        load(tmp_path, "")
