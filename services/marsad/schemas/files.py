"""The folder `schemas/`: written from the models, and compared with them."""

import json
from pathlib import Path
from typing import Any

from marsad import __version__
from marsad.contracts.topics import CONTRACTS, Contract
from marsad.errors import ContractError
from marsad.schemas.asyncapi import document
from marsad.schemas.build import HEADERS_FILE, Schema, schema_file, topic_schema
from marsad.schemas.headers import DEAD_HEADERS_FILE, dead_headers_schema, headers_schema
from marsad.settings import Settings
from marsad.streaming.topics import load_topics

ASYNCAPI_FILE = "asyncapi.yaml"
EXAMPLES = "examples"
REMEDY = "run `marsad schemas write`, and look at the difference before you commit it"


def generated(settings: Settings, folder: Path) -> dict[str, str]:
    """Return the text of every generated file by its name.

    `folder` holds the examples, which the AsyncAPI document shows. Raises SettingsError where topics.yaml is wrong, and
    ContractError where an example is none.
    """
    schemas = {schema_file(contract): topic_schema(contract) for contract in CONTRACTS.values()}
    headers = {HEADERS_FILE: headers_schema(), DEAD_HEADERS_FILE: dead_headers_schema()}
    texts = {name: _text(schema) for name, schema in (schemas | headers).items()}
    examples = {contract.name: example(folder, contract) for contract in CONTRACTS.values()}
    there = {name: found for name, found in examples.items() if found is not None}
    return {**texts, ASYNCAPI_FILE: document(load_topics(settings).specs, __version__, there)}


def example(folder: Path, contract: Contract) -> dict[str, Any] | None:
    """Read a topic's example below `folder`; None where there is none. Raises ContractError where it is no record."""
    path = folder / EXAMPLES / example_file(contract)
    text = _read(path)
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ContractError(f"{path} is no JSON ({error}): mend it") from error
    if not (isinstance(found, dict) and found.keys() == {"key", "headers", "value"}):
        raise ContractError(f"{path}: an object of key, headers and value is expected, as in the other examples")
    return found


def example_file(contract: Contract) -> str:
    """Return the name of a topic's example, below `examples/`."""
    return f"{contract.name}.v{contract.major}.json"


def write(folder: Path, files: dict[str, str]) -> list[str]:
    """Write what differs and remove schemas of topics that are no more; return what changed, a sentence each."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in files.items():
        if _read(folder / name) != text:
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
            changed.append(f"{name} was written")
    for orphan in _orphans(folder, files):
        (folder / orphan).unlink()
        changed.append(f"{orphan} was removed: no topic has it")
    return changed


def problems(folder: Path, files: dict[str, str]) -> list[str]:
    """Return what differs between the folder and the models, a sentence each, with what to do about it."""
    found = []
    for name, text in files.items():
        there = _read(folder / name)
        if there is None:
            found.append(f"{folder / name} is missing: {REMEDY}")
        elif there != text:
            found.append(f"{folder / name} differs from the models: {REMEDY}")
    found += [f"{folder / name} belongs to no topic: {REMEDY}" for name in _orphans(folder, files)]
    return found + _examples(folder / EXAMPLES)


def _orphans(folder: Path, files: dict[str, str]) -> list[str]:
    return sorted(path.name for path in folder.glob("*.schema.json") if path.name not in files)


def _examples(folder: Path) -> list[str]:
    expected = {example_file(contract) for contract in CONTRACTS.values()}
    there = {path.name for path in folder.glob("*")}
    return [
        *(f"{folder / name} is missing: write one, real and of our own making" for name in sorted(expected - there)),
        *(f"{folder / name} belongs to no topic: remove it" for name in sorted(there - expected)),
    ]


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def _text(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
