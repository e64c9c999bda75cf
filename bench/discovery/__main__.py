"""Two tables: parsers of feeds on the table of broken feeds, and false alarms about silent feeds on invented timelines.

Run with `PYTHONPATH=tests python -m bench.discovery`; needs no server. fastfeedparser is compared where it is installed
(`pip install --target DIR --no-deps fastfeedparser`, then DIR in PYTHONPATH): it is no dependency of ours.
"""

import io
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from time import process_time
from urllib.parse import urljoin

import feedparser

from marsad.discovery.feeds import parse_feed
from unit.discovery.broken_feeds import FEEDS as BROKEN
from unit.discovery.broken_feeds import Broken
from unit.discovery.timelines import FEEDS as LIVES
from unit.discovery.timelines import watch

BASE = "https://news.example.org/rss.xml"
SEEDS, ALIVE_DAYS, DEAD_DAYS = 3, 120.0, 60.0

Reader = Callable[[Broken], list[str]]


def ours(feed: Broken) -> list[str]:
    """Read as discovery does."""
    return [entry.url for entry in parse_feed(feed.body, BASE, feed.content_type).entries]


def plain(feed: Broken) -> list[str]:
    """Read with feedparser as it comes."""
    headers = {"content-type": feed.content_type or "", "content-location": BASE}
    parsed = feedparser.parse(io.BytesIO(feed.body), response_headers=headers)
    return [urljoin(BASE, str(entry.get("link") or "")) for entry in parsed.entries]


def fast(feed: Broken) -> list[str]:
    """Read with fastfeedparser as it comes."""
    parsed = import_module("fastfeedparser").parse(feed.body)
    return [urljoin(BASE, str(entry.get("link") or "")) for entry in parsed.entries]


def large() -> Broken:
    """Return a sound feed of 200 entries."""
    item = "<item><title>خبر</title><link>https://news.example.org/{}</link><description>{}</description></item>"
    items = "".join(item.format(number, "كلمة " * 60) for number in range(200))
    return Broken("large", f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode())


def verdict(reader: Reader, feed: Broken) -> str:
    """Return how a reader does on one feed."""
    try:
        found = tuple(reader(feed))
    except Exception as error:  # noqa: BLE001 - that is what is counted
        return f"raises {type(error).__name__}"
    if found == feed.links:
        return "right"
    return "another link" if len(found) == len(feed.links) else f"{len(found)} of {len(feed.links)} links"


def milliseconds(reader: Reader) -> float:
    """Return the processor time of a sound feed of 200 entries, the best of five."""
    feed, times = large(), []
    for _ in range(5):
        start = process_time()
        reader(feed)
        times.append(process_time() - start)
    return min(times) * 1_000


def parsers() -> None:
    """Print the first table."""
    readers: dict[str, Reader] = {"marsad": ours, "feedparser": plain}
    if find_spec("fastfeedparser"):
        readers["fastfeedparser"] = fast
    print(f"{'broken feeds':40}" + "".join(f"{name:>24}" for name in readers))
    right = dict.fromkeys(readers, 0)
    for feed in BROKEN:
        verdicts = {name: verdict(reader, feed) for name, reader in readers.items()}
        right = {name: right[name] + (verdicts[name] == "right") for name in readers}
        if set(verdicts.values()) != {"right"}:
            print(f"{feed.name:40}" + "".join(f"{verdicts[name]:>24}" for name in readers))
    print(f"{f'right of {len(BROKEN)}':40}" + "".join(f"{right[name]:24}" for name in readers))
    print(f"{'ms for 200 entries':40}" + "".join(f"{milliseconds(reader):24.1f}" for reader in readers.values()))


def silences() -> None:
    """Print the second table."""
    print(f"\n{'feeds':52}{'false alarms a year':>20}{'death found, h: median':>24}{'worst':>8}")
    for name in LIVES:
        told = [watch(name, seed, ALIVE_DAYS, DEAD_DAYS) for seed in range(SEEDS)]
        false = sum(one.false for one in told) / SEEDS / ALIVE_DAYS * 365
        found = [float("inf") if one.after_h is None else one.after_h for one in told]
        print(f"{name:52}{false:20.2f}{median(found):24.0f}{max(found):8.0f}")


if __name__ == "__main__":
    parsers()
    silences()
