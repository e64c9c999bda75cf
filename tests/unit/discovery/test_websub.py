"""WebSub: who may confirm, what counts as signed, and when to ask again."""

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.discovery.websub import LEASE_S, Subscription, authentic, links_in
from support.payloads import minutes

TOPIC, SECRET = "https://ajil.example/rss", "a secret"
WANTED = Subscription("https://hub.example/", TOPIC, SECRET)
ASKED = WANTED.asked(minutes(0))
QUERY = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "c-1", "hub.lease_seconds": "1000"}
DAY = 24 * 60


def test_the_request_says_what_the_standard_wants() -> None:
    """Mode, topic, callback, secret and lease."""
    assert WANTED.form("https://us.example/websub/1") == {
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.callback": "https://us.example/websub/1",
        "hub.secret": SECRET,
        "hub.lease_seconds": str(LEASE_S),
    }


def test_a_challenge_that_was_expected_is_echoed() -> None:
    """From then on the hub pushes, until the lease ends."""
    told = ASKED.challenged(QUERY, minutes(1))

    assert told.answer == "c-1"
    assert told.subscription.active(minutes(1))
    assert told.subscription.active(minutes(1 + 999 / 60))
    assert not told.subscription.active(minutes(1 + 1001 / 60))


@pytest.mark.parametrize(
    ("subscription", "changed", "minute"),
    [
        (WANTED, {}, 1),
        (ASKED, {"hub.topic": "https://other.example/rss"}, 1),
        (ASKED, {"hub.mode": "unsubscribe"}, 1),
        (ASKED, {"hub.mode": ""}, 1),
        (ASKED, {"hub.challenge": ""}, 1),
        (ASKED, {"hub.challenge": "x" * 5_000}, 1),
        (ASKED, {}, 7 * 60),
        (ASKED.challenged({"hub.mode": "denied", "hub.topic": TOPIC}, minutes(1)).subscription, {}, 2),
    ],
    ids=["not asked", "other topic", "unsubscribe", "no mode", "no challenge", "long", "too late", "denied"],
)
def test_others_are_not_confirmed(subscription: Subscription, changed: dict[str, str], minute: float) -> None:
    """Nobody subscribes us to anything, and nobody takes a subscription away."""
    told = subscription.challenged(QUERY | changed, minutes(minute))

    assert told.answer is None
    assert told.subscription == subscription


@pytest.mark.parametrize("lease", ["", "0", "-1", "x", "٣", "9" * 30])
def test_a_strange_lease_is_ours(lease: str) -> None:
    """As we asked for it."""
    told = ASKED.challenged(QUERY | {"hub.lease_seconds": lease}, minutes(0))

    assert told.subscription.expires_at == minutes(LEASE_S / 60).isoformat()


def test_a_denial_ends_it_for_a_week() -> None:
    """Polling goes on."""
    told = ASKED.challenged({"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "no"}, minutes(1))

    assert told.answer == ""
    assert not told.subscription.active(minutes(2))
    assert not told.subscription.due(minutes(6 * DAY))
    assert told.subscription.due(minutes(7 * DAY))


def test_a_lease_is_renewed_before_it_ends() -> None:
    """While the next one is asked for, the last one goes on."""
    active = ASKED.challenged(QUERY | {"hub.lease_seconds": str(10 * 86_400)}, minutes(0)).subscription
    assert not active.due(minutes(8.9 * DAY))
    assert active.due(minutes(9 * DAY))

    again = active.asked(minutes(9 * DAY))
    assert again.active(minutes(9.5 * DAY))
    assert not again.due(minutes(9.9 * DAY))
    assert again.challenged(QUERY, minutes(9 * DAY + 1)).answer == "c-1"


def test_a_hub_that_does_not_answer_is_asked_once_a_day() -> None:
    """Polling goes on."""
    assert WANTED.due(minutes(0))
    assert not ASKED.due(minutes(DAY - 1))
    assert ASKED.due(minutes(DAY))


def signed(method: str, body: bytes = b"body", secret: str = SECRET) -> str:
    """Return a signature."""
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures_of_the_standard_count(method: str) -> None:
    """Each of its methods, whatever the case of its letters."""
    assert authentic(SECRET, signed(method), b"body")
    assert authentic(SECRET, signed(method).upper(), b"body")


@pytest.mark.parametrize(
    "signature",
    [None, "", "sha256", "sha256=", signed("md5"), signed("sha256", b"other"), signed("sha256", b"body", "guess"),
     "sha256=" + hashlib.sha256(b"body").hexdigest(), signed("sha256")[:-1], "sha256=é", "none=" + "0" * 64],
)  # fmt: skip
def test_others_do_not_count(signature: str | None) -> None:
    """No signature, another method, body or secret, a plain hash, a part of it."""
    assert not authentic(SECRET, signature, b"body")


@given(st.text(max_size=80), st.binary(max_size=40))
def test_no_noise_is_a_signature(signature: str, body: bytes) -> None:
    """And none raises."""
    assert not authentic(SECRET, signature, body)


@pytest.mark.parametrize(
    ("header", "hubs"),
    [
        ('<https://hub.example/>; rel="hub"', ["https://hub.example/"]),
        (
            '<https://a.example/>; rel=self, <https://b.example/?x=1,2>; rel="nofollow HUB"',
            ["https://b.example/?x=1,2"],
        ),
        ('<https://a.example/>; title="rel=hub"; rel=next', []),
        ("<https://a.example/>; rel=hub, <https://b.example/>; rel=hub", ["https://a.example/", "https://b.example/"]),
        ("https://a.example/; rel=hub", []),
        ("", []),
        ("<" * 50_000, []),
    ],
)
def test_link_headers_are_read(header: str, hubs: list[str]) -> None:
    """As RFC 8288 has them; noise is no link."""
    assert links_in(header, "hub") == hubs


@given(st.dictionaries(st.sampled_from([*QUERY, "x"]), st.text(max_size=20)))
def test_any_query_has_an_answer(query: dict[str, Any]) -> None:
    """And only the expected challenge is echoed."""
    assert ASKED.challenged(query, minutes(1)).answer in {None, "", query.get("hub.challenge")}
