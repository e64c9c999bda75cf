"""Accounts of an Elasticsearch with security on: who works, who looks, and what the services may do.

The services' role is the file `marsad.role.json` of `deploy/elasticsearch/`: the body of Elasticsearch's own API with
bare index names, to which `Names.prefix` is added. The analysts' role has rights in Kibana too, so Kibana puts it
(`marsad dashboard`); until then the account that names it may log in and see nothing.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from elastic_transport import ApiError
from elasticsearch import AsyncElasticsearch

from marsad.errors import SettingsError
from marsad.search.client import mapped, translate
from marsad.search.names import Names

__all__ = ["ANALYST_ROLE", "KIBANA", "PEOPLE", "SERVICES_ROLE", "apply"]

KIBANA = "kibana_system"  # built into Elasticsearch: Kibana's own connection
SERVICES_ROLE, ANALYST_ROLE = "marsad", "marsad_analyst"
PEOPLE = {"marsad": (SERVICES_ROLE, "Marsad's services"), "analyst": (ANALYST_ROLE, "Reads in Kibana")}
"""Each account that is made, with its role and whom it is for."""

_NO_SECURITY = {400, 404, 405}  # as answered by servers of which security is no part, or off


async def apply(client: AsyncElasticsearch, names: Names, folder: Path, passwords: Mapping[str, str]) -> None:
    """Bring roles, accounts and passwords to what the files say; doing it again sets the same again.

    Args:
        client: from `connect`, as an account that may manage security.
        names: what everything is called.
        folder: `deploy/elasticsearch`.
        passwords: by account, for `KIBANA` and each of `PEOPLE`.

    Raises:
        SettingsError: security is off on the server, or the role's file is wrong.
        SearchUnavailable: the server is away, or our own account lacks the right.
        MarsadError: the server finds a role or a password wrong (it wants six characters).
    """
    role = _role(folder / f"{SERVICES_ROLE}.role.json", names.prefix)
    await _require_security(client)
    with mapped(f"putting the role {SERVICES_ROLE}"):
        await client.security.put_role(name=SERVICES_ROLE, **role)
    with _bodies_unlogged():
        with mapped(f"setting the password of {KIBANA}"):
            await client.security.change_password(username=KIBANA, password=passwords[KIBANA])
        for account, (its_role, whom) in PEOPLE.items():
            with mapped(f"putting the account {account}"):
                await client.security.put_user(
                    username=account, password=passwords[account], roles=[its_role], full_name=whom
                )


def _role(path: Path, prefix: str) -> dict[str, Any]:
    try:
        role: dict[str, Any] = orjson.loads(path.read_bytes())
        indices = [{**entry, "names": [prefix + name for name in entry["names"]]} for entry in role["indices"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"MARSAD_DEPLOY_DIR: {path} is no role: {error!r}") from error
    return {**role, "indices": indices}


@contextmanager
def _bodies_unlogged() -> Iterator[None]:
    """Keep the transport from logging requests as they are, which it does at the level debug."""
    transport = logging.getLogger("elastic_transport.node")
    level = transport.level
    transport.setLevel(logging.INFO)
    try:
        yield
    finally:
        transport.setLevel(level)


async def _require_security(client: AsyncElasticsearch) -> None:
    try:
        await client.security.authenticate()
    except ApiError as error:
        if error.meta.status in _NO_SECURITY:
            raise SettingsError(
                "MARSAD_SEARCH__ACCOUNTS_DIR asks for accounts, but security is off on the server at "
                "MARSAD_SEARCH__URL: set xpack.security.enabled to true there, or unset the folder."
            ) from error
        raise translate(error, "asking who we are") from error
