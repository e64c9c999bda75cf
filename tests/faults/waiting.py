"""Records that wait before each service, as many as wanted, of the sizes that the web gives."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from marsad.contracts.articles import ArticleEnriched, Processing
from marsad.contracts.codec import Record, Wire, encode
from marsad.contracts.ids import derive
from marsad.contracts.model import Task
from marsad.contracts.urls import UrlDiscovered
from marsad.urls import key_of, page_id
from support.payloads import make_extracted, make_found, make_page, make_revised, make_task

INPUTS = {
    "discovery": "urls.found",
    "fetching": "urls.discovered",
    "extraction": "pages.fetched",
    "revisions": "articles.extracted",
    "enrichment": "articles.revised",
    "indexing": "articles.enriched",
}
"""The topic that each service is measured before."""

PAGES = 60  # different bodies: more would take as long to make as the rest of the measurement
PAGE_BYTES = (20_000, 60_000)
TEXT_CHARS = 4_000  # of an article
HOSTS = 200  # on loopback, none of which answers; a host's clock and robots.txt are kept, so they are no more than this
CLOSED_PORT = 9  # discard: nobody listens
_SENTENCE = "أعلنت الوزارة اليوم نتائج المشاورات حول محطة التحلية الجديدة في المدينة وقال المتحدث إن العمل يبدأ قريبا"
_WORDS = _SENTENCE.split()


def wires(service: str, count: int) -> Iterator[Wire]:
    """Yield so many records for a service's topic, each of a page of its own.

    One is encoded, and the others are its copies under other names: to validate each would take minutes.
    """
    topic, dice = INPUTS[service], random.Random(1)  # noqa: S311 - repeatable
    bodies = [_page(dice) for _ in range(PAGES)] if service == "extraction" else [None]
    url = "http://template.example/page.html"
    task = make_task("template", url=url, discovered_at=datetime.now(UTC), found_in="submitted")
    record = _record(topic, task, _text(dice, TEXT_CHARS), b"")
    template = encode(record, cause="template", source="memory", at=datetime.now(UTC))
    names = (task.task_id, page_id(url), url, key_of(url), dict(template.headers)["ce_id"].decode())
    for number in range(count):
        own = _url(service, number)
        others = (derive("task", own), page_id(own), own, key_of(own), derive("event", own))
        yield _renamed(template, dict(zip(names, others, strict=True)), bodies[number % len(bodies)])


def _renamed(wire: Wire, names: dict[str, str], body: bytes | None) -> Wire:
    """Return a record with these names in the place of the template's, and with a body where it carries one."""

    def renamed(raw: bytes | None) -> bytes:
        text = raw or b""
        for name, other in names.items():
            text = text.replace(name.encode(), other.encode())
        return text

    headers = tuple((name, renamed(value)) for name, value in wire.headers)
    return Wire(wire.topic, renamed(wire.key), renamed(wire.value) if body is None else body, headers)


def _url(service: str, number: int) -> str:
    if service == "fetching":
        return f"http://127.0.1.{number % HOSTS + 1}:{CLOSED_PORT}/{number}.html"
    return f"https://site{number % HOSTS}.example/{number}.html"


def _record(topic: str, task: Task, text: str, body: bytes) -> Record:
    page, now = page_id(task.url), datetime.now(UTC)
    article = {"task": task, "article_id": page, "url": task.url, "fetched_at": now}
    words = f"{task.task_id}\n{text}"
    if topic == "urls.found":
        return Record(topic, key_of(task.url), make_found(task.url, found_in="submitted"), task_id=task.task_id)
    if topic == "urls.discovered":
        data = UrlDiscovered(task=task, target=task.url, not_before=None, validators=None)
        return Record(topic, key_of(task.url), data, task_id=task.task_id)
    if topic == "pages.fetched":
        data_of_page = make_page(task=task, page_id=page, final_url=task.url, fetched_at=now)
        return Record(topic, page, data_of_page, body, task.task_id)
    if topic == "articles.extracted":
        return Record(topic, page, make_extracted(words, **article), task_id=task.task_id)
    revised = make_revised(words, **article, first_seen=now, content_hash=derive(words))
    if topic == "articles.revised":
        return Record(topic, page, revised, task_id=task.task_id)
    processing = Processing(version="0", stages_ms={"language": 1.0})
    enrichment = {"sentences": {"spans": [[at, at + 80] for at in range(0, TEXT_CHARS, 80)]}}
    enriched = ArticleEnriched(**dict(revised), enrichment=enrichment, processing=processing)
    return Record(topic, page, enriched, task_id=task.task_id)


def _text(dice: random.Random, chars: int) -> str:
    words: list[str] = []
    length = 0
    while length < chars:
        word = f"{dice.choice(_WORDS)}{dice.randrange(100)}"  # as many different words as a text has
        words.append(word)
        length += len(word) + 1
    return " ".join(words)[:chars]


def _page(dice: random.Random) -> bytes:
    size = dice.randrange(*PAGE_BYTES)
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) * 2 < size:  # Arabic letters take two bytes each
        paragraphs.append(f'<p class="text">{_text(dice, 400)}.</p>')
    title = _text(dice, 60)
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{''.join(paragraphs)}</body></html>".encode()
    )
