"""The topics file: read strictly, and consistent with what the services do."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.topics import CONTRACTS, SERVICES, dead_topic
from marsad.errors import SettingsError
from marsad.settings import REPOSITORY, Settings
from marsad.streaming.effects import effects
from marsad.streaming.outbox import FRAMING, MAX_REQUEST
from marsad.streaming.outcome import Quarantine
from marsad.streaming.topics import DAY_MS, Topics, TopicSpec, load_topics
from support.payloads import NOON
from unit.streaming.doubles import make_broken

FILE = REPOSITORY / "deploy" / "kafka" / "topics.yaml"
TOPICS = load_topics(Settings(deploy_dir=REPOSITORY / "deploy"))
SPECS = TOPICS.specs
FAUST = {"discovery", "extraction", "revisions", "enrichment"}
PROMISED_OUTAGE_DAYS = 7

inputs = pytest.mark.parametrize(
    ("name", "service"),
    [(name, service) for name, spec in SPECS.items() for service in spec.readers if service in SERVICES],
)


def load(tmp_path: Path, text: str | bytes) -> Topics:
    """Read a file of this content."""
    path = tmp_path / "kafka" / "topics.yaml"
    path.parent.mkdir()
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_topics(Settings(deploy_dir=tmp_path))


def changed(**topics: Any) -> str:
    """Return the real file with some topics replaced; None leaves one out."""
    document = yaml.safe_load(FILE.read_text())
    for name, fields in topics.items():
        document["topics"][name.replace("__", ".")] = fields
    document["topics"] = {name: fields for name, fields in document["topics"].items() if fields is not None}
    return yaml.safe_dump(document)


def test_every_contract_and_every_service_has_its_topics() -> None:
    """What code can write has a topic; what has a topic can be written."""
    assert SPECS.keys() == {*CONTRACTS, *map(dead_topic, SERVICES)}


@pytest.mark.parametrize("field", ["owner", "writers", "readers"])
@pytest.mark.parametrize("name", ["indexer", "the service", ""])
def test_a_party_that_does_not_exist_is_named(tmp_path: Path, field: str, name: str) -> None:
    """A misspelt service would own or read a topic that nobody minds."""
    real = yaml.safe_load(FILE.read_text())["topics"]["ledger"]
    fields = {**real, field: name if field == "owner" else ["indexing", name]}

    with pytest.raises(SettingsError, match=rf"topic ledger: {field}.*nobody is called '{name}'; there are discovery,"):
        load(tmp_path, changed(ledger=fields))


@pytest.mark.parametrize("field", ["writers", "readers"])
def test_a_topic_without_writers_or_readers_is_refused(tmp_path: Path, field: str) -> None:
    """What nobody writes or reads needs no topic."""
    fields = {**yaml.safe_load(FILE.read_text())["topics"]["ledger"], field: []}

    with pytest.raises(SettingsError, match=rf"topic ledger: {field}: .*at least 1 item"):
        load(tmp_path, changed(ledger=fields))


@pytest.mark.parametrize("writers", [["fetching"], ["operators"], ["indexing", "fetching"]])
def test_a_service_alone_writes_its_dead_letters(tmp_path: Path, writers: list[str]) -> None:
    """Whoever finds a dead letter knows by its topic who gave up."""
    fields = {**yaml.safe_load(FILE.read_text())["topics"]["indexing.dead"], "writers": writers}

    with pytest.raises(SettingsError, match=r"topic indexing\.dead: writers: indexing alone writes it"):
        load(tmp_path, changed(indexing__dead=fields))


@inputs
def test_a_dead_letter_holds_any_input(name: str, service: str) -> None:
    """The largest record that a service may read fits its dead letters, with the longest facts and every header."""
    largest = SPECS[name].max_bytes
    message = make_broken(b"x" * largest)
    outcome = Quarantine("\U0001f600" * 1_000, "\U0001f600" * 10_000)
    (dead,) = effects(service, message, None, outcome, NOON)

    assert dead.size + FRAMING <= SPECS[dead_topic(service)].max_bytes


@inputs
def test_faust_reads_no_compacted_topic(name: str, service: str) -> None:
    """Compaction leaves holes, and the guard takes a hole that Faust reports for a lost record."""
    assert service not in FAUST or SPECS[name].cleanup == "delete"


@inputs
def test_nothing_unread_expires(name: str, service: str) -> None:
    """Records outlive the longest outage promised."""
    assert service
    assert SPECS[name].cleanup == "compact" or SPECS[name].retention_days > PROMISED_OUTAGE_DAYS


def test_dead_letters_outlive_everything_else() -> None:
    """Operators look at them last."""
    dead = {dead_topic(service) for service in SERVICES}

    assert min(SPECS[name].retention_days for name in dead) > max(
        spec.retention_days for name, spec in SPECS.items() if name not in dead
    )


@pytest.mark.parametrize("name", SPECS)
def test_the_producer_can_write_the_largest_record(name: str) -> None:
    """The topic's limit is the one that counts, never the client's."""
    assert SPECS[name].max_bytes < MAX_REQUEST


@pytest.mark.parametrize("name", ["pages.fetched", "feeds.fetched"])
def test_a_body_as_large_as_fetching_allows_fits(name: str) -> None:
    """What fetching accepts, its topics hold, with room for headers."""
    assert Settings().fetching.max_bytes + 64 * 1024 < SPECS[name].max_bytes


def test_the_ledger_keeps_every_task() -> None:
    """It is compacted and never expires: counts derive from all of it."""
    assert SPECS["ledger"].config() == {
        "cleanup.policy": "compact",
        "retention.ms": "-1",
        "max.message.bytes": str(SPECS["ledger"].max_bytes),
        "message.timestamp.type": "LogAppendTime",
    }


def test_retention_is_told_to_kafka_in_milliseconds() -> None:
    """The file counts days, the broker milliseconds."""
    days = SPECS["urls.found"].retention_days

    assert SPECS["urls.found"].config()["retention.ms"] == str(days * DAY_MS) == str(days * 86_400_000)


prefixes = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)


@given(prefixes, st.sampled_from(sorted(SPECS)))
def test_names_on_the_broker_lead_back(prefix: str, name: str) -> None:
    """Any prefix that settings allow, dots and versions included, can be taken off again."""
    topics = Topics(prefix, SPECS)

    assert topics.short(topics.full(name)) == name
    assert topics.full(name) == f"{prefix}.{name}.v1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("topics: [", "topics.yaml"),
        (b"\xff\xfe", "topics.yaml"),
        ("", "`defaults` and `topics` are expected"),
        ("defaults: {}\ntopics: [urls.found]", "`defaults` and `topics` are expected"),
        ("defaults: {}\ntopics: {urls.found: }", "`defaults` and `topics` are expected"),
        ("defaults: {}\ntopics: {7: {}}", "topic 7: about: Field required"),
        ("defaults: {partitions: 1}\ntopics: {urls.found: {about: x}}", "topic urls.found: owner: Field required"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, text: str | bytes, said: str) -> None:
    """The error says which file, which topic and which field."""
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)

    assert str(tmp_path / "kafka" / "topics.yaml") in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [("partitions", 0), ("max_bytes", "much"), ("cleanup", "burn"), ("retention", 3), ("writers", "discovery")],
)
def test_a_wrong_field_is_named(tmp_path: Path, field: str, value: object) -> None:
    """A misspelt key is refused like a wrong value: it would otherwise be a default in silence."""
    fields = {**yaml.safe_load(FILE.read_text())["topics"]["urls.found"], field: value}

    with pytest.raises(SettingsError, match=rf"topic urls\.found: {field}"):
        load(tmp_path, changed(urls__found=fields))


def test_a_missing_topic_is_named(tmp_path: Path) -> None:
    """A service would fail on its first record otherwise."""
    with pytest.raises(SettingsError, match=r"without a contract or missing: \['urls\.found'\]"):
        load(tmp_path, changed(urls__found=None))


def test_a_topic_without_contract_is_named(tmp_path: Path) -> None:
    """Nobody could read what lies there."""
    extra = SPECS["urls.found"].model_dump(mode="json")

    with pytest.raises(SettingsError, match=r"without a contract or missing: \['urls\.lost'\]"):
        load(tmp_path, changed(urls__lost=extra))


def test_a_missing_file_says_which_setting_names_it(tmp_path: Path) -> None:
    """Whoever runs the image with another folder learns what to set."""
    with pytest.raises(SettingsError, match="MARSAD_DEPLOY_DIR"):
        load_topics(Settings(deploy_dir=tmp_path / "nowhere"))


def test_defaults_fill_what_a_topic_leaves_out(tmp_path: Path) -> None:
    """A topic's own value wins over the default."""
    fields = {"about": "x", "owner": "discovery", "writers": ["submit"], "readers": ["discovery"], "partitions": 7}
    spec = load(tmp_path, changed(urls__found=fields)).specs["urls.found"]

    assert spec == TopicSpec(**fields, replicas=1, retention_days=14, max_bytes=1 << 20, cleanup="delete")
