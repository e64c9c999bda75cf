"""Front page, feed with a hub, robots.txt, index and gzipped archive of a site of ours, through the real services."""

import asyncio
import gzip
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from aiohttp import web

from marsad.cli.status import overview
from marsad.contracts.codec import decode
from marsad.contracts.urls import UrlDiscovered
from marsad.localstack import Endpoints
from marsad.provisioning import set_up
from marsad.settings import Discovery, Settings, as_environment
from marsad.streaming.reader import read
from marsad.supervisor import Supervisor
from support.chain import chain_settings, until
from unit.discovery.desks import outlet

pytestmark = pytest.mark.stack

OLD, NEWS = 520, 3  # more than one part
SOME = 20  # old pages that are waited for: a host gives its archive last
SERVICES = ("discovery", "fetching", "indexing")


@dataclass
class Site:
    """A site without articles: every one of its pages is gone, which is an end too."""

    origin: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    conditional: Counter[str] = field(default_factory=Counter)
    subscriptions: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path
        self.asked[path] += 1
        self.conditional[path] += "If-None-Match" in request.headers
        if request.method == "POST":
            self.subscriptions.append({name: str(value) for name, value in (await request.post()).items()})
            return web.Response(status=202)
        body, kind = self.documents().get(path, (b"", "text/plain"))
        if request.headers.get("If-None-Match") == '"v1"':
            return web.Response(status=304)
        headers = {"ETag": '"v1"'} | ({"Link": f'<{self.origin}/hub>; rel="hub"'} if path == "/rss" else {})
        return web.Response(status=200 if body else 404, body=body, content_type=kind, headers=headers)

    def documents(self) -> dict[str, tuple[bytes, str]]:
        day = (datetime.now(UTC) - timedelta(days=5)).date()
        old = "".join(f"<url><loc>{self.origin}/old/{n}</loc><lastmod>{day}</lastmod></url>" for n in range(OLD))
        index = f"<sitemapindex><sitemap><loc>/a.xml.gz</loc><lastmod>{day}</lastmod></sitemap></sitemapindex>"
        front = "".join(f'<a href="/news/{n}">خبر {n}</a>' for n in range(NEWS)) + '<a href="/about">x</a>'
        item = f"<item><title>خبر</title><link>{self.origin}/feed/1</link></item>"
        return {
            "/robots.txt": (b"User-agent: *\nDisallow:\nSitemap: /index.xml\n", "text/plain"),
            "/index.xml": (index.encode(), "application/xml"),
            "/a.xml.gz": (gzip.compress(f"<urlset>{old}</urlset>".encode()), "application/gzip"),
            "/": (f"<html><body>{front}</body></html>".encode(), "text/html"),
            "/rss": (f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), "application/rss+xml"),
        }


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A site on a free port of loopback."""
    served, app = Site(), web.Application()
    app.router.add_route("*", "/{path:.*}", served.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()


def settings_of(stack: Endpoints, folder: Path, site: Site) -> Settings:
    """Write the site's outlet file; return settings of a chain that knows it alone."""
    facts = outlet(
        domains=[site.origin.removeprefix("http://")],
        feeds=[f"{site.origin}/rss"],
        sitemaps=[f"{site.origin}/robots.txt"],
        front_pages=[f"{site.origin}/"],
        article_pattern=r"/news/\d+$",
    ).model_dump(mode="json", exclude_defaults=True)
    (folder / "outlets").mkdir()
    (folder / "outlets" / "ajil.yaml").write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
    hasty = Discovery(feed_floor_s=2, feed_ceiling_s=2, tick_s=0.5, websub_callback="https://us.example/websub")
    return chain_settings(stack, folder, folder / "outlets", discovery=hasty)


async def handed_on(own: Settings, topic: str) -> list[UrlDiscovered]:
    """Return what a topic holds."""
    events = [decode(topic, one.value, one.headers) async for one in read(own, topic)]
    return [event.data for event in events if isinstance(event.data, UrlDiscovered)]


async def test_every_list_leads_to_its_pages(stack: Endpoints, tmp_path: Path, site: Site) -> None:
    """Fresh links are fetched as such, the archive behind them, no page twice; later answers are conditional."""
    own = settings_of(stack, tmp_path, site)
    await set_up(own)
    fresh = {f"/news/{n}" for n in range(NEWS)} | {"/feed/1"}

    async def through() -> bool:
        asked_again = all(site.conditional[path] for path in ("/rss", "/", "/robots.txt"))
        old = sum(path.startswith("/old/") for path in site.asked)
        return asked_again and bool(site.subscriptions) and old >= SOME and all(site.asked[page] for page in fresh)

    with Supervisor(SERVICES, as_environment(own), logs=tmp_path / "logs") as services:
        await until("lists, fresh pages and some of the archive were asked for", through)
        await asyncio.to_thread(services.stop)

    found = await overview(own)
    print(site.asked.most_common(5), [(lag.topic, lag.done) for lag in found.lags], found.sick)
    assert max(site.asked[path] for path in site.asked if path in fresh or path.startswith("/old/")) == 1
    behind, before = await handed_on(own, "urls.backfill"), await handed_on(own, "urls.discovered")
    assert len({one.target for one in behind if "/old/" in one.target}) == OLD
    assert {one.target for one in behind if "/old/" not in one.target} == {
        f"{site.origin}/{name}" for name in ("index.xml", "a.xml.gz")
    }
    assert not any("/old/" in one.target for one in before)
    (subscription, *_) = site.subscriptions
    assert subscription["hub.topic"] == f"{site.origin}/rss"
    assert subscription["hub.callback"].startswith("https://us.example/websub/")
