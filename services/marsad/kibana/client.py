"""The connection to Kibana: requests as its API wants them, and what its answers mean to us.

Every writing request bears `kbn-xsrf`. Redirects are not followed (Kibana redirects a person to its log-in page), no
proxy is taken from the environment, and an answer is read up to a cap of bytes and of time.
"""

import ssl
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx
import orjson

from marsad.errors import KibanaError, KibanaUnavailable, MarsadError, SettingsError
from marsad.passwords import read_password
from marsad.settings import Settings

__all__ = ["Kibana", "connect"]

REQUEST_S = 60.0  # the first write after a start builds indices; for each silence, and for a body as a whole
MAX_ANSWER = 8 << 20  # bytes; a data view comes back with all its fields
REASON_CHARS = 400  # of a foreign message: it may quote a document
POLL_S = 1.0
READY_S = 300.0

_ADVICE = {
    401: "the user or password is wrong: see MARSAD_SEARCH__USERNAME and MARSAD_SEARCH__PASSWORD_FILE",
    403: "the user lacks the right: `marsad dashboard` is run as `elastic`",
    404: "there is no such API: is MARSAD_KIBANA__URL a Kibana of 9.5 or later, its base path included?",
    409: "somebody else wrote the same object in this moment: run `marsad dashboard` again",
}


class Kibana:
    """A Kibana, to be asked and told.

    Args:
        http: with address and account; closed together with this.
        sleep: waits so many seconds.
        clock: seconds, from anywhere.
    """

    def __init__(
        self,
        http: httpx.Client,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._sleep = sleep
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def wait_until_ready(self, timeout_s: float = READY_S) -> None:
        """Return when Kibana says that it is available.

        Raises:
            KibanaUnavailable: it was not so within `timeout_s` seconds; the message holds the last answer.
            KibanaError: no waiting helps: the account is wrong, or it is no Kibana.
        """
        deadline = self._clock() + timeout_s
        while True:
            try:
                level = _level(self._ask("GET", "/api/status"))
                if level == "available":
                    return
                last = f"Kibana says that it is {level}"
            except KibanaUnavailable as error:
                last = str(error)
            if self._clock() >= deadline:
                raise KibanaUnavailable(
                    f"Kibana at {self._http.base_url} is not ready after {timeout_s:.0f} s. Last: {last}"
                )
            self._sleep(POLL_S)

    def read(self, path: str) -> dict[str, Any] | None:
        """Return an object, or None where there is none. Raises KibanaError, KibanaUnavailable."""
        return self._ask("GET", path, missing=True)

    def write(self, method: str, path: str, body: object) -> None:
        """Send an object; when it returns, Kibana has taken it. Raises KibanaError, KibanaUnavailable."""
        self._ask(method, path, content=orjson.dumps(body))

    def _ask(
        self, method: str, path: str, *, content: bytes | None = None, missing: bool = False
    ) -> dict[str, Any] | None:
        doing = f"{method} {path}"
        headers = {"content-type": "application/json"} if content is not None else {}
        try:
            with self._http.stream(method, path.lstrip("/"), content=content, headers=headers) as answer:
                body = self._body(answer, doing)
        except httpx.HTTPError as error:
            raise KibanaUnavailable(
                f"{doing}: no answer from {self._http.base_url}: {_short(error)} ({type(error).__name__}). "
                "Does Kibana run, and is MARSAD_KIBANA__URL right?"
            ) from error
        if missing and answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if not answer.is_success:
            raise _refusal(answer, body, doing)
        return _object(body, doing) if body else {}

    def _body(self, answer: httpx.Response, doing: str) -> bytes:
        """Return the bytes of an answer that is neither too long nor sent drop by drop."""
        parts, size, deadline = [], 0, self._clock() + REQUEST_S
        for part in answer.iter_bytes():
            size += len(part)
            if size > MAX_ANSWER:
                raise KibanaError(f"{doing}: the answer is longer than {MAX_ANSWER} bytes: it is hardly Kibana's")
            if self._clock() > deadline:
                raise KibanaUnavailable(f"{doing}: the answer was not whole after {REQUEST_S:.0f} s")
            parts.append(part)
        return b"".join(parts)


def connect(own: Settings) -> Kibana:
    """Return a connection; nothing is asked yet. The caller closes it (it is a context manager).

    Raises:
        SettingsError: no address is set, or address, certificate or password file are wrong.
    """
    if own.kibana.url is None:
        raise SettingsError("MARSAD_KIBANA__URL is not set: the address of Kibana, such as http://127.0.0.1:5601")
    path = own.search.password_file
    password = read_password(path, "MARSAD_SEARCH__PASSWORD_FILE") if path else None
    return Kibana(
        httpx.Client(
            base_url=_address(own.kibana.url),
            auth=(own.search.username, password) if password else None,
            headers={"kbn-xsrf": "true", "accept": "application/json"},
            timeout=REQUEST_S,
            verify=_trust(own),
            trust_env=False,
        )
    )


def _address(text: str) -> httpx.URL:
    """Return the URL; a wrong one is not quoted, for it may hold a password."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.userinfo or not url.host:
        raise SettingsError("MARSAD_KIBANA__URL must be http(s)://host:port, without user and password")
    return url


def _trust(own: Settings) -> ssl.SSLContext:
    """Return whose certificates are believed: those of the cluster's authority, or where none is named the system's."""
    try:
        return ssl.create_default_context(cafile=own.search.ca_file)
    except OSError as error:
        raise SettingsError(
            f"MARSAD_SEARCH__CA_FILE: {own.search.ca_file} holds no certificate: {error.strerror}"
        ) from error


def _refusal(answer: httpx.Response, body: bytes, doing: str) -> MarsadError:
    """Return what an answer other than 2xx means. 429 and 5xx: later. Else the request or the account is wrong."""
    status = answer.status_code
    if answer.is_redirect:
        return KibanaError(
            f"{doing}: Kibana redirects ({status}) to {_short(answer.headers.get('location', 'nowhere'))}. "
            "MARSAD_KIBANA__URL must hold its base path, and the scheme it is served by."
        )
    cause = f"{doing}: Kibana answered {status}: {_message(body)}"
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return KibanaUnavailable(cause)
    return KibanaError(f"{cause}; {_ADVICE[status]}" if status in _ADVICE else cause)


def _message(body: bytes) -> str:
    """Return Kibana's own words: the `message` of its JSON, or the text as it stands."""
    try:
        told = orjson.loads(body)
    except ValueError:
        told = body.decode("utf-8", "replace")
    if isinstance(told, dict):
        told = told.get("message") or told.get("error") or told
    return _short(told) or "nothing"


def _object(body: bytes, doing: str) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except ValueError as error:
        raise KibanaError(f"{doing}: the answer is no JSON: {_short(body.decode('utf-8', 'replace'))}") from error
    if not isinstance(told, dict):
        raise KibanaError(f"{doing}: the answer is no object: it is hardly Kibana's")
    return told


def _level(told: dict[str, Any] | None) -> str:
    """Return `status.overall.level` of `/api/status`."""
    at: object = told
    for key in ("status", "overall", "level"):
        at = at.get(key) if isinstance(at, dict) else None
    if not isinstance(at, str):
        raise KibanaError("GET /api/status: the answer has no status.overall.level: it is hardly Kibana's")
    return _short(at)


def _short(text: object) -> str:
    clean = " ".join(str(text).split())
    return clean if len(clean) <= REASON_CHARS else f"{clean[:REASON_CHARS]}…"
