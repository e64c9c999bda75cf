"""`marsad schemas`: the contracts as files, for other teams and for CI."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from marsad import schemas
from marsad.settings import REPOSITORY, settings

Folder = Annotated[Path, typer.Option(help="The folder of the schemas.", file_okay=False)]

app = typer.Typer(no_args_is_help=True, help="Write and check schemas/; `docs/contracts.md` says what is promised.")
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


@app.command()
def write(folder: Folder = REPOSITORY / "schemas") -> None:
    """Write JSON Schemas and the AsyncAPI document from the models; examples are written by people.

    Example: marsad schemas write
    """
    files = schemas.generated(settings(), folder)
    changed = schemas.write(folder, files)
    for change in changed:
        console.print(change)
    console.print(f"{len(files)} files in {folder}, {len(changed)} changes.")


@app.command()
def check(folder: Folder = REPOSITORY / "schemas") -> None:
    """Compare schemas/ with the models; exit with 1 where they differ or an example is missing.

    Example: marsad schemas check
    """
    files = schemas.generated(settings(), folder)
    wrong = schemas.problems(folder, files)
    for problem in wrong:
        errors.print(problem)
    if wrong:
        raise typer.Exit(1)
    console.print(f"{len(files)} files in {folder} are what the models say.")
