"""DescribeCluster on the wire: encoding by the protocol guide, and answers from whoever listens."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from marsad.localstack import kafka, kafka_wire
from marsad.localstack.kafka_wire import CORRELATION, Cluster, describe_cluster, parse
from marsad.localstack.ports import LOOPBACK

IDENTITY = "q1w2e3r4t5y6u7i8o9p0aa"


def compact(text: str) -> bytes:
    """Encode a compact string shorter than 127 bytes."""
    return bytes([len(text.encode()) + 1]) + text.encode()


def answer(identity: str = IDENTITY, brokers: tuple[tuple[str, int], ...] = (), error: int = 0) -> bytes:
    """Build what a broker answers, as the protocol guide lays it out."""
    listed = b"".join(
        struct.pack(">i", number) + compact(host) + struct.pack(">i", port) + b"\0\0"
        for number, (host, port) in enumerate(brokers, 1)
    )
    head = struct.pack(">i", CORRELATION) + b"\0" + struct.pack(">ih", 0, error) + b"\0" + compact(identity)
    return head + struct.pack(">i", 1) + bytes([len(brokers) + 1]) + listed + struct.pack(">i", -(2**31)) + b"\0"


@pytest.fixture
def serve() -> Iterator[Callable[[bytes], tuple[int, list[bytes]]]]:
    """Listen once, keep the request, answer with the given bytes."""
    opened: list[socket.socket] = []

    def listen(reply: bytes) -> tuple[int, list[bytes]]:
        listener = socket.create_server((LOOPBACK, 0))
        opened.append(listener)
        seen: list[bytes] = []

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                seen.append(connection.recv(1024))
                connection.sendall(reply)

        threading.Thread(target=run, daemon=True).start()
        return int(listener.getsockname()[1]), seen

    yield listen
    for listener in opened:
        listener.close()


def framed(payload: bytes) -> bytes:
    """Put the length before a message."""
    return struct.pack(">i", len(payload)) + payload


def test_an_answer_names_the_cluster_and_its_brokers() -> None:
    """Identity, and every broker that is in service, with its advertised address."""
    cluster = parse(answer(brokers=(("127.0.0.1", 9092), ("host", 9093))))

    assert cluster == Cluster(IDENTITY, frozenset({("127.0.0.1", 9092), ("host", 9093)}))


def test_a_cluster_without_brokers_is_read() -> None:
    """While the broker registers itself it answers, and lists none."""
    assert parse(answer()).brokers == frozenset()


def test_tagged_fields_of_later_versions_are_skipped() -> None:
    """KIP-482: unknown tagged fields may follow anywhere."""
    known = answer(brokers=(("127.0.0.1", 9092),))
    tagged = known[:4] + b"\x01\x07\x02ab" + known[5:]

    assert parse(tagged) == parse(known)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\0\0\0",
        struct.pack(">i", CORRELATION + 1) + b"\0" * 20,
        answer(error=35),
        answer()[:15],
        answer(brokers=(("127.0.0.1", 9092),))[:-12],
    ],
    ids=["empty", "short", "another question", "an error", "cut in the id", "cut in a broker"],
)
def test_what_is_no_answer_is_an_error(broken: bytes) -> None:
    """A cut or foreign message never reads as a cluster."""
    with pytest.raises((ValueError, IndexError, struct.error)):
        parse(broken)


def test_the_question_is_a_framed_describe_cluster(serve: Callable[[bytes], tuple[int, list[bytes]]]) -> None:
    """Length, API key 60, version 0, correlation, client id, tags; then one flag and tags."""
    port, seen = serve(framed(answer()))

    describe_cluster(LOOPBACK, port)

    length, key, version, correlation, client = struct.unpack_from(">ihhih", seen[0])
    assert (length, key, version, correlation, client) == (len(seen[0]) - 4, 60, 0, CORRELATION, 6)
    assert seen[0][14:] == b"marsad\0\0\0"


def test_an_answer_that_trickles_in_is_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP gives pieces."""
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(socket, "create_connection", lambda *_args: ours)

    def trickle() -> None:
        for byte in framed(answer()):
            theirs.send(bytes([byte]))

    threading.Thread(target=trickle, daemon=True).start()

    assert describe_cluster(LOOPBACK, 1).cluster_id == IDENTITY
    theirs.close()


@pytest.mark.parametrize(
    "reply",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", struct.pack(">i", 2**31 - 1), struct.pack(">i", -1), framed(b"\0" * 9)],
    ids=["closed", "http", "huge", "negative", "zeros"],
)
def test_a_stranger_on_the_port_is_not_our_broker(
    serve: Callable[[bytes], tuple[int, list[bytes]]], reply: bytes
) -> None:
    """An open port is no sign of health, and a stranger can neither raise nor make us read without end."""
    port, _ = serve(reply)

    assert not kafka.answers(port, IDENTITY)


def test_a_closed_port_is_not_our_broker() -> None:
    """Nothing listens yet: wait on."""
    with socket.socket() as unused:
        unused.bind((LOOPBACK, 0))

        assert not kafka.answers(int(unused.getsockname()[1]), IDENTITY)


@pytest.mark.parametrize(
    ("identity", "listed", "expected"),
    [(IDENTITY, True, True), (IDENTITY, False, False), ("another cluster", True, False)],
    ids=["ours", "not registered yet", "another stack's"],
)
def test_our_broker_in_service_is_ready(
    monkeypatch: pytest.MonkeyPatch,
    identity: str,
    listed: bool,
    expected: bool,
) -> None:
    """Ready is: the cluster id is ours and the broker lists itself at the very port that was asked."""
    monkeypatch.setattr(
        kafka_wire, "describe_cluster", lambda host, port: parse(answer(identity, ((host, port),) if listed else ()))
    )

    assert kafka.answers(21_000, identity=IDENTITY) is expected
