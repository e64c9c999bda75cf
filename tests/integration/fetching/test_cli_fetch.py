"""Facts about `marsad fetch`."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from aiohttp import web
from typer.testing import CliRunner, Result

from integration.fetching.servers import says, serve, serve_bytes
from marsad.cli.fetch import NO_BODY, REFUSED, UNREACHABLE, fetch
from marsad.errors import SettingsError
from marsad.settings import settings

PAGE = "<p>خبر عاجل</p>"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Open loopback and name a contact, in this test alone."""
    monkeypatch.setenv("MARSAD_FETCHING__CONTACT", "https://crawler.example/about")
    monkeypatch.setenv("MARSAD_FETCHING__ALLOW_NETWORKS", '["127.0.0.0/8"]')
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


async def run(*arguments: str) -> Result:
    """Run the command in a thread, beside the site that it asks."""
    app = typer.Typer()
    app.command()(fetch)
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, list(arguments)))


async def page(_: web.Request) -> web.Response:
    """Answer with a page."""
    return web.Response(text=PAGE, content_type="text/html")


async def lead(_: web.Request) -> web.Response:
    """Lead to the page."""
    return web.Response(status=302, headers={"Location": "/1"})


async def test_an_answer_is_shown_and_its_body_written(tmp_path: Path) -> None:
    """Status, the way, type, sizes and times; the body goes to the file alone."""
    file = tmp_path / "page.html"
    async with serve({"/1": page, "/short": lead}) as base:
        result = await run(f"{base}/short", "--output", str(file))
    assert result.exit_code == 0
    for fact in ("200 over HTTP/1.1", f"{base}/short", f"{base}/1", "text/html", "22 bytes", " s in all"):
        assert fact in result.stdout
    assert PAGE not in result.stdout
    assert file.read_text() == PAGE


async def test_what_we_refuse_has_its_code_and_reason() -> None:
    """robots.txt, addresses and loops stop the command as they stop the service."""

    async def robots(_: web.Request) -> web.Response:
        return web.Response(text="User-agent: *\nDisallow: /1")

    async def loop(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": request.path})

    async with serve({"/robots.txt": robots, "/1": page, "/loop": loop}) as base:
        for url, reason in ((f"{base}/1", "robots"), (f"{base}/loop", "redirects"), ("http://10.0.0.1/", "address")):
            result = await run(url)
            assert result.exit_code == REFUSED
            assert f"Refused ({reason})" in result.stderr


async def test_who_is_not_there_has_a_code_of_its_own() -> None:
    """A script can try again."""
    async with serve({}) as base:
        pass
    result = await run(f"{base}/1")
    assert result.exit_code == UNREACHABLE
    assert "Not reached (robots_unreachable)" in result.stderr


async def test_an_answer_without_a_body_is_shown_and_has_a_code(tmp_path: Path) -> None:
    """Nothing is written then."""
    file = tmp_path / "page.html"
    async with serve({}) as base:
        result = await run(f"{base}/1", "-o", str(file))
    assert result.exit_code == NO_BODY
    assert "404 over HTTP/1.1" in result.stdout
    assert not file.exists()


async def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The command fails with a sentence."""
    async with serve({"/1": page}) as base:
        result = await run(f"{base}/1", "-o", str(tmp_path / "no" / "page.html"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


async def test_headers_cannot_speak_to_the_terminal() -> None:
    """Neither escape sequences nor the markup of the library that prints."""
    head = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n"
    async with serve_bytes(says(head + b"Content-Type: text/html; x=\xc2\x9b31m[red]\xe2\x80\xae\r\n\r\n")) as base:
        result = await run(f"{base}/1")
    assert "31m[red]" in result.stdout
    assert not {"\x1b", "\x9b", "\u202e"} & set(result.stdout)


async def test_without_a_contact_nothing_is_asked(environment: pytest.MonkeyPatch) -> None:
    """The error names the variable."""
    environment.delenv("MARSAD_FETCHING__CONTACT")
    settings.cache_clear()
    result = await run("https://ajil.example/1")
    assert isinstance(result.exception, SettingsError)
    assert "MARSAD_FETCHING__CONTACT" in str(result.exception)
