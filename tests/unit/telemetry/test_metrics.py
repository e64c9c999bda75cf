"""Metrics: named by Prometheus's conventions, and explained to operators."""

import re

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from marsad.settings import REPOSITORY
from marsad.telemetry import hand
from marsad.telemetry.metrics import OTHER, REGISTRY, STAGE_SECONDS, count_dead, exposition, observe_stages

OWN = [metric for metric in REGISTRY.collect() if metric.name.startswith("marsad_")]
UNITS = ("_seconds", "_records", "_info", "_held", "_state", "_blocked")


def shown_name(metric: Metric) -> str:
    """Return a metric's name as a scrape has it."""
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def test_the_table_is_the_registry() -> None:
    """docs/operating.md has a row for each metric, with its type and labels, and none that is not there."""
    text = (REPOSITORY / "docs/operating.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(marsad_\w+)` \| (\w+) \| ([^|]+) \|", text, re.MULTILINE)
    labels = {
        shown_name(metric): REGISTRY._names_to_collectors[shown_name(metric)]._labelnames  # type: ignore[attr-defined]
        for metric in OWN
    }

    assert sorted(rows) == sorted(
        (shown_name(metric), metric.type, ", ".join(f"`{label}`" for label in labels[shown_name(metric)]) or "–")
        for metric in OWN
    )


@pytest.mark.parametrize("metric", OWN, ids=shown_name)
def test_names_follow_the_conventions(metric: Metric) -> None:
    """One prefix, base units, plural, `_total` for counters alone; each is described."""
    assert re.fullmatch(r"marsad(_[a-z]+)+", metric.name)
    assert metric.type == "counter" or metric.name.endswith(UNITS)
    assert metric.documentation.endswith(".")


def test_the_exposition_can_be_parsed() -> None:
    """By Prometheus's own parser, and without series of when a counter was made."""
    observe_stages({"language": 2.0})
    names = {
        sample.name for family in text_string_to_metric_families(exposition().decode()) for sample in family.samples
    }

    assert {"marsad_stage_seconds_sum", "process_resident_memory_bytes", "python_info"} <= names
    assert not any(name.endswith("_created") for name in names)


def test_milliseconds_are_shown_in_seconds() -> None:
    """Base units."""
    STAGE_SECONDS.clear()
    observe_stages({"language": 2.0, "places": 0.5})
    sums = {
        sample.labels["stage"]: sample.value
        for family in STAGE_SECONDS.collect()
        for sample in family.samples
        if sample.name.endswith("_sum")
    }

    assert sums == {"language": 0.002, "places": 0.0005}


def test_a_reason_that_nobody_foresaw_makes_no_new_series() -> None:
    """It counts as another."""
    count_dead(["undecodable", "made up", "made up too", *["undecodable"] * 3])
    shown = {
        sample.labels["reason"]
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "marsad_dead_letters_total"
    }

    assert OTHER in shown
    assert not any("made up" in reason for reason in shown)


def test_a_batch_that_breaks_is_not_in_hand_and_was_not_dealt_with() -> None:
    """It will be read again, and counted then."""
    name = "marsad_records_in_total"

    def work() -> None:
        with hand.in_hand("broken", 3, 7.0):
            assert hand.oldest("broken") == 7.0
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()

    assert hand.oldest("broken") is None
    assert not REGISTRY.get_sample_value(name, {"topic": "broken"})
    assert REGISTRY.get_sample_value("marsad_unsettled_records", {"topic": "broken"}) == 0


def test_of_many_batches_the_oldest_counts() -> None:
    """Each topic has its own."""
    with hand.in_hand("a", 1, 50.0), hand.in_hand("a", 1, 20.0), hand.in_hand("b", 1, 10.0):
        assert (hand.oldest("a"), hand.oldest("b"), hand.oldest("c")) == (20.0, 10.0, None)
