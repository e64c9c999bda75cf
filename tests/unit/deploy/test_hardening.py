"""What `make compose-test` looks for in each container: it must see what is wrong."""

from typing import Any

import pytest

from compose.hardening import published, told_secrets, weaknesses


def container(**changed: Any) -> dict[str, Any]:
    """Return what `docker inspect` says of a confined container, parts of it changed (`HostConfig__Memory=0`)."""
    made: dict[str, Any] = {
        "Args": ["marsad", "run", "extraction"],
        "Config": {"User": "1000:1000", "Env": ["A=b"], "Labels": {"com.docker.compose.service": "extraction"}},
        "HostConfig": {
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "CapAdd": None,
            "Privileged": False,
            "SecurityOpt": ["no-new-privileges:true"],
            "Memory": 1,
            "PidsLimit": 1,
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
            "Init": True,
        },
        "NetworkSettings": {"Ports": {"9102/tcp": None}},
    }
    for path, value in changed.items():
        part, _, key = path.partition("__")
        made[part] = {**made[part], key: value} if key else value
    return made


def test_a_confined_container_has_no_weakness() -> None:
    """Nothing is named."""
    assert weaknesses(container()) == []


@pytest.mark.parametrize(
    ("change", "value", "what"),
    [
        ("Config__User", "", "a user that is not root"),
        ("Config__User", "0:1000", "a user that is not root"),
        ("HostConfig__ReadonlyRootfs", False, "a read-only root"),
        ("HostConfig__CapDrop", None, "no capabilities"),
        ("HostConfig__CapAdd", ["NET_ADMIN"], "no capabilities"),
        ("HostConfig__Privileged", True, "no capabilities"),
        ("HostConfig__SecurityOpt", None, "no new privileges"),
        ("HostConfig__Memory", 0, "a limit of memory"),
        ("HostConfig__PidsLimit", None, "a limit of processes"),
        ("HostConfig__PidsLimit", -1, "a limit of processes"),
        ("HostConfig__LogConfig", {"Type": "json-file", "Config": {}}, "rotated logs"),
        ("HostConfig__Init", None, "an init"),
    ],
)
def test_a_weakness_is_named(change: str, value: object, what: str) -> None:
    """Each alone, with its service."""
    assert weaknesses(container(**{change: value})) == [f"extraction: not {what}"]


def test_published_ports_are_told_with_their_addresses() -> None:
    """A port that is only exposed is none."""
    bound = {"9090/tcp": [{"HostIp": "192.0.2.1", "HostPort": "9090"}], "9091/tcp": None}

    assert published([container(), container(NetworkSettings__Ports=bound)]) == {
        "extraction": {"9090/tcp": ["192.0.2.1"]}
    }


@pytest.mark.parametrize(
    ("changed", "processes"),
    [
        ({"Config__Env": ["PASSWORD=x7q"]}, ""),
        ({"Args": ["--password=x7q"]}, ""),
        ({"Config__Healthcheck": {"Test": ["CMD", "curl", "-u", "elastic:x7q"]}}, ""),
        ({"Config__Labels": {"com.docker.compose.service": "extraction", "key": "x7q"}}, ""),
        ({}, "1 x --password=x7q"),
    ],
)
def test_a_secret_that_shows_is_named_and_not_repeated(changed: dict[str, Any], processes: str) -> None:
    """In the environment, the command, the health check, a label or the list of processes."""
    found = told_secrets(container(**changed), processes, {"elastic": "x7q", "marsad": "other"})

    assert found == ["extraction: shows elastic"]
