"""Tests of the outlet files that a running newsroom leaves."""

from pathlib import Path

import yaml

from marsad import outlets
from marsad.newsroom import Newsroom
from marsad.newsroom.content import houses
from marsad.newsroom.items import Addresses
from marsad.newsroom.outlet_files import outlet_facts, write_outlet_files
from marsad.urls import clean

ADDRESSES = {
    outlet: Addresses(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}" if house.short_links else None)
    for port, (outlet, (house, _)) in zip(range(7001, 7099, 2), houses().items(), strict=False)
}


def test_the_loader_accepts_the_files(tmp_path: Path) -> None:
    """All keys are those of the outlet format, and the ports are those of the run."""
    write_outlet_files(tmp_path / "deep" / "outlets", [house for house, _ in houses().values()], ADDRESSES, 0.2)

    loaded = outlets.load([tmp_path / "deep" / "outlets"], builtin=False)

    ajil = loaded.for_url("http://127.0.0.1:7001/")
    assert ajil is not None
    assert (ajil.domains, ajil.short_hosts) == (("127.0.0.1:7001",), ("127.0.0.1:7002",))
    assert ajil.feeds == ("http://127.0.0.1:7001/rss/",)
    assert ajil.crawl_delay_s == 0.2
    assert {outlet.id for outlet in loaded} == set(houses())
    assert {outlet.id for outlet in loaded if not outlet.feeds} == {"warraq"}
    assert {outlet.id for outlet in loaded if outlet.front_pages} == {"warraq"}
    assert {outlet.id for outlet in loaded if outlet.sitemaps} == {"nawa", "polus-en", "polus-ru", "sabah-nil"}
    assert {language for outlet in loaded for language in outlet.languages} == {"ar", "en", "fa", "ru"}


def test_files_are_readable_arabic(tmp_path: Path) -> None:
    """Letters are written as letters, and the file says the same as the mapping."""
    house = houses()["sada"][0]

    write_outlet_files(tmp_path, [house], ADDRESSES, 0.2)

    text = (tmp_path / "sada.yaml").read_text(encoding="utf-8")
    assert "صدى المدى" in text
    assert yaml.safe_load(text) == outlet_facts(house, ADDRESSES["sada"], 0.2)


def test_section_labels_are_the_sections() -> None:
    """Every label that a page may show is known to the outlet file."""
    for outlet, (house, _) in houses().items():
        facts = outlet_facts(house, ADDRESSES[outlet], 0.2)
        assert facts["section_labels"] == list(house.sections.values())
        assert facts["languages"] == [house.language]


def test_credits_are_known_to_the_outlet_file() -> None:
    """The agency of every credited article, and how the page names it, stand among the outlet's reprints."""
    for outlet, (house, articles) in houses().items():
        reprints = {one["source"]: one["names"] for one in outlet_facts(house, ADDRESSES[outlet], 0.2)["reprints"]}
        for article in articles:
            if article.credit:
                assert article.credit.shown in reprints[article.credit.source], article.id


async def test_every_address_belongs_to_its_outlet(room: Newsroom) -> None:
    """Articles, listed addresses and short links of a running newsroom are found by its outlet files."""
    loaded = outlets.load([room.outlets_dir], builtin=False)

    for gold in room.expected():
        for url in filter(None, (gold.url, *gold.listed_as, gold.short_url)):
            found = loaded.for_url(url)
            assert found is not None, url
            assert found.id == gold.outlet


async def test_addresses_are_canonical(room: Newsroom) -> None:
    """The gold's URLs are spelled as the system spells URLs; tracking parameters clean to the same one."""
    for gold in room.expected():
        assert clean(gold.url) == gold.url
        assert {clean(url) for url in gold.listed_as} <= {gold.url, gold.short_url}
