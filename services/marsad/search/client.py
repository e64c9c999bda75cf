"""The connection to Elasticsearch, and what its client's errors mean to us.

The client itself never repeats a request: whether to repeat depends on what the request was, and a repeat inside the
client would hide a 429 that concerns single documents. Who calls decides (the sink repeats items, runners repeat
batches).

Bodies go as they are: compressing them took a tenth of what indexing used, and saves little where the server is near.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from elastic_transport import ApiError, TlsError, TransportError
from elastic_transport import ConnectionError as NoConnection
from elastic_transport.client_utils import DEFAULT
from elasticsearch import AsyncElasticsearch
from elasticsearch.exceptions import UnsupportedProductError
from elasticsearch.serializer import OrjsonSerializer

from marsad.errors import MarsadError, SearchUnavailable, SettingsError, StateConflict
from marsad.passwords import read_password
from marsad.settings import Settings

__all__ = ["connect", "mapped", "translate", "wait_until_ready"]

REQUEST_S = 30.0  # a request that takes longer is given up; Elasticsearch may still carry it out
POLL_S = 0.5
REASON_CHARS = 400  # of a foreign message: it may quote a document

_ADVICE = {
    401: "the user or password is wrong: see MARSAD_SEARCH__USERNAME and MARSAD_SEARCH__PASSWORD_FILE",
    403: "the user lacks the right, or the cluster blocks the index (a full disk does that)",
    404: "the index is missing: `marsad setup` creates it",
}


def connect(settings: Settings) -> AsyncElasticsearch:
    """Return a client; nothing is asked yet. The caller closes it (it is an async context manager).

    Raises:
        SettingsError: no address is known, or address, certificate or password file are wrong.
    """
    search = settings.search
    url, password = settings.search_url(), _password(settings)
    try:
        return AsyncElasticsearch(
            url,
            basic_auth=(search.username, password) if password else None,
            ca_certs=str(search.ca_file) if search.ca_file else DEFAULT,
            serializer=OrjsonSerializer(),
            request_timeout=REQUEST_S,
            max_retries=0,
        )
    except OSError as error:
        raise SettingsError(f"MARSAD_SEARCH__CA_FILE: {search.ca_file} holds no certificate: {error}") from error
    except ValueError as error:  # not quoted: it may hold the address with a password
        raise SettingsError(
            "MARSAD_SEARCH__URL must be http(s)://host:port, and MARSAD_SEARCH__CA_FILE name an existing file"
        ) from error


async def wait_until_ready(client: AsyncElasticsearch, timeout_s: float = 180.0) -> None:
    """Return when the cluster answers and every primary shard is there.

    Raises:
        SearchUnavailable: it was not so within `timeout_s` seconds; the message holds the last answer.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while True:
        try:
            with mapped("waiting for Elasticsearch"):
                await client.cluster.health(wait_for_status="yellow", timeout="5s")
        except SearchUnavailable as error:
            if loop.time() >= deadline:
                raise SearchUnavailable(f"Elasticsearch is not ready after {timeout_s:.0f} s. Last: {error}") from error
            await asyncio.sleep(POLL_S)
        else:
            return


@contextmanager
def mapped(doing: str) -> Iterator[None]:
    """Turn the client's errors into ours. `doing` says what was under way, for the message."""
    try:
        yield
    except (TransportError, ApiError) as error:
        raise translate(error, doing) from error


def translate(error: TransportError | ApiError, doing: str) -> MarsadError:
    """Return what a client's error means: the one place where that is decided.

    SearchUnavailable: no answer, an answer that is none of Elasticsearch's, 401, 403, 404, 408, 429 and 5xx: it gets
    better by waiting or by an operator's hand, so the batch is held. StateConflict: 409. Else a plain MarsadError: the
    request itself is wrong, and would be wrong again.
    """
    if isinstance(error, TlsError):
        return SearchUnavailable(f"{doing}: TLS failed ({_short(error.message)}): see MARSAD_SEARCH__CA_FILE")
    if isinstance(error, TransportError):
        advice = ". Is it running (`marsad up`, `docker compose ps`)?" if isinstance(error, NoConnection) else ""
        return SearchUnavailable(f"{doing}: {type(error).__name__}: {_short(error.message)}{advice}")
    if isinstance(error, UnsupportedProductError):
        return SearchUnavailable(f"{doing}: the server at MARSAD_SEARCH__URL is not Elasticsearch")
    status = error.meta.status
    cause = f"{doing}: Elasticsearch answered {status}: {reason_of(error.body)}"
    if status in _ADVICE:
        return SearchUnavailable(f"{cause}; {_ADVICE[status]}")
    if waits(status):
        return SearchUnavailable(cause)
    return StateConflict(cause) if status == 409 else MarsadError(cause)  # noqa: PLR2004 - HTTP's own number


def waits(status: int) -> bool:
    """Whether an HTTP status, of a request or of one item, means "later"."""
    return status in {408, 429} or status >= 500  # noqa: PLR2004 - HTTP's own numbers


def reason_of(body: object) -> str:
    """Return type and reason of an error as Elasticsearch writes it, shortened."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        cause = error.get("caused_by")
        inner = f" ({cause.get('reason')})" if isinstance(cause, dict) and cause.get("reason") else ""
        return _short(f"{error.get('type', 'error')}: {error.get('reason', '')}{inner}")
    return _short(str(error))


def _short(text: object) -> str:
    clean = " ".join(str(text).split())
    return clean if len(clean) <= REASON_CHARS else f"{clean[:REASON_CHARS]}…"


def _password(settings: Settings) -> str | None:
    path = settings.search.password_file
    return read_password(path, "MARSAD_SEARCH__PASSWORD_FILE") if path else None
