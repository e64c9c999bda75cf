"""The short form of `make faults-fetching`."""

from pathlib import Path

import pytest

from faults.crawl import told
from faults.crawling import Plan, play
from marsad.localstack import Endpoints


@pytest.mark.stack
@pytest.mark.faults
async def test_fetchers_that_are_killed_lose_no_url_and_no_manners(
    stack: Endpoints, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each URL ends in exactly one state, and no host sees two requests closer than its spacing."""
    plan = Plan(urls=150, hosts=8, kills=2, seed=1)
    result = await play(plan, stack, tmp_path)
    with capsys.disabled():
        print(f"\n{told(plan, result)}")
    assert result.problems == []
    assert sum(result.ends.values()) == plan.urls
