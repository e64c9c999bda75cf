"""One Compose project of docker-compose.yml with a newsroom for the world; nothing of it is left afterwards."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from compose.engine import is_stand_in
from marsad.settings import REPOSITORY

LIMIT_S = 900.0  # for whatever is waited for, on a slow machine too
LOOK_EVERY_S = 1.0
KIBANA = "docker.elastic.co/kibana/kibana:9.5.3"
SMALL = {"KAFKA_HEAP": "256m", "KAFKA_MEMORY": "1g", "ELASTICSEARCH_HEAP": "512m", "ELASTICSEARCH_MEMORY": "1500m"}
SETTINGS = {
    "MARSAD_OUTLETS_DIRS": "'[\"/newsroom/outlets\"]'",
    "MARSAD_BUILTIN_OUTLETS": "false",
    "MARSAD_DISCOVERY__REVISIT_S": "8",
    "MARSAD_DISCOVERY__FEED_FLOOR_S": "5",
    "MARSAD_DISCOVERY__FEED_CEILING_S": "5",
    "MARSAD_DISCOVERY__TICK_S": "1",
    "MARSAD_FETCHING__SPACING_S": "0.1",
}

Container = Mapping[str, Any]
"""What `docker inspect` says of one."""


class NotSo(AssertionError):
    """Something is not as it must be; the message says what."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project; `folder` holds secrets, settings and what it shares with its newsroom."""

    name: str
    folder: Path
    environment: Mapping[str, str]
    files: tuple[str, ...]

    def compose(self, *arguments: str, check: bool = True) -> str:
        """Run `docker compose …`; return what it printed. Raises NotSo where it failed and that matters."""
        options = [option for file in self.files for option in ("-f", file)]
        return run("docker", "compose", "--progress", "quiet", *options, *arguments, env=self.environment, check=check)

    def containers(self, service: str = "") -> list[Container]:
        """Return all containers, or those of one service, whether they run or not."""
        ids = self.compose("ps", "--all", "--quiet", *([service] if service else [])).split()
        return list(json.loads(run("docker", "inspect", *ids))) if ids else []

    def address(self, service: str, port: int) -> str:
        """Return where a published port answers, as `host:port`."""
        return self.compose("port", service, str(port)).strip()

    def secrets(self) -> dict[str, str]:
        """Return all secrets by name."""
        return {file.name: file.read_text() for file in (self.folder / "secrets").iterdir()}


def run(*command: str, env: Mapping[str, str] | None = None, check: bool = True, limit_s: float = LIMIT_S) -> str:
    """Run a command in the repository; return its standard output. Raises NotSo with its errors where it failed."""
    whole = {**os.environ, **env} if env else None
    ended = subprocess.run(
        command, capture_output=True, text=True, env=whole, cwd=REPOSITORY, timeout=limit_s, check=False
    )
    if check and ended.returncode:
        raise NotSo(f"{' '.join(command)} ended with {ended.returncode}: {(ended.stderr or ended.stdout)[-3000:]}")
    return ended.stdout


def until(what: str, ready: Callable[[], Any], limit_s: float = LIMIT_S, tell: Callable[[], str] = str) -> Any:
    """Return what a condition returns once it is true. Raises NotSo with `what` and `tell()` after the limit."""
    end = time.monotonic() + limit_s
    while not (result := ready()):
        if time.monotonic() > end:
            raise NotSo(f"not within {limit_s:.0f} s: {what}. {tell()}")
        time.sleep(LOOK_EVERY_S)
    return result


@contextmanager
def open_project() -> Iterator[Project]:
    """Prepare a project; when it is left, take it down with its volumes. Its logs are kept where it fails."""
    name = f"marsad-test-{uuid4().hex[:8]}"
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir="/var/tmp"))
    run("docker", "network", "create", "--internal", f"{name}-newsroom")
    project: Project | None = None
    try:
        project = _prepared(name, folder)
        yield project
    except BaseException:
        if project:
            log = Path(tempfile.gettempdir()) / f"{name}.log"
            log.write_text(project.compose("logs", "--timestamps", check=False), encoding="utf-8")
            print(f"logs: {log}")
        raise
    finally:
        if project:
            project.compose("down", "--volumes", "--remove-orphans", "--timeout", "5", check=False)
        run("docker", "network", "rm", f"{name}-newsroom", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _prepared(name: str, folder: Path) -> Project:
    network = json.loads(run("docker", "network", "inspect", f"{name}-newsroom"))[0]["IPAM"]["Config"][0]["Subnet"]
    shared = folder / "newsroom"
    shared.mkdir()
    shared.chmod(0o777)  # the containers' account writes here
    folder.chmod(0o755)
    run("deploy/docker/make-secrets", str(folder / "secrets"))
    settings = folder / "settings.env"
    opened = {"MARSAD_FETCHING__ALLOW_NETWORKS": f"'[\"{network}\"]'"}
    settings.write_text("".join(f"{key}={value}\n" for key, value in {**SETTINGS, **opened}.items()))
    environment = {
        **SMALL,
        "COMPOSE_PROJECT_NAME": name,
        "MARSAD_FETCHING__CONTACT": "tests@marsad.example",
        "SECRETS_DIR": str(folder / "secrets"),
        "ENV_FILE": str(settings),
        "KIBANA_PORT": "0",
        "PROMETHEUS_PORT": "0",
        "NEWSROOM_DIR": str(shared),
        "NEWSROOM_NETWORK": network,
    }
    return Project(name, folder, environment, tuple(_files()))


def _files() -> Sequence[str]:
    files = ["docker-compose.yml", "tests/compose/newsroom.yml"]
    return [*files, "tests/compose/stand-in.yml"] if is_stand_in(KIBANA) else files
