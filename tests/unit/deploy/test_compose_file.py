"""docker-compose.yml against what the project promises of it; `make compose-test` runs it."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from compose.project import SETTINGS
from marsad.contracts.topics import SERVICES
from marsad.settings import REPOSITORY, Settings
from marsad.streaming.exposing import port_of
from marsad.streaming.topics import load_topics

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = ("setup", "dashboard")
SERVERS = ("kafka", "elasticsearch", "kibana", "prometheus")
OURS = (*SERVICES, *ONCE)


def test_there_is_a_container_for_each_service_and_server() -> None:
    """And nothing else runs."""
    assert set(CONTAINERS) == {*SERVICES, *ONCE, *SERVERS}


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_every_container_is_confined(name: str) -> None:
    """Not root, a read-only root, no capabilities, limits of memory and processes, rotated logs, 30 s to stop."""
    container = CONTAINERS[name]

    assert container["user"].partition(":")[0] not in ("", "0", "root")
    assert container["read_only"] is True
    assert container["init"] is True
    assert container["cap_drop"] == ["ALL"]
    assert "cap_add" not in container
    assert "privileged" not in container
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["mem_limit"]
    assert container["pids_limit"] > 0
    assert container["logging"]["options"].keys() == {"max-size", "max-file"}
    assert container["stop_grace_period"] == "30s"
    assert container["restart"] == ("no" if name in ONCE else "unless-stopped")


def test_images_are_pinned() -> None:
    """A version each, ours the package's own; no `latest`."""
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    version = re.findall(r'^version = "(.+)"$', project, re.MULTILINE)[0]
    images = {name: container["image"] for name, container in CONTAINERS.items()}

    assert {images[name] for name in OURS} == {f"marsad:{version}"}
    assert [image for image in images.values() if not re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", image)] == []
    assert images["kibana"].rpartition(":")[2] == images["elasticsearch"].rpartition(":")[2]


def test_the_image_is_built_once() -> None:
    """Compose labels what it builds with the service's name: each further one would leave an image without a tag."""
    assert [name for name in CONTAINERS if "build" in CONTAINERS[name]] == ["setup"]


def test_each_service_runs_its_own_command_and_is_asked_at_its_own_port() -> None:
    """The health check's port is the one that this service counts up to."""
    own = Settings.model_validate(
        {"metrics": {"port": int(CONTAINERS["discovery"]["environment"]["MARSAD_METRICS__PORT"])}}
    )
    for name in SERVICES:
        assert CONTAINERS[name]["command"] == ["run", name]
        assert CONTAINERS[name]["healthcheck"]["test"] == ["CMD", "marsad-live", str(port_of(name, own))]


def test_services_can_be_scaled() -> None:
    """None has a name or a port of its own that a second copy would want as well."""
    assert [name for name in SERVICES if CONTAINERS[name].keys() & {"container_name", "ports", "hostname"}] == []


def test_a_services_offsets_outlive_what_waits_for_it() -> None:
    """Or one that was away would read everything again."""
    days = max(spec.retention_days for spec in load_topics(Settings()).specs.values() if {*spec.readers} & {*SERVICES})

    assert CONTAINERS["kafka"]["environment"]["KAFKA_OFFSETS_RETENTION_MINUTES"] > days * 24 * 60


def test_every_setting_is_known() -> None:
    """A misspelt variable would keep every container from starting."""
    variables = {variable for name in OURS for variable in CONTAINERS[name].get("environment", {})} | SETTINGS.keys()

    assert {variable for variable in variables if not known(variable)} == set()
    assert all(variable.startswith("MARSAD_") for variable in variables)


def known(variable: str) -> bool:
    """Whether a field of the settings has this variable."""
    section, _, field = variable.removeprefix("MARSAD_").lower().partition("__")
    if section not in Settings.model_fields:
        return False
    return not field or field in type(getattr(Settings(), section)).model_fields


def test_only_kibana_and_prometheus_are_published_on_loopback() -> None:
    """Everything else is reached through networks of the project alone."""
    published = {name: container["ports"] for name, container in CONTAINERS.items() if "ports" in container}

    assert published.keys() == {"kibana", "prometheus"}
    assert [port for ports in published.values() for port in ports if not port.startswith("127.0.0.1:")] == []


def test_networks_are_internal_but_for_what_is_published_and_for_fetching() -> None:
    """Only fetching reaches the world; what is published reaches nothing outside."""
    networks: dict[str, dict[str, Any]] = COMPOSE["networks"]
    members = {
        network: {name for name in CONTAINERS if network in CONTAINERS[name]["networks"]} for network in networks
    }

    assert {name for name, network in networks.items() if not network.get("internal")} == {"edge", "world"}
    assert members["world"] == {"fetching"}
    assert members["edge"] == {"kibana", "prometheus"}
    assert networks["edge"]["driver_opts"]["com.docker.network.bridge.enable_ip_masquerade"] == "false"
    assert members["watch"] == {*SERVICES, "prometheus"}
    assert members["bus"] == {*SERVICES, "kafka", "setup"}


def test_who_speaks_to_elasticsearch_has_a_password_for_it_and_nobody_else_has() -> None:
    """Services have their own account; extraction and enrichment do not see Elasticsearch at all."""
    storing = {name for name in SERVICES if "store" in CONTAINERS[name]["networks"]}

    assert storing == {"discovery", "fetching", "revisions", "indexing"}
    for name in SERVICES:
        environment = CONTAINERS[name]["environment"]
        assert CONTAINERS[name].get("secrets", []) == (["marsad"] if name in storing else [])
        assert environment.get("MARSAD_SEARCH__USERNAME") == ("marsad" if name in storing else None)
        assert environment.get("MARSAD_SEARCH__PASSWORD_FILE") == ("/run/secrets/marsad" if name in storing else None)


def test_no_password_stands_in_the_file() -> None:
    """Variables that are named like one name a file."""
    found = [
        (name, variable, value)
        for name, container in CONTAINERS.items()
        for variable, value in container.get("environment", {}).items()
        if re.search("PASSWORD|SECRET|KEY", variable, re.IGNORECASE) and not str(value).startswith("/run/secrets/")
    ]

    assert found == []


def test_the_order_of_the_start() -> None:
    """Servers, set-up, services and Kibana, dashboard."""
    conditions = {
        name: {other: how["condition"] for other, how in container.get("depends_on", {}).items()}
        for name, container in CONTAINERS.items()
    }
    after_setup = {"setup": "service_completed_successfully"}

    assert conditions["setup"] == {"kafka": "service_healthy", "elasticsearch": "service_healthy"}
    assert {name: conditions[name] for name in (*SERVICES, "kibana")} == dict.fromkeys(
        (*SERVICES, "kibana"), after_setup
    )
    assert conditions["dashboard"] == {"kibana": "service_healthy"}


def test_whoever_is_waited_for_has_a_check() -> None:
    """So has everything that lasts."""
    assert [name for name in (*SERVICES, *SERVERS) if "test" not in CONTAINERS[name]["healthcheck"]] == []


def test_without_a_contact_nothing_starts() -> None:
    """Compose refuses, and says what to set."""
    contact = CONTAINERS["fetching"]["environment"]["MARSAD_FETCHING__CONTACT"]

    assert contact.startswith("${MARSAD_FETCHING__CONTACT:?")
    assert ".env" in contact


def test_every_secret_is_declared_and_used() -> None:
    """Each is a file of the folder that `make secrets` fills."""
    used = {secret for container in CONTAINERS.values() for secret in container.get("secrets", [])}

    assert used == COMPOSE["secrets"].keys()
    assert {name: secret["file"] for name, secret in COMPOSE["secrets"].items()} == {
        name: f"${{SECRETS_DIR:-./secrets}}/{name}" for name in used
    }


ODD = r"""the "new" one\ \\ $HOME `id` #: &"""


def played(script: str, place: Path) -> None:
    """Run a container's own script in a folder that holds what it would find at `/run/secrets` and elsewhere."""
    for folder in ("config", "out", "bin"):
        (place / folder).mkdir()
    for secret in ("elastic", "kibana_system"):
        (place / secret).write_text(ODD, encoding="utf-8")
    (place / "kibana_encryption_key").write_text("0" * 48)
    for program in ("curl", "kibana-docker"):
        (place / "bin" / program).write_text(f"#!/bin/bash\ncat > {place}/out/told\n")
        (place / "bin" / program).chmod(0o755)
    moved = {"$$": "$", "/run/secrets": str(place), "/usr/share/kibana": str(place), "/usr/local": str(place)}
    for there, here in moved.items():
        script = script.replace(there, here)
    environment = {"PATH": f"{place}/bin:/usr/bin:/bin", "KBN_PATH_CONF": f"{place}/out"}
    subprocess.run(["bash", "-ec", script], env=environment, stdin=subprocess.DEVNULL, check=True)


def test_any_password_reaches_elasticsearch_whole(tmp_path: Path) -> None:
    """The health check quotes it as curl's configuration wants it (curl(1), --config): unquoted, it ends at a space."""
    played(CONTAINERS["elasticsearch"]["healthcheck"]["test"][3], tmp_path)

    told = re.fullmatch(r'user = "elastic:(.*)"', (tmp_path / "out/told").read_text(encoding="utf-8"))

    assert told is not None
    assert re.sub(r'\\(["\\])', r"\1", told[1]) == ODD


def test_any_password_reaches_kibana_whole(tmp_path: Path) -> None:
    """In a configuration that is the account's alone."""
    played(CONTAINERS["kibana"]["command"][0], tmp_path)

    path = tmp_path / "out/kibana.yml"
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["elasticsearch.password"] == ODD
    assert path.stat().st_mode & 0o077 == 0
