"""Logs as a service writes them, read back."""

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from marsad.telemetry import configure, logs


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave the logs of other tests as they were."""
    root, ours = logging.getLogger(), logging.getLogger("marsad")
    handlers, level, our_level = list(root.handlers), root.level, ours.level
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logs, "_configured", None)
    yield
    logging.captureWarnings(capture=False)
    root.handlers = handlers
    root.setLevel(level)
    ours.setLevel(our_level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def raw(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Log as the service `extraction`; return what is written, as it is."""
    written = io.StringIO()
    with monkeypatch.context() as replaced:
        replaced.setattr(sys, "stderr", written)
        configure("extraction", "info")
    return written


@pytest.fixture
def lines(raw: io.StringIO) -> Callable[[], list[dict[str, Any]]]:
    """Log as the service `extraction`; return what reads the lines written so far, each of them an object."""
    return lambda: [json.loads(line) for line in raw.getvalue().split("\n") if line]
