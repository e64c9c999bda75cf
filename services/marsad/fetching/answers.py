"""From an answer to an outcome: pure functions, one for what an answer can be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marsad.contracts.codec import Record
from marsad.contracts.ids import hash_bytes
from marsad.contracts.model import Task
from marsad.contracts.pages import FeedFetched, PageFetched
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered, Validators
from marsad.fetching.client import Answer, Redirect
from marsad.fetching.failures import FetchRefused
from marsad.fetching.health import Health
from marsad.fetching.status import Meaning, meaning_of, reason_of
from marsad.streaming.outcome import Emit, Settle
from marsad.urls import key_of, page_id

SAME_BYTES = "same_bytes"
KEPT = ("cache-control", "expires", "age", "date", "retry-after", "link", "x-robots-tag")
FIELD_CHARS = 4_096  # of one that is kept; cut short it would say something else

STATES = {
    Meaning.UNCHANGED: State.UNCHANGED,
    Meaning.GONE: State.GONE,
    Meaning.BLOCKED: State.BLOCKED,
    Meaning.REFUSED: State.REFUSED,
}

_HEALTH = {
    Meaning.BODY: Health.WELL,
    Meaning.UNCHANGED: Health.WELL,
    Meaning.OVERLOADED: Health.ILL,
    Meaning.BROKEN: Health.ILL,
}


def health_of(answer: Answer | Redirect) -> Health:
    """Return what an answer says about its host."""
    if isinstance(answer, Redirect):
        return Health.WELL
    return _HEALTH.get(meaning_of(answer.status), Health.UNWILLING)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means: to be done with it, in the ledger's code, and for people."""

    meaning: Meaning
    reason: str
    detail: str


def judge(answer: Answer, data: UrlDiscovered | None = None) -> Verdict:
    """Return what an answer means: a wall whatever its status, what is as it was, else by its status.

    Args:
        answer: to what was asked.
        data: that it was asked for; None where nothing is known of an earlier answer.
    """
    said = f"{answer.url} answered {answer.status}"
    if answer.wall:
        return Verdict(Meaning.BLOCKED, answer.wall.reason, f"{said}: a wall ({answer.wall.asks}, {answer.wall.whose})")
    feed = data if data is not None and data.task.kind == "feed" else None
    meaning = meaning_of(answer.status)
    if feed and feed.form is not None and 200 <= answer.status < 300:  # noqa: PLR2004 - the class 2xx
        meaning = Meaning.BODY
    elif feed and feed.body_hash and meaning is Meaning.BODY and hash_bytes(answer.body) == feed.body_hash:
        return Verdict(Meaning.UNCHANGED, SAME_BYTES, f"{answer.url} gave the same bytes as before")
    elif meaning is Meaning.UNCHANGED and not (feed and feed.validators):  # we asked without a condition
        meaning = Meaning.REFUSED
    return Verdict(meaning, reason_of(answer.status), said)


def outcome_of(data: UrlDiscovered, answer: Answer, verdict: Verdict, at: datetime) -> Emit | Settle:
    """Return what an answer leads to that no further attempt will change.

    A body goes on as a page or a feed. A known page that is gone goes on too, without a body: it may be a retraction.
    """
    task = data.task
    meaning = verdict.meaning
    if meaning is Meaning.BODY or (meaning is Meaning.GONE and data.known and task.kind == "page"):
        return Emit((_fetched(task, answer, at),))
    return Settle(STATES[meaning], verdict.reason, task, verdict.detail)


def redirected(data: UrlDiscovered, redirect: Redirect, max_redirects: int) -> UrlDiscovered:
    """Return the task as it goes on at the redirect's target. Raises FetchRefused for a loop and for too many hops."""
    task = travelled(data.task, redirect.url)
    hops = data.hops + 1
    if redirect.target in task.aliases:
        raise FetchRefused("redirects", f"a loop: {redirect.target} was asked before")
    if hops > max_redirects:
        raise FetchRefused("redirects", f"more than {max_redirects} on the way to {redirect.target}")
    return data.model_copy(update={"task": task, "target": redirect.target, "hops": hops, "not_before": None})


def moved(data: UrlDiscovered) -> Emit:
    """Return the task handed on under the key of its new target, whose owner goes on with it."""
    topic = "urls.backfill" if data.backfill else "urls.discovered"
    return Emit((Record(topic, key_of(data.target), data, task_id=data.task.task_id),))


def travelled(task: Task, url: str) -> Task:
    """Return the task with a URL that led on among its aliases, each once, in order."""
    return task.model_copy(update={"aliases": tuple(dict.fromkeys((*task.aliases, url)))})


def _fetched(task: Task, answer: Answer, at: datetime) -> Record:
    facts: dict[str, Any] = {
        "task": task,
        "final_url": answer.url,
        "status": answer.status,
        "content_type": answer.content_type,
        "fetched_at": at,
        "elapsed_ms": round(answer.elapsed_s * 1000),
        "body_hash": hash_bytes(answer.body),
        "validators": Validators(etag=answer.etag, last_modified=answer.last_modified),
        "headers": {name: value for name in KEPT if (value := answer.fields.get(name)) and len(value) <= FIELD_CHARS},
    }
    if task.kind == "feed":
        return Record("feeds.fetched", key_of(task.url), FeedFetched(**facts), answer.body, task.task_id)
    page = page_id(answer.url)
    return Record(
        "pages.fetched", page, PageFetched(page_id=page, robots=answer.robots, **facts), answer.body, task.task_id
    )
