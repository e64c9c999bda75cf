"""What a round hands over: new articles, corrected ones, unchanged ones, some by their short links, in waves."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from faults.world import World
from marsad.contracts.states import State
from marsad.newsroom import Expected

AGAIN = 20  # one article in so many is an old one, corrected; as many are old ones that stand as they stood
BY_SHORT_LINK = 0.2
WAVES = 8
SYLLABLES = ("با", "تو", "ري", "مس", "لن", "كد", "شف", "هي", "دو", "سم", "نا", "قر")
FIRST_HEAVY = 500_000  # numbers from here on are not in anybody's cargo
BASE_SEED = 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """One URL to hand over."""

    url: str
    state: State
    again: bool = False


def new_articles(room_outlets: Sequence[str], seed: int, count: int) -> list[tuple[str, int, int]]:
    """Return which load articles are a round's own, spread over the outlets."""
    return [(room_outlets[number % len(room_outlets)], seed, number // len(room_outlets)) for number in range(count)]


def compose(world: World, dice: random.Random, seed: int, count: int, base: int) -> list[Parcel]:
    """Return a round's parcels in random order, and expect what they lead to.

    Args:
        world: whose newsroom corrects its pages, and whose expectation grows.
        dice: of the round.
        seed: of its new articles.
        count: of all parcels.
        base: so many articles were handed over before the first round; old ones are taken from them, so that a round
            depends on its seed alone.
    """
    old = dice.sample(new_articles(world.room.outlets, BASE_SEED, base), 2 * min(count // AGAIN, base // 2))
    corrected, unchanged = old[: len(old) // 2], old[len(old) // 2 :]
    fresh = new_articles(world.room.outlets, seed, count - len(old))
    parcels = []
    for place in fresh:
        gold = world.room.load_article(*place)
        world.expected.text(gold)
        parcels.append(Parcel(_address(gold, dice), State.INDEXED))
    for place in corrected:
        gold = world.room.correct_load_article(*place, text=correction(dice))
        world.expected.text(gold)
        parcels.append(Parcel(_address(gold, dice), State.INDEXED, again=True))
    parcels += [
        Parcel(_address(world.room.load_article(*place), dice), State.UNCHANGED, again=True) for place in unchanged
    ]
    dice.shuffle(parcels)
    return parcels


def correction(dice: random.Random, sentences: int = 1) -> str:
    """Return a paragraph that nobody wrote before; long ones hardly compress."""
    return " ".join(f"{_sentence(dice)}." for _ in range(sentences))


def _sentence(dice: random.Random) -> str:
    return " ".join("".join(dice.choices(SYLLABLES, k=3)) for _ in range(9))


def _address(gold: Expected, dice: random.Random) -> str:
    return gold.short_url if gold.short_url and dice.random() < BY_SHORT_LINK else gold.url


async def feed(world: World, parcels: Sequence[Parcel]) -> None:
    """Hand the parcels over in waves, each when the one before the last is through, or at the latest after a while."""
    size = -(-len(parcels) // WAVES)
    for start in range(0, len(parcels), size):
        wave = parcels[start : start + size]
        for state, again in sorted({(parcel.state, parcel.again) for parcel in wave}):
            urls = [parcel.url for parcel in wave if (parcel.state, parcel.again) == (state, again)]
            await world.hand_over(urls, state, again=again)
        await world.room_for_more(2 * size)
