"""What a worker process of extraction runs: one page in, one extraction out."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from marsad import outlets
from marsad.extraction.extract import extract, warm_up
from marsad.extraction.result import Extraction
from marsad.settings import settings


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched page, as a worker gets it."""

    html: bytes
    url: str
    content_type: str | None
    fetched_at: datetime


def work(page: Page) -> Extraction:
    """Extract one page."""
    return extract(page.html, page.url, content_type=page.content_type, fetched_at=page.fetched_at, outlets=_newsroom())


def prepare() -> None:
    """Load what the first page would otherwise wait for."""
    _newsroom()
    warm_up()


@cache
def _newsroom() -> outlets.Outlets:
    own = settings()
    return outlets.load(own.outlets_dirs, builtin=own.builtin_outlets)
