"""`marsad dlq`: what services could not deal with, and what becomes of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from marsad import quarantine
from marsad.cli.terminal import clean
from marsad.contracts.topics import SERVICES
from marsad.quarantine import PLACE, Kept, Result
from marsad.settings import settings
from marsad.streaming.letters import Letter

SHOWN_CHARS, SHOWN_LINES = 400, 40  # of a value, line by line
SHOWN_BYTES = 16_384
HEX_BYTES, HEX_WIDTH = 256, 16
CELL_CHARS = 200

_SECRET = re.compile(r"""("[\w.-]{0,40}secret"\s{0,5}:\s{0,5}")[^"]{1,1000}""")  # `hub.secret` of a subscription

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Dead letters: records that a service could not deal with. They are kept unchanged, for 90 days.",
)
console = Console(highlight=False)
errors = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)

Service = Annotated[str, typer.Argument(help="Whose letters, for example extraction.")]
Places = Annotated[list[str], typer.Argument(metavar="PLACE…", help="As `marsad dlq list` names them, such as 0-12.")]
Reason = Annotated[str | None, typer.Option(help="Only those that were quarantined for this.")]


@app.command("list")
def list_letters(
    service: Annotated[str | None, typer.Argument(help="Only this service's.")] = None,
    *,
    reason: Reason = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were replayed or dropped.")] = False,
) -> None:
    """List the letters that are open, with the reason why each was quarantined.

    Example: marsad dlq list

    Example: marsad dlq list extraction --reason extraction_failed --all
    """
    services = SERVICES if service is None else (_service(service),)
    kept = asyncio.run(quarantine.listed(settings(), services, reason=reason))
    shown = kept if everything else [one for one in kept if one.mark is None]
    if shown:
        console.print(table(shown))
    dealt = sum(one.mark is not None for one in kept)
    console.print(f"{len(kept) - dealt} open, {dealt} replayed or dropped.")


@app.command()
def show(
    service: Service,
    place: Annotated[str, typer.Argument(help="As `marsad dlq list` names it, such as 0-12.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the value's bytes to this file.")] = None,
) -> None:
    """Show what is known of a letter, and its bytes as far as a terminal may show them.

    Example: marsad dlq show extraction 0-12 --output page.html
    """
    (wanted,) = _places([place])
    kept = asyncio.run(quarantine.find(settings(), _service(service), wanted))
    if kept is None:
        errors.print(f"{service}.dead holds no letter at {wanted}; `marsad dlq list --all` shows which it holds.")
        raise typer.Exit(1)
    console.print(facts(kept))
    if output is not None:
        output.write_bytes(kept.letter.value)
        console.print(f"{kept.size} bytes written to {clean(str(output))}.", markup=False, soft_wrap=True)
        return
    for line in view(kept.letter.value):
        console.print(line, markup=False, soft_wrap=True)


@app.command()
def replay(
    service: Service,
    places: Places = [],  # noqa: B006 - typer copies it
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    reason: Reason = None,
    again: Annotated[bool, typer.Option("--again", help="Also where a letter was replayed or dropped before.")] = False,
) -> None:
    """Give letters back to the topics that they came from: the same key, bytes and headers.

    Do so when what kept the service from dealing with them is mended. A letter that dies again is a new letter; where
    it lives, its task's later state counts.

    Example: marsad dlq replay extraction 0-12 0-13

    Example: marsad dlq replay indexing --all --reason rejected_by_index
    """
    if everything == bool(places):
        raise typer.BadParameter("name letters, or give --all for those that are open", param_hint="PLACE…")
    if everything and again:
        raise typer.BadParameter("what is replayed again is named letter by letter", param_hint="--again")
    wanted = None if everything else _places(places)
    results = quarantine.replay(settings(), _service(service), wanted, reason=reason, again=again)
    _report(asyncio.run(_told(results)), "replayed")


@app.command()
def drop(
    service: Service,
    places: Places,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take letters off the list for good. Their bytes stay in the topic until they expire.

    Example: marsad dlq drop extraction 0-12 0-13
    """
    wanted = _places(places)
    if not yes:
        letters = "dead letter" if len(wanted) == 1 else "dead letters"
        typer.confirm(f"Drop {len(wanted)} {letters} of {_service(service)}?", abort=True)
    results = asyncio.run(quarantine.drop(settings(), _service(service), wanted))
    for result in results:
        _tell(result, "dropped")
    _report(results, "dropped")


def table(kept: Sequence[Kept]) -> Table:
    """Return letters as a table: why on top, then whence and whose."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("letter", no_wrap=True)
    shown.add_column("quarantined", no_wrap=True)
    shown.add_column("why", overflow="fold")
    for one in kept:
        letter = one.letter
        detail = f"{letter.facts.get('reason', '')}: {letter.facts.get('detail', '')}"
        task = f", task {letter.task_id}" if letter.task_id else ""
        whence = f"from {letter.facts.get('topic', '')}{task}, {one.size} bytes"
        lines = [_cell(detail), Text(_cell(whence).plain, style="dim")]
        if one.mark:
            lines.append(Text(_done(one), style="yellow"))
        shown.add_row(_cell(f"{letter.service} {letter.place}"), f"{letter.at:%F %H:%M}", Group(*lines))
    return shown


def facts(kept: Kept) -> Table:
    """Return all that is known of a letter but its bytes."""
    letter = kept.letter
    rows = {
        "letter": f"{letter.service} {letter.place}",
        "since then": _done(kept) or "open",
        "came from": letter.origin,
        "task": letter.task_id,
        **{
            name: text for name, text in letter.facts.items() if name not in {"service", "topic", "partition", "offset"}
        },
        "key": (letter.key or b"").decode("utf-8", "replace"),
        **{f"header {name}": value.decode("utf-8", "replace") for name, value in letter.headers},
        "bytes": str(kept.size) + _missing(letter),
    }
    shown = Table(box=None, pad_edge=False, show_header=False)
    shown.add_column(no_wrap=True)
    shown.add_column(overflow="fold")
    for name, text in rows.items():
        shown.add_row(Text(clean(name)[:CELL_CHARS], style="bold"), Text(clean(text[:SHOWN_BYTES])))
    return shown


def view(value: bytes) -> list[str]:
    """Return bytes as lines that a terminal may show: text where they are UTF-8, else hexadecimal; the beginning."""
    head = value[:SHOWN_BYTES]
    text = head.decode("utf-8", "replace")
    if "\0" in text or text.count("\ufffd") > len(text) // 20:
        lines = [_hexadecimal(head, start) for start in range(0, min(len(head), HEX_BYTES), HEX_WIDTH)]
        return [*lines, f"… {len(value) - HEX_BYTES} bytes more"] if len(value) > HEX_BYTES else lines
    rows = _pretty(value, text).splitlines()
    shown = (_SECRET.sub(r"\1***", row) for row in rows[:SHOWN_LINES])
    lines = [" " * (len(row) - len(row.lstrip(" "))) + clean(row[:SHOWN_CHARS]) for row in shown]
    whole = len(rows) <= SHOWN_LINES and len(value) <= SHOWN_BYTES and all(len(row) <= SHOWN_CHARS for row in rows)
    return lines if whole else [*lines, "… more: `--output FILE` writes all of it"]


def _pretty(value: bytes, text: str) -> str:
    """Return JSON laid out as far as it is shown: nested deeply, a few megabytes would take gigabytes of indents."""
    laid_out, lines = [], 0
    try:
        for piece in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(json.loads(value)):
            laid_out.append(piece)
            lines += piece.count("\n")
            if lines > SHOWN_LINES:
                break
    except (ValueError, RecursionError):
        return text
    return "".join(laid_out)


def _hexadecimal(head: bytes, start: int) -> str:
    row = head[start : start + HEX_WIDTH]
    readable = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)  # noqa: PLR2004 - ASCII's printable ones
    return f"{start:06x}  {row.hex(' '):<{HEX_WIDTH * 3}} {readable}"


def _cell(text: str) -> Text:
    cleaned = clean(text[: CELL_CHARS * 2])
    return Text(cleaned if len(cleaned) <= CELL_CHARS else f"{cleaned[: CELL_CHARS - 1]}…")


def _done(kept: Kept) -> str:
    return f"{kept.mark.done} {kept.mark.at:%F %T}" if kept.mark else ""


def _missing(letter: Letter) -> str:
    return f"; parts {', '.join(map(str, letter.missing))} of {letter.parts} are missing" if letter.missing else ""


async def _told(results: AsyncIterator[Result]) -> list[Result]:
    """Say of each letter what became of it as soon as that is known."""
    told = []
    async for result in results:
        _tell(result, "replayed")
        told.append(result)
    return told


def _tell(result: Result, done: str) -> None:
    name = f"{result.service} {result.place}"
    if result.problem:
        errors.print(f"{name}: not {done}: {clean(result.problem)}.")
    else:
        where = f" to {clean(result.topic)}" if done == "replayed" else ""
        console.print(f"{name}: {done}{where}", markup=False, soft_wrap=True)


def _report(results: Sequence[Result], done: str) -> None:
    """Say how many; fail where one was not."""
    failed = sum(result.problem is not None for result in results)
    console.print(f"{len(results) - failed} {done}, {failed} not.")
    if failed:
        raise typer.Exit(1)


def _service(name: str) -> str:
    if name not in SERVICES:
        raise typer.BadParameter(f"there is no service {name!r}; there are {', '.join(SERVICES)}", param_hint="SERVICE")
    return name


def _places(given: Sequence[str]) -> list[str]:
    if wrong := [place for place in given if not PLACE.fullmatch(place)]:
        raise typer.BadParameter(
            f"{wrong[0][:40]!r} is no place; `marsad dlq list` names them, such as 0-12", param_hint="PLACE…"
        )
    return list(dict.fromkeys(given))
