"""`make faults`: rounds of 1,000 articles under load, each with a fault, each compared with what must be there."""

import asyncio
import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from faults.report import closing_table, told
from faults.rounds import SEEDS, Plan, Result, lay_base, plans, play
from faults.scenarios import SCENARIOS
from faults.world import World, open_world
from marsad.localstack import Stack
from marsad.settings import load_settings

BASE = 200  # articles that are there before the first round
FEWEST_ARTICLES = 40

console = Console(highlight=False)
app = typer.Typer(add_completion=False, rich_markup_mode="rich")

PARAGRAPHS = (
    "Prove delivery under fire: nothing lost, nothing doubled, nothing stuck, whatever is killed.",
    (
        "Starts a Kafka, an Elasticsearch, a newsroom and all services of its own, then plays rounds. In each one "
        "articles pass (new ones, corrected ones, unchanged ones, some by short links), a fault strikes at a random "
        "moment, and when all has ended everything is compared: ids, revisions and content hashes in the index, one "
        "terminal state for each task, nothing in flight, dead letters only where they are meant."
    ),
    "Every scenario is played once before any comes again. The exit code is 1 where anything was not as it must be.",
    "[bold]Examples[/bold]",
    "the whole, 30 rounds of 1,000 articles, more than an hour:\n\n  make faults",
    "every scenario once, quicker:\n\n  make faults ROUNDS=20 ARTICLES=300",
    "three rounds of two scenarios:\n\n  make faults ROUNDS=3 ONLY=kill-kafka,too-large",
    "one round again, with the seed that was printed:\n\n  make faults ROUNDS=1 ONLY=kill-kafka SEED=4711",
    "what can happen:\n\n  make faults ARGS=--scenarios",
)
HELP = "\n\n".join(PARAGRAPHS)


@app.command(help=HELP)
def main(
    rounds: Annotated[int, typer.Option(min=1, help="How many rounds are played.")] = 30,
    seed: Annotated[int | None, typer.Option(min=0, help="Decides all that is random; default: a new one.")] = None,
    only: Annotated[str, typer.Option(help="Scenarios, separated by commas; default: all.")] = "",
    articles: Annotated[int, typer.Option(min=FEWEST_ARTICLES, help="Handed over in each round.")] = 1_000,
    scenarios: Annotated[bool, typer.Option("--scenarios", help="List the scenarios and end.")] = False,
) -> None:
    """Play a campaign."""
    if scenarios:
        for scenario in SCENARIOS.values():
            console.print(f"{scenario.name:22} {scenario.about}", soft_wrap=True)
        return
    chosen = tuple(filter(None, only.split(",")))
    if unknown := sorted(set(chosen) - SCENARIOS.keys()):
        raise typer.BadParameter(f"there is no scenario {', '.join(unknown)}; --scenarios lists them")
    seed = random.SystemRandom().randrange(1, SEEDS) if seed is None else seed
    console.print(f"seed {seed}: make faults SEED={seed} repeats the campaign")
    sys.exit(asyncio.run(_campaign(plans(seed, rounds, articles, BASE, chosen))))


async def _campaign(todo: Sequence[Plan]) -> int:
    """Play all rounds; return the exit code. The folder is kept where something was wrong."""
    folder = new_folder()
    stack = Stack(folder / "servers", artefacts=load_settings().data_dir / "stack" / "artefacts", report=console.print)
    results: list[Result] = []
    clean = False
    try:
        await asyncio.to_thread(stack.start)
        async with open_world(stack, folder) as world:
            clean = await _play_all(world, todo, results)
    finally:
        await asyncio.to_thread(stack.stop)
        shutil.rmtree(folder / "servers", ignore_errors=True)
        if results:
            console.print(closing_table(results))
        if clean:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            console.print(f"The services' logs are kept in {folder / 'logs'}")
    return 0 if clean else 1


def new_folder() -> Path:
    """Return a new folder below /var/tmp, which the account that root's servers run as may enter."""
    folder = Path(tempfile.mkdtemp(prefix="marsad-faults-", dir="/var/tmp"))
    folder.chmod(0o755)
    return folder


async def _play_all(world: World, todo: Sequence[Plan], results: list[Result]) -> bool:
    """Play the rounds, tell of each; return whether all was as it must be."""
    with console.status(f"{BASE} articles before the first round"):
        if problems := await lay_base(world, BASE):
            console.print("Something is wrong before anything was harmed:", *problems, sep="\n  ")
            return False
    for number, plan in enumerate(todo, 1):
        console.print(f"round {number} of {len(todo)}: {plan.scenario.name}, seed {plan.seed}")
        with console.status("") as status:
            playing = asyncio.create_task(play(world, plan))
            while not playing.done():
                status.update(f"{world.ended()} of {len(world.tasks)} ended, {plan.articles} in all")
                await asyncio.wait([playing], timeout=1)
        results.append(playing.result())
        console.print(told(results[-1]), markup=False, soft_wrap=True)
    return not any(result.problems for result in results)


if __name__ == "__main__":
    app()
