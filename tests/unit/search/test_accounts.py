"""The services' role as a file, and what is sent for it."""

import json
import logging
from pathlib import Path
from typing import Any

import orjson
import pytest

from marsad.errors import MarsadError, SearchUnavailable, SettingsError
from marsad.search import accounts
from marsad.search.names import Names
from marsad.settings import REPOSITORY

FakeServer = Any  # of conftest.py
FOLDER = REPOSITORY / "deploy/elasticsearch"
PASSWORDS = {"kibana_system": "of kibana", "marsad": "of services", "analyst": "of people"}
TRANSPORT = logging.getLogger("elastic_transport.node")


async def apply(server: FakeServer, folder: Path = FOLDER) -> None:
    """Set up accounts on a server in a function."""
    async with server.client() as client:
        await accounts.apply(client, Names("own-"), folder, PASSWORDS)


async def test_what_is_sent(server: FakeServer) -> None:
    """Who we are is asked first; then the role with prefixed names, then every account with its password and role."""
    server.answer = lambda _request: (200, {})

    await apply(server)

    assert [(request.method, request.target) for request in server.requests] == [
        ("GET", "/_security/_authenticate"),
        ("PUT", "/_security/role/marsad"),
        ("PUT", "/_security/user/kibana_system/_password"),
        ("PUT", "/_security/user/marsad"),
        ("PUT", "/_security/user/analyst"),
    ]
    role, kibana, *people = [orjson.loads(request.body) for request in server.requests[1:]]
    assert [entry["names"] for entry in role["indices"]] == [
        ["own-news"], ["own-news-v1-*"], ["own-ledger-v1"], ["own-state-*"],
    ]  # fmt: skip
    assert kibana == {"password": "of kibana"}
    assert [(given["password"], given["roles"]) for given in people] == [
        ("of services", ["marsad"]),
        ("of people", ["marsad_analyst"]),
    ]


@pytest.mark.parametrize("status", [400, 404, 405])
async def test_security_that_is_off(server: FakeServer, status: int) -> None:
    """Whichever way a server says that it has none; nothing is sent then."""
    server.answer = lambda _request: (status, {"error": "no handler found for uri"})

    with pytest.raises(SettingsError, match=r"MARSAD_SEARCH__ACCOUNTS_DIR.*xpack\.security\.enabled"):
        await apply(server)

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (401, SearchUnavailable, "MARSAD_SEARCH__PASSWORD_FILE"),
        (403, SearchUnavailable, "lacks the right"),
        (503, SearchUnavailable, "asking who we are"),
    ],
)
async def test_other_answers_keep_their_meaning(
    server: FakeServer, status: int, kind: type[MarsadError], told: str
) -> None:
    """A wrong password of our own is no security that is off."""
    server.answer = lambda _request: (status, {"error": {"type": "x", "reason": "y"}})

    with pytest.raises(kind, match=told):
        await apply(server)


async def test_the_transport_is_quiet_only_while_passwords_pass(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would log bodies as they are; afterwards, an error included, it is as talkative as before."""
    monkeypatch.setattr(TRANSPORT, "level", logging.DEBUG)
    levels = []

    def answer(request: Any) -> tuple[int, Any]:
        levels.append((b"password" in request.body, TRANSPORT.level))
        return (400 if "analyst" in request.target else 200), {}

    server.answer = answer
    with pytest.raises(MarsadError, match="putting the account analyst"):
        await apply(server)

    assert {level for with_password, level in levels if with_password} == {logging.INFO}
    assert [with_password for with_password, _ in levels] == [False, False, True, True, True]
    assert TRANSPORT.level == logging.DEBUG


def test_the_role_covers_every_index_that_we_name() -> None:
    """And has no right over the cluster."""
    role = json.loads((FOLDER / "marsad.role.json").read_bytes())
    covered = {name for entry in role["indices"] for name in entry["names"]}

    assert role["cluster"] == []
    assert {Names().news, Names().ledger} <= covered
    assert all(name.startswith("state-") for name in Names().fixed if name != Names().ledger)
    assert "all" not in {privilege for entry in role["indices"] for privilege in entry["privileges"]}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"indices": [{}]}', '{"indices": 5}'])
async def test_a_wrong_role_is_named(server: FakeServer, tmp_path: Path, content: str) -> None:
    """Before the server is asked anything."""
    (tmp_path / "marsad.role.json").write_text(content)

    with pytest.raises(SettingsError, match=r"marsad\.role\.json is no role"):
        await apply(server, tmp_path)

    assert server.requests == []
