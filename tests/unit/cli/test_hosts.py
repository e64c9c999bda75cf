"""Facts about the hosts in `marsad status`."""

from datetime import timedelta
from io import StringIO
from typing import Any

from rich.console import Console

from marsad.cli.hosts import SHOWN, host_table, lately
from marsad.search.hosts import HostState
from support.payloads import NOON


def make_host(host: str = "ajil.example", **fields: Any) -> HostState:
    """Return a host that is free."""
    given = {"pause_s": 2.0, "next_at": NOON, "failures": 0, "resting": False, "queued": 0, "archives": 0, "at": NOON}
    return HostState(host, **{**given, **fields})


def shown(*hosts: HostState) -> str:
    """Return the table as text."""
    output = StringIO()
    Console(file=output, width=120).print(host_table(lately(hosts, NOON), NOON))
    return output.getvalue()


def test_the_most_pressing_hosts_come_first() -> None:
    """Left alone, then failing, then with the longest queue."""
    hosts = [
        make_host("idle"),
        make_host("long", queued=90),
        make_host("failing", failures=2),
        make_host("dead", failures=9, resting=True, next_at=NOON + timedelta(hours=1)),
        make_host("archive", archives=70),
    ]
    assert [host.host for host in lately(hosts, NOON)] == ["dead", "failing", "long", "archive", "idle"]


def test_hosts_that_nobody_asked_lately_are_left_out_unless_they_rest() -> None:
    """A fetcher that left its hosts to another does not keep them on the screen."""
    old = NOON - timedelta(minutes=11)
    resting = make_host("resting", at=old, resting=True, next_at=NOON + timedelta(minutes=5))
    over = make_host("over", at=old, resting=True, next_at=NOON - timedelta(minutes=5))
    assert lately([make_host("old", at=old), resting, over], NOON) == [resting]


def test_a_row_says_pause_next_request_failures_and_queues() -> None:
    """In units that a person reads."""
    text = shown(make_host(pause_s=10, next_at=NOON + timedelta(seconds=8), failures=1, queued=99, archives=10_000))
    for fact in ("ajil.example", "10.0 s", "in 8 s", "99", "10000", "1 hosts lately, 0 left alone"):
        assert fact in text
    assert "free" in shown(make_host())
    rests = make_host(failures=9, resting=True, next_at=NOON + timedelta(minutes=30))
    assert "left alone, in 30 min" in shown(rests)


def test_a_long_list_is_cut_and_says_so() -> None:
    """One screen."""
    text = shown(*(make_host(f"host{number}.example") for number in range(SHOWN + 30)))
    assert text.count("host") <= SHOWN + 5
    assert "30 more in --json" in text


def test_a_hosts_name_steers_no_terminal() -> None:
    """Names come from strangers' links."""
    assert "\x1b[2J" not in shown(make_host("\x1b[2Jajil.example"))
