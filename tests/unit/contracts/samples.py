"""One payload of every contract, with Arabic text in it."""

from marsad.contracts.articles import ArticleEnriched, Processing, StageFailure
from marsad.contracts.codec import Record
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import Payload
from marsad.contracts.states import State
from marsad.contracts.topics import CONTRACTS
from marsad.contracts.urls import UrlDiscovered, Validators
from support.payloads import NOON, make_extracted, make_feed, make_found, make_page, make_revised, make_task

BODY = "<html><p>خبر عاجل</p></html>".encode()


def _discovered() -> UrlDiscovered:
    validators = Validators(etag='W/"a"', last_modified=None)
    return UrlDiscovered(task=make_task(), target="https://ajil.example/a", not_before=NOON, validators=validators)


def _enriched() -> ArticleEnriched:
    failure = StageFailure(stage="places", error="ValueError", message="اسم بلا حروف")
    processing = Processing(version="0.1.0", stages_ms={"language": 0.25}, failures=(failure,))
    return ArticleEnriched(
        **dict(make_revised("ورد النبأ مساء.")), enrichment={"language": {"code": "ar"}}, processing=processing
    )


def _ledger() -> LedgerEntry:
    task = make_task()
    return LedgerEntry(
        task_id=task.task_id, state=State.INDEXED, reason="", detail="", service="indexing", at=NOON, task=task
    )


SAMPLES: dict[str, Payload] = {
    "urls.found": make_found("https://ajil.example/a", referrer="https://ajil.example/rss"),
    **{name: _discovered() for name, contract in CONTRACTS.items() if contract.model is UrlDiscovered},
    "feeds.fetched": make_feed(),
    "pages.fetched": make_page(BODY),
    "articles.extracted": make_extracted("ورد النبأ مساء.", authors=("سلمى",), published=NOON),
    "articles.revised": make_revised("ورد النبأ مساء."),
    "articles.enriched": _enriched(),
    "ledger": _ledger(),
}


def record_of(topic: str, *, part: str = "") -> Record:
    """Return a record of this topic, with a body where the topic carries one."""
    body = BODY if CONTRACTS[topic].has_body else None
    return Record(topic, "مفتاح", SAMPLES[topic], body, make_task().task_id, part)
