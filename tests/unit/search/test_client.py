"""The connection and the meaning of the client's errors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import elastic_transport
import elasticsearch.exceptions
import pytest
from elastic_transport import ApiError, ApiResponseMeta, HttpHeaders, NodeConfig, TransportError

from marsad.errors import MarsadError, SearchUnavailable, SettingsError, StateConflict
from marsad.search import client as client_module
from marsad.search.client import connect, mapped, reason_of, translate, wait_until_ready
from marsad.settings import Search, Settings

FakeServer = Any  # of conftest.py
NODE = NodeConfig("http", "fake", 9200)


def api_error(status: int, body: object = None, kind: type[ApiError] = ApiError) -> ApiError:
    """Return an error as the client raises it."""
    meta = ApiResponseMeta(node=NODE, status=status, http_version="1.1", headers=HttpHeaders(), duration=0.0)
    return kind(message="message", meta=meta, body=body)


def family(base: type[Exception]) -> Iterator[type[Exception]]:
    """Yield a class and everything below it."""
    yield base
    for child in base.__subclasses__():
        yield from family(child)


@pytest.mark.parametrize("kind", sorted(set(family(TransportError)), key=str))
def test_every_transport_error_means_that_elasticsearch_is_away(kind: type[TransportError]) -> None:
    """Whatever the transport raises, today or in a later version, is transient for everybody."""
    error = translate(kind("it broke"), "reading state")

    assert type(error) is SearchUnavailable
    assert str(error).startswith("reading state: ")
    assert "it broke" in str(error)


def test_where_nothing_listens_the_remedy_is_named() -> None:
    """Most often the local servers were not started."""
    said = str(translate(elastic_transport.ConnectionError("refused"), "searching"))
    assert "`marsad up`" in said
    assert "`docker compose ps`" in said
    assert "`marsad up`" not in str(translate(elastic_transport.ConnectionTimeout("slow"), "searching"))


@pytest.mark.parametrize("kind", sorted(set(family(ApiError)), key=str))
def test_every_answer_has_a_meaning(kind: type[ApiError]) -> None:
    """No class of answer and no status leaves the error tree; each message says what was being done."""
    for status in range(300, 600):
        error = translate(api_error(status, kind=kind), "reading state")

        assert isinstance(error, MarsadError)
        assert str(error).startswith("reading state: ")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, MarsadError),
        (401, SearchUnavailable),
        (403, SearchUnavailable),
        (404, SearchUnavailable),
        (408, SearchUnavailable),
        (409, StateConflict),
        (413, MarsadError),
        (429, SearchUnavailable),
        (500, SearchUnavailable),
        (503, SearchUnavailable),
    ],
)
def test_statuses(status: int, expected: type[MarsadError]) -> None:
    """Waiting helps for 401, 403, 404, 408, 429 and 5xx; 409 is a conflict; the rest is our own mistake."""
    body = {"error": {"type": "some_exception", "reason": "because"}}

    error = translate(api_error(status, body), "x")

    assert type(error) is expected
    assert f"answered {status}: some_exception: because" in str(error)


@pytest.mark.parametrize(("status", "word"), [(401, "PASSWORD_FILE"), (403, "right"), (404, "marsad setup")])
def test_the_message_says_what_an_operator_can_do(status: int, word: str) -> None:
    """Refusals that a person can end say how."""
    assert word in str(translate(api_error(status), "x"))


def test_tls_failures_name_the_setting() -> None:
    """A certificate that does not verify points to the setting of the authority."""
    assert "MARSAD_SEARCH__CA_FILE" in str(translate(elastic_transport.TlsError("self-signed"), "x"))


def test_another_product_is_named() -> None:
    """A server that is not Elasticsearch is said to be none."""
    kind = elasticsearch.exceptions.UnsupportedProductError
    assert "not Elasticsearch" in str(translate(api_error(200, kind=kind), "x"))


def test_mapped_keeps_the_cause_and_leaves_other_errors_alone() -> None:
    """Only the client's errors are turned; the original is the cause."""
    original = elastic_transport.ConnectionError("refused")
    with pytest.raises(SearchUnavailable) as caught, mapped("x"):
        raise original
    assert caught.value.__cause__ is original

    with pytest.raises(KeyError), mapped("x"):
        raise KeyError("ours")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": {"type": "t", "reason": "r", "caused_by": {"reason": "deeper"}}}, "t: r (deeper)"),
        ({"error": "plain"}, "plain"),
        ("<html>\n bad   gateway", "<html> bad gateway"),
        (None, "None"),
    ],
)
def test_reasons_are_one_line(body: object, expected: str) -> None:
    """Whatever shape an error body has, its reason is one line."""
    assert reason_of(body) == expected


def test_a_long_reason_is_shortened() -> None:
    """A reason that quotes a whole document does not fill the log."""
    assert len(reason_of({"error": {"type": "t", "reason": "r" * 10_000}})) < 500


async def test_the_client_never_repeats_by_itself(tmp_path: Path) -> None:
    """Repeats are decided by the caller; no time goes into compressing; the password is read from its file."""
    secret = tmp_path / "password"
    secret.write_text("s3cret\n")
    async with connect(Settings(search=Search(url="http://127.0.0.1:1", password_file=secret))) as client:
        (node,) = client.transport.node_pool.all()
        assert not node.config.http_compress
        assert client._max_retries == 0
        assert client._headers["authorization"].startswith("Basic ")
        with pytest.raises(SearchUnavailable, match="ConnectionError"), mapped("asking"):
            await client.info()


@pytest.mark.parametrize(("content", "word"), [(None, "cannot be read"), ("\n", "is empty")])
def test_a_password_file_that_holds_none_is_refused(tmp_path: Path, content: str | None, word: str) -> None:
    """A missing or empty password file is named, instead of asking without a password."""
    secret = tmp_path / "password"
    if content is not None:
        secret.write_text(content)
    with pytest.raises(SettingsError, match=f"MARSAD_SEARCH__PASSWORD_FILE.*{word}"):
        connect(Settings(search=Search(url="http://127.0.0.1:1", password_file=secret)))


@pytest.mark.parametrize("url", ["localhost:9200", "http://", "nonsense", "http://u:s3cret@127.0.0.1:99999"])
def test_a_wrong_address_is_named_without_its_password(url: str) -> None:
    """An address that cannot be one is a wrong setting; what it held is not repeated."""
    with pytest.raises(SettingsError, match="MARSAD_SEARCH__URL") as caught:
        connect(Settings(search=Search(url=url)))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_wrong_certificate_file_is_named(tmp_path: Path, content: str | None) -> None:
    """A file that is missing or holds no certificate is a wrong setting."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match="MARSAD_SEARCH__CA_FILE"):
        connect(Settings(search=Search(url="https://127.0.0.1:1", ca_file=path)))


async def test_waiting_ends_when_the_cluster_answers(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is still starting is asked again until it is ready."""
    monkeypatch.setattr(client_module, "POLL_S", 0)
    server.answers = [elastic_transport.ConnectionError("refused"), (503, {}), (408, {}), (200, {"status": "yellow"})]

    await wait_until_ready(server.client())

    assert len(server.requests) == 4


async def test_waiting_gives_up_with_the_last_answer(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the deadline the last reason is told."""
    monkeypatch.setattr(client_module, "POLL_S", 0)
    server.answer = lambda _request: (503, {"error": {"type": "master_not_discovered_exception", "reason": "none"}})

    with pytest.raises(SearchUnavailable, match=r"not ready after 0 s.*master_not_discovered"):
        await wait_until_ready(server.client(), timeout_s=0)
