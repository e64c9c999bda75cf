"""An Elasticsearch with security on, for tests of accounts: the local stack's node with other settings.

Its administrator is an account in files (PBKDF2, RFC 8018, in Elasticsearch's own notation), so that no key store has
to be made before the first start.
"""

import base64
import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from marsad.localstack import elasticsearch, ports, processes
from marsad.localstack.accounts import Account, owned_folder, servers_account
from marsad.localstack.install import install
from marsad.localstack.layout import Layout, open_folder, write_atomically
from marsad.localstack.server import Server

ADMIN, PASSWORD = "keeper", "a password of this test's own"
START_S = 180.0
ROUNDS = 10_000


@dataclass(frozen=True, slots=True)
class Secured:
    """Where it answers, and the file with the password of `ADMIN`, who may do everything."""

    url: str
    password_file: Path


@contextmanager
def secured_elasticsearch(artefacts: Path) -> Iterator[Secured]:
    """Run a node of its own on fresh data; it ends with the block."""
    above = Path(tempfile.mkdtemp(prefix="marsad-secured-", dir="/var/tmp"))  # where the servers' account may go
    above.chmod(0o755)
    chosen = ports.choose({}, {})
    child = processes.spawn(_server(Layout(above, artefacts), chosen))
    try:
        secured = Secured(f"http://{ports.LOOPBACK}:{chosen['elasticsearch']}", above / "password")
        secured.password_file.write_text(f"{PASSWORD}\n")
        _wait(secured.url)
        yield secured
    finally:
        processes.stop([child])
        shutil.rmtree(above, ignore_errors=True)


def _server(layout: Layout, chosen: dict[str, int]) -> Server:
    account = servers_account(layout.root)
    for folder in (layout.root, layout.artefacts, layout.log("kafka").parent):
        open_folder(folder)
    installed = install(layout.artefacts, account, lambda _line: None)
    server = elasticsearch.server(layout, installed, account, chosen, "secured")
    config = _config(layout, account)
    settings = {
        "cluster.name": "marsad-secured",
        "discovery.type": "single-node",
        "network.host": ports.LOOPBACK,
        "http.port": str(chosen["elasticsearch"]),
        "transport.port": str(chosen["transport"]),
        "path.home": str(installed.elasticsearch),
        "path.data": str(server.home / "data"),
        "path.logs": str(server.home / "logs"),
        "xpack.security.enabled": "true",
        "xpack.security.http.ssl.enabled": "false",
        "xpack.security.transport.ssl.enabled": "false",
        "xpack.security.autoconfiguration.enabled": "false",
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    return replace(server, stdin=elasticsearch.server_arguments(settings, config, server.home / "logs"))


def _config(layout: Layout, account: Account) -> Path:
    config = owned_folder(layout.home("elasticsearch") / "config", account)
    write_atomically(config / "users", f"{ADMIN}:{_hashed(PASSWORD)}\n")
    write_atomically(config / "users_roles", f"superuser:{ADMIN}\n")
    return config


def _hashed(password: str) -> str:
    salt = b"0123456789abcdef0123456789abcdef"
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS, 32)
    return f"{{PBKDF2}}{ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(f"{url}/_cluster/health", auth=(ADMIN, PASSWORD), timeout=5)
        except httpx.HTTPError:
            time.sleep(0.2)
            continue
        if answer.status_code == httpx.codes.OK:
            return
        time.sleep(0.2)
    raise AssertionError(f"no Elasticsearch with security within {START_S:.0f} s: its last answer was {answer.text}")
