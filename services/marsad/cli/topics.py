"""`marsad topics`: the topics of deploy/kafka/topics.yaml on the broker."""

import asyncio

import typer
from rich.console import Console

from marsad.settings import settings
from marsad.streaming.topics import apply_topics, check_topics, load_topics

app = typer.Typer(no_args_is_help=True, help="Create and check the topics of deploy/kafka/topics.yaml.")
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


@app.command()
def apply() -> None:
    """Create the topics that the broker lacks; those that exist are left as they are.

    Example: marsad topics apply
    """
    created = asyncio.run(apply_topics(settings()))
    for name in created:
        console.print(f"{name} was created")
    there = len(load_topics(settings()).specs) - len(created)
    console.print(f"{len(created)} topics created, {there} were there.")


@app.command()
def check() -> None:
    """Compare the broker's topics with the file; exit with 1 where they differ.

    Example: marsad topics check
    """
    wrong = asyncio.run(check_topics(settings()))
    for problem in wrong:
        errors.print(problem)
    if wrong:
        raise typer.Exit(1)
    console.print(f"{len(load_topics(settings()).specs)} topics are as {settings().deploy_dir}/kafka/topics.yaml says.")
