"""Facts about HTTP/2 that misbehaves. Without certificates it cannot be negotiated, so it is spoken at once."""

import asyncio

import httpx
import pytest

from integration.fetching.test_client import make_settings
from marsad.fetching.answers import judge
from marsad.fetching.client import Answer, Client, Terms
from marsad.fetching.failures import FetchError, FetchFailed
from marsad.fetching.status import Meaning
from support.hostile import hostile_web
from support.hostile.http2 import HTTP2

DEADLINE_S = 2.0


async def ended(url: str) -> tuple[str, str]:
    """Return the state and the reason that one exchange ends in."""
    async with httpx.AsyncHTTPTransport(http1=False, http2=True) as transport:
        client = Client(transport, make_settings(deadline_s=DEADLINE_S))
        try:
            answer = await client.get(url, Terms("text/html", 1_000_000, page=True))
        except FetchError as error:
            return "retry" if isinstance(error, FetchFailed) else "refused", error.reason
    assert isinstance(answer, Answer)
    assert answer.http_version == "HTTP/2"
    verdict = judge(answer)
    return ("fetched" if verdict.meaning is Meaning.BODY else verdict.meaning.name), verdict.reason


@pytest.mark.parametrize("number", range(len(HTTP2)), ids=[behaviour.name for behaviour in HTTP2])
async def test_each_behaviour_ends_in_its_state(number: int) -> None:
    """Within the deadline, and with nothing left behind that would."""
    behaviour = HTTP2[number]
    async with hostile_web(HTTP2) as web, asyncio.timeout(DEADLINE_S + 5):
        state, reason = await ended(web.url(number, behaviour).replace("https:", "http:"))
    assert (state, reason in behaviour.reasons) == (behaviour.state, True), reason
