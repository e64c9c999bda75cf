"""Mutations of JSON values, bytes and headers, all decided by dice that a seed repeats."""

import json
import random
from collections.abc import Sequence
from typing import Any

from support.evil import HIDDEN, IDS, LONG, MOMENTS, NO_NUMBERS, NUMBERS, STRINGS, URLS

Pairs = tuple[tuple[bytes, bytes | None], ...]
HALF = 0.5
RARELY = 0.01  # what is large
Place = tuple[Any, Any]  # a container and the key or position in it


def changes(dice: random.Random) -> int:
    """Return how many changes are made: mostly one, so that the rest of the record leads deep into the services."""
    return dice.choices((1, 2, 3), (7, 2, 1))[0]


def evil(dice: random.Random, canary: int) -> Any:
    """Return any value that no field expects; `canary` is a port that nobody may ask."""
    if dice.random() < RARELY:
        return LONG
    kind = dice.randrange(8)
    if kind == 0:
        return dice.choice((None, True, False, [], {}, [[]], [None], {"": None}))
    if kind == 1:
        return dice.choice((nested(dice.choice((3, 100)), list), nested(dice.choice((3, 100)), dict)))
    if kind in {2, 3}:
        return evil_url(dice, canary)
    return dice.choice((STRINGS, NUMBERS + NO_NUMBERS, MOMENTS, IDS)[kind - 4])


def evil_url(dice: random.Random, canary: int) -> str:
    """Return a URL that must not be asked, or a host of its own that nobody knows: one host would make a long queue."""
    if dice.random() < HALF:
        return f"http://{dice.choice(HIDDEN)}:{canary}/"
    return dice.choice(URLS).replace("a.example", f"a{dice.randrange(1 << 32)}.example")


def nested(depth: int, kind: type) -> Any:
    """Return a value inside of a value, so deep."""
    value: Any = "x"
    for _ in range(depth):
        value = [value] if kind is list else {"x": value}
    return value


def like(value: Any, dice: random.Random, canary: int) -> Any:
    """Return an evil value of the kind that stands there: it goes deeper than one of another type."""
    if isinstance(value, bool) or value is None:
        return evil(dice, canary)
    if isinstance(value, int | float):
        return dice.choice(NUMBERS)
    if not isinstance(value, str):
        return dice.choice(([], {}, [value] * 50, {str(key): value for key in range(50)}))
    if value.startswith("http"):
        return dice.choice((evil_url(dice, canary), value + dice.choice(STRINGS)))
    if value[:2] == "20" and "T" in value:
        return dice.choice(MOMENTS)
    return dice.choice((*IDS, value.upper())) if len(value) == 32 else dice.choice(STRINGS)


def places(value: Any) -> list[Place]:
    """Return every place of a JSON value that can be changed."""
    if isinstance(value, dict | list):
        keys = list(value) if isinstance(value, dict) else range(len(value))
        return [place for key in keys for place in ((value, key), *places(value[key]))]
    return []


def json_text(value: Any, dice: random.Random, canary: int) -> bytes:
    """Return JSON whose fields were changed, removed, added or nested; sometimes no JSON that a parser takes."""
    value = json.loads(json.dumps(value))
    for _ in range(changes(dice)):
        if not (found := places(value)):
            break
        container, key = dice.choice(found)
        kind = dice.randrange(6)
        if kind == 0:
            del container[key]
        elif kind == 1 and isinstance(container, dict):
            container[dice.choice(("x", "", "task", "__proto__", "\ud800", "a.b", "model_config"))] = evil(dice, canary)
        else:
            container[key] = evil(dice, canary) if kind == 2 else like(container[key], dice, canary)
    return _written(value, dice)


def _written(value: Any, dice: random.Random) -> bytes:
    text = json.dumps(value, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    kind = dice.randrange(25)
    if kind == 0:
        return b'{"url":1,' + text[1:]
    if kind == 1:
        return dice.choice((b"[", b'{"a":')) * dice.choice((100, 10_000))
    if kind == 2:
        return text.decode("utf-8", "replace").encode(dice.choice(("utf-16", "utf-7", "utf-8-sig")), "replace")
    return text if kind > 3 else text.replace(b"null", b"1e400", 1).replace(b"true", b"-", 1)


def changed(content: bytes, dice: random.Random) -> bytes:
    """Return bytes of which some were flipped, cut off, taken out, doubled or put in."""
    for _ in range(changes(dice)):
        at = dice.randrange(len(content) + 1)
        length = dice.choice((1, 1, 2, 8, 100))
        kind = dice.randrange(5)
        if kind == 0:
            content = content[:at]
        elif kind == 1:
            content = content[:at] + content[at + length :]
        elif kind == 2:
            content = content[:at] + dice.randbytes(length) + content[at:]
        elif kind == 3:
            content = content[:at] + content[at : at + length] * 2 + content[at + length :]
        else:
            content = content[:at] + dice.randbytes(min(length, len(content) - at)) + content[at + length :]
    return content


def headers(pairs: Pairs, dice: random.Random) -> Pairs:
    """Return headers of which some were removed, repeated, renamed, emptied or made huge, or that are too many."""
    found = list(pairs)
    for _ in range(changes(dice)):
        at = dice.randrange(len(found)) if found else 0
        kind = dice.randrange(7)
        if kind == 0 and found:
            del found[at]
        elif kind == 1 and found:
            found.insert(dice.randrange(len(found) + 1), (found[at][0], dice.choice(_VALUES)))
        elif kind == 2 and found:
            found[at] = (dice.choice(_NAMES), found[at][1])
        elif kind == 3 and found:
            found[at] = (found[at][0], changed(found[at][1] or b"", dice))
        elif kind == 4:
            found += [(dice.choice(_NAMES), dice.choice(_VALUES))] * dice.choice((1, 3))
        elif found:
            found[at] = (found[at][0], dice.choice(_VALUES))
    if dice.random() < RARELY:
        found += [(b"", b"x" * dice.choice((0, 100)))] * dice.choice((1_000, 20_000))
    return tuple(found)


_NAMES: Sequence[bytes] = (
    b"", b"\xff\xfe", b"\xed\xa0\x80", b"ce_id", b"CE_ID", b"ce_type", b"marsad_data", b"marsad_task_id",
    b"content-type",
    b"marsad_dead_reason", b"marsad_dead_unreadable", b"traceparent", "رأس".encode(), b"n" * 4_000, b"\0", b"\x1b[2J",
)  # fmt: skip
_VALUES: Sequence[bytes | None] = (
    None, b"", b"\xff", b"\0", b"1.0", b"2.0", b"x" * 5_000, b"0" * 32, b"application/xml", b"text/plain; charset=\xff",
    b"0001-01-01T00:00:00+00:00", b"9999-12-31T23:59:59+00:00", b"2026-05-03T08:00:00",
    b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-00",
    b"marsad.urls.found.v1", b"marsad.urls.found.v2", b"{}", b"[" * 5_000, b"\x1b]0;x\x07", "\u202e".encode(), b"%s",
)  # fmt: skip
