"""The phrases of `phrases.yaml` and the agencies of `agencies.yaml`, ready to be compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from marsad.text.normalise import normalise

__all__ = ["Phrases", "agency_keys", "key", "phrases"]

HERE = Path(__file__).parent
MAX_REMEMBERED = 2_000  # characters; nobody fills the memory with one paragraph
EDGES = " \t.:،,;؛!؟?…«»\"'“”‘’()[]{}|/\\*•·-–—>›→←»#+=_~"


@dataclass(frozen=True, slots=True)
class Phrases:
    """By what a phrase does; see `phrases.yaml`. All languages together, as `key` writes them."""

    whole: frozenset[str]
    starts: tuple[str, ...]
    ends: frozenset[str]
    pointers: frozenset[str]
    edges: tuple[str, ...]
    sources: frozenset[str]
    quoting: frozenset[str]
    bylines: tuple[str, ...]
    roles: frozenset[str]
    nobody: frozenset[str]
    waw: frozenset[str]
    errors: tuple[str, ...]
    walls: tuple[str, ...]


def key(text: str) -> str:
    """Return the spelling that is compared: normalised, no punctuation at the ends.

    Arabic letters are folded by the rules of Arabic whatever the language: both sides of a comparison are.
    """
    return _remembered(text) if len(text) <= MAX_REMEMBERED else _key(text)


def _key(text: str) -> str:
    return normalise(text, "ar").strip(EDGES)


_remembered = lru_cache(maxsize=2_048)(_key)  # every line of a page is compared several times


@cache
def phrases() -> Phrases:
    """Read the phrases once."""
    content: dict[str, dict[str, list[str]]] = yaml.safe_load((HERE / "phrases.yaml").read_text(encoding="utf-8"))
    keys = {kind: tuple(map(key, _all(by_language))) for kind, by_language in content.items()}
    return Phrases(
        whole=frozenset(keys["whole"]),
        starts=tuple(normalise(phrase, "ar") for phrase in _all(content["starts"])),  # with its colon
        ends=frozenset(keys["ends"]),
        pointers=frozenset(keys["pointers"]),
        edges=keys["edges"],
        sources=frozenset(keys["sources"]),
        quoting=frozenset(keys["quoting"]),
        bylines=keys["bylines"],
        roles=frozenset(keys["roles"]),
        nobody=frozenset(keys["nobody"]),
        waw=frozenset(keys["waw"]),
        errors=keys["errors"],
        walls=keys["walls"],
    )


def _all(by_language: dict[str, list[str]]) -> Iterable[str]:
    return (phrase for group in by_language.values() for phrase in group)


@cache
def agency_keys() -> frozenset[str]:
    """Return how agencies are written, as `key` writes it."""
    content: dict[str, list[str]] = yaml.safe_load((HERE / "agencies.yaml").read_text(encoding="utf-8"))
    return frozenset(key(name) for names in content.values() for name in names)
