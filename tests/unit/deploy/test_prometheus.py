"""What Prometheus is told to ask for and to alert on, held against what the services show and the documents say."""

import re
from typing import Any

import pytest
import yaml

from marsad.contracts.states import State
from marsad.contracts.topics import CONTRACTS, SERVICES
from marsad.settings import REPOSITORY, Metrics, Settings
from marsad.streaming.exposing import port_of
from marsad.telemetry.metrics import OTHER, REASONS, REGISTRY
from marsad.telemetry.waits import _SERVERS as SERVERS
from marsad.telemetry.waits import OTHER as OTHER_WAIT

OPERATING = (REPOSITORY / "docs/operating.md").read_text(encoding="utf-8")
FOLDER = REPOSITORY / "deploy/prometheus"
CONFIG: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
(GROUP,) = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
ALERTS: dict[str, dict[str, Any]] = {rule["alert"]: rule for rule in GROUP["rules"]}
CHAPTER = OPERATING.partition("\n## What to do for each alert\n")[2].partition("\n## ")[0]

TARGET_LABELS = {"job", "instance", "service"}
VALUES = {
    "job": {job["job_name"] for job in CONFIG["scrape_configs"]},
    "service": set(SERVICES),
    "topic": set(CONTRACTS),
    "state": set(State),
    "server": {name for _, name in SERVERS} | {OTHER_WAIT},
    "reason": {*REASONS, OTHER, "deadline", "died", "abandoned"},
    "result": {"ok", "failed"},
}
"""Every value that a label may have."""

each_alert = pytest.mark.parametrize("rule", ALERTS.values(), ids=ALERTS)


def label_names(metric: str) -> set[str]:
    """Return the labels that a metric has in Prometheus. Raises KeyError where there is no such metric."""
    if metric == "up":  # Prometheus's own, of each target
        return TARGET_LABELS
    own = REGISTRY._names_to_collectors[metric]._labelnames  # type: ignore[attr-defined]
    return TARGET_LABELS | set(own)


def selectors(expr: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each metric of an expression with its matchers, as label and value; a pattern counts for each choice."""
    found = []
    for metric, matchers in re.findall(r"\b(up|marsad_\w+)(?:\{([^}]*)\})?", re.sub(r'"marsad"', '"‹marsad›"', expr)):
        pairs = re.findall(r'(\w+)\s*(?:=~|!=|=)\s*"([^"]*)"', matchers)
        found.append((metric, [(label, one.strip("‹›")) for label, value in pairs for one in value.split("|")]))
    return found


def kept_labels(expr: str) -> set[str]:
    """Return the labels that an expression's groupings name."""
    return {name.strip() for names in re.findall(r"\b(?:by|on) \(([^)]*)\)", expr) for name in names.split(",")}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_asked_at_its_port(service: str) -> None:
    """By its name, which answers with one address for each copy; a few seconds after `--scale` there are more."""
    (job,) = [job for job in CONFIG["scrape_configs"] if job["job_name"] == "marsad"]
    (found,) = [one for one in job["dns_sd_configs"] if one["names"] == [service]]

    assert found["port"] == port_of(service, Settings(metrics=Metrics(port=9100)))
    assert found["type"] == "A"
    assert found["refresh_interval"] == "5s"


def test_nobody_else_is_asked() -> None:
    """Six services and Prometheus itself; the label `service` is the name that was asked for."""
    ours, own = CONFIG["scrape_configs"]

    assert [one["names"] for one in ours["dns_sd_configs"]] == [[service] for service in SERVICES]
    assert ours["relabel_configs"] == [{"source_labels": ["__meta_dns_name"], "target_label": "service"}]
    assert own["static_configs"] == [{"targets": ["localhost:9090"]}]


def test_the_rules_are_read() -> None:
    """The file's name is relative to the configuration."""
    assert CONFIG["rule_files"] == ["alerts.yml"]
    assert (FOLDER / "alerts.yml").is_file()


@each_alert
def test_metrics_and_labels_are_ours(rule: dict[str, Any]) -> None:
    """An expression over a name that nobody exposes never fires, and nobody would notice."""
    found = selectors(rule["expr"])
    known = [label_names(metric) for metric, _ in found]

    assert found
    assert [pair for (_, pairs), own in zip(found, known, strict=True) for pair in pairs if pair[0] not in own] == []
    assert kept_labels(rule["expr"]) <= set.union(*known)


@each_alert
def test_values_of_labels_are_ours(rule: dict[str, Any]) -> None:
    """The same holds for a state, a server or a result that does not exist."""
    unknown = [
        (label, value) for _, pairs in selectors(rule["expr"]) for label, value in pairs if value not in VALUES[label]
    ]

    assert unknown == []


@each_alert
def test_an_alert_is_complete(rule: dict[str, Any]) -> None:
    """It waits, says how bad it is and what happened, with labels that its expression leaves, and where to read on."""
    summary = rule["annotations"]["summary"]
    used = set(re.findall(r"\$labels\.(\w+)", summary))
    left = kept_labels(rule["expr"]) | {pair[0] for _, pairs in selectors(rule["expr"]) for pair in pairs}

    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"[1-9]\d*[mh]", rule["for"])
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert used <= left
    assert rule["annotations"]["runbook"] == f"docs/operating.md#{rule['alert'].lower()}"


def test_every_alert_says_what_to_do() -> None:
    """The chapter has a section for each alert, in the same order, and none for an alert that is not there."""
    assert re.findall(r"^### (\w+)$", CHAPTER, re.MULTILINE) == list(ALERTS)


@each_alert
def test_a_section_says_how_bad_it_is_and_what_to_type(rule: dict[str, Any]) -> None:
    """Somebody reads it at night."""
    section = CHAPTER.partition(f"### {rule['alert']}\n")[2].partition("\n### ")[0]

    assert f"*{rule['labels']['severity'].capitalize()}" in section
    assert "**What to do**" in section
    assert "docker compose " in section


def test_every_absent_service_is_told() -> None:
    """A service without any container has no target that could be down."""
    expr = ALERTS["MarsadServiceDown"]["expr"]

    assert re.findall(r'absent\(up\{job="marsad", service="(\w+)"\}\)', expr) == list(SERVICES)


def test_records_expire_as_the_topics_say() -> None:
    """The days of the rule are the fewest of a topic that services read; only what is compacted is left out."""
    topics = yaml.safe_load((REPOSITORY / "deploy/kafka/topics.yaml").read_text(encoding="utf-8"))
    expr = ALERTS["MarsadRecordsWillExpire"]["expr"]
    days = {
        name: topic.get("retention_days", topics["defaults"]["retention_days"])
        for name, topic in topics["topics"].items()
        if set(topic["readers"]) & set(SERVICES) and topic.get("cleanup") != "compact"
    }
    compacted = {name for name, topic in topics["topics"].items() if topic.get("cleanup") == "compact"}

    assert f"> {min(days.values())} * 86400" in expr
    assert {value for _, pairs in selectors(expr) for label, value in pairs if label == "topic"} == compacted


def test_the_first_dead_letter_counts() -> None:
    """Every reason's series is there at 0 from the start: an increase is seen from a sample before it."""
    shown = {
        sample.labels["reason"]
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "marsad_dead_letters_total"
    }

    assert shown == {*REASONS, OTHER}
