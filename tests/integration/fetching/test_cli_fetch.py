"""Facts about `marsad fetch`."""

import asyncio
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from typer.testing import CliRunner, Result

from integration.fetching.servers import Handler, says, serve, serve_bytes
from marsad.cli.app import app
from marsad.settings import settings
from marsad.telemetry import silence

PAGE = "<p>خبر عاجل</p>"
FIELDS = {"url", "state", "reason", "status", "final_url", "aliases", "bytes", "seconds", "headers"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Set no contact, no pauses and a short deadline, in this test alone."""
    monkeypatch.delenv("MARSAD_FETCHING__CONTACT", raising=False)
    monkeypatch.setenv("MARSAD_FETCHING__SPACING_S", "0")
    monkeypatch.setenv("MARSAD_FETCHING__DEADLINE_S", "1")
    settings.cache_clear()
    silence()
    yield monkeypatch
    settings.cache_clear()


async def run(*arguments: str) -> Result:
    """Run the command in a thread, beside the site that it asks; loopback is open."""
    opened = ["fetch", "--allow-network", "127.0.0.0/8", *arguments]
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, opened))


async def reports(*arguments: str) -> dict[str, dict[str, Any]]:
    """Return the lines that were printed, by URL."""
    result = await run(*arguments)
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert all(line.keys() >= FIELDS for line in lines)
    return {line["url"]: line for line in lines}


async def page(_: web.Request) -> web.Response:
    """Answer with a page."""
    return web.Response(text=PAGE, content_type="text/html", headers={"X-Robots-Tag": "noarchive"})


async def lead(_: web.Request) -> web.Response:
    """Lead to the page."""
    return web.Response(status=302, headers={"Location": "/1"})


async def test_a_page_is_a_line_with_its_way_and_fields() -> None:
    """Everything that the service would know."""
    async with serve({"/1": page, "/short": lead}) as base:
        line = (await reports(f"{base}/short"))[f"{base}/short"]
    assert (line["state"], line["reason"], line["status"]) == ("fetched", "http_200", 200)
    assert (line["final_url"], line["aliases"], line["bytes"]) == (f"{base}/1", [f"{base}/short"], len(PAGE.encode()))
    assert line["headers"]["content-type"] == "text/html; charset=utf-8"
    assert line["robots"] == ["noarchive"]
    assert 0 < line["seconds"] < 1


async def test_what_cannot_be_asked_is_a_line_and_ends_no_other() -> None:
    """No URL at all, one too long, one that looks like an option, one with a password."""
    odd = (
        "",
        "   ",
        "no url",
        "http://",
        "http://[",
        "ftp://ajil.example/",
        "http://a:b@ajil.example/",
        "-x",
        "\udcff",
    )
    async with serve({"/1": page}) as base:
        lines = await reports(*odd, f"http://ajil.example/{'x' * 20_000}", f"{base}/1")
    assert len(lines) == len(odd) + 2
    assert lines.pop(f"{base}/1")["state"] == "fetched"
    assert {(line["state"], line["reason"], line["status"]) for line in lines.values()} == {("refused", "url", None)}


async def test_states_are_those_of_the_ledger_or_retry() -> None:
    """One attempt each: what may go well later is `retry`, and so is what cannot be reached."""

    async def robots(_: web.Request) -> web.Response:
        return web.Response(text="User-agent: *\nDisallow: /closed")

    async def loop(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": request.path})

    async def closed(_: web.Request) -> web.Response:
        return web.Response(status=403)

    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=503)

    routes: dict[str, Handler] = {"/robots.txt": robots, "/loop": loop, "/403": closed, "/503": busy, "/closed": page}
    async with serve({}) as away:
        pass
    async with serve(routes) as base:
        paths = ("/closed", "/loop", "/403", "/503", "/404")
        lines = await reports(*(base + path for path in paths), f"{away}/1", "http://10.0.0.1/")
    ends = [(lines[base + path]["state"], lines[base + path]["reason"]) for path in paths]
    assert ends[:2] == [("refused", "robots"), ("refused", "redirects")]
    assert ends[2:] == [("blocked", "http_403"), ("retry", "http_503"), ("gone", "http_404")]
    assert (lines[f"{away}/1"]["state"], lines[f"{away}/1"]["reason"]) == ("retry", "robots_unreachable")
    assert (lines["http://10.0.0.1/"]["state"], lines["http://10.0.0.1/"]["reason"]) == ("refused", "address")


async def test_only_the_opened_network_is_open() -> None:
    """An address beside it is refused, by name too, while its robots.txt is asked for."""
    async with serve({"/1": page}) as base:
        port = base.rpartition(":")[2]
        command = ["fetch", "--allow-network", "127.0.0.2/32", "--allow-network", "::1/128", f"{base}/1"]
        names = [f"http://{name}:{port}/1" for name in ("localhost", "localhost.")]
        result = await asyncio.to_thread(lambda: CliRunner().invoke(app, [*command, *names]))
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["state"], line["reason"]) for line in lines] == [("refused", "address")] * 3


async def test_a_network_that_is_none_is_a_mistake_of_the_command() -> None:
    """Nothing is asked then."""
    result = await asyncio.to_thread(lambda: CliRunner().invoke(app, ["fetch", "--allow-network", "10.0.0.1/8", "x"]))
    assert result.exit_code == 2
    assert "10.1.0.0/16" in result.stderr
    assert result.stdout == ""


async def test_hosts_that_hang_delay_nobody() -> None:
    """Fifteen that never answer, and one that does: its line comes first, and all end at one deadline."""

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:  # noqa: ARG001 - asyncio's signature
        await reader.read(65_536)
        await asyncio.sleep(60)

    async with serve_bytes(hang, host="0.0.0.0") as silent, serve({"/1": page}) as base:  # noqa: S104 - all of loopback
        port = silent.rpartition(":")[2]
        lines = await reports(*(f"http://127.0.1.{number}:{port}/" for number in range(1, 16)), f"{base}/1")
    assert next(iter(lines)) == f"{base}/1"
    assert {line["state"] for line in lines.values()} == {"fetched", "retry"}


async def test_the_contact_is_sent_where_one_is_set(environment: pytest.MonkeyPatch) -> None:
    """Without one a person's fetch bears the name alone, and `run` refuses to start."""
    agents: list[str] = []

    async def note(request: web.Request) -> web.Response:
        agents.append(request.headers["User-Agent"])
        return await page(request)

    async with serve({"/1": note}) as base:
        await reports(f"{base}/1")
        environment.setenv("MARSAD_FETCHING__CONTACT", "https://crawler.example/about")
        settings.cache_clear()
        await reports(f"{base}/1")
    assert agents[0].startswith("Marsad/")
    assert "+" not in agents[0]
    assert agents[1] == f"{agents[0]} (+https://crawler.example/about)"


async def test_one_host_is_asked_with_its_pauses(environment: pytest.MonkeyPatch) -> None:
    """robots.txt is a request like any other, and no two are under way at once."""
    environment.setenv("MARSAD_FETCHING__SPACING_S", "0.2")
    settings.cache_clear()
    asked: list[float] = []

    async def note(request: web.Request) -> web.Response:
        asked.append(asyncio.get_running_loop().time())
        return await page(request)

    async with serve({"/robots.txt": note, "/1": note, "/2": note}) as base:
        await reports(f"{base}/1", f"{base}/2")
    assert len(asked) == 3
    assert min(later - earlier for earlier, later in pairwise(asked)) >= 0.2


async def test_the_body_goes_to_a_file(tmp_path: Path) -> None:
    """As it was sent; of several URLs, or into a place that is none, the mistake is told."""
    file = tmp_path / "page.html"
    async with serve({"/1": page}) as base:
        result = await run(f"{base}/1", "--output", str(file))
        assert file.read_text() == PAGE
        assert PAGE not in result.stdout
        lost = await run(f"{base}/1", "-o", str(tmp_path / "no" / "page.html"))
        none = await run(f"{base}/2", "-o", str(tmp_path / "none.html"))
        several = await run(f"{base}/1", f"{base}/2", "-o", str(file))
    assert (lost.exit_code, none.exit_code, several.exit_code) == (1, 0, 2)
    assert "cannot be written" in lost.stderr
    assert not (tmp_path / "none.html").exists()


async def test_headers_cannot_speak_to_the_terminal() -> None:
    """Neither escape sequences nor marks that turn the line around."""
    head = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n"
    async with serve_bytes(says(head + b"Content-Type: text/html; x=\xc2\x9b31m\xe2\x80\xae\r\n\r\n")) as base:
        result = await run(f"{base}/1")
    assert "31m" in result.stdout
    assert not {"\x1b", "\x9b", "\u202e"} & set(result.stdout)
