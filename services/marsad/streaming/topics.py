"""The topics of `deploy/kafka/topics.yaml`: read, create, compare with the broker."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Annotated, Literal

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError, KafkaError, for_code
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from marsad.contracts.topics import CONTRACTS, OUTSIDERS, SERVICES, dead_topic
from marsad.errors import BrokerUnavailable, SettingsError
from marsad.settings import Settings

DAY_MS = 86_400_000
ALREADY_EXISTS = 36  # Kafka protocol, TOPIC_ALREADY_EXISTS


def _known(party: str) -> str:
    """Refuse a misspelt service: a topic that it owns or reads alone would be nobody's."""
    if party not in {*SERVICES, *OUTSIDERS}:
        raise ValueError(f"nobody is called {party!r}; there are {', '.join((*SERVICES, *OUTSIDERS))}")
    return party


Positive = Annotated[int, Field(ge=1)]
Party = Annotated[str, AfterValidator(_known)]
Parties = Annotated[tuple[Party, ...], Field(min_length=1)]


class TopicSpec(BaseModel):
    """One topic of the file; see its head for what the fields mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    owner: Party
    writers: Parties
    readers: Parties
    partitions: Positive
    replicas: Positive
    retention_days: Positive
    max_bytes: Positive
    cleanup: Literal["delete", "compact"]

    def config(self) -> dict[str, str]:
        """Return Kafka's settings of the topic.

        A record's time is the broker's: one that a writer dates back would expire unread.
        """
        retention = -1 if self.cleanup == "compact" else self.retention_days * DAY_MS
        return {
            "cleanup.policy": self.cleanup,
            "retention.ms": str(retention),
            "max.message.bytes": str(self.max_bytes),
            "message.timestamp.type": "LogAppendTime",
        }


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics by short name, and how they are called on this broker."""

    prefix: str
    specs: Mapping[str, TopicSpec]

    def full(self, name: str) -> str:
        """Return the broker's name of a topic."""
        major = CONTRACTS[name].major if name in CONTRACTS else 1
        return f"{self.prefix}.{name}.v{major}"

    def short(self, full: str) -> str:
        """Return the short name of a broker's topic."""
        return full.removeprefix(f"{self.prefix}.").rpartition(".v")[0]


def load_topics(settings: Settings) -> Topics:
    """Read the file. Raises SettingsError that names file and field."""
    path = settings.deploy_dir / "kafka" / "topics.yaml"
    return Topics(settings.kafka.topic_prefix, _read(path))


def _read(path: Path) -> dict[str, TopicSpec]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        given = {str(name): {**document["defaults"], **fields} for name, fields in document["topics"].items()}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(
            f"{path}: {error}. MARSAD_DEPLOY_DIR names the folder that holds kafka/topics.yaml."
        ) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{path}: mappings `defaults` and `topics` are expected ({error!r})") from error
    specs = {name: _spec(path, name, fields) for name, fields in given.items()}
    expected = {*CONTRACTS, *(dead_topic(service) for service in SERVICES)}
    if expected != specs.keys():
        raise SettingsError(f"{path}: topics without a contract or missing: {sorted(expected ^ specs.keys())}")
    for service in SERVICES:
        if specs[dead_topic(service)].writers != (service,):
            raise SettingsError(f"{path}: topic {dead_topic(service)}: writers: {service} alone writes it")
    return specs


def _spec(path: Path, name: str, fields: dict[str, object]) -> TopicSpec:
    try:
        return TopicSpec.model_validate(fields)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise SettingsError(f"{path}: topic {name}: {wrong}") from error


async def apply_topics(settings: Settings) -> list[str]:
    """Create the topics that the broker lacks; return their full names. Raises BrokerUnavailable."""
    topics = load_topics(settings)
    async with admin_client(settings) as admin:
        existing = set(await admin.list_topics())
        missing = [name for name in topics.specs if topics.full(name) not in existing]
        if not missing:
            return []
        response = await admin.create_topics([_new(topics, name) for name in missing])
        for topic, code, *rest in response.topic_errors:
            if code not in (0, ALREADY_EXISTS):
                raise BrokerUnavailable(f"Kafka did not create {topic}: {for_code(code).__name__} {rest}")
    return [topics.full(name) for name in missing]


async def require_topics(topics: Topics, admin: AIOKafkaAdminClient) -> None:
    """Raise BrokerUnavailable where a topic is missing: Kafka's clients would wait for it without end."""
    there = set(await admin.list_topics())
    missing = [topics.full(name) for name in topics.specs if topics.full(name) not in there]
    if missing:
        raise BrokerUnavailable(f"Kafka lacks {len(missing)} topics, {missing[0]} first: run `marsad setup`.")


async def check_topics(settings: Settings) -> list[str]:
    """Return what differs between the file and the broker, a sentence each. Raises BrokerUnavailable."""
    topics = load_topics(settings)
    async with admin_client(settings) as admin:
        described = {entry["topic"]: entry for entry in await admin.describe_topics()}
        names = [name for name in topics.specs if topics.full(name) in described]
        configs = await _configs(admin, [topics.full(name) for name in names])
    problems = [
        f"{topics.full(name)} is missing: run `marsad topics apply`" for name in topics.specs.keys() - set(names)
    ]
    for name in names:
        full, spec = topics.full(name), topics.specs[name]
        found = len(described[full]["partitions"])
        if found != spec.partitions:
            problems.append(f"{full} has {found} partitions, {spec.partitions} are meant")
        for key, meant in spec.config().items():
            if configs[full].get(key) != meant:
                problems.append(f"{full}: {key} is {configs[full].get(key)}, {meant} is meant")
    return sorted(problems)


async def _configs(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    responses = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for response in responses
        for resource in response.resources
    }


def _new(topics: Topics, name: str) -> NewTopic:
    spec = topics.specs[name]
    return NewTopic(topics.full(name), spec.partitions, spec.replicas, topic_configs=spec.config())


class admin_client:  # noqa: N801 - reads as a function
    """An admin client whose errors are ours."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.bootstrap()
        self._client = AIOKafkaAdminClient(bootstrap_servers=self._address, client_id="marsad-admin")

    async def __aenter__(self) -> AIOKafkaAdminClient:
        try:
            await self._client.start()
        except (KafkaError, OSError) as error:
            await self._client.close()
            why = "" if isinstance(error, KafkaConnectionError) else f": {error}"  # which says no more, at length
            raise BrokerUnavailable(
                f"Kafka at {self._address} does not answer{why}. Is it running (`marsad up`, `docker compose ps`)?"
            ) from error
        return self._client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()
        if isinstance(error, KafkaError):
            raise BrokerUnavailable(f"Kafka at {self._address}: {error}") from error
