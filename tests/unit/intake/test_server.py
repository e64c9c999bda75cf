"""The HTTP door, on a real socket, with what stands behind it made up."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer

from marsad.contracts.codec import Record
from marsad.discovery.submission import Submitted
from marsad.errors import BrokerUnavailable
from marsad.intake import server
from marsad.intake.push import Push
from marsad.intake.server import Door
from marsad.intake.tokens import Tokens
from marsad.settings import Intake

TOKEN = "0123456789abcdef"  # noqa: S105 - invented
BEARER = {"Authorization": f"Bearer {TOKEN}"}
URL = "https://ajil.example/1"
Client = TestClient[web.Request, web.Application]


@dataclass
class Behind:
    """A broker and a state of hubs that answer as they are told."""

    handed: list[tuple[list[str], bool]] = field(default_factory=list)
    trouble: Exception | None = None
    hangs: bool = False
    too_large: frozenset[str] = frozenset()
    pushed: list[tuple[str, str | None, bytes]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    async def submit(self, links: Sequence[str], again: bool) -> list[Submitted]:
        if self.hangs:
            await asyncio.Event().wait()
        if self.trouble:
            raise self.trouble
        self.handed.append((list(links), again))
        return [Submitted(link, f"task {link}", f"event {link}") for link in links if link not in self.too_large]

    async def ready(self) -> None:
        if self.trouble:
            raise self.trouble

    async def verify(self, feed: str, query: Any) -> str | None:
        return query["hub.challenge"] if feed == "known" else None

    async def accept(
        self, feed: str, signature: str | None, _kind: str | None, body: bytes
    ) -> tuple[Record, ...] | None:
        self.pushed.append((feed, signature, body))
        if feed != "known":
            return None
        return (cast("Record", "a record"),) if signature == "right" else ()

    async def write(self, _records: Sequence[Record], cause: str) -> None:
        self.written.append(cause)


@pytest.fixture
def behind() -> Behind:
    """All is well behind the door."""
    return Behind()


@pytest.fixture
async def client(behind: Behind, tmp_path: Path) -> AsyncIterator[Client]:
    """A client of a door that takes two links and 2,000 bytes."""
    (tmp_path / "tokens").write_text(TOKEN)
    settings = Intake(max_bytes=2_000, max_links=2, deadline_s=0.5)
    push = Push(cast("Any", behind), behind.write)
    door = Door(settings, Tokens(tmp_path / "tokens"), behind.submit, behind.ready, push)
    async with TestClient(TestServer(door.app())) as made:
        yield made


async def post(client: Client, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Return status and JSON of a request with the token."""
    kind = {"json": body} if isinstance(body, dict) else {"data": body}
    async with client.post("/urls", headers={**BEARER, **(headers or {})}, **kind) as answer:
        assert answer.content_type == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, await answer.json()


async def test_json_is_taken(client: Client, behind: Behind) -> None:
    """Each link comes back with its task and the id of the record that the broker acknowledged."""
    status, said = await post(client, {"urls": [URL, "nothing"], "again": True})

    assert status == 202
    assert said["urls"] == [{"url": URL, "task_id": f"task {URL}", "event_id": f"event {URL}"}]
    assert [one["url"] for one in said["refused"]] == ["nothing"]
    assert behind.handed == [([URL], True)]


async def test_plain_text_is_taken(client: Client, behind: Behind) -> None:
    """The text that `marsad submit` takes, too."""
    status, said = await post(client, f"انسخ الرابط{URL}، ثم".encode(), {"Content-Type": "text/plain; charset=utf-8"})

    assert (status, len(said["urls"])) == (202, 1)
    assert behind.handed == [([URL], False)]


async def test_what_the_broker_refused_is_not_called_taken(client: Client, behind: Behind) -> None:
    """A record that its topic does not hold is named among the refused."""
    behind.too_large = frozenset({URL})

    status, said = await post(client, {"urls": [URL, f"{URL}/2"]})

    assert status == 202
    assert [one["url"] for one in said["urls"]] == [f"{URL}/2"]
    assert said["refused"] == [{"url": URL, "reason": "too large for its topic"}]


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer 0123456789abcdee"}, {"Authorization": f"Basic {TOKEN}"}]
)
async def test_without_the_token_nothing_is_taken(client: Client, behind: Behind, headers: dict[str, str]) -> None:
    """401 with the scheme that is asked for, before the body is looked at."""
    async with client.post("/urls", json={"urls": [URL]}, headers=headers) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert (await answer.json())["error"] == "unauthorized"
    assert behind.handed == []


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"x" * 2_001, {"Content-Type": "text/plain"}, 413, "too_large"),
        (gzip.compress(b" " * 1_000_000), {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, 413, "too_large"),
        (URL.encode(), {"Content-Type": "text/html"}, 415, "unsupported_type"),
        (URL.encode(), {"Content-Type": "text/plain; charset=utf-16"}, 415, "unsupported_charset"),
        (b"no link", {"Content-Type": "text/plain"}, 422, "no_link"),
        (b"{", {"Content-Type": "application/json"}, 422, "no_json"),
        ({"urls": [f"{URL}/{number}" for number in range(3)]}, {}, 422, "too_many_links"),
        (b"junk", {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, 400, "broken_body"),
    ],
)
async def test_refusals(
    client: Client, behind: Behind, body: Any, headers: dict[str, str], status: int, code: str
) -> None:
    """Each has its status, a word for programs and a sentence for people."""
    answered, said = await post(client, body, headers)

    assert (answered, said["error"]) == (status, code)
    assert said["message"]
    assert behind.handed == []


async def test_a_body_in_endless_pieces_is_cut_off(client: Client) -> None:
    """Without a Content-Length the cap holds as well."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield b"x" * 1_000

    try:
        status, _ = await post(client, pieces(), {"Content-Type": "text/plain"})
    except (OSError, asyncio.IncompleteReadError):  # closed while we were sending
        status = 413
    assert status == 413


@pytest.mark.parametrize("trouble", [BrokerUnavailable("10.0.0.1:9092 is away"), None])
async def test_a_broker_that_is_away_is_503(client: Client, behind: Behind, trouble: Exception | None) -> None:
    """At once where it says so, at the deadline where it says nothing; the answer tells no address."""
    behind.trouble, behind.hangs = trouble, trouble is None

    async with client.post("/urls", json={"urls": [URL]}, headers=BEARER) as answer:
        said = await answer.json()

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert said["error"] == ("unavailable" if trouble else "too_slow")
    assert "10.0.0.1" not in json.dumps(said)


async def test_a_fault_of_ours_is_an_answer_too(client: Client, behind: Behind) -> None:
    """500 without a trace, and the door stays open."""
    behind.trouble = RuntimeError("secret detail")

    status, said = await post(client, {"urls": [URL]})
    behind.trouble = None

    assert (status, said["error"]) == (500, "unexpected")
    assert "secret" not in json.dumps(said)
    assert (await post(client, {"urls": [URL]}))[0] == 202


async def test_a_slow_body_ends_at_the_deadline(client: Client) -> None:
    """Whoever sends nothing more holds a place no longer than that."""

    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(5)

    async with ClientSession() as other:
        url = client.make_url("/urls")
        async with other.post(url, data=slow(), headers={**BEARER, "Content-Type": "text/plain"}) as answer:
            assert answer.status == 503


async def test_too_many_at_once_are_told_to_come_again(client: Client, behind: Behind) -> None:
    """Places are few, and who finds none is not left waiting."""
    behind.hangs = True
    waiting = [asyncio.create_task(post(client, {"urls": [URL]})) for _ in range(server.AT_ONCE)]
    await asyncio.sleep(0.1)

    status, said = await post(client, {"urls": [URL]})

    assert (status, said["error"]) == (503, "busy")
    assert {status for status, _ in await asyncio.gather(*waiting)} == {503}


async def test_strangers_at_the_callback_do_not_keep_others_out(client: Client) -> None:
    """Hubs show no token: whoever opens requests there and sends nothing fills the places of hubs alone."""

    async def unending() -> AsyncIterator[bytes]:
        yield b"<"
        await asyncio.sleep(5)

    slow = [asyncio.create_task(client.post("/websub/known", data=unending())) for _ in range(server.AT_ONCE)]
    await asyncio.sleep(0.1)
    async with client.post("/websub/known", data=b"<rss/>") as answer:
        assert answer.status == 503

    assert (await post(client, {"urls": [URL]}))[0] == 202
    assert {answer.status for answer in await asyncio.gather(*slow)} == {503}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/urls", 405), ("POST", "/health", 405), ("GET", "/", 404), ("GET", "/websub/unknown", 404)],
)
async def test_other_ways_are_json_too(client: Client, method: str, path: str, status: int) -> None:
    """404 and 405 as any other answer."""
    async with client.request(method, path) as answer:
        assert answer.status == status
        assert (await answer.json())["error"]
        assert ("Allow" in answer.headers) == (status == 405)


async def test_health_is_the_brokers(client: Client, behind: Behind) -> None:
    """No token is needed, and nothing is told but the state."""
    async with client.get("/health") as answer:
        assert (answer.status, (await answer.json())["state"]) == (200, "working")
    behind.trouble = BrokerUnavailable("10.0.0.1:9092 is away")
    async with client.get("/health") as answer:
        assert answer.status == 503
        assert await answer.json() == {"service": "intake", "state": "waiting", "reason": "Kafka is away"}


async def test_a_hub_is_answered_with_its_challenge(client: Client) -> None:
    """As plain text, so that no browser takes it for a page."""
    async with client.get("/websub/known", params={"hub.challenge": "<b>7</b>"}) as answer:
        assert (answer.status, await answer.text()) == (200, "<b>7</b>")
        assert answer.content_type == "text/plain"


@pytest.mark.parametrize(("signature", "written"), [("right", 1), ("wrong", 0)])
async def test_a_push_counts_with_its_signature(client: Client, behind: Behind, signature: str, written: int) -> None:
    """Both get the same answer (WebSub, section 8); no token is asked for."""
    async with client.post("/websub/known", data=b"<rss/>", headers={"X-Hub-Signature": signature}) as answer:
        assert answer.status == 202

    assert behind.pushed == [("known", signature, b"<rss/>")]
    assert len(behind.written) == written


async def test_a_push_for_nobody_is_404(client: Client) -> None:
    """So that the hub ends the subscription."""
    async with client.post("/websub/unknown", data=b"<rss/>") as answer:
        assert answer.status == 404
