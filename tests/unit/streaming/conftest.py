"""Logs are captured: tests can read them, and traces do not fill the screen. Properties have no deadline."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from hypothesis import settings
from structlog.testing import capture_logs

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged during the test, one mapping a line."""
    with capture_logs() as captured:
        yield captured
