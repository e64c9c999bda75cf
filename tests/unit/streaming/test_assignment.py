"""Facts about which member of a group reads which partition on the window engine."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from marsad.streaming.window_runner import ASSIGNOR

TOPICS = ("urls.discovered", "urls.backfill", "urls.retry.10s", "urls.retry.1m", "urls.retry.10m", "urls.retry.1h")
PARTITIONS = 4


def owners(assignor: Any, members: int) -> dict[int, set[str]]:
    """Return, for each number of a partition, the members that read it in any topic."""
    cluster = SimpleNamespace(partitions_for_topic=lambda _: set(range(PARTITIONS)))
    metadata = {f"member-{number}": assignor.metadata(set(TOPICS)) for number in range(members)}
    found: dict[int, set[str]] = {}
    for member, assignment in assignor.assign(cluster, metadata).items():
        for _, partitions in assignment.partitions():
            for partition in partitions if isinstance(partitions, list) else [partitions]:
                found.setdefault(partition, set()).add(member)
    return found


@pytest.mark.parametrize("members", range(1, 7))
def test_a_partition_has_one_owner_in_all_topics(members: int) -> None:
    """A host's key has the same number everywhere, so that one fetcher asks it, however many there are."""
    assert all(len(members) == 1 for members in owners(ASSIGNOR, members).values())


def test_the_clients_own_choice_would_have_shared_hosts() -> None:
    """Three fetchers, or two of which one was killed and came back, asked one host at once."""
    assert any(len(members) > 1 for members in owners(RoundRobinPartitionAssignor, 3).values())
