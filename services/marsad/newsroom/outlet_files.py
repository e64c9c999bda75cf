"""Write the outlet files of a running newsroom, in the format of `marsad.outlets`, with its ports filled in."""

from pathlib import Path
from typing import Any

import yaml

from marsad.newsroom.feeds import feed_url
from marsad.newsroom.items import Addresses
from marsad.newsroom.model import House

_SCHEME = "http://"


def write_outlet_files(
    folder: Path, houses: list[House], addresses: dict[str, Addresses], crawl_delay_s: float
) -> None:
    """Write `<id>.yaml` for each house into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for house in houses:
        facts = outlet_facts(house, addresses[house.id], crawl_delay_s)
        text = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False, width=120)
        (folder / f"{house.id}.yaml").write_text(text, encoding="utf-8")


def outlet_facts(house: House, addresses: Addresses, crawl_delay_s: float) -> dict[str, Any]:
    """Return a house's outlet file as a mapping."""
    short, feed = addresses.short_origin, feed_url(house, addresses.origin)
    return {
        "id": house.id,
        "name": {language: house.name[language] for language in ("ar", "en")},
        "languages": [house.language],
        "time_zone": house.time_zone,
        "domains": [addresses.origin.removeprefix(_SCHEME)],
        "short_hosts": [short.removeprefix(_SCHEME)] if short else [],
        "feeds": [feed] if feed else [],
        "sitemaps": [addresses.origin + house.sitemap_path] if house.sitemap_path else [],
        "front_pages": [] if feed else [f"{addresses.origin}/"],
        "crawl_delay_s": crawl_delay_s,
        "section_labels": list(house.sections.values()),
        **house.facts,
    }
