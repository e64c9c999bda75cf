"""Whole pages in the shapes of real sites, with gold written by hand; the outlets are the built-in ones."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from marsad.extraction.extract import extract
from marsad.extraction.result import Extraction
from marsad.outlets import Outlets, load

PAGES = Path(__file__).parents[2] / "pages"
GOLD = sorted(PAGES.glob("*/*.json"))


@cache
def outlets() -> Outlets:
    """Read the built-in outlet files once."""
    return load()


def found_in(path: Path) -> tuple[Extraction, dict[str, Any]]:
    """Return what is extracted and what should be."""
    gold = json.loads(path.read_text(encoding="utf-8"))
    fetched = datetime.fromisoformat(gold["fetched_at"])
    html = path.with_suffix(".html").read_bytes()
    found = extract(html, gold["url"], content_type=gold["content_type"], fetched_at=fetched, outlets=outlets())
    return found, gold["expected"]


@pytest.mark.parametrize("path", GOLD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_page_gives_its_gold(path: Path) -> None:
    """Every field, and the text to the letter; what the gold does not name is empty."""
    found, expected = found_in(path)

    assert found.text.split("\n") == expected.pop("text", [""])
    wanted = Extraction.model_validate_json(json.dumps(expected))
    for name in Extraction.model_fields.keys() - {"text"}:
        assert getattr(found, name) == getattr(wanted, name), name


def test_every_page_has_its_gold() -> None:
    """No page stands there unread."""
    assert {path.with_suffix(".html") for path in GOLD} == set(PAGES.glob("*/*.html"))
    assert len(GOLD) >= 12


@pytest.mark.parametrize("path", GOLD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_same_page_gives_the_same_result(path: Path) -> None:
    """Nothing is kept from one page to the next, not even by trafilatura."""
    first, _ = found_in(path)
    for other in GOLD[:3]:
        found_in(other)

    assert found_in(path)[0] == first
