"""Logs: silent for a person's command, JSON lines for a service, harmless whatever a stranger wrote."""

import io
import json
import logging
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.telemetry import about, configure, logger, silence
from marsad.telemetry.logs import LONGEST, _render
from marsad.text.invisible import escape_invisible

Lines = Callable[[], list[dict[str, Any]]]


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


def test_a_library_is_named(lines: Lines) -> None:
    """Its line tells which logger of which library spoke."""
    logging.getLogger("aiokafka.consumer").error("no route")

    assert [line["logger"] for line in lines()] == ["aiokafka.consumer"]


def test_a_thread_of_a_library_names_the_service(lines: Lines) -> None:
    """Faust's consumer lives in a thread, which context variables do not reach."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(speak).result()

    assert [line["service"] for line in lines()] == ["extraction", "extraction"]


def test_what_is_said_inside_names_its_subject(lines: Lines) -> None:
    """Fields given once stand in every line of the context, a library's too, and in none after it."""
    with about(task_id="t", article_id="a"):
        speak()
    speak()

    assert [line.get("task_id") for line in lines()] == ["t", "t", None, None]


STEERING = [
    "\x1b[2J",
    "\x07",
    "\x7f",
    "\x85",
    "\x9b31m",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\U000e0041",
]


@pytest.mark.parametrize("sign", STEERING)
def test_nothing_that_steers_a_terminal_is_raw(sign: str, raw: io.StringIO) -> None:
    """C0 and C1 controls, DEL, line separators, bidi controls, tags: escaped, and the same again when parsed."""
    logger("marsad.test").error("odd", title=f"خبر{sign}عاجل")
    line = raw.getvalue().removesuffix("\n")

    assert sign[0] not in line
    assert "خبر" in line
    assert json.loads(line)["title"] == f"خبر{sign}عاجل"


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_is_one_line_and_comes_back(text: str) -> None:
    """Lone surrogates, line ends of every kind: a line stays a line, and is the same value when it is read."""
    line = _render(None, "", {"event": text})

    assert len(line.splitlines()) == 1
    assert line.encode()
    assert json.loads(line)["event"] == text


def test_joiners_are_letters() -> None:
    """Persian is misspelled without them."""
    assert escape_invisible("می\u200cرود") == "می\u200cرود"


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("no answer from https://elastic:hunter2@search.example:9200/", "hunter2"),
        ("no answer from https://elastic:p@hunter2@search.example:9200/", "hunter2"),
        ("https://news.example/a?page=2&access_token=hunter2&x=1", "hunter2"),
        ("https://news.example/a?X-Amz-Signature=hunter2", "hunter2"),
        ("https://news.example/a?api_key=hunter2#part", "hunter2"),
        ("headers: {'Authorization': 'Bearer hunter2'}", "hunter2"),
        ("authorization: Basic aHVudGVyMg==", "aHVudGVyMg"),
    ],
)
def test_no_secret_is_written(said: str, secret: str, raw: io.StringIO) -> None:
    """Neither in an event nor in a trace."""
    logger("marsad.test").error("failed", url=said, exc_info=RuntimeError(said))

    assert secret not in raw.getvalue()
    assert "***" in json.loads(raw.getvalue())["url"]
    assert "***" in json.loads(raw.getvalue())["exception"]


@pytest.mark.parametrize(
    "said", ["https://news.example/author/7?author=ali&page=2", "mail me: news@waha.example", "https://a.example/@ali"]
)
def test_what_is_no_secret_stays(said: str, lines: Lines) -> None:
    """An address of a page is what an operator looks for."""
    logger("marsad.test").error("failed", url=said)

    assert lines()[0]["url"] == said


def test_a_value_that_quotes_a_page_is_cut_in_the_middle(lines: Lines) -> None:
    """Its beginning and its end stay."""
    logger("marsad.test").error("odd", text="a" + "x" * 1_000_000 + "z")
    (line,) = lines()

    assert len(line["text"]) < LONGEST + 10
    assert (line["text"][0], line["text"][-1]) == ("a", "z")


def test_warnings_of_libraries_are_lines(lines: Lines) -> None:
    """Python would write them to standard error as they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("soon gone", DeprecationWarning, stacklevel=1)
    (line,) = lines()

    assert (line["level"], line["logger"]) == ("warning", "py.warnings")
    assert "soon gone" in line["event"]


def test_last_words_are_a_line(lines: Lines) -> None:
    """What nobody caught ends the process with one object, not with a trace of many lines."""
    sys.excepthook(ZeroDivisionError, ZeroDivisionError("nobody minds"), None)
    (line,) = lines()

    assert (line["event"], line["level"]) == ("uncaught", "critical")
    assert "nobody minds" in line["exception"]
