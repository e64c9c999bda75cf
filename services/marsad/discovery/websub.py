"""WebSub (https://www.w3.org/TR/websub/) from the subscriber's side: pure decisions, without any I/O.

A feed names its hub; a subscription is asked for by POST (a fetch task), confirmed by the hub at the public callback,
and lasts for a lease. What a hub pushes counts only with the right signature. Polling goes on all the while, seldom
where a hub pushes, so a hub that falls silent delays news and loses none.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self

__all__ = ["Challenged", "Subscription", "authentic", "links_in"]

LEASE_S = 10 * 86_400  # asked for; the hub decides
LEASE_MOST_S = 366 * 86_400
RENEW_BEFORE = 0.1  # of the lease
ASK_AGAIN = timedelta(days=1)  # where a hub does not confirm
AFTER_DENIAL = timedelta(days=7)
CONFIRMED_WITHIN = timedelta(hours=6)
CHALLENGE_CHARS = 1_024
PLACE = 32  # hexadecimal digits
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})
_LINK = re.compile(r"<([^<>]{1,2048})>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s,;\"]+))*)")  # RFC 8288, 3
_RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s,;\"]+))", re.IGNORECASE)

State = Literal["wanted", "pending", "active", "denied"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed's subscription at its hub.

    Attributes:
        hub: URL that subscriptions are asked of.
        topic: the feed's URL as the feed names it.
        secret: known to us and the hub; signs what it pushes.
        state: `wanted` until it is asked for, `pending` until the hub confirms it.
        asked_at: when it was asked for last, ISO 8601.
        expires_at: end of the lease, ISO 8601.
        renew_at: when to ask for the next lease, ISO 8601.
    """

    hub: str
    topic: str
    secret: str
    state: State = "wanted"
    asked_at: str | None = None
    expires_at: str | None = None
    renew_at: str | None = None

    def place(self, feed_id: str) -> str:
        """Return the end of the callback's address, which nobody guesses (section 5.1); it does not tell the secret."""
        return f"{feed_id}-{hmac.new(self.secret.encode(), feed_id.encode(), 'sha256').hexdigest()[:PLACE]}"

    def active(self, now: datetime) -> bool:
        """Whether the hub pushes."""
        return self.expires_at is not None and now < datetime.fromisoformat(self.expires_at)

    def due(self, now: datetime) -> bool:
        """Whether it is to be asked for."""
        if self.asked_at is None:
            return True
        since = now - datetime.fromisoformat(self.asked_at)
        if self.state == "active" and self.renew_at is not None:
            return now >= datetime.fromisoformat(self.renew_at)
        return since >= (AFTER_DENIAL if self.state == "denied" else ASK_AGAIN)

    def asked(self, now: datetime) -> Self:
        """Return it as asked for; a lease that still runs goes on."""
        return replace(self, state="pending", asked_at=now.isoformat())

    def form(self, callback: str) -> dict[str, str]:
        """Return the fields of the request (section 5.1)."""
        return {
            "hub.mode": "subscribe",
            "hub.topic": self.topic,
            "hub.callback": callback,
            "hub.secret": self.secret,
            "hub.lease_seconds": str(LEASE_S),
        }

    def challenged(self, query: Mapping[str, str], now: datetime) -> "Challenged":
        """Decide about a hub's GET at the callback (sections 5.2 and 5.3)."""
        mode, same = query.get("hub.mode"), query.get("hub.topic") == self.topic
        if mode == "denied" and same:
            return Challenged(replace(self, state="denied", expires_at=None), "")
        challenge = query.get("hub.challenge", "")
        asked = self.asked_at is not None and now - datetime.fromisoformat(self.asked_at) <= CONFIRMED_WITHIN
        wanted = mode == "subscribe" and same and asked and self.state in {"pending", "active"}
        if not wanted or not 0 < len(challenge) <= CHALLENGE_CHARS:
            return Challenged(self, None)
        lease = min(_seconds(query.get("hub.lease_seconds")) or LEASE_S, LEASE_MOST_S)
        return Challenged(
            replace(
                self,
                state="active",
                expires_at=(now + timedelta(seconds=lease)).isoformat(),
                renew_at=(now + timedelta(seconds=lease * (1 - RENEW_BEFORE))).isoformat(),
            ),
            challenge,
        )


@dataclass(frozen=True, slots=True)
class Challenged:
    """What a hub's GET leads to: the subscription to keep, and the body to answer with 200; None stands for 404."""

    subscription: Subscription
    answer: str | None


def authentic(secret: str, signature: str | None, body: bytes) -> bool:
    """Whether X-Hub-Signature is the body's HMAC under the secret (section 7); compared in constant time."""
    method, _, digest = (signature or "").partition("=")
    if method.lower() not in _METHODS:
        return False
    ours = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(ours.encode(), digest.strip().lower().encode("utf-8", "replace"))


def links_in(header: str, relation: str) -> list[str]:
    """Return the targets of a Link header (RFC 8288) that stand in a relation, such as `hub` or `self`."""
    found = []
    for match in _LINK.finditer(header[:65_536]):
        relations = _RELATION.search(match[2])
        if relations and relation in (relations[1] or relations[2]).lower().split():
            found.append(match[1].strip())
    return found


def _seconds(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else 0  # noqa: PLR2004 - centuries
