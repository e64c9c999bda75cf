"""Tests of reading settings from the environment."""

import json
import os
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from marsad.errors import SettingsError
from marsad.settings import (
    STACK_FILE,
    Fetching,
    Settings,
    as_environment,
    child_environment,
    load_settings,
    settings,
)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give every test an environment without our variables, and a data folder of its own."""
    for name in [name for name in os.environ if name.startswith("MARSAD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_nested_variables_reach_their_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two underscores lead into a section, and lists are JSON."""
    monkeypatch.setenv("MARSAD_FETCHING__SPACING_S", "5")
    monkeypatch.setenv("MARSAD_FETCHING__ALLOW_NETWORKS", '["127.0.0.0/8"]')

    own = load_settings()

    assert own.fetching.spacing_s == 5
    assert own.fetching.allow_networks == (IPv4Network("127.0.0.0/8"),)


def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which variable is wrong and why."""
    monkeypatch.setenv("MARSAD_EXTRACTION__WORKERS", "none")

    with pytest.raises(SettingsError, match=r"MARSAD_EXTRACTION__WORKERS: .*integer"):
        load_settings()


def test_a_wrong_item_of_a_list_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the place in the list nor the kinds of network that were tried are part of the name."""
    monkeypatch.setenv("MARSAD_FETCHING__ALLOW_NETWORKS", '["10.0.0.0/8", "127.0.0.1/8"]')

    with pytest.raises(SettingsError, match=r"MARSAD_FETCHING__ALLOW_NETWORKS: .*IPv4") as raised:
        load_settings()

    assert "[" not in str(raised.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MARSAD_FETCHING__ALLOW_NETWORKS", "127.0.0.0/8"),
        ("MARSAD_OUTLETS_DIRS", "my-outlets"),
        ("MARSAD_SEARCH", '{"url": "https://user:secret@search'),
    ],
)
def test_a_list_that_is_no_json_is_explained(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which variable, and how lists are written; it does not repeat the value."""
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError, match=rf"{variable} cannot be read\. Lists .*JSON") as raised:
        load_settings()

    assert value not in str(raised.value)


def test_json_that_is_no_list_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lone number is JSON; the message says that a list is wanted, in no programmer's words."""
    monkeypatch.setenv("MARSAD_FETCHING__ALLOW_PORTS", "8080")

    with pytest.raises(SettingsError, match=r"MARSAD_FETCHING__ALLOW_PORTS: Lists .*JSON") as raised:
        load_settings()

    assert "tuple" not in str(raised.value)


def test_a_misspelt_variable_of_a_section_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo must not silently leave the default in force."""
    monkeypatch.setenv("MARSAD_FETCHING__SPACNG_S", "5")

    with pytest.raises(SettingsError, match="MARSAD_FETCHING__SPACNG_S: there is no such setting"):
        load_settings()


def test_a_variable_of_no_section_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor may a typo in the section's own name."""
    monkeypatch.setenv("MARSAD_FETCHNG__SPACING_S", "5")

    with pytest.raises(SettingsError, match="MARSAD_FETCHNG__SPACING_S"):
        load_settings()


def test_servers_come_from_the_stack_file(tmp_path: Path) -> None:
    """Where no address is set, that of `marsad up` is taken."""
    stack = {"kafka": "127.0.0.1:1", "elasticsearch": "http://127.0.0.1:2"}
    (tmp_path / STACK_FILE).write_text(json.dumps(stack))

    assert load_settings().bootstrap() == "127.0.0.1:1"
    assert load_settings().search_url() == "http://127.0.0.1:2"


def test_an_address_that_is_set_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack file is a default only."""
    (tmp_path / STACK_FILE).write_text(json.dumps({"kafka": "127.0.0.1:1"}))
    monkeypatch.setenv("MARSAD_KAFKA__BOOTSTRAP", "kafka:9092")

    assert load_settings().bootstrap() == "kafka:9092"


@pytest.mark.parametrize("content", [None, "", "{", '{"elasticsearch": "x"}', '"text"', "[]"])
def test_without_servers_the_remedy_is_named(tmp_path: Path, content: str | None) -> None:
    """A missing, broken or half stack file leads to one sentence that says what to do."""
    if content is not None:
        (tmp_path / STACK_FILE).write_text(content)

    with pytest.raises(SettingsError, match=r"marsad up.*MARSAD_KAFKA__BOOTSTRAP"):
        load_settings().bootstrap()


def test_settings_survive_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A child process given `as_environment` has the same settings."""
    fetching = Fetching(contact="a@b.example", spacing_s=0, allow_networks=(IPv4Network("127.0.0.0/8"),))
    own = Settings(data_dir=tmp_path, outlets_dirs=(tmp_path / "outlets",), builtin_outlets=False, fetching=fetching)
    for name, value in as_environment(own).items():
        monkeypatch.setenv(name, value)

    assert load_settings() == own


def test_a_child_gets_no_field_of_a_section_that_is_set_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A single field in this process's environment would win over the section; other variables go on to the child."""
    monkeypatch.setenv("MARSAD_FETCHING__SPACING_S", "5")
    monkeypatch.setenv("MARSAD_DISCOVERY__TICK_S", "9")

    environment = child_environment({"MARSAD_FETCHING": '{"spacing_s": 0}'})

    assert "MARSAD_FETCHING__SPACING_S" not in environment
    assert environment["MARSAD_FETCHING"] == '{"spacing_s": 0}'
    assert environment["MARSAD_DISCOVERY__TICK_S"] == "9"


def test_a_process_reads_its_settings_once() -> None:
    """Later calls return the same object."""
    assert settings() is settings()
