"""What is kept of a list between two requests."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from marsad.contracts.states import State
from marsad.contracts.urls import Validators
from marsad.discovery.listings import Dated, Entry, Listing
from marsad.discovery.polls import MARK, MARKS, Pace, Poll, Read
from marsad.discovery.websub import Subscription
from support.payloads import minutes

PACE = Pace(60, 600)
NEW = Poll("https://ajil.example/rss", minutes(0).isoformat())


def listing(*names: str, **fields: object) -> Listing:
    """Return a list of these links."""
    entries = tuple(Entry(f"https://ajil.example/{name}", "", None) for name in names)
    return replace(Listing(entries=entries), **fields)  # type: ignore[arg-type]


def read(what: Listing, minute: float, task: str = "t", **fields: object) -> Read:
    """Return an answer that was read at a minute."""
    given = Read(task, what, minutes(minute), Validators(etag='"v1"', last_modified=None), "ab" * 16, 0.0)
    return replace(given, **fields)  # type: ignore[arg-type]


def after(*answers: Listing, start: Poll = NEW) -> Poll:
    """Return the state after these answers, one each ten minutes."""
    poll = start
    for number, what in enumerate(answers):
        task, minute = f"t{number}", number * 10.0
        poll = poll.asked(task, minutes(minute), PACE).read(read(what, minute, task), PACE)
    return poll


def test_the_first_answer_is_no_news() -> None:
    """All that it names is new to us, and says nothing of the feed's pace."""
    poll = after(listing("1", "2"))

    assert poll.rhythm is not None
    assert poll.rhythm.arrivals == 0
    assert poll.present_s(PACE) == 300


def test_news_shortens_the_interval_and_is_noted() -> None:
    """A link that was not there before is news; the order, and links that went, are none."""
    poll = after(listing("1", "2"), listing("2", "1"), listing("2"), listing("3", "2"))

    assert poll.rhythm is not None
    assert poll.rhythm.arrivals == 1
    assert poll.rhythm.last == minutes(30).isoformat()
    assert poll.interval_s == pytest.approx(300 * 1.2 * 1.2 / 2)


def test_a_changed_sitemap_in_an_index_is_news() -> None:
    """Its address is the same, the time of its change is not."""
    first, second = (Listing(children=(Dated("https://ajil.example/s", minutes(n)),)) for n in (0, 1))

    poll = after(first, second)
    assert poll.rhythm is not None
    assert poll.rhythm.arrivals == 1


def test_the_same_answer_again_changes_nothing() -> None:
    """A redelivery is accounted for once."""
    poll = after(listing("1"), listing("2"))

    assert poll.read(read(listing("3"), 40, "t1"), PACE) == poll


def test_a_shorter_interval_holds_at_once() -> None:
    """The next request moves to where the answer's interval puts it, spread included."""
    poll = after(listing("1"), listing("2"))
    due = datetime.fromisoformat(poll.next_at) - minutes(10)

    assert timedelta(seconds=150) <= due <= timedelta(seconds=165)


def test_a_feed_without_links_is_counted_and_leaves_no_validators() -> None:
    """Were they kept, an empty answer would be called unchanged."""
    poll = after(listing("1"), Listing(problem="not a feed"), Listing())

    assert (poll.barren, poll.body_hash) == (2, "ab" * 16)
    assert poll.read_at == minutes(0).isoformat()
    assert after(listing("1"), Listing(), listing("1")).barren == 0
    assert after(Listing(may_be_empty=True)).barren == 0


def test_a_sitemap_of_old_pages_alone_is_an_archive() -> None:
    """One that names news as well is never held back."""
    old = (Dated("https://ajil.example/old", None),)

    assert after(Listing(old=old)).backfill
    assert after(Listing(parts=(b"<urlset/>",))).backfill
    assert not after(listing("1", old=old)).backfill
    assert not after(Listing(old=old), listing("1", old=old)).backfill


def test_how_requests_end_is_counted() -> None:
    """Failures in a row with the last reason; an unchanged answer ends the row and lengthens the interval."""
    poll = NEW.asked("a", minutes(0), PACE).ended(State.GONE, "http_410", PACE)
    poll = poll.asked("b", minutes(9), PACE).ended(State.UNREACHABLE, "dns", PACE)
    assert (poll.failures, poll.failure, poll.pending) == (2, "unreachable dns", False)
    well = poll.asked("c", minutes(30), PACE).ended(State.UNCHANGED, "http_304", PACE)

    assert (well.failures, well.failure, well.interval_s) == (0, "", 360)


def test_what_a_hub_pushed_is_news_but_no_answer() -> None:
    """It may hold the new entries alone, so the old ones are not forgotten; the request under way is still awaited."""
    poll = after(listing("1", "2")).asked("t9", minutes(20), PACE)
    pushed = poll.read(read(listing("3"), 21, "pushed", validators=None), PACE)

    assert pushed.pending
    assert (pushed.etag, pushed.next_at) == (poll.etag, poll.next_at)
    later = pushed.read(read(listing("1", "2", "3"), 22, "t9"), PACE)
    assert later.rhythm == pushed.rhythm
    assert pushed.rhythm is not None
    assert pushed.rhythm.arrivals == 1


def test_a_feed_that_is_pushed_is_asked_seldom() -> None:
    """Until the lease ends."""
    lease = Subscription("https://hub.example/", NEW.url, "s", "active", expires_at=minutes(60).isoformat())
    poll = replace(NEW, websub=lease, interval_s=60)

    assert poll.wait(minutes(0), PACE) >= timedelta(seconds=600)
    assert poll.wait(minutes(61), PACE) < timedelta(seconds=70)


def test_a_lost_task_is_given_up() -> None:
    """After six hours without an end."""
    poll = NEW.asked("a", minutes(0), PACE)

    assert not poll.lost(minutes(359), reported=True)
    assert poll.lost(minutes(360), reported=True)


def test_a_task_that_nobody_reports_was_never_sent() -> None:
    """The process that claimed the list was killed before it sent the task: a list of news cannot wait for hours."""
    poll = NEW.asked("a" * 32, minutes(0), PACE)

    assert not poll.lost(minutes(14), reported=False)
    assert poll.lost(minutes(15), reported=False)


def test_a_clock_that_was_a_year_ahead_does_not_silence_a_list() -> None:
    """What it wrote is no time that any wait leads to, nor one at which anything was asked."""
    poll = NEW.asked("a" * 32, minutes(365 * 24 * 60), PACE)

    assert poll.due(minutes(0), PACE)
    assert poll.lost(minutes(0), reported=True)
    assert not poll.due(minutes(365 * 24 * 60 + 1), PACE)


def test_it_survives_being_written() -> None:
    """As JSON, with everything in it."""
    lease = Subscription("https://hub.example/", NEW.url, "s", "active", expires_at=minutes(60).isoformat())
    poll = replace(after(listing("1"), listing("2")), websub=lease)

    assert Poll.of(json.loads(json.dumps(poll.source()))) == poll


def test_its_size_is_bounded() -> None:
    """However many links a list has and a hub pushes."""
    poll = after(listing(*map(str, range(1_000))))
    for number in range(5):
        pushed = read(listing(*(f"{number}-{n}" for n in range(1_000))), number, "pushed")
        poll = poll.read(pushed, PACE)

    assert len(poll.marks) == MARK * MARKS
