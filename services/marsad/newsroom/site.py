"""One house as a web site: what each path answers at each moment."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape

from aiohttp import web

from marsad.newsroom.feeds import feed, last_change
from marsad.newsroom.items import Addresses, Item
from marsad.newsroom.load import LOAD_ROUTE, SHORT_LOAD_ROUTE, Note, load_page, load_path
from marsad.newsroom.model import House
from marsad.newsroom.shapes import render
from marsad.newsroom.shapes.common import Page, site_fields, template
from marsad.newsroom.sitemaps import sitemap
from marsad.newsroom.validators import Document, validated

Clock = Callable[[], datetime]

_RELATED = 3
_FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}


class Site:
    """A house's pages, feed, news sitemap, robots.txt and short links, as they stand by the clock.

    `notes` are the corrections of load articles by seed and number; they may come while the site is served.
    """

    def __init__(
        self,
        house: House,
        addresses: Addresses,
        items: Sequence[Item],
        clock: tuple[datetime, Clock],
        crawl_delay_s: float,
        notes: Mapping[tuple[int, int], Sequence[Note]],
    ) -> None:
        self._house = house
        self._addresses = addresses
        self._items = items
        self._start, self._now = clock
        self._crawl_delay_s = crawl_delay_s
        self._notes = notes
        self._by_path = {item.path: item for item in items}
        self._by_id = {item.article.id: item for item in items}
        self._by_short_path = {item.short_path: item for item in items if item.short_path}

    def app(self) -> web.Application:
        """Return the application of the site itself."""
        app = web.Application()
        app.router.add_get("/robots.txt", self._robots)
        if self._house.feed_path:
            app.router.add_get(self._house.feed_path, self._feed)
        if self._house.sitemap_path:
            app.router.add_get(self._house.sitemap_path, self._sitemap)
        app.router.add_get(LOAD_ROUTE.format(outlet=self._house.id), self._load)
        app.router.add_get("/", self._front)
        for section in self._house.sections:
            app.router.add_get(f"/{section}/", self._front)
        app.router.add_get("/{path:.*}", self._article)
        return app

    def short_app(self) -> web.Application:
        """Return the application of the short-link host."""
        app = web.Application()
        app.router.add_get("/robots.txt", self._short_robots)
        app.router.add_get(SHORT_LOAD_ROUTE, self._short_load)
        app.router.add_get("/{path:.*}", self._short)
        return app

    async def _robots(self, _request: web.Request) -> web.Response:
        closed = "".join(f"Disallow: {path}\n" for path in self._house.disallow) or "Disallow:\n"
        path = self._house.sitemap_path
        named = f"\nSitemap: {self._addresses.origin}{path}\n" if path else ""
        return web.Response(text=f"User-agent: *\n{closed}Crawl-delay: {self._crawl_delay_s}\n{named}")

    async def _short_robots(self, _request: web.Request) -> web.Response:
        return web.Response(text=f"User-agent: *\nDisallow:\nCrawl-delay: {self._crawl_delay_s}\n")

    async def _feed(self, request: web.Request) -> web.Response:
        now = self._now()
        text = feed(self._house, self._addresses.origin, self._items, now, self._start)
        changed = last_change(self._items, now, self._start)
        return validated(request, Document(text, _FEED_TYPES[self._house.feed_format]), changed, now)

    async def _sitemap(self, request: web.Request) -> web.Response:
        now = self._now()
        document = Document(sitemap(self._house, self._items, now), "application/xml")
        return validated(request, document, last_change(self._items, now, self._start), now)

    async def _front(self, request: web.Request) -> web.Response:
        return self._listing(request, self._house.site_name)

    async def _article(self, request: web.Request) -> web.Response:
        now = self._now()
        item = self._by_path.get(request.path)
        if item is None or item.appears > now or item.article.outcome == "gone":
            return self._refused(404)
        if item.article.behind == "consent":
            return self._wall()
        if item.article.behind == "payment":
            return self._refused(403)
        if item.article.outcome == "withdrawn" and item.changed_by(now):
            return self._refused(410)
        if item.article.outcome == "not_article":
            return self._listing(request, item.article.title)
        shown = self._by_id[item.article.of] if item.article.of else item
        changed = shown.changed_by(now) or shown.appears
        return validated(request, self._html(render(self._laid_out(shown, now))), changed, now)

    async def _load(self, request: web.Request) -> web.Response:
        seed, number = _seed_and_number(request)
        notes = self._notes.get((seed, number), ())
        page = load_page(self._house, self._addresses, seed, number, self._start, notes)
        return validated(request, self._html(render(page)), page.modified or self._start, self._now())

    async def _short(self, request: web.Request) -> web.Response:
        item = self._by_short_path.get(request.path)
        if item is None or item.appears > self._now():
            return self._refused(404)
        raise web.HTTPMovedPermanently(item.url)

    async def _short_load(self, request: web.Request) -> web.Response:
        path = load_path(self._house.id, *_seed_and_number(request))
        raise web.HTTPMovedPermanently(self._addresses.origin + path)

    def _laid_out(self, item: Item, now: datetime) -> Page:
        version = item.version_at(now)
        return Page(
            house=self._house,
            origin=self._addresses.origin,
            url=item.url,
            short_url=item.short_url,
            section=self._house.sections[item.article.section],
            title=version.title,
            paragraphs=version.paragraphs,
            published=item.published,
            modified=item.changed_by(now),
            authors=item.article.authors,
            credit=item.article.credit,
            tags=item.article.tags,
            related=self._related(item),
        )

    def _related(self, item: Item) -> tuple[tuple[str, str], ...]:
        """Return the articles that came out before one, the youngest first; the same at every moment."""
        earlier = [one for one in self._items if one.article.outcome == "indexed" and one.appears < item.appears]
        return tuple((one.article.title, one.url) for one in earlier[: -_RELATED - 1 : -1])

    def _listing(self, request: web.Request, title: str) -> web.Response:
        now = self._now()
        headlines = "\n".join(
            f'<li><a href="{escape(item.url)}">{escape(item.version_at(now).title)}</a></li>'
            for item in reversed(self._items)
            if item.appears <= now and item.article.outcome == "indexed"
        )
        fields = site_fields(self._house, self._addresses.origin) | {"title": escape(title), "headlines": headlines}
        page = self._html(template("listing").substitute(fields))
        return validated(request, page, last_change(self._items, now, self._start), now)

    def _wall(self) -> web.Response:
        """Return what stands before the pages of a house that wants consent first: with 200, as such walls do."""
        fields = site_fields(self._house, self._addresses.origin) | {"asks": escape(self._house.consent or "")}
        page = self._html(template("wall").substitute(fields))
        return web.Response(body=page.body, content_type=page.content_type, charset=page.charset)

    def _html(self, text: str) -> Document:
        return Document(text, "text/html", self._house.charset)

    def _refused(self, status: int) -> web.Response:
        """Return the house's own page for a status."""
        title = {"title": escape(self._house.notices[status])}
        page = self._html(template("notice").substitute(site_fields(self._house, self._addresses.origin) | title))
        return web.Response(status=status, body=page.body, content_type=page.content_type, charset=page.charset)


def _seed_and_number(request: web.Request) -> tuple[int, int]:
    return int(request.match_info["seed"]), int(request.match_info["n"])
