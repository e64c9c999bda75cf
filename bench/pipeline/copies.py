"""Thousands of documents from some hundreds: each copy under a URL of its own, with a sentence of its own."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from bench.pipeline.documents import Document
from marsad import outlets
from marsad.contracts.codec import Record, Wire, encode
from marsad.contracts.ids import derive, hash_bytes
from marsad.contracts.model import Task
from marsad.contracts.pages import PageFetched
from marsad.urls import page_id

_PARAGRAPH = re.compile(rb"<p(?:\s[^<>]{0,300})?>(?=([^<]{80,}))")


def copies(documents: Sequence[Document], number: int, part: str) -> list[Document]:
    """Return so many documents, the given ones in turn; `part` tells the copies of one measurement from another's."""
    made = []
    for index in range(number):
        original = documents[index % len(documents)]
        name = f"{original.name}-{part}-{index}"
        made.append(replace(original, name=name, html=_with_sentence(original.html, f"This is copy {name}. ".encode())))
    return made


def fetched(document: Document) -> Wire:
    """Return the record that fetching would have written of a document, under its outlet's domain or none's."""
    url = f"https://{_domains().get(document.outlet or '', 'pages.example')}/{document.name}"
    at = datetime.now(UTC)
    task_id = derive("bench", url)
    # found_in: a page that was found as a canonical URL stays where it is, whatever address it names
    task = Task(task_id=task_id, kind="page", url=url, found_in="page", discovered_at=at)
    page = PageFetched(
        task=task, final_url=url, status=200, content_type="text/html; charset=utf-8", fetched_at=at, elapsed_ms=1,
        body_hash=hash_bytes(document.html), page_id=page_id(url),
    )  # fmt: skip
    record = Record("pages.fetched", page.page_id, page, document.html, task_id)
    return encode(record, cause=task_id, source="bench", at=at)


@cache
def _domains() -> dict[str, str]:
    return {outlet.id: outlet.domains[0] for outlet in outlets.load((), builtin=True)}


def _with_sentence(html: bytes, sentence: bytes) -> bytes:
    """Return a page whose longest paragraph begins with a sentence; one without paragraphs ends with it."""
    found = max(_PARAGRAPH.finditer(html), key=lambda match: len(match[1]), default=None)
    at = found.end() if found else len(html)
    return html[:at] + sentence + html[at:]
