"""Every metric of a service, one definition each; docs/operating.md explains them (a test holds the two together).

Names and units follow Prometheus (https://prometheus.io/docs/practices/naming/). Every label has few values, known
beforehand: a stranger can make none. Counts are added once a batch.
"""

from collections import Counter as Count
from collections.abc import Iterable, Mapping

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

REASONS = frozenset(
    {
        "bad_url",
        "undecodable",
        "handler_error",
        "unwritable_outcome",
        "too_large",
        "extraction_failed",
        "enrichment_failed",
        "unreadable_feed",
        "rejected_by_index",
        "implausible_time",
    }
)
OTHER = "other"  # a reason that nobody has entered above
SHORT_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
STAGE_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)

RECORDS_IN = Counter("marsad_records_in_total", "Records read and dealt with.", ["topic"], registry=REGISTRY)
RECORDS_OUT = Counter("marsad_records_out_total", "Records that the broker acknowledged.", ["topic"], registry=REGISTRY)
TASKS_ENDED = Counter("marsad_tasks_ended_total", "Reports of tasks that ended.", ["state"], registry=REGISTRY)
RETRIES = Counter("marsad_retries_total", "Tasks sent to a retry lane.", ["lane"], registry=REGISTRY)
FETCHES = Counter("marsad_fetches_total", "Fetches by what came of them.", ["outlet", "state"], registry=REGISTRY)
DEAD_LETTERS = Counter("marsad_dead_letters_total", "Records quarantined.", ["reason"], registry=REGISTRY)
ARCHIVED = Counter("marsad_archived_total", "Answers for the archive.", ["result"], registry=REGISTRY)
COMMITS = Counter("marsad_commits_total", "Commits of offsets.", ["result"], registry=REGISTRY)
HANDLER_SECONDS = Histogram(
    "marsad_handler_seconds", "A handler's decision about one batch.", ["topic"], registry=REGISTRY, buckets=SHORT_S
)
WORKER_SECONDS = Histogram(
    "marsad_worker_seconds", "One document in a worker process.", registry=REGISTRY, buckets=SHORT_S
)
STAGE_SECONDS = Histogram(
    "marsad_stage_seconds", "One enrichment stage on one article.", ["stage"], registry=REGISTRY, buckets=STAGE_S
)
POOL_RESTARTS = Counter("marsad_pool_restarts_total", "Workers replaced out of turn.", ["reason"], registry=REGISTRY)
FEED_STATE = Gauge(
    "marsad_feed_state", "An outlet's feeds, sitemaps and front pages.", ["outlet", "state"], registry=REGISTRY
)
OUTLET_BLOCKED = Gauge(
    "marsad_outlet_blocked", "1 where the share of an outlet's blocked pages jumped.", ["outlet"], registry=REGISTRY
)
UNSETTLED = Gauge("marsad_unsettled_records", "Records in hand, not settled.", ["topic"], registry=REGISTRY)
LAG = Gauge("marsad_lag_records", "Records that the group has not committed.", ["topic"], registry=REGISTRY)
OLDEST_AGE = Gauge(
    "marsad_oldest_record_age_seconds", "Time since the oldest record was due.", ["topic"], registry=REGISTRY
)
HELD = Gauge("marsad_held", "Deliveries and batches that wait for a server.", ["server"], registry=REGISTRY)
BUILD = Gauge("marsad_build_info", "1, with what this process is.", ["service", "version"], registry=REGISTRY)

for _reason in (*REASONS, OTHER):
    DEAD_LETTERS.labels(_reason)  # at 0: a series that begins with its first letter has no increase


def count_dead(reasons: Iterable[str]) -> None:
    """Count quarantines by reason; a reason that is not in REASONS counts as `other`."""
    for reason, number in Count(reason if reason in REASONS else OTHER for reason in reasons).items():
        DEAD_LETTERS.labels(reason).inc(number)


def observe_stages(stages_ms: Mapping[str, float]) -> None:
    """Note how long each stage took for one article, in milliseconds by stage name."""
    for stage, milliseconds in stages_ms.items():
        STAGE_SECONDS.labels(stage).observe(milliseconds / 1000)


def exposition() -> bytes:
    """Return all metrics in Prometheus's text format, version 0.0.4."""
    return prometheus_client.generate_latest(REGISTRY)
