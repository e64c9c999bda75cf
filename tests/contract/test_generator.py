"""`marsad schemas`: writes what differs, names what drifted, never touches an example."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contract.examples import FOLDER
from marsad.cli.schemas import app
from marsad.contracts.topics import CONTRACTS
from marsad.errors import ContractError
from marsad.schemas import generated, problems, write
from marsad.schemas.files import EXAMPLES, example_file
from marsad.schemas.release import RELEASED_FILE
from marsad.settings import REPOSITORY, Settings

OWN = Settings(deploy_dir=REPOSITORY / "deploy")
FILES = generated(OWN, FOLDER)
NAME = "urls.found.v1.schema.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that is as it should be."""
    write(tmp_path, FILES)
    shutil.copy(FOLDER / RELEASED_FILE, tmp_path)
    (tmp_path / EXAMPLES).mkdir()
    for contract in CONTRACTS.values():
        shutil.copy(FOLDER / EXAMPLES / example_file(contract), tmp_path / EXAMPLES)
    return tmp_path


def test_what_was_written_is_current(folder: Path) -> None:
    """After writing, nothing differs, and writing again changes nothing."""
    assert problems(folder, FILES) == []
    assert write(folder, FILES) == []


def test_generating_is_deterministic() -> None:
    """The same models give the same bytes, so a difference is always a change of the contract."""
    assert generated(OWN, FOLDER) == FILES


def test_another_topic_prefix_changes_no_contract() -> None:
    """The schemas are the product's, whatever one installation calls its topics."""
    own = Settings(deploy_dir=REPOSITORY / "deploy", kafka={"topic_prefix": "elsewhere"})

    assert generated(own, FOLDER) == FILES


@pytest.mark.parametrize("text", ["{}", "", "not JSON", FILES[NAME] + "\n", FILES[NAME].replace("\n", "\r\n")])
def test_a_drifted_file_is_named_with_the_remedy(folder: Path, text: str) -> None:
    """One byte's difference counts; the message says what to run."""
    (folder / NAME).write_bytes(text.encode())

    (problem,) = problems(folder, FILES)

    assert str(folder / NAME) in problem
    assert "differs from the models: run `marsad schemas write`" in problem
    assert write(folder, FILES) == [f"{NAME} was written"]
    assert problems(folder, FILES) == []


def test_a_missing_file_is_named(folder: Path) -> None:
    """A topic without a schema is no contract."""
    (folder / NAME).unlink()

    (problem,) = problems(folder, FILES)

    assert problem.startswith(f"{folder / NAME} is missing")


def test_an_orphan_is_named_and_removed(folder: Path) -> None:
    """A schema whose topic is gone misleads its readers."""
    (folder / "urls.lost.v1.schema.json").write_text("{}")

    (problem,) = problems(folder, FILES)

    assert "urls.lost.v1.schema.json belongs to no topic" in problem
    assert write(folder, FILES) == ["urls.lost.v1.schema.json was removed: no topic has it"]


@pytest.mark.parametrize(
    ("name", "said"), [("urls.lost.v1.json", "belongs to no topic: remove it"), (None, "is missing")]
)
def test_examples_are_looked_at_and_left_alone(folder: Path, name: str | None, said: str) -> None:
    """People write examples: the generator names one that lacks or is left over, and changes none."""
    if name:
        (folder / EXAMPLES / name).write_text("{}")
    else:
        (folder / EXAMPLES / "ledger.v1.json").unlink()

    (problem,) = problems(folder, FILES)

    assert said in problem
    assert write(folder, FILES) == []
    assert problems(folder, FILES) == [problem]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ("", "is no JSON"),
        ("[]", "an object of key, headers and value"),
        ('{"key": "k"}', "an object of"),
    ],
)
def test_an_example_that_is_none_is_named(folder: Path, text: str, said: str) -> None:
    """The AsyncAPI document shows the examples, so they have to be records; the error says which is not."""
    path = folder / EXAMPLES / "ledger.v1.json"
    path.write_text(text)

    with pytest.raises(ContractError, match=said) as caught:
        generated(OWN, folder)

    assert str(path) in str(caught.value)


def test_a_changed_example_is_a_changed_document(folder: Path) -> None:
    """The document shows the examples as their files have them."""
    path = folder / EXAMPLES / "ledger.v1.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"ce_specversion": "1.0"', '"ce_specversion": "1.1"'))

    assert write(folder, generated(OWN, folder)) == ["asyncapi.yaml was written"]


def test_a_folder_that_does_not_exist_is_made(tmp_path: Path) -> None:
    """Writing begins from nothing; checking says what is missing."""
    nowhere = tmp_path / "not" / "there"
    files = generated(OWN, nowhere)

    assert len(problems(nowhere, files)) == len(files) + len(CONTRACTS)
    assert len(write(nowhere, files)) == len(files)
    assert "examples:" not in files["asyncapi.yaml"]


def test_schemas_are_for_people_to_read() -> None:
    """Letters are letters, two spaces indent, and a line ends each file."""
    for name, text in FILES.items():
        assert text.endswith("\n")
        assert "\\u" not in text
        if name.endswith(".json"):
            assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


def test_check_succeeds_on_the_repository() -> None:
    """What CI runs."""
    result = CliRunner().invoke(app, ["check", "--folder", str(FOLDER)])

    assert result.exit_code == 0
    assert "are what the models say, and break no reader of release" in result.output


def test_check_fails_where_something_drifted(folder: Path) -> None:
    """Exit code 1, one line a problem on standard error."""
    (folder / NAME).unlink()
    (folder / "ledger.v1.schema.json").write_text("{}")

    result = CliRunner().invoke(app, ["check", "--folder", str(folder)])

    assert result.exit_code == 1
    assert [line.split(" ")[1] for line in result.stderr.splitlines()] == ["is", "differs"]


def test_write_says_what_it_changed(folder: Path) -> None:
    """One line a change, and the count."""
    (folder / NAME).unlink()

    result = CliRunner().invoke(app, ["write", "--folder", str(folder)])

    assert result.exit_code == 0
    assert result.output.splitlines() == [f"{NAME} was written", f"{len(FILES)} files in {folder}, 1 changes."]


@pytest.mark.parametrize("command", ["write", "check", "release"])
def test_help_shows_an_example(command: str) -> None:
    """Whoever asks sees what to type."""
    assert f"Example: marsad schemas {command}" in CliRunner().invoke(app, [command, "--help"]).output
