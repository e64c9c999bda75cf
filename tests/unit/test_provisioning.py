"""What `marsad setup` does, in which order, and what it refuses to begin."""

from pathlib import Path
from typing import Any

import pytest

from marsad import provisioning
from marsad.errors import SettingsError
from marsad.provisioning import account_passwords, set_up
from marsad.search import accounts, templates
from marsad.settings import Search, Settings

ACCOUNTS = ("kibana_system", "marsad", "analyst")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A password file for each account."""
    for account in ACCOUNTS:
        (tmp_path / account).write_text(f"of {account}\n")
    return tmp_path


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was done, by stand-ins for the servers."""
    done: list[Any] = []

    def note(name: str) -> Any:
        async def noted(*arguments: Any) -> list[str]:
            done.append((name, arguments[-1]) if name == "accounts" else name)
            return ["urls.found"] if name == "topics" else []

        return noted

    monkeypatch.setattr(provisioning, "wait_until_ready", note("ready"))
    monkeypatch.setattr(templates, "apply", note("templates"))
    monkeypatch.setattr(accounts, "apply", note("accounts"))
    monkeypatch.setattr(provisioning, "apply_topics", note("topics"))
    return done


def settings(folder: Path | None) -> Settings:
    """Return settings that lead nowhere."""
    return Settings(search=Search(url="http://127.0.0.1:9", accounts_dir=folder))


async def test_without_a_folder_no_accounts_are_made(done: list[Any]) -> None:
    """The local stack has no security."""
    assert await set_up(settings(None)) == ["urls.found"]
    assert done == ["ready", "templates", "topics"]


async def test_accounts_come_after_templates_and_before_topics(done: list[Any], folder: Path) -> None:
    """With topics there, services begin to work: by then they have their account."""
    await set_up(settings(folder))

    assert done == [
        "ready",
        "templates",
        ("accounts", {account: f"of {account}" for account in ACCOUNTS}),
        "topics",
    ]


@pytest.mark.parametrize("account", ACCOUNTS)
async def test_a_missing_password_is_told_before_anything_is_done(done: list[Any], folder: Path, account: str) -> None:
    """Half a set-up helps nobody."""
    (folder / account).unlink()

    with pytest.raises(SettingsError, match=rf"MARSAD_SEARCH__ACCOUNTS_DIR: .*/{account} cannot be read.*make secrets"):
        await set_up(settings(folder))

    assert done == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The first file that is missing is named."""
    with pytest.raises(SettingsError, match=r"nowhere/kibana_system cannot be read"):
        account_passwords(tmp_path / "nowhere")
