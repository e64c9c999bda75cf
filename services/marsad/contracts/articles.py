"""Payloads of the article topics; each adds to the one before."""

from typing import Any, Literal

from pydantic import Field

from marsad.contracts.model import Id, Moment, Payload, Task, Text, Url

Change = Literal["first", "edited", "withdrawn", "reprocessed"]


class ArticleExtracted(Payload):
    """An article as its page gave it."""

    task: Task
    article_id: Id = Field(description="the page's id")
    url: Url = Field(description="the final URL, cleaned")
    canonical_url: Url | None = Field(None, description="as the page names it")
    outlet: str | None = Field(None, description="id of the outlet file")
    site_name: Text | None = Field(None, description="the source's name as the page gives it")
    title: Text = Field("", description="headline without the outlet's suffix")
    lead: Text | None = Field(None, description="the lead where the page sets it apart")
    text: Text = Field("", description="the body, one paragraph a line")
    authors: tuple[Text, ...] = Field((), description="persons")
    section: Text | None = Field(None, description="as the page names it")
    tags: tuple[Text, ...] = Field((), description="as the page names them")
    published: Moment | None = Field(None, description="with the zone that the page or the outlet gives")
    published_precision: Literal["second", "minute", "day"] | None = Field(None, description="how much of it is known")
    modified: Moment | None = Field(None, description="as the page gives it")
    language: Text | None = Field(None, description="as the page declares it (BCP 47)")
    credit: Text | None = Field(None, description="the agency or outlet that the text names as its source, as written")
    image: Url | None = Field(None, description="the main picture")
    fetched_at: Moment = Field(description="when the page was fetched")
    body_hash: Id = Field(description="of the page's bytes")
    content_hash: Id = Field(description="of headline, lead and text")
    withdrawn: bool = Field(
        default=False, description="the page of a known article is gone; text and headline are empty"
    )


class ArticleRevised(ArticleExtracted):
    """An article that is new or differs from its last revision."""

    revision: int = Field(ge=1, description="max(fetch time in ms since 1970, last revision + 1)")
    first_seen: Moment = Field(description="fetch time of the first revision; never changes")
    change: Change = Field(description="what this revision is against the one before")
    previous_revision: int | None = Field(None, ge=1, description="the one before")


class StageFailure(Payload):
    """A stage that raised; its fields are missing from the article."""

    stage: str = Field(description="its name")
    error: Text = Field(max_length=200, description="the exception's type")
    message: Text = Field(max_length=2_000, description="what it said")


class Processing(Payload):
    """How the enrichment went."""

    version: str = Field(description="of Marsad")
    stages_ms: dict[str, float] = Field(description="milliseconds by stage")
    failures: tuple[StageFailure, ...] = Field((), description="stages that raised")


class ArticleEnriched(ArticleRevised):
    """An article with what the stages found."""

    enrichment: dict[str, Any] = Field(description="by stage name; each stage's own fields")
    processing: Processing
