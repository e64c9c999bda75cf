"""The short form of `make faults`: one round of each family of faults, with fewer articles."""

from pathlib import Path

import pytest

from faults.report import told
from faults.rounds import Plan, lay_base, play
from faults.scenarios import SCENARIOS
from faults.world import open_world
from marsad.localstack import Stack

ARTICLES, BASE = 120, 40
ROUNDS = (("kill-extraction", 1), ("kill-kafka", 2), ("kill-elasticsearch", 3), ("second-copy", 4))


@pytest.mark.stack
@pytest.mark.faults
async def test_nothing_is_lost_and_nothing_doubled(
    mortal_stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is killed: after each round the index, the ledger and the topics hold exactly what they must."""
    async with open_world(mortal_stack, tmp_path) as world:
        assert await lay_base(world, BASE) == []
        for name, seed in ROUNDS:
            result = await play(world, Plan(SCENARIOS[name], seed, ARTICLES, BASE))
            with capsys.disabled():
                print(f"\n{name}\n{told(result)}")
            assert result.problems == ()
