"""The last released contracts: frozen as one file, and held against the present ones.

A release holds every schema, and of every topic what a reader can feel. It never changes: the next one replaces it.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from marsad import __version__
from marsad.errors import ContractError
from marsad.schemas.build import Schema
from marsad.schemas.compatibility import breaks

RELEASED_FILE = "released.json"
SUFFIX = ".schema.json"
REMEDY = "keep it as it was, or make a new major version (docs/contracts.md, Changing a contract)"

_MAJOR = re.compile(r"(?P<stem>.+)\.v(?P<major>\d+)")


class TopicFacts(BaseModel):
    """What a reader of a topic can feel; Kafka's own terms. -1 is no end of retention."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    partitions: int
    cleanup: str
    retention_ms: int
    max_bytes: int


class Release(BaseModel):
    """Contracts of one version of Marsad: schemas by file, topics by their name on the broker."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    schemas: dict[str, Schema]
    topics: dict[str, TopicFacts]


def of(files: Mapping[str, str], version: str = __version__) -> Release:
    """Return the contracts that generated files say, schemas and the AsyncAPI document."""
    schemas = {name: json.loads(text) for name, text in files.items() if name.endswith(SUFFIX)}
    channels = yaml.safe_load(files["asyncapi.yaml"])["channels"].values()
    return Release(
        version=version,
        schemas=schemas,
        topics={channel["address"]: _facts(channel["bindings"]["kafka"]) for channel in channels},
    )


def _facts(kafka: Mapping[str, Any]) -> TopicFacts:
    settings = kafka["topicConfiguration"]
    return TopicFacts(
        partitions=kafka["partitions"],
        cleanup=settings["cleanup.policy"][0],
        retention_ms=settings["retention.ms"],
        max_bytes=settings["max.message.bytes"],
    )


def last(folder: Path) -> Release:
    """Read the last release. Raises ContractError where there is none, or where it is broken."""
    path = folder / RELEASED_FILE
    try:
        return Release.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise ContractError(f"{path} is missing: take it from the repository; nothing can be compared") from None
    except ValidationError as error:
        raise ContractError(
            f"{path} is no release ({error.errors()[0]['msg']}): take it from the repository"
        ) from error


def incompatible(released: Release, present: Release) -> list[str]:
    """Return what breaks readers of the release within one major version: file or topic, path, and what to do."""
    found = [*_broken_schemas(released, present), *_broken_topics(released, present)]
    return [f"{problem}. {released.version} promised it: {REMEDY}" for problem in found]


def freeze(folder: Path, present: Release) -> None:
    """Make the present contracts the last release.

    Raises:
        ContractError: they break readers of the release before, or this version is released already.
    """
    if (folder / RELEASED_FILE).exists():
        released = last(folder)
        if problems := incompatible(released, present):
            raise ContractError("\n".join(problems))
        if released.version == present.version and released != present:
            raise ContractError(
                f"{present.version} is released and stays as it is: raise __version__ in services/marsad/__init__.py "
                "and the version in pyproject.toml first"
            )
    text = json.dumps(present.model_dump(), ensure_ascii=False, indent=1) + "\n"
    (folder / RELEASED_FILE).write_text(text, encoding="utf-8", newline="\n")


def _broken_schemas(released: Release, present: Release) -> Iterator[str]:
    for name, schema in released.schemas.items():
        if name in present.schemas:
            yield from (f"{name}: {one.path} {one.what}" for one in breaks(schema, present.schemas[name]))
        elif not _followed(name.removesuffix(SUFFIX), [other.removesuffix(SUFFIX) for other in present.schemas]):
            yield f"{name}: $ is gone, and no newer major version is there"


def _broken_topics(released: Release, present: Release) -> Iterator[str]:
    for topic, facts in released.topics.items():
        if topic in present.topics:
            yield from (f"topic {topic}: {what}" for what in _felt(facts, present.topics[topic]))
        elif not _followed(topic, present.topics):
            yield f"topic {topic} is gone, and no newer major version is there"


def _felt(old: TopicFacts, new: TopicFacts) -> Iterator[str]:
    if old.partitions != new.partitions:
        yield f"partitions changed from {old.partitions} to {new.partitions}: keys move, and their order is lost"
    if old.cleanup != new.cleanup:
        yield f"cleanup changed from {old.cleanup} to {new.cleanup}: other records stay"
    if _kept_ms(new) < _kept_ms(old):
        yield f"retention was shortened from {old.retention_ms} to {new.retention_ms} ms: late readers miss records"
    if old.max_bytes < new.max_bytes:
        yield f"records may be larger now, {new.max_bytes} bytes instead of {old.max_bytes}: readers count on the size"


def _kept_ms(facts: TopicFacts) -> float:
    return facts.retention_ms if facts.retention_ms >= 0 else math.inf


def _followed(name: str, others: Iterable[str]) -> bool:
    """Return whether a newer major version of the same stem is there."""
    own = _MAJOR.fullmatch(name)
    majors = (_MAJOR.fullmatch(other) for other in others)
    return own is not None and any(
        other and other["stem"] == own["stem"] and int(other["major"]) > int(own["major"]) for other in majors
    )
