"""Facts about one exchange, on a made-up web and in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from marsad.errors import SettingsError
from marsad.fetching.client import Answer, Client, Redirect, Terms, open_client
from marsad.fetching.failures import FetchError, FetchFailed, FetchRefused
from marsad.settings import Fetching
from unit.fetching.doubles import Reply, Web, make_page, make_settings, simulate

URL = "https://ajil.example/1"
TERMS = Terms("text/html", 1_000)


def get(
    web: Web,
    url: str = URL,
    *,
    terms: Terms = TERMS,
    headers: Mapping[str, str] | None = None,
    **settings: object,
) -> Answer | Redirect:
    """Ask a web for a URL."""
    return simulate(Client(web, make_settings(**settings)).get(url, terms, headers=headers))


def answer(reply: Reply, **arguments: object) -> Answer:
    """Return the answer of a web."""
    got = get(Web(reply), **arguments)  # type: ignore[arg-type]  # passed on as they are
    assert isinstance(got, Answer)
    return got


def refusal(reply: Reply, **arguments: object) -> str:
    """Return the reason why a web's answer is refused."""
    with pytest.raises(FetchRefused) as refused:
        get(Web(reply), **arguments)  # type: ignore[arg-type]  # passed on as they are
    return refused.value.reason


def test_an_answer_holds_what_later_steps_need() -> None:
    """Bytes unchanged, the charset left in the declared type, validators and chain."""
    body = "<p>خبر</p>".encode("windows-1256")
    headers = {"content-type": "text/html; charset=windows-1256", "etag": 'W/"7"', "last-modified": "Sun, 01 Mar 2026"}
    got = answer(lambda _: httpx.Response(200, headers=headers, content=body))
    assert (got.url, got.status, got.body, got.wire_bytes) == (URL, 200, body, len(body))
    assert (got.content_type, got.etag, got.last_modified) == (
        "text/html; charset=windows-1256",
        'W/"7"',
        "Sun, 01 Mar 2026",
    )


def test_a_request_says_who_asks_and_what_is_understood() -> None:
    """And nothing else: no cookies, no credentials, no referrer."""
    web = Web(lambda _: make_page(set_cookie="a=b; Path=/"))
    get(web, headers={"If-None-Match": '"7"'})
    get(web)
    first, second = (dict(request.headers) for request, _, _ in web.asked)
    assert first.pop("if-none-match") == '"7"'
    assert first == second
    assert second.pop("user-agent").startswith("Marsad/")
    assert second == {"host": "ajil.example", "accept": "text/html", "accept-encoding": "gzip, deflate, br, zstd"}


def test_without_a_contact_there_is_no_client() -> None:
    """Nothing is fetched anonymously."""
    with pytest.raises(SettingsError, match="MARSAD_FETCHING__CONTACT"):
        Client(Web(lambda _: make_page()), Fetching())


@pytest.mark.parametrize("status", [204, 206, 304, 400, 403, 404, 429, 500, 503])
def test_bodies_of_other_answers_are_not_read(status: int) -> None:
    """An error page may be endless and of any type."""
    got = answer(lambda _: make_page("x" * 5_000, status, content_type="video/mp4", retry_after="7"))
    assert (got.status, got.body, got.retry_after) == (status, b"", "7")


def test_caps_and_types_are_refused() -> None:
    """Each with its own reason."""
    assert refusal(lambda _: make_page("x" * 1_001)) == "size"
    assert (
        refusal(lambda _: httpx.Response(200, headers={"content-length": "2000", "content-type": "text/html"}))
        == "size"
    )
    assert refusal(lambda _: make_page(content_type="image/png")) == "type"
    assert refusal(lambda _: make_page(content_encoding="compress")) == "encoding"
    assert answer(lambda _: make_page("x" * 1_000)).wire_bytes == 1_000


def test_types_beside_text_are_taken_where_they_are_named() -> None:
    """Sitemaps come packed."""
    terms = Terms("text/xml", 1_000, types=frozenset({"application/gzip"}))
    assert answer(lambda _: make_page(content_type="application/gzip"), terms=terms).status == 200
    assert refusal(lambda _: make_page(content_type="image/png"), terms=terms) == "type"


def test_robots_terms_take_any_type_and_cut() -> None:
    """A robots.txt is read as far as the limit."""
    terms = Terms("text/plain", 100, text_only=False, cut=True)
    got = answer(lambda _: make_page("x" * 5_000, content_type="application/octet-stream"), terms=terms)
    assert len(got.body) == 100


@pytest.mark.parametrize("url", ["ftp://ajil.example/", "https://a:b@ajil.example/", "http://0x7f.1/", "nonsense"])
def test_a_url_that_may_not_be_asked_is_not_asked(url: str) -> None:
    """Nothing leaves this machine."""
    web = Web(lambda _: make_page())
    with pytest.raises(FetchRefused) as refused:
        get(web, url)
    assert refused.value.reason == "url"
    assert web.asked == []


def test_the_deadline_is_for_the_whole_exchange() -> None:
    """Parts of a body that are each in time are together too late."""

    async def drip() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(4)
            yield b"x"

    async def main() -> tuple[FetchError, float]:
        reply = httpx.Response(200, headers={"content-type": "text/html"}, content=drip())
        with pytest.raises(FetchFailed) as failed:
            await Client(Web(lambda _: reply), make_settings(deadline_s=10)).get(URL, TERMS)
        return failed.value, asyncio.get_running_loop().time()

    error, took = simulate(main())
    assert error.reason == "timeout"
    assert took == pytest.approx(10)


def test_waiting_for_room_is_not_part_of_the_deadline() -> None:
    """`concurrency` bounds the requests under way; who waits for others does not time out for it."""

    async def main() -> float:
        web = Web(lambda _: make_page(), takes_s=lambda _: 9)
        client = Client(web, make_settings(deadline_s=10, concurrency=2))
        await asyncio.gather(*(client.get(f"{URL}{number}", TERMS) for number in range(6)))
        return asyncio.get_running_loop().time()

    assert simulate(main()) == pytest.approx(27)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (httpx.ReadError("cut"), "connection"),
        (httpx.RemoteProtocolError("nonsense"), "protocol"),
        (KeyError("h2"), "unknown"),
    ],
)
def test_whatever_the_libraries_raise_becomes_a_failure(error: Exception, reason: str) -> None:
    """Strangers' bytes decide what that is; nothing else escapes."""

    def reply(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(FetchFailed) as failed:
        get(Web(reply))
    assert failed.value.reason == reason


@pytest.mark.parametrize("value", ["x" * 1_025, "é", "tab\there"])
def test_validators_that_cannot_be_sent_back_are_dropped(value: str) -> None:
    """Too long for the contract, or no plain ASCII."""
    headers = [(b"content-type", b"text/html"), (b"etag", value.encode()), (b"last-modified", value.encode())]
    got = answer(lambda _: httpx.Response(200, headers=headers, content=b"x"))
    assert (got.etag, got.last_modified) == (None, None)


def test_a_declared_type_is_cut_to_what_the_contract_takes() -> None:
    """Parameters may be endless."""
    got = answer(lambda _: make_page(content_type="text/html; x=" + "y" * 5_000))
    assert got.content_type is not None
    assert len(got.content_type) == 512


async def test_environment_proxies_are_not_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect for us, past the address guard."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(f"{host}:{port}")
        return ["127.0.0.1"]

    async with open_client(make_settings(), resolve) as client:
        with pytest.raises(FetchRefused) as refused:
            await client.get("http://ajil.example/", TERMS)
    assert refused.value.reason == "address"
    assert asked == ["ajil.example:80"]
