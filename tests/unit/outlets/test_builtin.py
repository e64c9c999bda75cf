"""The outlet files that come with Marsad."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from marsad.outlets import Checked, Name, Outlet, Reprint, load
from marsad.urls import clean

BUILTIN = list(load())


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://arabic.rt.com/world/1-خبر/", "rt-arabic"),
        ("https://r.rtarabic.com/s4vq", "rt-arabic"),
        ("https://www.sana.sy/?p=1", "sana"),
        ("https://sputnikarabic.ae/20260101/1.html", "sputnik-arabic"),
        ("https://thawra.sy/?p=1", "al-thawra"),
        ("https://archive.thawra.sy/?p=1", "al-thawra"),
        ("https://tass.com/world/1", "tass"),
        ("https://tass.ru/mezhdunarodnaya-panorama/1", "tass"),
        ("https://gate.ahram.org.eg/News/1.aspx", "al-ahram"),
    ],
)
def test_known_sites_have_an_outlet(url: str, outlet: str) -> None:
    """A URL of each built-in outlet finds it."""
    found = load().for_url(url)

    assert found is not None
    assert found.id == outlet


@pytest.mark.parametrize("outlet", BUILTIN, ids=lambda outlet: outlet.id)
def test_names_are_in_their_scripts(outlet: Outlet) -> None:
    """The Arabic name is in Arabic letters, the other one in Latin letters."""
    assert any("\u0620" <= char <= "\u064a" for char in outlet.name.ar)
    assert outlet.name.en.isascii()


@pytest.mark.parametrize("outlet", BUILTIN, ids=lambda outlet: outlet.id)
def test_feeds_are_of_the_outlet(outlet: Outlet) -> None:
    """Each built-in outlet has a feed, on a host of its own, in its canonical spelling."""
    assert outlet.feeds
    for feed in outlet.feeds:
        assert load().for_url(feed) == outlet
        assert clean(feed) == feed


@pytest.mark.parametrize("outlet", BUILTIN, ids=lambda outlet: outlet.id)
def test_whether_the_live_site_was_seen_is_said(outlet: Outlet) -> None:
    """What was consulted is said, and whether the live site was, on a day that has been."""
    assert re.search("live site was (?:not )?seen", outlet.checked.against)
    assert outlet.checked.on <= datetime.now(UTC).date() + timedelta(days=1)  # ahead of UTC it is tomorrow already


def test_agencies_have_one_name_in_all_files() -> None:
    """An agency's way of writing stands for one source only."""
    sources: dict[str, set[str]] = {}
    for reprint in (reprint for outlet in BUILTIN for reprint in outlet.reprints):
        for name in reprint.names:
            sources.setdefault(name, set()).add(reprint.source)

    assert sources
    assert all(len(named) == 1 for named in sources.values())


@pytest.mark.parametrize("model", [Outlet, Name, Reprint, Checked])
def test_every_key_is_described(model: type[Outlet | Name | Reprint | Checked]) -> None:
    """The model describes each key; the guide is written from it."""
    assert all(field.description for field in model.model_fields.values())
