"""`marsad enrich`: the stages on articles or texts at hand, without Kafka."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from marsad.cli.terminal import clean, json_line
from marsad.enrichment import runner
from marsad.enrichment.article import PlainArticle

STANDARD_INPUT = "-"
MAX_SHOWN = 200  # characters of one field in a table

console = Console(stderr=True, markup=False, highlight=False)

_ARTICLES = TypeAdapter(PlainArticle)


@dataclass(frozen=True, slots=True)
class Read:
    """An article, and where it comes from: its URL, or its file."""

    source: str
    article: PlainArticle


class WrongLineError(ValueError):
    """A line that is no article; the message says which, and why."""


def enrich(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Files, or - for standard input.")],
    *,
    table: Annotated[bool, typer.Option("--table", help="Show tables instead of JSON lines.")] = False,
) -> None:
    """Run all stages on articles or plain texts, and print what they found.

    A file of JSON lines, as `marsad extract` prints them, holds an article a line; any other file is one text.
    Each article gives one JSON line: its source, the fields of each stage, milliseconds by stage, and failures.

    Example: marsad extract --url https://www.example.org/news/1 page.html | marsad enrich - --table

    Example: marsad enrich notes.txt
    """
    runner.warm_up()
    wrong = 0
    for file in files:
        for read in _articles(file):
            if isinstance(read, WrongLineError):
                wrong += 1
                console.print(clean(str(read)), style="red")
                continue
            enriched = runner.enrich(read.article)
            if table:
                Console(markup=False, highlight=False).print(_table(read, enriched))
            else:
                typer.echo(json_line({"source": read.source, **_plain(enriched)}))
    if wrong:
        raise typer.Exit(1)


def _articles(file: str) -> Iterator[Read | WrongLineError]:
    lines = _lines(file)
    first = next((line for line in lines if line.strip()), "")
    if not _is_object(first):
        yield Read(file, PlainArticle(text=first + "".join(lines)))
        return
    yield _article(file, first)
    for line in lines:
        if line.strip():
            yield _article(file, line)


def _lines(file: str) -> Iterator[str]:
    """Yield the lines as text; what is no UTF-8 is replaced. Raises BadParameter where the file cannot be read."""
    if file == STANDARD_INPUT:
        yield from _decoded(sys.stdin.buffer)
        return
    try:
        with Path(file).open("rb") as opened:
            yield from _decoded(opened)
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read ({error.strerror}); name a file, or - for input") from error


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    return (line.decode("utf-8", "replace") for line in lines)


def _is_object(line: str) -> bool:
    """Tell whether a line is meant as JSON: a text may begin with a brace, but not with one and a quoted name."""
    return line.lstrip("\ufeff \t").startswith(('{"', "{ "))


def _article(file: str, line: str) -> Read | WrongLineError:
    try:
        given = {name: value for name, value in _object(line).items() if value is not None}
        return Read(str(given.get("url") or file), _ARTICLES.validate_python(given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return WrongLineError(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}; a line is an article")
    except (ValueError, RecursionError) as error:
        return WrongLineError(f"{file}: a line is no JSON object ({error}); every line holds one article, or none does")


def _object(line: str) -> dict[str, Any]:
    fields = json.loads(line.lstrip("\ufeff"))
    if not isinstance(fields, dict):
        raise ValueError("a value, but no object")  # noqa: TRY004 - said like the others
    return fields


def _plain(enriched: runner.Enriched) -> dict[str, Any]:
    return asdict(enriched) | {"failures": [failure.model_dump() for failure in enriched.failures]}


def _table(read: Read, enriched: runner.Enriched) -> Table:
    table = Table("stage", "ms", "found", title=clean(read.source), title_justify="left")
    failures = {failure.stage: f"failed: {failure.error}: {failure.message}" for failure in enriched.failures}
    for stage, milliseconds in enriched.stages_ms.items():
        found = clean(failures.get(stage, "")) or "\n".join(_shown(enriched.enrichment[stage]))
        table.add_row(stage, f"{milliseconds:.2f}", found)
    return table


def _shown(fields: dict[str, Any]) -> Iterator[str]:
    """Yield each field in a line; long ones are cut, and strangers' text cannot steer the terminal."""
    for name, value in fields.items():
        text = clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        yield f"{name}: {text[:MAX_SHOWN]}{'…' if len(text) > MAX_SHOWN else ''}"
