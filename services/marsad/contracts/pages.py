"""Payloads of `pages.fetched` and `feeds.fetched`: this JSON in one header, the response's bytes as the value."""

from typing import Annotated

from pydantic import Field, StringConstraints

from marsad.contracts.model import Id, Moment, Payload, Task, Text, Url
from marsad.contracts.urls import Validators

Directive = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,40}$")]
"""A word of a robots tag, in small letters."""


class Fetched(Payload):
    """An answer of the web; the record's value holds its bytes, decompressed and otherwise unchanged."""

    task: Task
    final_url: Url = Field(description="the URL that answered, after redirects")
    status: int = Field(ge=100, le=599, description="of the answer (RFC 9110)")
    content_type: Text | None = Field(None, max_length=512, description="as declared")
    fetched_at: Moment = Field(description="when the answer was complete")
    elapsed_ms: int = Field(ge=0, description="from the first request of the chain to the last byte")
    body_hash: Id = Field(description="BLAKE2b of the bytes")
    validators: Validators = Validators(etag=None, last_modified=None)
    headers: dict[str, Text] = Field(
        {},
        description="fields of the answer that matter later, by name in small letters, several of one name joined by "
        "comma: cache-control, expires, age, date, retry-after, link, x-robots-tag",
    )


class PageFetched(Fetched):
    """A page. A status of 404 or 410 comes with no bytes and stands for a known article that is gone."""

    page_id: Id = Field(description="of the final URL, cleaned; the article_id from here on")
    robots: tuple[Directive, ...] = Field(
        (), description="what X-Robots-Tag and the robots meta tag ask of us, such as noarchive; recorded, not enforced"
    )


class FeedFetched(Fetched):
    """A list of links (a feed, a sitemap, a front page), or what a WebSub hub answered; see `task.reads_as`."""

    part: int = Field(0, ge=0, description="of a large sitemap that discovery split, from 1 on; 0 is what was fetched")
