"""`marsad dlq`: what is shown of strangers' bytes, what is asked for, and how it ends."""

import io
import json
import re
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from marsad import quarantine
from marsad.cli import dlq
from marsad.quarantine import Kept, Result
from marsad.search.marks import Mark
from marsad.streaming.letters import Letter

AT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
FACTS = {
    "service": "extraction", "reason": "undecodable", "detail": "no JSON",
    "topic": "pages.fetched", "partition": "2", "offset": "17",
}  # fmt: skip
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
EVIL = "\x1b]0;owned\x07\u202e[red]خبر"


def kept(place: str = "0-12", mark: Mark | None = None, value: bytes = b"{", **facts: str) -> Kept:
    """Return a letter of extraction."""
    headers = (("marsad_task_id", b"0" * 32), ("x", b"\xff\x1b"))
    letter = Letter("extraction", place, AT, {**FACTS, **facts}, "مفتاح".encode(), headers, value, task_id="0" * 32)
    return Kept(letter, len(value), mark)


class Letters:
    """What the servers hold, and what was asked of them."""

    def __init__(self) -> None:
        self.held = [kept(), kept("0-13", Mark("dropped", AT, 0))]
        self.asked: list[Any] = []
        self.results = [Result("extraction", "0-12", "pages.fetched")]

    async def listed(self, _own: Any, services: Any, *, reason: str | None) -> list[Kept]:
        self.asked.append((tuple(services), reason))
        return self.held

    async def find(self, _own: Any, service: str, place: str) -> Kept | None:
        return next((one for one in self.held if (one.letter.service, one.letter.place) == (service, place)), None)

    async def replay(self, _own: Any, service: str, places: Any, **options: Any) -> AsyncIterator[Result]:
        self.asked.append((service, places, options))
        for result in self.results:
            yield result

    async def drop(self, _own: Any, service: str, places: Any) -> list[Result]:
        self.asked.append((service, places))
        return self.results


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Letters:
    """Return letters in memory that the commands work on."""
    made = Letters()
    for name in ("listed", "find", "replay", "drop"):
        monkeypatch.setattr(quarantine, name, getattr(made, name))
    monkeypatch.setattr(dlq, "settings", lambda: None)
    monkeypatch.setattr(dlq, "console", Console(width=200, highlight=False))
    return made


def run(*words: str, answer: str | None = None) -> Any:
    """Run a command of `marsad dlq`."""
    return CliRunner().invoke(dlq.app, list(words), input=answer, env={"COLUMNS": "200"})


def printed(table: Any) -> str:
    """Return a table as it is printed."""
    output = io.StringIO()
    Console(width=220, file=output, highlight=False).print(table)
    return output.getvalue()


def test_the_list_shows_open_letters_alone(letters: Letters) -> None:
    """Those that were dealt with are counted, and shown where they are asked for."""
    result = run("list")

    assert result.exit_code == 0
    assert ("0-12" in result.output, "0-13" in result.output) == (True, False)
    assert "1 open, 1 replayed or dropped." in result.output
    everything = run("list", "extraction", "--all", "--reason", "undecodable").output
    assert re.search(r"0-13 .*dropped 2026-11-22 12:30:00", " ".join(everything.split()))
    assert letters.asked[1] == (("extraction",), "undecodable")


def test_a_row_says_what_why_whence_and_whose(letters: Letters) -> None:
    """One look tells what to do next."""
    row = " ".join(printed(dlq.table(letters.held[:1])).split())

    for said in (
        "extraction 0-12 2026-11-22 12:30 undecodable: no JSON",
        f"from pages.fetched, task {'0' * 32}, 1 bytes",
    ):
        assert said in row
    assert "dropped" not in row


def test_nothing_of_a_stranger_steers_the_terminal() -> None:
    """Escapes, overrides and markup of reasons, details, keys, headers and values are shown as what they are."""
    evil = kept(reason=EVIL, detail=EVIL, value=EVIL.encode(), invented=EVIL)

    shown = printed(dlq.table([evil])) + printed(dlq.facts(evil)) + "\n".join(dlq.view(evil.letter.value))

    assert not set("\x1b\x07\u202e") & set(shown)
    assert shown.count("[red]خبر") >= 5


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_can_be_looked_at(value: bytes) -> None:
    """Text, JSON, pages or noise: a bounded number of harmless lines."""
    lines = dlq.view(value)

    assert len(lines) <= dlq.SHOWN_LINES + 1
    assert not STEERING.search("".join(lines))


def test_json_is_laid_out_and_noise_is_hexadecimal() -> None:
    """As a person reads them."""
    assert dlq.view('{"عنوان": ["خبر"]}'.encode()) == ["{", '  "عنوان": [', '    "خبر"', "  ]", "}"]
    assert dlq.view(b"\0AB\xff") == ["000000  00 41 42 ff                                      .AB."]
    assert dlq.view(bytes(1_000))[-1] == "… 744 bytes more"
    assert dlq.view(b"a\n" * 1_000)[-1] == "… more: `--output FILE` writes all of it"
    assert dlq.view(b"") == []


def test_a_hubs_secret_is_not_shown() -> None:
    """A subscription that died bears it: who sees a terminal could push what we would believe."""
    task = {"target": "https://hub.example/", "form": {"hub.topic": "t", "hub.secret": "5ec2e7" * 10}}

    for spelled in (json.dumps(task), json.dumps(task) + "junk"):
        shown = "\n".join(dlq.view(spelled.encode()))
        assert "5ec2e7" not in shown
        assert '"hub.secret": "***"' in shown


def test_deeply_nested_json_is_laid_out_no_further_than_it_is_shown() -> None:
    """Of a megabyte, a gigabyte of indents would come."""
    value = b"[" * 400 + b",".join([b"1"] * 500_000) + b"]" * 400
    tracemalloc.start()
    lines = dlq.view(value)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert lines[:2] == ["[", "  ["]
    assert lines[-1].startswith("… more")
    assert peak < 32 * 1024 * 1024


def test_a_letter_is_shown_with_all_that_is_known(letters: Letters) -> None:
    """Facts, key and headers of the original record, and its bytes."""
    output = run("show", "extraction", letters.held[0].letter.place).output

    for said in ("pages.fetched[2]@17", "undecodable", "مفتاح", "header x", "open", "{"):
        assert said in output
    assert "dropped 2026-11-22 12:30:00" in run("show", "extraction", "0-13").output


def test_the_bytes_go_to_a_file_unchanged(letters: Letters, tmp_path: Any) -> None:
    """What a terminal must not show, a file may hold."""
    letters.held = [kept(value=EVIL.encode())]

    result = run("show", "extraction", "0-12", "--output", str(tmp_path / "value"))

    assert f"{len(EVIL.encode())} bytes written to {tmp_path}" in result.output
    assert (tmp_path / "value").read_bytes() == EVIL.encode()


def test_a_letter_that_is_not_there_is_a_failure(letters: Letters) -> None:
    """It says where to look."""
    result = run("show", "extraction", "0-99")

    assert (result.exit_code, "`marsad dlq list --all`" in result.output) == (1, True)
    assert letters.asked == []


def test_letters_are_replayed_by_name_or_all_at_once(letters: Letters) -> None:
    """Options are handed on; each letter's fate is told."""
    named = run("replay", "extraction", "0-12", "0-12", "--again")
    everything = run("replay", "extraction", "--all", "--reason", "undecodable")

    assert letters.asked == [
        ("extraction", ["0-12"], {"reason": None, "again": True}),
        ("extraction", None, {"reason": "undecodable", "again": False}),
    ]
    assert "extraction 0-12: replayed to pages.fetched\n1 replayed, 0 not." in named.output
    assert (named.exit_code, everything.exit_code) == (0, 0)


def test_what_could_not_go_back_is_a_failure(letters: Letters) -> None:
    """The reason is told without what could steer the terminal; the others went."""
    letters.results.append(Result("extraction", "0-13", "", f"it is {EVIL}"))

    result = run("replay", "extraction", "--all")

    assert result.exit_code == 1
    assert "extraction 0-13: not replayed: it is ]0;owned[red]خبر." in result.output
    assert "1 replayed, 1 not." in result.output


def test_dropping_asks_first(letters: Letters) -> None:
    """No is the answer that drops nothing; `--yes` is for scripts."""
    refused = run("drop", "extraction", "0-12", answer="n\n")

    assert refused.exit_code == 1
    assert "Drop 1 dead letter of extraction?" in refused.output
    assert "Drop 2 dead letters of" in run("drop", "extraction", "0-12", "0-13", answer="n\n").output
    assert letters.asked == []
    assert run("drop", "extraction", "0-12", answer="y\n").exit_code == 0
    assert "1 dropped, 0 not." in run("drop", "extraction", "0-12", "--yes").output
    assert letters.asked == [("extraction", ["0-12"])] * 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("list", "extracting"), "there is no service 'extracting'"),
        (("show", "extraction", "12"), "'12' is no place"),
        (("show", "extraction", "0-12; rm"), "is no place"),
        (("replay", "extraction"), "name letters, or give --all"),
        (("replay", "extraction", "0-12", "--all"), "name letters, or give --all"),
        (("replay", "extraction", "--all", "--again"), "named letter by letter"),
        (("drop", "extraction", "x"), "is no place"),
    ],
)
def test_what_makes_no_sense_is_refused(letters: Letters, words: tuple[str, ...], why: str) -> None:
    """Before any server is asked."""
    result = run(*words)

    assert result.exit_code == 2
    assert why in " ".join(result.output.replace("│", " ").split())
    assert letters.asked == []


def test_missing_parts_are_told() -> None:
    """A size that is not the whole is no riddle."""
    whole = kept()
    part = Letter("extraction", "0-1", AT, FACTS, None, (), b"x", parts=3, missing=(2, 3))

    assert "parts 2, 3 of 3 are missing" in printed(dlq.facts(Kept(part, 1, None)))
    assert "missing" not in printed(dlq.facts(whole))
