"""The services' role as a file, and what is sent for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from marsad.errors import SettingsError
from marsad.search import accounts
from marsad.search.names import Names
from marsad.settings import REPOSITORY

FOLDER = REPOSITORY / "deploy/elasticsearch"
PASSWORDS = {"kibana_system": "a", "marsad": "b", "analyst": "c"}


class FakeSecurity:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        async def noted(**given: Any) -> None:
            self.asked.append((name, given))

        return noted


class FakeClient:
    """A client whose security is noted."""

    def __init__(self) -> None:
        self.security = FakeSecurity()


async def test_what_is_sent() -> None:
    """Who we are is asked first; then the role with prefixed names, then every account with its password and role."""
    client = FakeClient()

    await accounts.apply(client, Names("own-"), FOLDER, PASSWORDS)  # type: ignore[arg-type]

    (asked, role, kibana, *people) = client.security.asked
    assert asked == ("authenticate", {})
    assert role[1]["name"] == "marsad"
    assert [entry["names"] for entry in role[1]["indices"]] == [
        ["own-news"], ["own-news-v1-*"], ["own-ledger-v1"], ["own-state-*"],
    ]  # fmt: skip
    assert kibana == ("change_password", {"username": "kibana_system", "password": "a"})
    assert [(given["username"], given["password"], given["roles"]) for _, given in people] == [
        ("marsad", "b", ["marsad"]),
        ("analyst", "c", ["marsad_analyst"]),
    ]


def test_the_role_covers_every_index_that_we_name() -> None:
    """And has no right over the cluster."""
    role = json.loads((FOLDER / "marsad.role.json").read_bytes())
    covered = {name for entry in role["indices"] for name in entry["names"]}

    assert role["cluster"] == []
    assert {Names().news, Names().ledger} <= covered
    assert all(name.startswith("state-") for name in Names().fixed if name != Names().ledger)
    assert "all" not in {privilege for entry in role["indices"] for privilege in entry["privileges"]}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"indices": [{}]}', '{"indices": 5}'])
async def test_a_wrong_role_is_named(tmp_path: Path, content: str) -> None:
    """Before the server is asked anything."""
    (tmp_path / "marsad.role.json").write_text(content)
    client = FakeClient()

    with pytest.raises(SettingsError, match=r"marsad\.role\.json is no role"):
        await accounts.apply(client, Names(), tmp_path, PASSWORDS)  # type: ignore[arg-type]

    assert client.security.asked == []
