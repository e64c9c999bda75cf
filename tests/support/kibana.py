"""A Kibana that keeps what it is given and refuses what the real one would: headers, account, types, bodies, paths.

It fills in defaults as Kibana does, so that what comes back is more than what was sent.
"""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from support import kibana_rules as rules

USER, PASSWORD = "elastic", "the fake's own password"
Answer = tuple[int, Any, Mapping[str, str]]

VIEW, DASHBOARD, ROLE = (
    r"/api/data_views/data_view/([\w-]+)", r"/api/dashboards/([\w-]+)", r"/api/security/role/([\w-]+)",
)  # fmt: skip


class FakeKibana:
    """What it holds, what it was asked, and what it shall answer instead.

    Attributes:
        objects: by path.
        asked: method and path of each request that came.
        levels: what `/api/status` says, one by one; the last stays.
        instead: answers by method and path that are given in place of the right ones.
    """

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []
        self.levels = ["available"]
        self.instead: dict[tuple[str, str], Answer] = {}
        self.url = ""

    @property
    def written(self) -> list[tuple[str, str]]:
        """Requests that were to change something."""
        return [(method, path) for method, path in self.asked if method != "GET"]

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return status, JSON (or text) and further headers."""
        self.asked.append((method, path))
        if told := self.instead.get((method, path)):
            return told
        if path == "/api/status" and method == "GET":
            level = self.levels.pop(0) if len(self.levels) > 1 else self.levels[0]
            return 200 if level == "available" else 503, {"status": {"overall": {"level": level}}}, {}
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if headers.get("authorization") != f"Basic {expected}":
            return _error(401, "Unauthorized", "security_exception: unable to authenticate")
        return self._read(path) if method == "GET" else self._changed(method, path, headers, body)

    def _changed(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if "kbn-xsrf" not in headers:
            return _error(400, "Bad Request", "Request must contain a kbn-xsrf header.")
        if headers.get("content-type", "").partition(";")[0] != "application/json":
            return _error(415, "Unsupported Media Type", "Unsupported Media Type")
        try:
            return self._write(method, path, json.loads(body))
        except ValueError:
            return _error(400, "Bad Request", "Invalid request payload JSON format")

    def _read(self, path: str) -> Answer:
        if not any(re.fullmatch(known, path) for known in (VIEW, DASHBOARD, ROLE)):
            return _error(404, "Not Found", "Not Found")
        there = self.objects.get(path)
        return (200, there, {}) if there else _error(404, "Not Found", f"{path} was not found")

    def _write(self, method: str, path: str, body: Any) -> Answer:
        if method == "POST" and path == "/api/data_views/data_view":
            return self._data_view(body)
        if method == "PUT" and (found := re.fullmatch(DASHBOARD, path)):
            return self._dashboard(path, found[1], body)
        if method == "PUT" and re.fullmatch(ROLE, path):
            return self._role(path, body)
        return _error(404, "Not Found", "Not Found")

    def _data_view(self, body: Any) -> Answer:
        if wrong := rules.mistakes(rules.DATA_VIEW, body):
            return _invalid(wrong)
        view = body["data_view"]
        path = f"/api/data_views/data_view/{view.get('id', 'made-up')}"
        if path in self.objects and not body.get("override"):
            return _error(400, "Bad Request", f"Duplicate data view: {view['title']}")
        formats = {field: {"params": {}, **spec} for field, spec in view.get("fieldFormats", {}).items()}
        told = {"sourceFilters": [], "fields": {}, "version": "WzEsMV0=", **view, "fieldFormats": formats}
        told.pop("allowNoIndex", None)  # the real one does not tell what it takes by itself
        self.objects[path] = {"data_view": told}
        return 200, self.objects[path], {}

    def _dashboard(self, path: str, identity: str, body: Any) -> Answer:
        if wrong := [*rules.mistakes(rules.DASHBOARD, body), *self._unknown_views(body)]:
            return _invalid(wrong)
        status = 200 if path in self.objects else 201
        self.objects[path] = {"id": identity, "data": _filled_in(body), "meta": {"version": "WzIsMV0="}}
        return status, self.objects[path], {}

    def _unknown_views(self, body: Any) -> Iterator[str]:
        """Yield data views that there are not: the real one would take them and draw nothing."""
        for identity in re.findall(r'"(?:ref_id|data_view_id)": "([^"]*)"', json.dumps(body)):
            if f"/api/data_views/data_view/{identity}" not in self.objects:
                yield f"no data view {identity}"

    def _role(self, path: str, body: Any) -> Answer:
        wrong = rules.mistakes(rules.ROLE, body)
        wrong += [
            f"feature {feature} is unknown"
            for entry in body.get("kibana", [])
            for feature in set(entry.get("feature", {})) - rules.FEATURES
        ]
        if wrong:
            return _invalid(wrong)
        held = body["elasticsearch"]
        indices = [{"allow_restricted_indices": False, **entry} for entry in held.get("indices", [])]
        self.objects[path] = {
            "metadata": {}, "transient_metadata": {"enabled": True}, **body,
            "name": path.rpartition("/")[2], "elasticsearch": {"run_as": [], **held, "indices": indices},
        }  # fmt: skip
        return 204, None, {}


def _filled_in(body: Any) -> Any:
    """Return a dashboard with the defaults and ids that Kibana adds."""
    panels = [{"id": f"panel-{number}", **panel} for number, panel in enumerate(body.get("panels", []))]
    controls = [{"id": f"control-{number}", **control} for number, control in enumerate(body.get("pinned_panels", []))]
    for panel in panels:
        if panel["type"] == "vis":
            panel["config"] = {"sampling": 1, "filters": [], **panel["config"]}
    return {"options": {"use_margins": True}, "filters": [], **body, "panels": panels, "pinned_panels": controls}


def _error(status: int, error: str, message: str) -> Answer:
    return status, {"statusCode": status, "error": error, "message": message}, {}


def _invalid(wrong: list[str]) -> Answer:
    return _error(400, "Bad Request", f"[request body]: {'; '.join(wrong)}")


@contextmanager
def served(fake: FakeKibana) -> Iterator[FakeKibana]:
    """Serve it on loopback for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake.answer))
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(answer: Callable[[str, str, Mapping[str, str], bytes], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, told, more = answer(self.command, urlsplit(self.path).path, headers, body)
            raw = b"" if told is None else told.encode() if isinstance(told, str) else json.dumps(told).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", "content-length": str(len(raw)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_PUT = do_POST = do_DELETE = _any  # noqa: N815 - the library's own names

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler
