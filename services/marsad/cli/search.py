"""`marsad search`: ask the articles."""

import asyncio
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from marsad.cli.terminal import clean, json_line, paragraph
from marsad.search import queries
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.search.queries import Found, Hit, Query
from marsad.settings import Settings, settings

MAX_HITS = 100

_SPAN = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

console = Console(highlight=False)


def search(  # noqa: PLR0913 - a command's options
    words: Annotated[list[str], typer.Argument(metavar="QUERY", help='Words, "phrases", -without (after --).')],
    *,
    language: Annotated[str | None, typer.Option(help="ISO 639 code: ar, en, fa.")] = None,
    outlet: Annotated[str | None, typer.Option(help="Id of an outlet file.")] = None,
    country: Annotated[
        str | None, typer.Option(help="ISO 3166 code of a country that is named, itself or by a city: EG, PS.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="First seen since: 90m, 24h, 7d, 2w or 2026-01-31 (UTC).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_HITS, help="Hits to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    visual: Annotated[bool, typer.Option("--visual", help="For terminals that show Arabic backwards.")] = False,
) -> None:
    """Search articles in any language; Arabic spellings and prefixes are seen through.

    Words count most as typed, less as stems; quoted words must stand side by side. Right-to-left text is set against
    the right edge as isolates, for terminals with bidirectional text; where Arabic comes out backwards, use --visual.

    Example: marsad search فلسطين

    Example: marsad search '"وزارة الصحة" غزة' --since 7d --country PS

    Example: marsad search --json -- climate -summit
    """
    query = Query(
        text=" ".join(words),
        language=_code(language, r"[a-z]{2,3}", "--language", "two or three small letters, such as ar"),
        outlet=outlet,
        country=_code(country, "[A-Z]{2}", "--country", "two capital letters, such as EG"),
        since=_moment(since, datetime.now(UTC)) if since else None,
        limit=limit,
    )
    found = asyncio.run(_ask(settings(), query))
    if as_json:
        for hit in found.hits:
            typer.echo(json_line(_plain(hit)))
    else:
        show(found, console, visual=visual)


def show(found: Found, console: Console, *, visual: bool = False) -> None:
    """Print hits for a person: headline, source and time, snippets, address."""
    for number, hit in enumerate(found.hits, 1):
        for line in paragraph(hit.title or (("(no headline)", False),), console, style="bold", visual=visual):
            console.print(line)
        console.print(_about(number, hit))
        for snippet in hit.snippets:
            for line in paragraph(_ended(snippet), console, visual=visual):
                console.print(line)
        console.print(Text(clean(hit.url), style="cyan"), soft_wrap=True)
        console.print()
    console.print(Text(_sum(found), style="dim"))


def _ended(snippet: queries.Marked) -> queries.Marked:
    """Return a snippet with an ellipsis where it was cut inside a sentence."""
    return snippet if re.search(r"[.!?؟…][\"'”»)\]]*\s*\Z", _text(snippet)) else (*snippet, ("…", False))


def _sum(found: Found) -> str:
    note = "" if found.complete else "; a part of the index did not answer, there may be more"
    articles = "article" if found.total == 1 else "articles"
    return (f"{len(found.hits)} of {found.total} {articles}" if found.total else "nothing found") + note


def _about(number: int, hit: Hit) -> Text:
    moment = (hit.published or hit.first_seen or "")[:16].replace("T", " ")
    facts = (f"{number}.", hit.outlet, hit.language, f"{moment} UTC" if moment else None)
    about = Text(" · ".join(clean(fact) for fact in facts if fact), style="dim")
    return about.append("  withdrawn", "bold red") if hit.withdrawn else about


def _plain(hit: Hit) -> dict[str, Any]:
    """Return a hit as JSON's types, without marks."""
    texts = {"title": _text(hit.title), "snippets": [_text(snippet) for snippet in hit.snippets]}
    return asdict(hit) | texts


def _text(marked: queries.Marked) -> str:
    return "".join(piece for piece, _ in marked)


async def _ask(own: Settings, query: Query) -> Found:
    async with connect(own) as client:
        return await queries.search(client, Names.of(own), query)


def _code(value: str | None, pattern: str, option: str, expected: str) -> str | None:
    if value is not None and not re.fullmatch(pattern, value):
        raise typer.BadParameter(f"{value!r} is not {expected}", param_hint=option)
    return value


def _moment(text: str, now: datetime) -> datetime:
    """Read a span before now, or a date (UTC where it names no zone)."""
    try:
        if span := _SPAN.fullmatch(text):
            return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        hint = "24h, 7d, 2w or 2026-01-31"
        raise typer.BadParameter(f"{text!r} is neither a span nor a date: {hint}", param_hint="--since") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
