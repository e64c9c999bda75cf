"""Any number of articles from a seed, for load and fault tests: same page shapes, new texts from a small grammar.

Article `n` of seed `s` at an outlet follows from these three alone. Its headline and its record sentence carry the
outlet, `s` and `n`, so that no other article has either. A correction adds a paragraph of the caller's.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from marsad.newsroom.content import read_yaml
from marsad.newsroom.items import Addresses
from marsad.newsroom.model import House
from marsad.newsroom.shapes.common import Page

LOAD_ROUTE = "/{outlet}/load/{{seed:\\d{{1,9}}}}/{{n:\\d{{1,9}}}}"
SHORT_LOAD_ROUTE = "/l/{seed:\\d{1,9}}/{n:\\d{1,9}}"

_GRAMMAR = Path(__file__).parent / "grammar"
_SENTENCES = 9
_IN_PARAGRAPH = 2
_MINUTES_OF_A_WEEK = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph that was added to a load article, and when."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class _Grammar:
    title: str
    opening: str
    record: str
    sentences: tuple[str, ...]
    words: dict[str, tuple[str, ...]]


@cache
def _grammar(language: str) -> _Grammar:
    data: dict[str, Any] = read_yaml(_GRAMMAR / f"{language}.yaml")
    words = {name: tuple(choices) for name, choices in data.pop("words").items()}
    return _Grammar(**(data | {"sentences": tuple(data["sentences"])}), words=words)


def load_path(outlet: str, seed: int, number: int) -> str:
    """Return the path of a load article on its outlet's site; `/l/<seed>/<n>` on the short host leads there."""
    return f"/{outlet}/load/{seed}/{number}"


def load_page(
    house: House, addresses: Addresses, seed: int, number: int, start: datetime, notes: Sequence[Note] = ()
) -> Page:
    """Return a load article, ready to be laid out; it is dated within the week before the newsroom's start.

    `notes` are what corrections added, in order.
    """
    grammar = _grammar(house.language)
    dice = random.Random(f"{house.id}/{seed}/{number}")  # noqa: S311 - reproducible texts, no secrets
    picked = {name: dice.choice(choices) for name, choices in grammar.words.items()}
    picked |= {"seed": str(seed), "n": str(number), "house": house.site_name}
    before = timedelta(minutes=dice.randrange(1, _MINUTES_OF_A_WEEK))
    published = (start - before).replace(second=0, microsecond=0).astimezone(ZoneInfo(house.time_zone))
    short_origin = addresses.short_origin
    return Page(
        house=house,
        origin=addresses.origin,
        url=addresses.origin + load_path(house.id, seed, number),
        short_url=f"{short_origin}/l/{seed}/{number}" if short_origin else None,
        section=next(iter(house.sections.values())),
        title=grammar.title.format_map(picked),
        paragraphs=(*_paragraphs(grammar, dice, picked), *(note.text for note in notes)),
        published=published,
        modified=notes[-1].at if notes else None,
        authors=(picked["author"],),
        credit=None,
        related=(),
    )


def _paragraphs(grammar: _Grammar, dice: random.Random, picked: dict[str, str]) -> tuple[str, ...]:
    templates = dice.sample(grammar.sentences, _SENTENCES)
    templates.insert(dice.randrange(1, _SENTENCES), grammar.record)
    sentences = [
        one.format_map(picked | {"count": str(dice.randrange(11, 100)), "hundreds": str(100 * dice.randrange(3, 10))})
        for one in templates
    ]
    body = (" ".join(sentences[at : at + _IN_PARAGRAPH]) for at in range(0, len(sentences), _IN_PARAGRAPH))
    return (grammar.opening.format_map(picked), *body)
