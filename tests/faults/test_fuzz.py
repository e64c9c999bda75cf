"""Harmed records among good ones, through all services as processes: the short form of `make faults`' 100,000."""

from pathlib import Path

import pytest

from faults.fuzz import play
from marsad.localstack import Endpoints

RECORDS, GOOD, SEED = 800, 12, 4_711

pytestmark = [pytest.mark.stack, pytest.mark.faults]


async def test_no_harmed_record_stops_a_partition_or_escapes_its_end(
    stack: Endpoints, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No service ends, no lag is left, each record has its end, good articles arrive, no closed address is asked."""
    result = await play(stack, tmp_path, records=RECORDS, good=GOOD, seed=SEED)

    with capsys.disabled():
        print(f"\n{RECORDS} records, seed {SEED}, {result.took_s:.0f} s: {result.ends}")
    assert result.problems == []
