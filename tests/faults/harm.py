"""What each scenario does to a world. A moment is a number of ended tasks, so that it lies while load passes."""

import asyncio
import random
from collections.abc import Sequence

from faults.cargo import FIRST_HEAVY, correction
from faults.expectation import TEXT_TOPICS, Letter
from faults.flood import flooded
from faults.limits import limited
from faults.world import World
from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES
from marsad.localstack.layout import ServerName

INDEX_USERS = ("discovery", "revisions", "indexing")
POOLED = ("extraction", "enrichment")
HEAVY, HEAVY_SENTENCES, LIMIT = 5, 1_500, 40_000  # articles; sentences of each; bytes of the topic
NEXT_KILL_AFTER = 20  # ended tasks: the pool is whole again


async def _moment(world: World, dice: random.Random, latest: float = 0.8) -> int:
    """Wait for a random moment of the round, early enough that load still passes; return the number of ended tasks."""
    count = dice.randrange(world.articles // 20, max(int(world.articles * latest), world.articles // 20 + 1))
    await world.until_ended(count)
    await asyncio.sleep(dice.uniform(0, 0.5))
    return count


async def kill_service(world: World, dice: random.Random, name: str) -> str:
    """Kill a service once or twice."""
    count = await _moment(world, dice)
    world.kill(name)
    await world.returned(name)
    if dice.random() < 0.5:
        return f"{name} killed after {count} ends"
    pause = dice.uniform(0, 6)  # while it starts, joins its group or works already
    await asyncio.sleep(pause)
    world.kill(name)
    await world.returned(name)
    return f"{name} killed after {count} ends, and {pause:.1f} s after its return"


async def _away(world: World, dice: random.Random, server: ServerName, seconds: float) -> str:
    count = await _moment(world, dice)
    async with world.away(server):
        await asyncio.sleep(seconds)
    return f"{server} killed after {count} ends, started {seconds:.0f} s later"


async def kill_kafka(world: World, dice: random.Random) -> str:
    """Kill the broker."""
    return await _away(world, dice, "kafka", 0)


async def kill_elasticsearch(world: World, dice: random.Random) -> str:
    """Kill the index."""
    return await _away(world, dice, "elasticsearch", 0)


async def kafka_away(world: World, dice: random.Random) -> str:
    """Keep the broker away."""
    return await _away(world, dice, "kafka", 20)


async def elasticsearch_away(world: World, dice: random.Random) -> str:
    """Keep the index away."""
    return await _away(world, dice, "elasticsearch", 180)


async def _frozen(world: World, dice: random.Random, server: ServerName, seconds: float) -> str:
    count = await _moment(world, dice)
    async with world.frozen(server):
        await asyncio.sleep(seconds)
    return f"{server} frozen after {count} ends, for {seconds:.0f} s"


async def kafka_frozen(world: World, dice: random.Random) -> str:
    """Freeze the broker."""
    return await _frozen(world, dice, "kafka", 20)


async def elasticsearch_frozen(world: World, dice: random.Random) -> str:
    """Freeze the index for longer than a request may take."""
    return await _frozen(world, dice, "elasticsearch", 45)


async def second_copy(world: World, dice: random.Random) -> str:
    """Let a second copy join at one moment and leave at a later one."""
    name, killed = dice.choice(SERVICES), dice.random() < 0.5
    count = await _moment(world, dice, 0.4)
    async with world.second_copy(name, killed=killed):
        later = dice.randrange(count, int(world.articles * 0.8))
        await asyncio.sleep(dice.uniform(2, 10))
        await world.until_ended(later)
    left = "was killed" if killed else "left in order"
    return f"a second {name} joined after {count} ends and {left} after {later}"


async def join_while_blocked(world: World, dice: random.Random) -> str:
    """Let a second copy join while batches are held, and leave when all goes on."""
    name = dice.choice(INDEX_USERS)
    count = await _moment(world, dice)
    async with world.second_copy(name, killed=dice.random() < 0.5):
        async with world.away("elasticsearch"):
            await asyncio.sleep(25)
        await asyncio.sleep(dice.uniform(0, 10))
    return f"a second {name} joined after {count} ends, with Elasticsearch away for 25 s, and left later"


async def stop_while_blocked(world: World, dice: random.Random) -> str:
    """Stop in order a service that holds a batch because the index is away."""
    return await _stop_while_away(world, dice, "elasticsearch", INDEX_USERS, (3, 12))


async def stop_without_kafka(world: World, dice: random.Random) -> str:
    """Stop in order a service whose broker is away."""
    return await _stop_while_away(world, dice, "kafka", SERVICES, (1, 10))


async def _stop_while_away(
    world: World, dice: random.Random, server: ServerName, names: Sequence[str], after_s: tuple[float, float]
) -> str:
    """Kill a server, stop one of these services some seconds later, and start it before or after the server is back."""
    name = dice.choice(names)
    count = await _moment(world, dice)
    async with world.away(server):
        await asyncio.sleep(dice.uniform(*after_s))
        try:
            took = await world.stop_in_order(name)
        finally:
            if early := dice.random() < 0.5:
                world.start(name)
    world.start(name)
    when = "started while it was away" if early else "started when it was back"
    return f"{server} killed after {count} ends; {name} ended {took:.1f} s after SIGTERM, {when}"


async def too_large(world: World, dice: random.Random) -> str:
    """Set a topic's limit so low that some articles exceed it; they alone are quarantined."""
    writers = {"articles.extracted": "extraction", "articles.revised": "revisions", "articles.enriched": "enrichment"}
    topic = dice.choice(list(writers))
    before = [name for name in TEXT_TOPICS if list(writers).index(name) < list(writers).index(topic)]
    count = await _moment(world, dice, 0.5)
    urls = []
    for number in range(HEAVY):
        place = (dice.choice(world.room.outlets), dice.randrange(10**9), FIRST_HEAVY + number)
        gold = world.room.correct_load_article(*place, text=correction(dice, HEAVY_SENTENCES))
        world.expected.text(gold, before)
        urls.append(gold.url)
    async with limited(world.own, topic, LIMIT):
        tasks = await world.hand_over(urls, State.QUARANTINED)
        for task in tasks:
            world.expected.dead[Letter(writers[topic], task, "too_large")] += 1
        await world.until(
            "the end of what is too large", lambda: all(task in world.witness.seen.ends for task in tasks)
        )
    world.back()
    return f"{topic} limited to {LIMIT} bytes after {count} ends: {HEAVY} articles exceed that"


async def kill_worker(world: World, dice: random.Random) -> str:
    """Kill a pool's workers, each time when the pool has got over the last one: a text is tried twice at most."""
    name = dice.choice(POOLED)
    moments = []
    moments.append(await _moment(world, dice, 0.5))
    for turn in range(3):
        if turn:
            await world.until_ended(min(world.ended() + NEXT_KILL_AFTER, world.articles))
            await asyncio.sleep(dice.uniform(0, 1))
            moments.append(world.ended())
        for worker in world.workers(name):
            worker.kill()
        world.back()
    return f"the worker of {name} killed after {', '.join(map(str, moments))} ends"


async def flood_stage(world: World, dice: random.Random) -> str:
    """Let Elasticsearch take its disk for full."""
    count = await _moment(world, dice)
    seconds = dice.uniform(5, 25)
    async with flooded(world.own):
        await asyncio.sleep(seconds)
    world.back()
    return f"flood stage after {count} ends: no writes for {seconds:.0f} s and more"


async def kill_two(world: World, dice: random.Random) -> str:
    """Kill two services and the broker in one moment."""
    names = dice.sample(SERVICES, 2)
    count = await _moment(world, dice)
    async with world.away("kafka"):
        for name in names:
            world.kill(name)
    for name in names:
        await world.returned(name)
    return f"{' and '.join(names)} killed with the broker after {count} ends"
