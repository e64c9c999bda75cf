"""Documents for everybody: the load pages of our own newsroom, where no folder of real pages is named."""

from datetime import UTC, datetime

from bench.pipeline.documents import Document
from marsad.newsroom.content import houses
from marsad.newsroom.items import Addresses
from marsad.newsroom.load import load_page
from marsad.newsroom.shapes import render

SEED = 1
EACH = 60  # documents of one house
START = datetime(2026, 1, 12, 12, tzinfo=UTC)  # pages are dated before it, and the same in each run


def invented() -> list[Document]:
    """Return documents of all houses."""
    found = []
    for house, _ in houses().values():
        addresses = Addresses(f"https://{house.id}.example", None)
        for number in range(EACH):
            page = load_page(house, addresses, SEED, number, START)
            text = "\n".join(page.paragraphs)
            name = f"{house.id}-{number}"
            found.append(Document(name, house.id, None, render(page).encode(), text, house.language))
    return found
