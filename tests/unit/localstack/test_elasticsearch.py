"""Elasticsearch: what it is told on standard input, and whose answer counts."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from marsad.localstack import elasticsearch
from marsad.localstack.ports import LOOPBACK


class Node(BaseHTTPRequestHandler):
    """Answers every request with the server's `reply`, and notes the path."""

    def do_GET(self) -> None:
        """Answer."""
        status, body = self.server.reply  # type: ignore[attr-defined]
        self.server.paths.append(self.path)  # type: ignore[attr-defined]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the standard library
        """Say nothing."""


@pytest.fixture
def node() -> Iterator[HTTPServer]:
    """A node that answers what a test sets."""
    server = HTTPServer((LOOPBACK, 0), Node)
    server.paths = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def health(cluster: str, status: str) -> tuple[int, bytes]:
    """Build a health answer."""
    return 200, json.dumps({"cluster_name": cluster, "status": status}).encode()


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (health("marsad-1", "yellow"), True),
        (health("marsad-1", "green"), True),
        (health("marsad-1", "red"), False),
        (health("marsad-2", "green"), False),
        ((200, b"[]"), False),
        ((200, b"<html>"), False),
        ((503, b""), False),
    ],
    ids=["yellow", "green", "red", "another stack's", "a list", "no JSON", "not yet"],
)
def test_our_healthy_node_is_ready(node: HTTPServer, reply: tuple[int, bytes], expected: bool) -> None:
    """Ready is: the cluster is ours, and every primary shard is there."""
    node.reply = reply  # type: ignore[attr-defined]

    assert elasticsearch.answers(node.server_port, "marsad-1") is expected


def test_the_node_is_asked_to_wait_for_yellow(node: HTTPServer) -> None:
    """One node never turns green where an index wants a copy, so yellow is waited for; briefly."""
    node.reply = health("marsad-1", "green")  # type: ignore[attr-defined]
    elasticsearch.answers(node.server_port, "marsad-1")

    assert node.paths == ["/_cluster/health?wait_for_status=yellow&timeout=1s"]  # type: ignore[attr-defined]


def test_a_proxy_of_the_environment_is_not_asked(node: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company's proxy cannot reach our loopback."""
    monkeypatch.setenv("http_proxy", f"http://{LOOPBACK}:9")
    node.reply = health("marsad-1", "green")  # type: ignore[attr-defined]

    assert elasticsearch.answers(node.server_port, "marsad-1")


def test_nobody_listening_is_not_ready() -> None:
    """The node takes some seconds to open its port."""
    assert not elasticsearch.answers(9, "marsad-1")


def test_the_arguments_are_those_of_upstreams_launcher() -> None:
    """Byte for byte what the launcher sends for the same settings, but for the key store, which is empty here."""
    sent = elasticsearch.server_arguments({"node.name": "vm"}, Path("/config"), Path("/logs"))

    assert sent == (
        b"\x00\x00\x00"
        b"\x31org.elasticsearch.common.settings.KeyStoreWrapper\x00\x00\x00\x07\x00\x00\x00\x00"
        b"\x01\x09node.name\x00\x02vm"
        b"\x07/config\x05/logs"
    )


@pytest.mark.parametrize(
    ("path", "encoded"),
    [
        ("/x", b"\x02/x"),
        ("/مرصد", b"\x05/" + "مرصد".encode()),
        ("/😀", b"\x03/\xed\xa0\xbd\xed\xb8\x80"),
        ("/" + "n" * 199, b"\xc8\x01/" + b"n" * 199),
    ],
    ids=["ascii", "arabic", "surrogates", "long"],
)
def test_paths_are_counted_as_java_counts(path: str, encoded: bytes) -> None:
    """The length is in UTF-16 units, each of them is encoded alone, and a long length takes two bytes."""
    assert elasticsearch.server_arguments({}, Path("/"), Path(path)).endswith(b"\x01/" + encoded)


def test_one_collector_is_chosen() -> None:
    """A second GC flag keeps the JVM from starting at all."""
    collectors = [option for option in elasticsearch.OPTIONS if option.startswith("-XX:+Use") and "GC" in option]

    assert collectors == ["-XX:+UseG1GC"]
