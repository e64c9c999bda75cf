"""Logs: silent for a person's command, JSON lines for a service."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from marsad.telemetry import configure, logger, silence


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave the logs of other tests as they were."""
    root, ours = logging.getLogger(), logging.getLogger("marsad")
    handlers, level, our_level = list(root.handlers), root.level, ours.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    ours.setLevel(our_level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def speak() -> None:
    """Let a library and a module of ours write a line each."""
    logging.getLogger("aiokafka").error("no route")
    logger("marsad.test").warning("broker_unavailable", records=1)


def test_a_persons_command_writes_no_log_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither ours, which would stand among its output, nor a library's."""
    logging.getLogger().handlers = []

    silence()
    speak()

    assert tuple(capsys.readouterr()) == ("", "")


def test_a_service_run_by_a_command_writes_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Each is an object with the service's name, a library's too."""
    silence()
    configure("extraction", "info")
    speak()

    said = capsys.readouterr()
    lines = [json.loads(line) for line in said.err.splitlines()]
    assert said.out == ""
    assert [(line["event"], line["level"], line["service"]) for line in lines] == [
        ("no route", "error", "extraction"),
        ("broker_unavailable", "warning", "extraction"),
    ]
    assert lines[1]["records"] == 1
