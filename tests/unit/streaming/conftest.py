"""Logs are captured: tests can read them, and traces do not fill the screen."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged during the test, one mapping a line."""
    with capture_logs() as captured:
        yield captured
