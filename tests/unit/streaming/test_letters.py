"""Dead letters read back: what was quarantined is what is given back, byte by byte."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.codec import Wire
from marsad.settings import Settings
from marsad.streaming import letters as module
from marsad.streaming.effects import HEADER_BYTES, KEY_BYTES, PART_BYTES, RawMessage
from marsad.streaming.letters import Letter, letters, obstacle, wire_of
from marsad.streaming.topics import load_topics
from unit.streaming.carrying import quarantine_broken
from unit.streaming.doubles import SETTINGS, TASK_ID, make_broken

TOPICS = load_topics(SETTINGS)


def on_the_broker(wires: list[Wire], *, first: int = 0, partition: int = 0) -> list[RawMessage]:
    """Return dead letters as the broker holds them."""
    return [
        RawMessage("extraction.dead", partition, offset, 1_790_000_000_000 + offset, wire.key, wire.value, wire.headers)
        for offset, wire in enumerate((wire for wire in wires if wire.topic == "extraction.dead"), first)
    ]


async def read_back(messages: list[RawMessage]) -> list[Letter]:
    """Return the letters of a topic that holds these records."""

    async def read(_own: Settings, name: str) -> Any:
        assert name == "extraction.dead"
        for message in messages:
            yield message

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "read", read)
        return [letter async for letter in letters(SETTINGS, "extraction")]


headers = st.lists(st.tuples(st.sampled_from(["ce_id", "x", "ü"]), st.binary(max_size=9)), max_size=5).map(tuple)


@given(value=st.binary(max_size=50), key=st.none() | st.binary(max_size=20), sent=headers)
async def test_what_goes_back_is_what_came(value: bytes, key: bytes | None, sent: Any) -> None:
    """Key, bytes and headers, in order and with repeated names."""
    message = replace(make_broken(value, key=key), headers=sent)

    (letter,) = await read_back(on_the_broker(quarantine_broken(message)))

    assert wire_of(letter) == Wire("urls.found", key, value, sent)
    assert obstacle(letter, TOPICS) is None


async def test_the_facts_are_told_apart_from_the_strangers_headers() -> None:
    """Where it lies, where it came from, why it is there, whose task it ended."""
    message = make_broken(offset=17, task=TASK_ID.encode())

    (letter,) = await read_back(on_the_broker(quarantine_broken(message, "undecodable", "no JSON"), first=12))

    assert (letter.place, letter.origin, letter.task_id) == ("0-12", "urls.found[2]@17", TASK_ID)
    assert (letter.facts["reason"], letter.facts["detail"]) == ("undecodable", "no JSON")
    assert "part" not in letter.facts
    assert letter.at.isoformat() == "2026-09-21T14:13:20.012000+00:00"


async def test_parts_are_joined_although_others_lie_between() -> None:
    """Two copies of a service write at once; a letter stands where its first part is."""
    value = bytes(PART_BYTES) + b"\x01" * PART_BYTES + b"end"
    first, second, third = on_the_broker(quarantine_broken(make_broken(value, offset=1)))
    (other,) = on_the_broker(quarantine_broken(make_broken(b"small", offset=2)), first=1)
    behind = [replace(second, offset=2), replace(third, offset=3)]

    small, large = await read_back([first, other, *behind])

    assert (small.place, small.value) == ("0-1", b"small")
    assert (large.place, large.parts, large.missing) == ("0-0", 3, ())
    assert large.value == value


async def test_a_letter_without_all_its_parts_says_which_are_missing() -> None:
    """Its service was killed while it wrote them; the whole letter came again, as another one."""
    messages = on_the_broker(quarantine_broken(make_broken(bytes(2 * PART_BYTES + 1))))

    (letter,) = await read_back([messages[0], messages[2]])

    assert letter.missing == (2,)
    assert obstacle(letter, TOPICS) == "of its 3 parts, 2 are missing"


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (replace(make_broken(), key=b"k" * (KEY_BYTES + 1)), f"its key of {KEY_BYTES + 1} bytes was cut"),
        (
            replace(make_broken(), headers=(("x", bytes(HEADER_BYTES)), ("y", b"1"))),
            "its 2 headers were too large to be kept",
        ),
    ],
)
async def test_what_was_cut_cannot_go_back(message: RawMessage, why: str) -> None:
    """A record with another key would be another record."""
    (letter,) = await read_back(on_the_broker(quarantine_broken(message)))

    assert (obstacle(letter, TOPICS) or "").startswith(why)


async def test_a_record_without_facts_is_shown_and_stays() -> None:
    """Whoever else writes there breaks nothing."""
    stranger = RawMessage("extraction.dead", 0, 5, 0, None, None, (("marsad_dead_part", b"7/3"), ("x", None)))

    (letter,) = await read_back([stranger])

    assert (letter.place, letter.value, letter.parts) == ("0-5", b"", 1)
    assert obstacle(letter, TOPICS) == "it came from no topic that there is ('')"


async def test_marks_do_not_outlive_a_broker() -> None:
    """The same offset on a new broker is another letter; the same letter read again is the same."""
    (one,) = await read_back(on_the_broker(quarantine_broken(make_broken())))
    (same,) = await read_back(on_the_broker(quarantine_broken(make_broken())))
    later = replace(one, facts={**one.facts, "at": "2027-01-01T00:00:00+00:00"})

    assert one.id == same.id
    assert len({one.id, later.id, replace(one, place="0-1").id, replace(one, service="fetching").id}) == 4
