"""`make faults-fetching`: two fetchers killed 20 times at random moments while they fetch 2,000 URLs from 40 hosts."""

import argparse
import asyncio
import random
import shutil
import sys
from collections.abc import Sequence

from faults.campaign import new_folder
from faults.crawling import FETCHERS, Plan, Result, play
from faults.memory import servers_at_hand
from faults.rounds import SEEDS
from marsad.telemetry import silence

SHOWN = 20


def told(plan: Plan, result: Result) -> str:
    """Return what came of a run, for a person."""
    ends = ", ".join(f"{number} {way}" for way, number in sorted(result.ends.items()))
    lines = [
        (
            f"{plan.urls} URLs of {plan.hosts} hosts, {FETCHERS} fetchers, {plan.kills} kills, seed {plan.seed}: "
            f"{ends}; {result.requests} requests, {result.repeats} records sent again, {result.seconds:.0f} s"
        ),
        *(f"  {problem}" for problem in result.problems[:SHOWN]),
        f"{len(result.problems)} problems: URLs lost, ended otherwise or twice, or requests closer than their spacing",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play a run and tell; return 1 where anything was not as it must be. The logs are kept then."""
    parser = argparse.ArgumentParser(prog="faults.crawl", description=__doc__)
    parser.add_argument("--urls", type=int, default=2_000)
    parser.add_argument("--hosts", type=int, default=40)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, help="decides all that is random; default: a new one")
    given = parser.parse_args(arguments)
    seed = given.seed or random.SystemRandom().randrange(1, SEEDS)
    plan = Plan(given.urls, given.hosts, given.kills, seed)
    silence()  # a new topic's first producer is told to wait, and says so
    folder = new_folder()
    with servers_at_hand() as servers:
        result = asyncio.run(play(plan, servers, folder))
    print(told(plan, result))
    if result.problems:
        print(f"The fetchers' logs are kept in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
