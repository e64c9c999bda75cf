"""One round: load, a fault at a random moment, everything ended, everything compared. Its seed repeats it."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from time import monotonic

from faults.cargo import BASE_SEED, compose, feed, new_articles
from faults.scenarios import SCENARIOS, Scenario
from faults.verification import verify
from faults.world import World
from marsad.contracts.states import State

SEEDS = 10**9
SECOND_LOOK_S = 3.0  # a feed that is due just while we look is no difference


@dataclass(frozen=True, slots=True)
class Plan:
    """A round: `seed` decides everything that is random in it."""

    scenario: Scenario
    seed: int
    articles: int
    base: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a round.

    Attributes:
        note: what was done to the world, and when.
        problems: every difference, a line each.
        took_s: the whole round.
        first_s: from the moment when what was harmed was back to the first task that ended; None where none did.
        all_s: from that moment until every task had ended and no record waited anywhere; None where it never came.
        repeats: records that repeat an earlier one, by topic.
    """

    plan: Plan
    note: str
    problems: tuple[str, ...]
    took_s: float
    first_s: float | None
    all_s: float | None
    repeats: Counter[str]


def plans(seed: int, rounds: int, articles: int, base: int, only: tuple[str, ...] = ()) -> list[Plan]:
    """Return the rounds of a campaign: every scenario once, in a random order, then random ones.

    A single round of a single scenario has the campaign's own seed, so that any round can be had again.
    """
    names = list(only or SCENARIOS)
    if rounds == 1 and len(only) == 1:
        return [Plan(SCENARIOS[names[0]], seed, articles, base)]
    dice = random.Random(seed)  # noqa: S311 - repeatable
    order = [*dice.sample(names, len(names)), *dice.choices(names, k=max(rounds - len(names), 0))]
    return [Plan(SCENARIOS[name], dice.randrange(1, SEEDS), articles, base) for name in order[:rounds]]


async def lay_base(world: World, base: int) -> list[str]:
    """Hand over the articles that rounds will correct, with nothing harmed; return every difference."""
    golds = [world.room.load_article(*place) for place in new_articles(world.room.outlets, BASE_SEED, base)]
    for gold in golds:
        world.expected.text(gold)
    await world.hand_over([gold.url for gold in golds], State.INDEXED)
    own = world.expected.own
    await _settled(world)
    await world.until("the newsroom's own articles", lambda: len(world.witness.seen.ends) >= base + len(own) // 2)
    return await _differences(world)


async def play(world: World, plan: Plan) -> Result:
    """Play one round. What goes wrong is in the result; only what breaks the campaign itself is raised."""
    begun, before = monotonic(), Counter(world.witness.seen.repeats)
    dice = random.Random(plan.seed)  # noqa: S311 - repeatable
    world.begin(plan.articles)
    parcels = compose(world, dice, plan.seed, plan.articles, plan.base)
    feeding = asyncio.create_task(feed(world, parcels))
    problems = []
    try:
        note = await plan.scenario.strike(world, dice)
    except AssertionError as error:
        note = f"the fault did not go as meant: {error}"
        problems.append(note)
    await feeding
    try:
        await _settled(world)
    except AssertionError as error:
        problems.append(str(error))
    first_s, all_s = _recovery(world)
    problems += [*world.fallen, *await _differences(world)]
    return Result(
        plan,
        note,
        tuple(problems),
        monotonic() - begun,
        first_s,
        all_s,
        Counter(world.witness.seen.repeats) - before,
    )


def _recovery(world: World) -> tuple[float | None, float | None]:
    """Return how long after the return of what was harmed the next task ended, and all had; asked when all have."""
    back, ends = world.clock.back, world.witness.seen.ends
    if not back:
        return None, None
    later = (ends[task] - back for task in world.tasks if ends.get(task, 0.0) >= back)
    return min(later, default=None), monotonic() - back


async def _settled(world: World) -> None:
    """Wait until all tasks of the round have ended and nothing waits."""
    await world.until(f"the end of all {len(world.tasks)} tasks", lambda: world.ended() == len(world.tasks))
    await world.quiet()


async def _differences(world: World) -> list[str]:
    problems = await verify(world)
    if problems:
        await asyncio.sleep(SECOND_LOOK_S)
        await world.quiet()
        problems = await verify(world)
    return problems
