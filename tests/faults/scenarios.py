"""The faults: each strikes at a random moment while load passes, and says what it did."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from faults import harm
from faults.world import World
from marsad.contracts.topics import SERVICES

Strike = Callable[[World, random.Random], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of fault; `lasts_s` is how long it holds things up by design."""

    name: str
    about: str
    strike: Strike
    lasts_s: float = 0


def _kills(service: str) -> Scenario:
    async def strike(world: World, dice: random.Random) -> str:
        return await harm.kill_service(world, dice, service)

    return Scenario(f"kill-{service}", f"SIGKILL of {service}, once or twice", strike)


_EVERY = (
    *(_kills(service) for service in SERVICES),
    Scenario("kill-kafka", "SIGKILL of the broker, started again at once", harm.kill_kafka),
    Scenario("kill-elasticsearch", "SIGKILL of the index, started again at once", harm.kill_elasticsearch),
    Scenario("kafka-away", "the broker is killed and away for 20 s", harm.kafka_away, 20),
    Scenario("elasticsearch-away", "the index is killed and away for 3 minutes", harm.elasticsearch_away, 180),
    Scenario("kafka-frozen", "the broker keeps its connections and answers nothing for 20 s", harm.kafka_frozen, 20),
    Scenario("elasticsearch-frozen", "the same of the index, past its deadline: 45 s", harm.elasticsearch_frozen, 45),
    Scenario("second-copy", "a second copy of a service joins and leaves", harm.second_copy),
    Scenario("join-while-blocked", "a second copy joins while the index is away", harm.join_while_blocked, 25),
    Scenario("stop-while-blocked", "SIGTERM of a service that waits for the index", harm.stop_while_blocked, 15),
    Scenario("stop-without-kafka", "SIGTERM of a service while the broker is away", harm.stop_without_kafka, 10),
    Scenario("too-large", "outputs that exceed their topic's size", harm.too_large),
    Scenario("kill-worker", "SIGKILL of worker processes of a pool", harm.kill_worker),
    Scenario("flood-stage", "the index refuses writes for want of disk space", harm.flood_stage, 30),
    Scenario("kill-two", "SIGKILL of two services at once, and the broker with them", harm.kill_two),
)

SCENARIOS = {scenario.name: scenario for scenario in _EVERY}
