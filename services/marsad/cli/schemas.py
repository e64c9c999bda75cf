"""`marsad schemas`: the contracts as files, for other teams and for CI."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from marsad import schemas
from marsad.schemas import release
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
    """Compare schemas/ with the models, and the models with the last release.

    Exit with 1 where files differ from the models, an example is missing, or a change breaks readers of the release.

    Example: marsad schemas check
    """
    files = schemas.generated(settings(), folder)
    released = release.last(folder)
    wrong = [*schemas.problems(folder, files), *release.incompatible(released, release.of(files))]
    for problem in wrong:
        errors.print(problem)
    if wrong:
        raise typer.Exit(1)
    console.print(
        f"{len(files)} files in {folder} are what the models say, and break no reader of release {released.version}."
    )


@app.command("release")
def freeze(folder: Folder = REPOSITORY / "schemas") -> None:
    """Freeze the present contracts as the last release, which later changes are held against.

    Part of releasing Marsad, after its version was raised; refused where a change breaks readers of the release before.

    Example: marsad schemas release
    """
    present = release.of(schemas.generated(settings(), folder))
    release.freeze(folder, present)
    console.print(
        f"{folder / release.RELEASED_FILE} holds {present.version}: "
        f"{len(present.schemas)} schemas, {len(present.topics)} topics."
    )
