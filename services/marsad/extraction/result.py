"""What extraction finds on a page."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["Extraction", "Precision", "Reason"]

Precision = Literal["second", "minute", "day"]
Reason = Literal[
    "empty",  # no bytes, or no element in them
    "too_large",  # more bytes than a page may have
    "too_many_elements",  # a tree that would hold a worker for too long
    "not_html",  # a document, a picture, data
    "error_page",  # says that there is nothing here, whatever its status
    "wall",  # asks for a consent, a captcha or a script before it shows anything
    "listing",  # a front page, a section, a result list
    "no_text",  # nothing that reads like an article
]


class Extraction(BaseModel):
    """An article as its page gives it, or why the page is none."""

    model_config = ConfigDict(frozen=True)

    state: Literal["article", "not_article"]
    reason: Reason | None = None
    """Why it is no article; then all other fields are empty."""
    text: str = ""
    """The body, one paragraph a line."""
    title: str = ""
    """The headline without the outlet's suffix."""
    lead: str | None = None
    """Where the page sets it apart from the body; then the body does not repeat it."""
    authors: tuple[str, ...] = ()
    """Persons."""
    published: datetime | None = None
    """With its zone: the page's, else the outlet's. Where neither names one, UTC, and only the day is known."""
    published_precision: Precision | None = None
    modified: datetime | None = None
    language: str | None = None
    """As the page declares it (BCP 47)."""
    outlet: str | None = None
    """The id of the outlet file that the URL belongs to."""
    site_name: str | None = None
    credit: str | None = None
    """The agency or outlet that the text names as its source, as written."""
    canonical_url: str | None = None
    image: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()


def not_article(reason: Reason) -> Extraction:
    """Return the verdict on a page that is none."""
    return Extraction(state="not_article", reason=reason)
