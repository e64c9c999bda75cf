"""Facts about errors of the HTTP libraries."""

import ssl

import h2.exceptions
import httpcore
import httpx
import pytest

from marsad.errors import MarsadError
from marsad.fetching.failures import UNKNOWN, FetchError, FetchFailed, FetchRefused, to_fetch_error

REQUEST = httpx.Request("GET", "https://news.example/")
_ALL = [
    value
    for value in (getattr(httpx, name) for name in httpx.__all__)
    if isinstance(value, type) and issubclass(value, Exception)
]
HTTPX_ERRORS = [kind for kind in _ALL if not any(issubclass(other, kind) for other in _ALL if other is not kind)]
NO_ARGUMENTS = {httpx.StreamConsumed, httpx.StreamClosed, httpx.ResponseNotRead, httpx.RequestNotRead}


def make(kind: type[Exception]) -> Exception:
    """Return an error of this kind, whatever its constructor asks for."""
    if issubclass(kind, httpx.HTTPStatusError):
        return kind("status", request=REQUEST, response=httpx.Response(500))
    return kind() if kind in NO_ARGUMENTS else kind("what happened")


@pytest.mark.parametrize("kind", HTTPX_ERRORS)
def test_no_exception_of_httpx_is_unmapped(kind: type[Exception]) -> None:
    """Whatever httpx raises, now or after an update, has a meaning of its own here."""
    assert to_fetch_error(make(kind)).reason != UNKNOWN


def test_there_are_exceptions_to_map() -> None:
    """The list above is not empty by accident."""
    assert {httpx.ConnectError, httpx.InvalidURL, httpx.StreamConsumed, httpx.TooManyRedirects} <= set(HTTPX_ERRORS)


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (TimeoutError(), FetchFailed, "timeout"),
        (httpx.ConnectTimeout("x"), FetchFailed, "timeout"),
        (httpx.PoolTimeout("x"), FetchFailed, "timeout"),
        (httpx.ConnectError("x"), FetchFailed, "connection"),
        (httpx.ReadError("x"), FetchFailed, "connection"),
        (httpx.RemoteProtocolError("x"), FetchFailed, "protocol"),
        (h2.exceptions.FrameTooLargeError("x"), FetchFailed, "protocol"),
        (httpx.DecodingError("x"), FetchFailed, "encoding"),
        (httpx.UnsupportedProtocol("x"), FetchRefused, "url"),
        (httpx.InvalidURL("x"), FetchRefused, "url"),
        (httpx.TooManyRedirects("x"), FetchRefused, "redirects"),
        (KeyError("a bug below httpx"), FetchFailed, UNKNOWN),
    ],
)
def test_errors_mean_what_the_ledger_says(error: Exception, outcome: type[FetchError], reason: str) -> None:
    """What can pass is tried again, what cannot is refused."""
    meant = to_fetch_error(error)
    assert (type(meant), meant.reason) == (outcome, reason)
    assert type(error).__name__ in meant.detail


def test_no_detail_ends_with_a_colon() -> None:
    """Python's own time-out says nothing, and neither do some of httpx; people read why all the same."""
    assert to_fetch_error(TimeoutError()).detail == "TimeoutError: not within the deadline"
    assert to_fetch_error(httpx.ConnectError("")).detail == "ConnectError: no more is known"


def test_an_error_of_ours_stays_itself() -> None:
    """Our own refusals pass through the libraries unchanged, and belong to the one error tree."""
    own = FetchRefused("address", "10.0.0.1 is private")
    assert to_fetch_error(own) is own
    assert isinstance(own, MarsadError)
    assert str(own) == "address: 10.0.0.1 is private"


def test_a_certificate_is_told_from_a_cut_line() -> None:
    """Both are a ConnectError to httpx; operators need to know which it is, however deep it is wrapped."""
    inner = httpcore.ConnectError(ssl.SSLCertVerificationError("certificate has expired"))
    error = httpx.ConnectError("certificate has expired")
    error.__cause__ = inner
    assert to_fetch_error(error).reason == "tls"
    raised_while_handling = httpx.ConnectError("eof")
    raised_while_handling.__context__ = ssl.SSLEOFError("eof")
    assert to_fetch_error(raised_while_handling).reason == "tls"
    assert to_fetch_error(httpx.ConnectError("refused")).reason == "connection"


def test_waiting_for_bytes_over_tls_is_no_error_of_tls() -> None:
    """The ssl module says so by raising; that is the context of many a timeout and of a cut line."""
    for error, reason in ((httpx.ReadTimeout("slow"), "timeout"), (httpx.ReadError("cut"), "connection")):
        error.__context__ = ssl.SSLWantReadError("the operation did not complete")
        assert to_fetch_error(error).reason == reason
    deadline = TimeoutError()
    deadline.__context__ = ssl.SSLError("broken, but the deadline came first")
    assert to_fetch_error(deadline).reason == "timeout"
