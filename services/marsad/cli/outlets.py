"""`marsad outlets`: the news sites that are known by file."""

from contextlib import suppress
from pathlib import Path
from textwrap import wrap
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from marsad.cli.terminal import PDI, RLI
from marsad.errors import OutletError
from marsad.outlets import Outlet, Outlets, files, load, read
from marsad.settings import settings

ARABIC_WIDTH = 13  # characters in a line, so that each line can be an isolate of its own

app = typer.Typer(no_args_is_help=True, help="List and check the outlet files; `docs/adding-an-outlet.md` says more.")
console = Console()
errors = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


@app.command("list")
def list_outlets() -> None:
    """List the outlets in use: the built-in ones and those of the folders in MARSAD_OUTLETS_DIRS.

    Lists are feeds, sitemaps and front pages.

    Example: marsad outlets list
    """
    outlets = load(settings().outlets_dirs, builtin=settings().builtin_outlets)
    console.print(table(outlets) if len(outlets) else "No outlet file is in use.")


def table(outlets: Outlets) -> Table:
    """Return the outlets as a table, the Arabic name below the Latin one and set against the right."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("id", no_wrap=True)
    shown.add_column("name", min_width=ARABIC_WIDTH)
    shown.add_column("kind", no_wrap=True)
    shown.add_column("domains", overflow="fold")
    shown.add_column("lists", justify="right", min_width=len("lists"))
    shown.add_column("checked", no_wrap=True, min_width=len("2026-01-01"))
    for outlet in outlets:
        shown.add_row(
            outlet.id,
            Group(Text(outlet.name.en), *_right_to_left(outlet.name.ar)),
            f"{outlet.kind}, {outlet.country}",
            "\n".join(outlet.hosts),
            str(len(outlet.feeds) + len(outlet.sitemaps) + len(outlet.front_pages)),
            outlet.checked.on.isoformat(),
        )
    return shown


def _right_to_left(name: str) -> list[Text]:
    return [Text(f"{RLI}{line}{PDI}", justify="right") for line in wrap(name, ARABIC_WIDTH)]


@app.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Outlet files; without any, those in use.")
    ] = None,
) -> None:
    """Check outlet files, and that no two outlets claim one host; exit with 1 when something is wrong.

    Example: marsad outlets check my-outlets/oasis-times.yaml
    """
    in_use = files(settings().outlets_dirs, builtin=settings().builtin_outlets)
    chosen = paths or in_use
    wrong = problems(chosen, [path for path in in_use if path.resolve() not in {own.resolve() for own in chosen}])
    for problem in wrong:
        errors.print(problem)
    if wrong:
        raise typer.Exit(1)
    console.print(f"{len(chosen)} outlet {'file is' if len(chosen) == 1 else 'files are'} right.")


def problems(chosen: list[Path], others: list[Path]) -> list[str]:
    """Return what is wrong with the chosen files, also where one of them claims what another outlet in use has."""
    found: list[str] = []
    outlets: list[Outlet] = []
    for path in others:
        with suppress(OutletError):  # not asked about
            outlets.append(read(path))
    for path in chosen:
        try:
            outlets.append(read(path))
        except OutletError as error:
            found.append(str(error))
    try:
        Outlets(outlets)
    except OutletError as error:
        found.append(str(error))
    return found
