"""Documents a second and milliseconds a stage over Arabic news, on one core.

Two passes: the first meets every word for the first time, as a worker that has just started does; the second has the
caches of a worker that has run for a while. Percentiles are of the second. The texts:
$MARSAD_BENCH_DATA/data/corpus/*.zip, each one JSON array of objects with `title`, `content` and `source`.
"""

import json
import os
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time

from marsad.enrichment.article import PlainArticle
from marsad.enrichment.registry import STAGES
from marsad.enrichment.runner import Enriched, enrich, warm_up


def main() -> None:
    """Print the table, or why there is none."""
    root = os.environ.get("MARSAD_BENCH_DATA")
    folder = Path(root or ".") / "data" / "corpus"
    archives = sorted(folder.glob("*.zip"))
    if not root or not archives:
        print(f"Skipped: no archives in {folder}; set MARSAD_BENCH_DATA to the folder that holds data/corpus.")
        return
    articles = [article for archive in archives for article in read(archive)]
    started = perf_counter()
    warm_up()
    print(
        f"{len(articles):,} articles of {sum(len(a.text) for a in articles) // len(articles):,} characters on average"
    )
    print(f"warm-up: {perf_counter() - started:.2f} s\n")
    first, _ = measure(articles)
    second, results = measure(articles)
    print(f"{'':12}{'first pass':>12}{'second':>12}{'p50':>10}{'p99':>10}{'max':>10}{'share':>8}")
    total = sum(sum(result.stages_ms.values()) for result in results)
    for stage in STAGES:
        times = sorted(result.stages_ms[stage] for result in results)
        print(
            f"{stage:12}{first[stage]:9.3f} ms{second[stage]:9.3f} ms{at(times, 0.5):10.3f}{at(times, 0.99):10.3f}"
            f"{times[-1]:10.3f}{sum(times) / total:8.0%}"
        )
    print(f"{'all':12}{first['all']:9.3f} ms{second['all']:9.3f} ms")
    print(f"{'documents/s':12}{1000 / first['all']:12,.0f}{1000 / second['all']:12,.0f}\n")
    print(f"failures: {sum(len(result.failures) for result in results)}")
    print(f"languages: {dict(Counter(r.enrichment['language']['code'] for r in results).most_common())}")
    print(f"origins: {dict(Counter(r.enrichment['credit']['origin'] for r in results).most_common())}")
    print(f"with places: {sum(bool(r.enrichment['places']['places']) for r in results) / len(results):.1%}")


def read(archive: Path) -> Iterator[PlainArticle]:
    """Yield the articles of an archive."""
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            for item in json.loads(opened.read(name)):
                yield PlainArticle(
                    title=item["title"] or "", text=item["content"] or "", language="ar", site_name=item["source"]
                )


def measure(articles: Sequence[PlainArticle]) -> tuple[dict[str, float], list[Enriched]]:
    """Return mean milliseconds by stage, and of the processor for all of them; and the results."""
    started = process_time()
    results = [enrich(article) for article in articles]
    total = (process_time() - started) * 1000 / len(articles)
    means = {stage: sum(result.stages_ms[stage] for result in results) / len(results) for stage in STAGES}
    return {**means, "all": total}, results


def at(ordered: Sequence[float], share: float) -> float:
    """Return the value below which this share of the ordered values lies."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


if __name__ == "__main__":
    main()
