"""What workers tell: lines in the service's form that name the document's task, and why a worker was lost."""

import json
from time import monotonic

import pytest

from marsad.errors import WorkerDied, WorkerTimeout
from marsad.telemetry import about, hand, logs
from marsad.telemetry.metrics import REGISTRY
from unit.workers.programs import EXIT, HANG, pool

SPEAK = "__import__('logging').getLogger('a.library').warning('odd \\u202e page')"
WARN = "__import__('warnings').warn('soon gone', UserWarning)"


def lost(reason: str) -> float:
    """Return how many workers were replaced for a reason."""
    return REGISTRY.get_sample_value("marsad_pool_restarts_total", {"reason": reason}) or 0


async def test_a_workers_lines_are_the_services(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """One object a line, with service, task and article; nothing of one document sticks to the next."""
    monkeypatch.setattr(logs, "_configured", ("extraction", "info"))
    async with pool() as workers:
        with about(task_id="t", article_id="a"):
            await workers.run(SPEAK)
            await workers.run(WARN)
        await workers.run(SPEAK)
    raw = capfd.readouterr().err
    lines = [json.loads(line) for line in raw.split("\n") if line]

    assert "\u202e" not in raw
    assert [(line["service"], line.get("task_id"), line.get("article_id")) for line in lines] == [
        ("extraction", "t", "a"),
        ("extraction", "t", "a"),
        ("extraction", None, None),
    ]


async def test_without_a_service_a_worker_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """A person's command has no log lines among its output."""
    async with pool() as workers:
        await workers.run(SPEAK)

    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("document", "reason", "raised"), [(EXIT, "died", WorkerDied), (HANG, "deadline", WorkerTimeout)]
)
async def test_a_lost_worker_is_counted_by_its_reason(document: str, reason: str, raised: type[Exception]) -> None:
    """Twice, since its document is tried once more; each document's time is noted, and that it is through."""
    began = monotonic()
    before, documents = lost(reason), REGISTRY.get_sample_value("marsad_worker_seconds_count") or 0
    async with pool(deadline_s=1) as workers:
        with pytest.raises(raised):
            await workers.run(document)
        assert await workers.run("1") == 1

    assert lost(reason) - before == 2
    assert REGISTRY.get_sample_value("marsad_worker_seconds_count") == documents + 3
    assert hand.last_document() >= began
