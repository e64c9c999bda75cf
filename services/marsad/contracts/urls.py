"""Payloads of `urls.found` and `urls.discovered` (`urls.backfill` and the retry lanes carry the latter)."""

from typing import Literal

from pydantic import Field

from marsad.contracts.model import Id, Moment, Payload, Task, Text, Url


class UrlFound(Payload):
    """A URL that somebody came upon: a person, a feed, a page."""

    url: Url = Field(description="as it was found")
    found_in: Literal["submitted", "feed", "page"] = Field(description="where the URL came from")
    found_at: Moment = Field(description="when it was come upon")
    referrer: Url | None = Field(None, description="the feed or page that named the URL")
    again: bool = Field(default=False, description="hand it on although it was seen within the revisit interval")
    replays: Id | None = Field(None, description="the task that an operator replays")
    backfill: bool = Field(default=False, description="an archive's: handed on behind everything fresh")


class Validators(Payload):
    """What makes a request conditional (RFC 9110, section 13)."""

    etag: Text | None = Field(None, max_length=1_024, description="of the last answer")
    last_modified: Text | None = Field(None, max_length=128, description="of the last answer, as sent")


class UrlDiscovered(Payload):
    """A URL to fetch."""

    task: Task
    target: Url = Field(description="the URL to ask now: the task's own, or where a redirect to another domain led")
    hops: int = Field(0, ge=0, description="redirects followed so far")
    known: bool = Field(
        default=False, description="the URL was handed on before: if it is gone now, that may be a retraction"
    )
    attempt: int = Field(0, ge=0, description="tries that failed so far")
    not_before: Moment | None = Field(None, description="the slot that its host's clock reserved for it")
    validators: Validators | None = Field(None, description="of the last answer; only for feeds")
    body_hash: Id | None = Field(
        None, description="of the last answer's bytes, only for feeds: the same again is unchanged"
    )
    backfill: bool = Field(
        default=False, description="an archive's: wherever it goes on, it stays behind everything fresh"
    )
    form: dict[str, Text] | None = Field(
        None, description="asked by POST with these fields, urlencoded; only of a WebSub hub"
    )
