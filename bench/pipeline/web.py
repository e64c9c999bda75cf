"""The documents on loopback: a site is an address of its own, a document a path of it."""

import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import yaml
from aiohttp import web

from bench.pipeline.documents import Document
from marsad import outlets

HOST = "127.0.0.1"


@asynccontextmanager
async def served(documents: Sequence[Document]) -> AsyncIterator[dict[str, str]]:
    """Serve all documents; give the URL of each by name."""
    async with AsyncExitStack() as stack:
        sockets: dict[str, socket.socket] = {}
        for document in documents:
            if document.site not in sockets:
                sockets[document.site] = own = stack.enter_context(socket.socket())
                own.bind((HOST, 0))
        urls = {document.name: f"{_origin(sockets[document.site])}/{document.name}" for document in documents}
        pages = {urls[document.name]: document.html for document in documents}
        runner = web.AppRunner(_app(pages), access_log=None, shutdown_timeout=1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        for own in sockets.values():
            await web.SockSite(runner, own).start()
        yield urls


def write_outlet_files(folder: Path, documents: Sequence[Document], urls: Mapping[str, str]) -> Path:
    """Write the built-in files of the documents' outlets with loopback as their domain; return the folder."""
    folder.mkdir(parents=True)
    sites = {document.outlet: urls[document.name].split("/")[2] for document in documents if document.outlet}
    for outlet in outlets.load((), builtin=True):
        if outlet.id in sites:
            facts = outlet.model_dump(mode="json") | {"domains": [sites[outlet.id]], "feeds": [], "short_hosts": []}
            text = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False)
            (folder / f"{outlet.id}.yaml").write_text(text, encoding="utf-8")
    return folder


def _app(pages: Mapping[str, bytes]) -> web.Application:
    async def page(request: web.Request) -> web.Response:
        html = pages.get(f"http://{request.host}{request.path}")
        if html is None:  # robots.txt too: everything is allowed
            return web.Response(status=404)
        return web.Response(body=html, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", page)
    return app


def _origin(own: socket.socket) -> str:
    return f"http://{HOST}:{own.getsockname()[1]}"
