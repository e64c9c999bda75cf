"""Answers over HTTP: whatever is asked and however slowly, in a thread of its own."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from marsad.telemetry import exposition as module
from marsad.telemetry.exposition import MAX_HEAD, MAX_OPEN, Exposition
from marsad.telemetry.progress import Health

PATIENCE_S = 30.0


class Told:
    """A health that a test sets."""

    def __init__(self) -> None:
        self.health = Health("idle")

    def __call__(self) -> Health:
        return self.health


@pytest.fixture
def told() -> Told:
    """What the service says of itself."""
    return Told()


@pytest.fixture
def shown(told: Told) -> Iterator[Exposition]:
    """An exposition on a free port of loopback."""
    own = Exposition("127.0.0.1", 0, "extraction", told)
    yield own
    own.stop()


def ask(shown: Exposition, path: str, method: str = "GET") -> tuple[int, bytes]:
    """Ask as Prometheus does."""
    connection = http.client.HTTPConnection("127.0.0.1", shown.port, timeout=PATIENCE_S)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def send(shown: Exposition, sent: bytes) -> bytes:
    """Send bytes and return all that comes back."""
    with socket.create_connection(("127.0.0.1", shown.port), timeout=PATIENCE_S) as connection:
        connection.sendall(sent)
        received = b""
        try:
            while more := connection.recv(65_536):
                received += more
        except ConnectionResetError:
            pass
        return received


def test_metrics_are_shown(shown: Exposition) -> None:
    """In Prometheus's text format, a query or not."""
    for path in ("/metrics", "/metrics?name[]=x"):
        status, body = ask(shown, path)
        assert status == 200
        assert b"# TYPE marsad_records_in_total counter" in body
        assert b"process_cpu_seconds_total" in body


@pytest.mark.parametrize(
    ("health", "ready", "live"),
    [
        (Health("idle"), 200, 200),
        (Health("working", "3 records wait"), 200, 200),
        (Health("held_back", "pressure"), 200, 200),
        (Health("starting"), 503, 200),
        (Health("waiting", "for kafka"), 503, 200),
        (Health("stuck", "none was committed"), 503, 503),
    ],
)
def test_health_is_the_status(health: Health, ready: int, live: int, shown: Exposition, told: Told) -> None:
    """Well or not; and whether a restart would help, which it does not while a server is away."""
    told.health = health
    status, body = ask(shown, "/health")

    assert (status, ask(shown, "/health/live")[0]) == (ready, live)
    assert json.loads(body) == {"service": "extraction", "state": health.state, "reason": health.reason}


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 404), ("GET", "/../etc/passwd", 404), ("POST", "/metrics", 405)]
)
def test_nothing_else_is_there(method: str, path: str, status: int, shown: Exposition) -> None:
    """No other path, nothing to write."""
    assert ask(shown, path, method)[0] == status


def test_a_head_request_gets_no_body(shown: Exposition) -> None:
    """RFC 9110, section 9.3.2."""
    assert ask(shown, "/health", "HEAD") == (200, b"")


@pytest.mark.parametrize(
    "sent",
    [b"x" * (MAX_HEAD + 1), b"GET /metrics HTTP/1.1\r\nX: " + b"x" * MAX_HEAD + b"\r\n\r\n", b"\xff\x00\r\n" * 10_000],
)
def test_a_large_request_is_cut_off(sent: bytes, shown: Exposition) -> None:
    """Without an answer; the next one is answered."""
    assert not send(shown, sent).startswith(b"HTTP/1.1 200")
    assert ask(shown, "/health")[0] == 200


@pytest.mark.parametrize(
    "sent", [b"\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"GET\r\n\r\n", "GET /صحة HTTP/1.1\r\n\r\n".encode()]
)
def test_what_is_no_request_harms_nobody(sent: bytes, shown: Exposition) -> None:
    """It is refused, and the next one is answered."""
    assert not send(shown, sent).startswith(b"HTTP/1.1 200")
    assert ask(shown, "/health")[0] == 200


def test_slow_ones_are_cut_off(shown: Exposition, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that says nothing ends at the deadline, and so does one whose every byte is late."""
    monkeypatch.setattr(module, "DEADLINE_S", 0.2)

    assert send(shown, b"GET /health") == b""
    assert ask(shown, "/health")[0] == 200


def test_more_than_the_most_are_turned_away(shown: Exposition, monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle connections cost their number at most; when they are gone, others are answered."""
    monkeypatch.setattr(module, "DEADLINE_S", PATIENCE_S)
    held = [socket.create_connection(("127.0.0.1", shown.port)) for _ in range(MAX_OPEN)]
    try:
        assert send(shown, b"") == b""
    finally:
        for connection in held:
            connection.close()
    until = time.monotonic() + PATIENCE_S
    while shown._open:
        assert time.monotonic() < until
        time.sleep(0.01)

    assert ask(shown, "/health")[0] == 200


def test_a_stop_does_not_wait_for_anybody(told: Told) -> None:
    """A client that holds its connection open is cut off; the port is free again."""
    own = Exposition("127.0.0.1", 0, "extraction", told)
    with socket.create_connection(("127.0.0.1", own.port)):
        own.stop()
        assert "marsad-exposition" not in {thread.name for thread in threading.enumerate()}
    again = Exposition("127.0.0.1", own.port, "extraction", told)
    again.stop()


def test_an_address_that_is_taken_is_an_error(shown: Exposition, told: Told) -> None:
    """The caller decides what that means."""
    with pytest.raises(OSError, match="in use"):
        Exposition("127.0.0.1", shown.port, "extraction", told)
