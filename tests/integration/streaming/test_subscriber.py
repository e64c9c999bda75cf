"""The subscribers of `schemas/subscribers/`, as another team runs them: knowing `schemas/` alone, on the real Kafka."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cramjam
import pytest

from integration.streaming.lab import PATIENCE_S, Lab
from marsad.contracts.articles import ArticleEnriched, ArticleRevised, Processing
from marsad.contracts.codec import Record, Wire, encode
from marsad.contracts.ids import derive
from marsad.enrichment.runner import enrich
from marsad.localstack.accounts import servers_account
from marsad.localstack.install import Installed, install
from marsad.localstack.layout import open_folder
from marsad.localstack.pins import of_role
from marsad.settings import REPOSITORY
from marsad.streaming.outbox import Outbox
from support.payloads import NOON, make_revised, make_task

pytestmark = pytest.mark.stack

FOLDER = REPOSITORY / "schemas" / "subscribers"
CLIENT = ("kafka-clients", "jackson-databind", "jackson-core", "jackson-annotations", "slf4j-api", "zstd-jni")
SMALL = ("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")  # starts faster
ELSEWHERE = {"LC_ALL": "C"}  # the environment of a terminal that knows no Arabic

DAM, FERRY = "https://ajil.example/dam", "https://meridian.example/ferry"
DAM_TEXT = "قالت وزارة المياه في القاهرة يوم الأحد إن السد الجديد امتلأ إلى نصفه، وإن الري يبدأ في الربيع القادم."
FERRY_TEXT = "The harbour office in Rotterdam said on Monday that the night ferry sails again after the winter repairs."
HOSTILE = 'عبّارة "ليلية"\t\x1b[31m \\ 🛳'  # quotes, a tab, a terminal's escape, a backslash, beyond the BMP
LARGE = FERRY_TEXT * 2_000 + "".join(derive(str(number)) for number in range(80_000))  # compressed, more than 1 MiB


def make_wire(article: ArticleRevised, cause: str) -> Wire:
    """Return a record as the enrichment writes it: the real stages' fields, through our codec."""
    found = enrich(article)
    processing = Processing(version="0.1.0", stages_ms=found.stages_ms, failures=found.failures)
    data = ArticleEnriched(**dict(article), enrichment=found.enrichment, processing=processing)
    record = Record("articles.enriched", article.article_id, data, task_id=article.task.task_id)
    return encode(record, cause=cause, source="enrichment", at=NOON)


def make_article(url: str, text: str, revision: int, generation: int = 0, **fields: Any) -> ArticleRevised:
    """Return a revision of an article."""
    task = make_task(f"{url} {revision} {generation}", url=url, generation=generation)
    return make_revised(text, task=task, article_id=derive(url), url=url, revision=revision, **fields)


def make_withdrawn(url: str, revision: int, generation: int = 0, change: str = "withdrawn") -> ArticleRevised:
    """Return the revision that takes an article back."""
    return make_article(url, "", revision, generation, title="", withdrawn=True, change=change)


def make_records() -> list[Wire]:
    """Return what came about, written as a bad day writes it: again, late, and with what is not ours between."""
    first = make_wire(make_article(DAM, DAM_TEXT, 1, title="السد يمتلئ"), "1")
    edited = make_wire(make_article(DAM, DAM_TEXT * 2, 2, title="السد «يمتلئ» إلى نصفه", change="edited"), "2")
    newer = make_wire(make_article(DAM, DAM_TEXT * 2, 2, 1, title="السد «يمتلئ» إلى نصفه", change="reprocessed"), "3")
    gone = make_wire(make_withdrawn(DAM, 3), "4")
    gone_again = make_wire(make_withdrawn(DAM, 3, 1, "reprocessed"), "5")
    ferry = make_wire(make_article(FERRY, FERRY_TEXT, 7, title=HOSTILE), "6")
    large = make_wire(make_article(FERRY, LARGE, 8, title="The ferry", change="edited"), "7")
    foreign = Wire("articles.enriched", ferry.key, b"not JSON", (("ce_type", b"marsad.articles.enriched.v2"),))
    bare = Wire("articles.enriched", ferry.key, b"", ())
    return [
        *(first, first, foreign, ferry, edited, first, bare, ferry),
        *(newer, edited, large, gone, newer, gone, ferry, gone_again, gone, large),
    ]


EXPECTED = {
    DAM: [
        ["first", "ar", "السد يمتلئ", DAM],
        ["edited", "ar", "السد «يمتلئ» إلى نصفه", DAM],
        ["reprocessed", "ar", "السد «يمتلئ» إلى نصفه", DAM],
        ["withdrawn", "und", "", DAM],
        ["withdrawn", "und", "", DAM],
    ],
    FERRY: [["first", "en", HOSTILE, FERRY], ["edited", "en", "The ferry", FERRY]],
}
LINES = sum(map(len, EXPECTED.values()))


@pytest.fixture(scope="session")
def installed(artefacts: Path) -> Installed:
    """Return the local stack's Java runtime and jars; fetched where the servers are somebody else's."""
    return install(open_folder(artefacts), servers_account(artefacts), print)


@pytest.fixture(scope="session")
def java(installed: Installed, artefacts: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Return the command of the Java subscriber, compiled as the local stack compiles its own plugin."""
    (compiler,) = of_role("compiler")
    names = {pin.filename for pin in of_role("kafka") if pin.name in CLIENT}
    jars = [str(jar) for jar in installed.kafka_jars if jar.name in names]
    assert len(jars) == len(CLIENT)
    classes, path = tmp_path_factory.mktemp("classes"), ":".join(jars)
    ecj = artefacts / "downloads" / compiler.filename
    source = str(FOLDER / "Subscriber.java")
    subprocess.run(
        [str(installed.java), "-jar", str(ecj), "-17", "-proc:none", "-d", str(classes), "-cp", path, source],
        check=True,
        timeout=PATIENCE_S,
    )
    return (str(installed.java), *SMALL, "-cp", f"{classes}:{path}", "Subscriber")


async def lines_of(command: Sequence[str], lab: Lab) -> list[list[str]]:
    """Run a subscriber until it has printed as many lines as are expected, or for as long as we are patient."""
    running = await asyncio.create_subprocess_exec(
        *command,
        lab.settings.bootstrap(),
        lab.full("articles.enriched"),
        stdout=asyncio.subprocess.PIPE,
        env=ELSEWHERE,
    )
    assert running.stdout
    try:
        async with asyncio.timeout(PATIENCE_S):
            return [json.loads(await running.stdout.readline()) for _ in range(LINES)]
    finally:
        running.kill()
        await running.wait()


def by_article(lines: Sequence[list[str]]) -> dict[str, list[list[str]]]:
    """Return the lines of each article in their order; between articles there is none."""
    return {url: [line for line in lines if line[3] == url] for url in EXPECTED}


async def deliver(lab: Lab) -> None:
    """Write the records as our services do: compressed, idempotent, acknowledged, one after the other."""
    outbox = Outbox(lab.settings)
    await outbox.start()
    try:
        for wire in make_records():
            assert await outbox.deliver([wire]) == set()
    finally:
        await outbox.stop()


def test_the_large_record_is_larger_than_a_fetch() -> None:
    """A client asks for 1 MiB of a partition at once by default; what is larger comes all the same, alone."""
    large = max(make_records(), key=lambda wire: wire.size)

    assert large.value
    assert 1 << 20 < len(cramjam.zstd.compress(large.value)) < large.size < 10 << 20


async def test_python_with_aiokafka_alone(lab: Lab) -> None:
    """Each change of each article once, in order; withdrawn is withdrawn, whoever wrote it again."""
    await deliver(lab)

    lines = await lines_of((sys.executable, "-I", str(FOLDER / "subscriber.py")), lab)

    assert by_article(lines) == EXPECTED


async def test_java_with_the_official_client(lab: Lab, java: tuple[str, ...]) -> None:
    """The same lines from the same records, on the local stack's runtime."""
    await deliver(lab)

    assert by_article(await lines_of(java, lab)) == EXPECTED


@pytest.mark.parametrize("name", ["subscriber.py", "Subscriber.java"])
def test_a_subscriber_is_short_and_knows_nothing_of_ours(name: str) -> None:
    """30 lines at most, and no import of Marsad: what the code needs to know stands in `schemas/`."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 30
    assert not [line for line in lines if line.startswith(("import marsad", "from marsad"))]
