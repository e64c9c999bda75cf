"""The base of every payload and the small types that payloads share."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

MAX_URL = 8_192  # longer URLs are junk; browsers stop at about the same length

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""128 bits in lower-case hexadecimal."""


def well_formed(text: str) -> str:
    """Return the text with lone surrogates as U+FFFD: UTF-8 cannot carry them, and pages do cut emoji in half."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _mended(value: object) -> object:
    return well_formed(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_mended)]
"""Text that strangers wrote; lone surrogates become U+FFFD."""

Url = Annotated[Text, StringConstraints(min_length=1, max_length=MAX_URL)]


def plausible(moment: datetime) -> datetime:
    """Return the time. Raises ValueError at years that neither Elasticsearch nor time-zone arithmetic can carry."""
    if not 1 < moment.year < 9999:  # noqa: PLR2004 - the ends of Python's calendar
        raise ValueError(f"year {moment.year} is out of range")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(plausible)]
"""A time with its zone."""


class Payload(BaseModel):
    """Base of all payloads: immutable; fields that a newer writer added are kept and written through."""

    model_config = ConfigDict(frozen=True, extra="allow", ser_json_inf_nan="null")


P = TypeVar("P", bound=Payload)


class Task(Payload):
    """One handing-on of one URL: it travels with everything that the URL becomes and ends in one terminal state."""

    task_id: Id = Field(
        description="derived from the record that caused the task, so that a redelivery derives it again"
    )
    kind: Literal["page", "feed"] = Field("page", description="what the URL is fetched as: a page, or a list of links")
    reads_as: Literal["feed", "sitemap", "front_page", "subscription"] | None = Field(
        None,
        description="what a task of kind feed is read as, null for a feed; a subscription is asked of a WebSub hub",
    )
    url: Url = Field(description="the URL as it was found, cleaned")
    outlet: str | None = Field(None, description="id of the outlet file whose host this is")
    found_in: Literal["submitted", "feed", "page", "schedule"] = Field(description="where the URL came from")
    referrer: Url | None = Field(None, description="the feed or page that named the URL")
    aliases: tuple[Url, ...] = Field((), description="short links and redirects that led to the page, in order")
    discovered_at: Moment = Field(description="when the URL was handed on")
    generation: int = Field(0, ge=0, le=999, description="raised by an operator when newer code shall re-process")
    replays: Id | None = Field(None, description="the task that an operator replays with this one")


def grown(model: type[P], payload: Payload, **more: object) -> P:
    """Return a payload whose model adds fields to that of another; what was validated is not validated again."""
    fields: dict[str, Any] = {**dict(payload), **more}
    return cast("P", model.model_construct(None, **fields))


def json_of(payload: Payload) -> dict[str, Any]:
    """Return the payload as plain JSON values."""
    return payload.model_dump(mode="json")
