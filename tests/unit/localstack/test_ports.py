"""Free ports, asked for or picked."""

import socket
from collections.abc import Iterator

import pytest

from marsad.errors import LocalStackError
from marsad.localstack import ports
from marsad.localstack.ports import HIGHEST, LOOPBACK, LOWEST, NAMES, choose, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen(1)
        yield int(listener.getsockname()[1])


def test_a_listening_port_is_not_free(taken: int) -> None:
    """Two servers cannot listen on one port."""
    assert not is_free(taken)


def test_a_port_in_time_wait_is_free() -> None:
    """A server that closed its connections a moment ago can come back on its port at once."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, 0))
        listener.listen(1)
        port = int(listener.getsockname()[1])
        client = socket.create_connection((LOOPBACK, port))
        server, _ = listener.accept()
        server.close()  # the side that closes first keeps the port in TIME_WAIT
        client.close()

    assert is_free(port)


def test_every_server_gets_a_port_of_its_own() -> None:
    """Four listeners, four different ports, all free."""
    chosen = choose({}, {})

    assert set(chosen) == set(NAMES)
    assert len(set(chosen.values())) == len(NAMES)
    assert all(is_free(port) for port in chosen.values())


def test_ports_lie_below_the_ephemeral_range() -> None:
    """The kernel hands out no client port in the range, so that no client can be connected to itself there."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:  # noqa: PTH123 - one line of the kernel's
        lowest_ephemeral = int(file.read().split()[0])

    assert all(LOWEST <= port <= HIGHEST < lowest_ephemeral for port in choose({}, {}).values())


def test_the_last_runs_ports_are_taken_again() -> None:
    """Clients that kept an address find the servers there after a restart."""
    first = choose({}, {})

    assert choose({}, first) == first


def test_a_last_port_that_is_taken_is_given_up(taken: int) -> None:
    """Somebody else's port is left to them; the other servers keep theirs."""
    first = choose({}, {})

    again = choose({}, first | {"kafka": taken})

    assert again["kafka"] != taken
    assert {name: port for name, port in again.items() if name != "kafka"} == {
        name: port for name, port in first.items() if name != "kafka"
    }


def test_a_port_asked_for_is_used() -> None:
    """A fixed port wins over the last run's."""
    free = choose({}, {})["kafka"]

    assert choose({"kafka": free, "elasticsearch": 0}, {"kafka": 29_999})["kafka"] == free


def test_a_port_asked_for_is_not_given_to_another_server() -> None:
    """The last run's Elasticsearch port may be asked for as Kafka's now."""
    last = choose({}, {})

    chosen = choose({"kafka": last["elasticsearch"]}, last)

    assert chosen["kafka"] == last["elasticsearch"] != chosen["elasticsearch"]


def test_a_taken_port_that_was_asked_for_is_refused(taken: int) -> None:
    """The message names the port, the server and the way to see who holds it."""
    with pytest.raises(LocalStackError) as caught:
        choose({"elasticsearch": taken}, {})

    assert f"Port {taken} on {LOOPBACK}, asked for elasticsearch, is taken" in str(caught.value)
    assert f"sport = :{taken}" in str(caught.value)


def test_a_full_range_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for a port ends, even where every port is taken."""
    monkeypatch.setattr(ports, "is_free", lambda _port: False)

    with pytest.raises(LocalStackError, match="No free port"):
        choose({}, {})
