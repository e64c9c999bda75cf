"""The subscriber of docs/contracts.md, as another team would run it."""

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from integration.streaming.lab import PATIENCE_S, Lab
from marsad.contracts.articles import ArticleEnriched, Processing
from marsad.contracts.codec import Record, Wire, encode
from marsad.settings import REPOSITORY
from support.payloads import ARTICLE_ID, NOON, make_revised, make_task

pytestmark = pytest.mark.stack


def enriched(title: str, revision: int, cause: str, **fields: Any) -> Wire:
    """Return a revision of the one article."""
    article = make_revised(title=title, revision=revision, **fields)
    processing = Processing(version="0.1.0", stages_ms={})
    data = ArticleEnriched(**dict(article), enrichment={"language": {"code": "ar"}}, processing=processing)
    return encode(Record("articles.enriched", ARTICLE_ID, data), cause=cause, source="enrichment", at=NOON)


async def test_the_documented_subscriber_sees_each_revision_once(lab: Lab, tmp_path: Path) -> None:
    """Repetitions and late ones are skipped, newer code's articles are not, and strangers' records do no harm."""
    page = (REPOSITORY / "docs/contracts.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    script = tmp_path / "subscriber.py"
    script.write_text(code, encoding="utf-8")
    first, second = enriched("أول", 1, "a"), enriched("ثان", 2, "b", change="edited")
    newer = enriched("ثان", 2, "c", change="reprocessed", task=make_task(generation=1))
    gone = enriched("", 3, "d", change="withdrawn", withdrawn=True, text="")
    strange = Wire("articles.enriched", b"k", b"not JSON", (("ce_type", b"marsad.articles.enriched.v2"),))
    await lab.write([first, first, strange, second, first, newer, second, gone, newer])

    topic = lab.full("articles.enriched")
    running = await asyncio.create_subprocess_exec(
        sys.executable, script, lab.settings.bootstrap(), topic, stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout
    try:
        async with asyncio.timeout(PATIENCE_S):
            lines = [(await running.stdout.readline()).decode().rstrip("\n").split("\t") for _ in range(4)]
    finally:
        running.kill()
        await running.wait()

    assert lines == [
        ["first", "ar", "أول"],
        ["edited", "ar", "ثان"],
        ["reprocessed", "ar", "ثان"],
        ["withdrawn", "ar", "https://ajil.example/a"],
    ]
