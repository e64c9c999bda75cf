"""Why a fetch came to nothing, and the one place where the errors of httpx become that."""

import ssl
from collections.abc import Iterator

import h2.exceptions
import httpx

from marsad.errors import MarsadError


class FetchError(MarsadError):
    """A fetch came to nothing.

    Attributes:
        reason: a short code for the ledger.
        detail: for people.
        way: URLs that led on before it happened, in order.
    """

    way: tuple[str, ...] = ()

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class FetchRefused(FetchError):
    """By our rules (URL, address, redirects, size, type): trying again would not help."""


class FetchBlocked(FetchError):
    """By them: a redirect leads to a captcha or a consent wall."""


class FetchFailed(FetchError):
    """This time (name, connection, TLS, time, protocol): trying again may help."""


UNKNOWN = "unknown"

_TIMEOUTS = (TimeoutError, httpx.TimeoutException)

_CAUSES: tuple[tuple[type[Exception], type[FetchError], str], ...] = (
    *((kind, FetchFailed, "timeout") for kind in _TIMEOUTS),
    (httpx.NetworkError, FetchFailed, "connection"),
    (httpx.ProxyError, FetchFailed, "connection"),
    (httpx.ProtocolError, FetchFailed, "protocol"),
    (h2.exceptions.H2Error, FetchFailed, "protocol"),  # within a body httpcore passes it on as it is
    (httpx.DecodingError, FetchFailed, "encoding"),
    (httpx.UnsupportedProtocol, FetchRefused, "url"),
    (httpx.InvalidURL, FetchRefused, "url"),
    (httpx.TooManyRedirects, FetchRefused, "redirects"),
    # A client that was used wrongly: ours is not, and should it ever be, another attempt may go well.
    (httpx.HTTPStatusError, FetchFailed, "client"),
    (httpx.CookieConflict, FetchFailed, "client"),
    (httpx.StreamError, FetchFailed, "client"),
)


def to_fetch_error(error: Exception) -> FetchError:
    """Return what an error of the HTTP libraries means to us; what nobody foresaw may be tried again."""
    if isinstance(error, FetchError):
        return error
    said = str(error) or ("not within the deadline" if isinstance(error, _TIMEOUTS) else "no more is known")
    detail = f"{type(error).__name__}: {said}"
    if not isinstance(error, _TIMEOUTS) and any(_is_of_tls(cause) for cause in _causes(error)):
        return FetchFailed("tls", detail)
    for kind, outcome, reason in _CAUSES:
        if isinstance(error, kind):
            return outcome(reason, detail)
    return FetchFailed(UNKNOWN, detail)


def _is_of_tls(cause: object) -> bool:
    """Whether TLS broke; that it waits for more bytes is no error, though ssl raises it as one."""
    return isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLWantReadError | ssl.SSLWantWriteError)


def _causes(error: BaseException) -> Iterator[object]:
    """Yield the error, what it was raised from, and what those wrap (httpcore wraps the original as its argument)."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        yield from seen.args
        seen = seen.__cause__ or seen.__context__
