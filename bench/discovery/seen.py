"""Seen URLs in a real Elasticsearch of its own: bytes each on disk, look-ups and writes a second.

`python -m bench.discovery.seen` takes 100,000 invented URLs; `--urls 2000000` takes some minutes. Entries are written
as discovery writes them: batches of 500, each read before (all unknown), then written under external versions and
acknowledged by the translog. Look-ups are batches of 500 in which every other URL is known, from all over the index.
"""

import argparse
import asyncio
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

from elasticsearch import AsyncElasticsearch

from marsad.contracts.ids import derive
from marsad.discovery.seen import Seen
from marsad.localstack import Stack
from marsad.search import templates
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.search.state import Change, StateIndex
from marsad.settings import Search, Settings, load_settings
from marsad.urls import page_id

BATCH = 500
LOOK_UPS = 200  # batches
WORDS = ("افتتاح", "جسر", "محطة", "تحلية", "مياه", "ميناء", "مطار", "مؤتمر", "مدينة", "طريق", "مدرسة", "سوق", "قطار")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.discovery.seen", description="Seen URLs in Elasticsearch.")
    parser.add_argument("--urls", type=int, default=100_000, help="how many are seen")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="marsad-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        with Stack(folder, artefacts=load_settings().data_dir / "stack" / "artefacts") as stack:
            own = Settings(search=Search(url=stack.endpoints.elasticsearch))
            asyncio.run(measure(own, options.urls))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def url(number: int) -> str:
    """Return an invented article's URL: a third with a long escaped Arabic path, as many sites have them."""
    lot = random.Random(number)  # noqa: S311 - no secret
    site = f"https://www.site{number % 300}.example"
    if number % 3:
        return f"{site}/news/2026/{1 + number % 12:02}/{number}"
    return f"{site}/{number}/{quote('-'.join(lot.sample(WORDS, 6)))}"


def entries(first: int, count: int) -> Iterator[tuple[str, Seen]]:
    """Yield ids and entries."""
    for number in range(first, first + count):
        spelled = url(number)
        yield page_id(spelled), Seen(spelled, derive("task", str(number)), NOW.isoformat(), 1)


async def measure(own: Settings, count: int) -> None:
    """Fill the index of production's own template, look up in it, say what it takes."""
    names = Names.of(own)
    async with connect(own) as client:
        await templates.apply(client, names, own.deploy_dir / "elasticsearch")
        state = StateIndex(client, names.state_urls)
        await fill(state, count)
        taken = await size(client, names.state_urls)
        await look_up(state, count)
    lengths = [len(url(number)) for number in range(min(count, 10_000))]
    print(f"on disk: {taken / count:.0f} bytes each; URLs of {sum(lengths) / len(lengths):.0f} characters on average")


async def fill(state: StateIndex, count: int) -> None:
    """Write the entries."""
    print(f"{'URLs':>10} {'written/s':>10} {'read+written/s':>15}", flush=True)
    reading, writing, done, told = 0.0, 0.0, 0, 0
    while done < count:
        batch = dict(entries(done, min(BATCH, count - done)))
        started = perf_counter()
        await state.read(batch)
        read = perf_counter()
        await state.write({key: Change(seen.source()) for key, seen in batch.items()})
        reading, writing = reading + read - started, writing + perf_counter() - read
        done += len(batch)
        if done - told >= count / 5 or done == count:
            told = done
            print(f"{done:10,} {done / writing:10,.0f} {done / (reading + writing):15,.0f}", flush=True)


async def look_up(state: StateIndex, count: int) -> None:
    """Measure batches of which half is known, and check that exactly that half is found."""
    lot = random.Random(7)  # noqa: S311 - no secret
    batches: list[tuple[Sequence[str], int]] = []
    for _ in range(LOOK_UPS):
        known = {page_id(url(lot.randrange(count))) for _ in range(BATCH // 2)}
        unknown = {derive("unknown", str(lot.random())) for _ in range(BATCH - len(known))}
        batches.append(([*known, *unknown], len(known)))
    times = []
    for ids, expected in batches:
        started = perf_counter()
        found = await state.read(ids)
        times.append(perf_counter() - started)
        if len(found) != expected:
            raise AssertionError(f"{expected} of {len(ids)} URLs were written before, {len(found)} were found")
    times.sort()
    print(
        f"look-ups: {BATCH * LOOK_UPS / sum(times):,.0f} URLs/s; a batch of {BATCH} takes "
        f"{times[len(times) // 2] * 1000:.0f} ms (p50), {times[int(len(times) * 0.99)] * 1000:.0f} ms (p99)"
    )


async def size(client: AsyncElasticsearch, index: str) -> int:
    """Return the bytes on disk of an index, everything flushed."""
    await client.options(request_timeout=600).indices.flush(index=index, force=True, wait_if_ongoing=True)
    stats = await client.indices.stats(index=index, metric=["store"])
    return int(stats["_all"]["primaries"]["store"]["size_in_bytes"])


if __name__ == "__main__":
    main()
