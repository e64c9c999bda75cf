"""`make fuzz`: records of every topic harmed at random, through all services; each must have an end."""

import asyncio
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from faults.campaign import new_folder
from marsad.contracts.topics import SERVICES
from marsad.discovery.submission import hand_over
from marsad.localstack import Endpoints, Stack
from marsad.newsroom import Newsroom
from marsad.provisioning import set_up
from marsad.settings import Fetching, Pool, Settings, Streaming, as_environment, load_settings
from marsad.supervisor import Supervisor
from marsad.urls import page_id
from support.accounting import Accounts, Entry
from support.chain import chain_settings
from support.fuzzer import SHARES, Fuzzer
from support.fuzzrun import SITES_NET, Run, Say, canary, sites, writers_date_lanes

SEEDS = 1 << 32
OPEN = (IPv4Network("127.0.0.1/32"), IPv4Network(f"{SITES_NET}.0/24"))
DEADLINE_S = 4 * 3_600.0
SHOWN = 20  # problems of a kind
FEWEST_GOOD = 20

console = Console(highlight=False)
app = typer.Typer(add_completion=False, rich_markup_mode="rich")

HELP = """Prove that no record, whatever is in it, stops a partition or escapes its outcome.

Starts a Kafka, an Elasticsearch, a newsroom and all services of its own. Records of every topic that a service reads
are made from the examples in schemas/ and harmed: bytes, types, sizes, headers, frames. When all has been read, each
must have an end: a dead letter under its offset, a state in the ledger, a record about its task, or a document.
Services must not have ended, good articles must have arrived, and no address that is not open may have been asked.

[bold]Examples[/bold]

  make fuzz                  100,000 records; `make faults` ends with them

  make fuzz RECORDS=5000     fewer

  make fuzz SEED=4711        the same records again
"""


@dataclass(frozen=True)
class Result:
    """What came of a run.

    Attributes:
        ends: by topic, how many records ended how.
        problems: what is not as it must be; empty where all is.
    """

    ends: dict[str, Counter[str]]
    refused: Counter[str]
    problems: list[str]
    took_s: float


@app.command(help=HELP)
def main(
    records: Annotated[int, typer.Option(min=len(SHARES), help="How many records are harmed.")] = 100_000,
    seed: Annotated[int | None, typer.Option(min=0, help="Decides all that is random; default: a new one.")] = None,
) -> None:
    """Fuzz on servers of its own."""
    seed = random.SystemRandom().randrange(1, SEEDS) if seed is None else seed
    console.print(f"seed {seed}: make fuzz RECORDS={records} SEED={seed} repeats the run")
    folder = new_folder()
    artefacts = load_settings().data_dir / "stack" / "artefacts"
    result = None
    try:
        with Stack(folder / "servers", artefacts=artefacts, report=console.print) as stack:
            result = asyncio.run(_watched(stack.endpoints, folder, records, seed))
    finally:
        shutil.rmtree(folder / "servers", ignore_errors=True)
    console.print(closing_table(result))
    if result.problems:
        console.print(*result.problems, f"The services' logs are kept in {folder / 'logs'}", sep="\n", markup=False)
        sys.exit(1)
    shutil.rmtree(folder, ignore_errors=True)


async def _watched(stack: Endpoints, folder: Path, records: int, seed: int) -> Result:
    good = max(FEWEST_GOOD, records // 200)
    if not console.is_terminal:
        return await play(stack, folder, records=records, good=good, seed=seed, say=console.print)
    with console.status("") as status:
        return await play(stack, folder, records=records, good=good, seed=seed, say=status.update)


async def play(
    stack: Endpoints, folder: Path, *, records: int, good: int, seed: int, say: Say = lambda _: None
) -> Result:
    """Send harmed records and, among them, good articles through all services; return what came of them."""
    began = time.monotonic()
    room = Newsroom(speed=0.001, publish_over_s=0, crawl_delay_s=0.001, directory=folder / "room")
    async with room, sites() as origins, canary() as (port, came):
        own = fuzz_settings(stack, folder, room)
        await set_up(own)
        await writers_date_lanes(own)
        articles = [room.load_article(room.outlets[at % len(room.outlets)], seed, at) for at in range(good)]
        titles = {page_id(article.url): article.title for article in articles}
        run = Run(own)
        with Supervisor(SERVICES, as_environment(own), logs=folder / "logs") as services:
            links = [article.url for article in articles]
            await hand_over(own, links[: good // 2])
            await run.write(Fuzzer(seed, origins, port), records, say)
            await hand_over(own, links[good // 2 :])
            await run.settled(services, DEADLINE_S, say)
        accounts = await run.accounts()
        found = await run.titles(list(titles))
    missing = [f"{title} is not in the index" for key, title in titles.items() if found.get(key) != title]
    problems = [*missing, *_wrong(accounts, run.entries), *(f"fetching asked {address}" for address in came)]
    return Result(accounts.ends(run.entries), run.refused, problems, time.monotonic() - began)


def fuzz_settings(stack: Endpoints, folder: Path, room: Newsroom) -> Settings:
    """Return settings of a chain that never pauses for its dead letters, gives up at once and opens one address."""
    pool = Pool(deadline_s=5)
    fetching = Fetching(
        contact="tests@marsad.example",
        spacing_s=0,
        deadline_s=5,
        attempts=1,
        allow_networks=OPEN,
    )
    streaming = Streaming(backoff_max_s=1, dead_share_alarm=1)
    sections = {"fetching": fetching, "extraction": pool, "enrichment": pool, "streaming": streaming}
    return chain_settings(stack, folder, room.outlets_dir, **sections)


def _wrong(accounts: Accounts, entries: Sequence[Entry]) -> list[str]:
    lost = [f"{entry.place} ({entry.kind}) ended nowhere" for entry in accounts.lost(entries)]
    bad = [
        f"{entry.place} ({entry.kind}): {end}"
        for entry in entries
        if (end := accounts.end_of(entry)) in {"dead: handler_error", "dead: unwritable_outcome"}
    ]
    return [*lost[:SHOWN], *bad[:SHOWN], *([f"{len(lost)} lost, {len(bad)} broke a handler"] if lost or bad else [])]


def closing_table(result: Result) -> Table:
    """Return how many records of each topic ended how."""
    total = sum(counts.total() for counts in result.ends.values())
    refused = result.refused.total()
    table = Table(title=f"{total:,} records in {result.took_s:.0f} s, {refused} more refused by the broker")
    table.add_column("topic")
    table.add_column("records", justify="right")
    table.add_column("how they ended")
    for topic, counts in sorted(result.ends.items()):
        table.add_row(topic, f"{counts.total():,}", _told(counts))
    table.add_section()
    everywhere = sum(result.ends.values(), Counter[str]())
    table.add_row("all", f"{total:,}", _told(everywhere))
    return table


def _told(ends: Counter[str]) -> str:
    return ", ".join(f"{end} {count:,}" for end, count in ends.most_common())


if __name__ == "__main__":
    app()
