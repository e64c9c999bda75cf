"""The lock file: complete, well-formed, and in step with the versions that the code names."""

import hashlib
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from marsad.localstack import pin, pins
from marsad.localstack.pins import Pin


def test_every_artefact_has_a_digest_and_a_size() -> None:
    """Nothing is run whose bytes were not seen before."""
    assert all(re.fullmatch(r"[0-9a-f]{64}", entry.sha256) and entry.size > 0 for entry in pins.pins())


def test_files_have_names_of_their_own() -> None:
    """They lie in one folder."""
    names = [entry.filename for entry in pins.pins()]

    assert len(set(names)) == len(names)


def test_digests_are_of_different_files() -> None:
    """A slip of the generator that wrote one digest everywhere would pass for a lock file."""
    assert len({entry.sha256 for entry in pins.pins()}) == len(pins.pins())


def test_coordinates_are_plain() -> None:
    """They become paths and URLs."""
    plain = re.compile(r"[A-Za-z0-9_.-]+")

    assert all(
        plain.fullmatch(part) and ".." not in part
        for entry in pins.pins()
        for part in (entry.group, entry.name, entry.version, entry.packaging)
    )


def test_no_host_is_named() -> None:
    """Where files come from is jgo's and the user's business."""
    assert "://" not in pins.LOCK_FILE.read_text()


@pytest.mark.parametrize(
    ("role", "name", "version"),
    [
        ("kafka", "kafka_2.13", pins.KAFKA_VERSION),
        ("kafka", "kafka-clients", pins.KAFKA_VERSION),
        ("elasticsearch", "elasticsearch", pins.ELASTICSEARCH_VERSION),
        ("compiler", "ecj", pins.ECJ_VERSION),
    ],
)
def test_the_lock_file_holds_the_named_versions(role: pins.Role, name: str, version: str) -> None:
    """Whoever raises a version in the code must write the lock file anew."""
    assert [entry.version for entry in pins.of_role(role) if entry.name == name] == [version]


def test_kafkas_parts_have_one_version() -> None:
    """A resolver may pick an older client than the broker; the broker then fails at its first start."""
    versions = {entry.version for entry in pins.of_role("kafka") if entry.group == "org.apache.kafka"}

    assert versions == {pins.KAFKA_VERSION}


def test_kafka_logs_through_one_binding() -> None:
    """Kafka uses slf4j 1.7: a binding for slf4j 2 would silence it."""
    bindings = {entry.name for entry in pins.of_role("kafka") if "slf4j" in entry.name}

    assert bindings == {"slf4j-api", "log4j-slf4j-impl"}


def test_a_digest_is_sha256(tmp_path: Path) -> None:
    """Files larger than a buffer are read to their end."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * 3_000_000)

    assert pins.sha256(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()


class FakeMaven:
    """Resolves anything to a file that holds its coordinates."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.resolver = self

    def create_dependency(self, coordinates: str) -> SimpleNamespace:
        group, name, version = coordinates.split(":")
        return SimpleNamespace(artifact=self._artifact(group, name, version, "jar"))

    def resolve(self, named: list[SimpleNamespace]) -> tuple[list[SimpleNamespace], list[SimpleNamespace]]:
        others = [self.create_dependency(f"org.example:{name}:1") for name in ("zeta", "alpha")]
        return named, others

    def project(self, group: str, name: str) -> SimpleNamespace:
        def at_version(version: str) -> SimpleNamespace:
            return SimpleNamespace(artifact=lambda packaging: self._artifact(group, name, version, packaging))

        return SimpleNamespace(at_version=at_version)

    def _artifact(self, group: str, name: str, version: str, packaging: str) -> SimpleNamespace:
        path = self.folder / name
        path.write_text(f"{group}:{name}:{version}")
        return _Artifact(groupId=group, artifactId=name, version=version, packaging=packaging, resolve=lambda: path)


class _Artifact(SimpleNamespace):
    def __str__(self) -> str:
        return f"{self.groupId}:{self.artifactId}"


def test_the_generator_records_what_it_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The written file reads back as pins, with digests of the very bytes, transitive jars in a fixed order."""
    lock_file = tmp_path / "artefacts.json"
    monkeypatch.setattr(pin, "LOCK_FILE", lock_file)
    monkeypatch.setattr(pin, "maven", FakeMaven)

    pin.main()

    entries = [Pin(**entry) for entry in json.loads(lock_file.read_text())]
    assert [entry.name for entry in entries] == [
        *("kafka_2.13", "kafka-clients", "log4j-slf4j-impl"),
        *("alpha", "zeta", "elasticsearch", "ecj"),
    ]
    assert entries[3].sha256 == hashlib.sha256(b"org.example:alpha:1").hexdigest()
    assert entries[3].size == len(b"org.example:alpha:1")
    assert [entry.role for entry in entries] == ["kafka"] * 5 + ["elasticsearch", "compiler"]
