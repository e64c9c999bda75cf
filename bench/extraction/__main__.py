"""Text quality and speed on the article extraction benchmark's 181 pages, beside trafilatura alone.

Every page is read by both in turn, so that a busy machine slows both; `times plain` is the ratio of processor times.
Ours includes all metadata, plain trafilatura is `extract(html, url, include_comments=False)` without any. The cue
phrases of `services/marsad/extraction` were in part found on these very pages: this measures regressions, and what is
possible, more than what a new site gives. The pages: $MARSAD_BENCH_DATA/data/extraction/aeb
(https://github.com/scrapinghub/article-extraction-benchmark, MIT).
"""

import gzip
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

import trafilatura

from bench.extraction.shingles import Score, mean, page_score
from marsad.extraction.extract import extract, warm_up

Reader = Callable[[bytes, str], str]


def ours(html: bytes, url: str) -> str:
    """Read with our extraction."""
    return extract(html, url).text


def plain(html: bytes, url: str) -> str:
    """Read with trafilatura as it comes."""
    return trafilatura.extract(html, url=url, include_comments=False) or ""


def fast(html: bytes, url: str) -> str:
    """Read with trafilatura's fast mode."""
    return trafilatura.extract(html, url=url, include_comments=False, fast=True) or ""


READERS: dict[str, Reader] = {"marsad": ours, "trafilatura": plain, "trafilatura fast": fast}


def main() -> None:
    """Print the table, or why there is none."""
    root = os.environ.get("MARSAD_BENCH_DATA")
    folder = Path(root or ".") / "data" / "extraction" / "aeb"
    if not root or not (folder / "ground-truth.json").is_file():
        sys.exit(f"Skipped: no pages in {folder}; set MARSAD_BENCH_DATA to the folder that holds data/extraction/aeb.")
    scores, seconds = measure(folder)
    print(f"{'':18}{'precision':>10}{'recall':>10}{'F1':>10}{'pages/s':>10}{'times plain':>13}")
    for name in READERS:
        score, rate = mean(scores[name]), len(scores[name]) / seconds[name]
        ratio = seconds["trafilatura"] / seconds[name]
        print(f"{name:18}{score.precision:10.4f}{score.recall:10.4f}{score.f1:10.4f}{rate:10.1f}{ratio:13.2f}")


def measure(folder: Path) -> tuple[dict[str, list[Score]], dict[str, float]]:
    """Return the scores of every page and the processor seconds, by reader."""
    gold = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    scores: dict[str, list[Score]] = {name: [] for name in READERS}
    seconds = dict.fromkeys(READERS, 0.0)
    warm_up()
    for page, facts in gold.items():
        html = gzip.decompress((folder / "html" / f"{page}.html.gz").read_bytes())
        for name, read in READERS.items():
            started = process_time()
            text = read(html, facts["url"])
            seconds[name] += process_time() - started
            scores[name].append(page_score(facts["articleBody"], text))
    return scores, seconds


if __name__ == "__main__":
    main()
