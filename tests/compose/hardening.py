"""What each container must be like, by `docker inspect`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from compose.project import Container

PUBLISHED = {"kibana": "5601/tcp", "prometheus": "9090/tcp"}
ROOT = {"", "0", "root"}


def service_of(container: Container) -> str:
    """Return the service that a container belongs to."""
    return str(container["Config"]["Labels"]["com.docker.compose.service"])


def weaknesses(container: Container) -> list[str]:
    """Return what a container lacks; none is as it must be."""
    host, config = container["HostConfig"], container["Config"]
    holds = {
        "a user that is not root": config["User"].partition(":")[0] not in ROOT,
        "a read-only root": host["ReadonlyRootfs"],
        "no capabilities": host["CapDrop"] == ["ALL"] and not host["CapAdd"] and not host["Privileged"],
        "no new privileges": "no-new-privileges:true" in (host["SecurityOpt"] or ()),
        "a limit of memory": host["Memory"] > 0,
        "a limit of processes": (host["PidsLimit"] or 0) > 0,
        "rotated logs": host["LogConfig"]["Type"] == "json-file" and "max-size" in host["LogConfig"]["Config"],
        "an init": host["Init"] is True,
    }
    return [f"{service_of(container)}: not {what}" for what, so in holds.items() if not so]


def published(containers: Iterable[Container]) -> dict[str, Mapping[str, Sequence[str]]]:
    """Return, by service, the ports that are published, each with the addresses on which it is."""
    found: dict[str, Mapping[str, Sequence[str]]] = {}
    for container in containers:
        ports: Mapping[str, Any] = container["NetworkSettings"]["Ports"] or {}
        hosts = {port: [one["HostIp"] for one in bound] for port, bound in ports.items() if bound}
        if hosts:
            found[service_of(container)] = hosts
    return found


def told_secrets(container: Container, processes: str, secrets: Mapping[str, str]) -> list[str]:
    """Return the secrets that a container shows anywhere in `docker inspect`, or in its list of processes."""
    shown = f"{json.dumps(container)} {processes}"
    return [f"{service_of(container)}: shows {name}" for name, secret in secrets.items() if secret in shown]
