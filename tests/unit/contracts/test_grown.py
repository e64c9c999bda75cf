"""Tests of payloads that add fields to others."""

from datetime import UTC, datetime
from typing import Any

import pytest

from marsad.contracts.articles import ArticleRevised
from marsad.contracts.codec import to_json
from marsad.contracts.model import grown
from support.payloads import make_extracted

MORE: dict[str, Any] = {
    "revision": 5,
    "first_seen": datetime(2026, 1, 12, tzinfo=UTC),
    "change": "first",
    "previous_revision": None,
}


def test_it_equals_the_validated_payload() -> None:
    """Only the second validation is left out."""
    article = make_extracted("نص")

    assert grown(ArticleRevised, article, **MORE) == ArticleRevised(**dict(article), **MORE)


def test_it_writes_the_same_bytes() -> None:
    """Readers see no difference."""
    article = make_extracted("نص")

    assert to_json(grown(ArticleRevised, article, **MORE)) == to_json(ArticleRevised(**dict(article), **MORE))


def test_it_keeps_what_a_newer_writer_added() -> None:
    """Unknown fields are written through."""
    article = make_extracted("نص").model_copy(update={"mood": "calm"})

    assert b'"mood":"calm"' in to_json(grown(ArticleRevised, article, **MORE))


def test_it_is_as_immutable_as_any_payload() -> None:
    """Nobody changes it on its way."""
    with pytest.raises(ValueError, match="frozen"):
        setattr(grown(ArticleRevised, make_extracted("نص"), **MORE), "revision", 6)  # noqa: B010 - mypy forbids it too
