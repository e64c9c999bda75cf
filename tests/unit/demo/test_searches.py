"""Whether an answer holds what it must."""

import pytest

from marsad.demo.searches import LIMIT, SEARCHES, Search, answered
from marsad.newsroom.content import houses
from unit.demo.makers import answer, hit, promise

FERRY = promise()
WATER = promise(article="water", url="http://127.0.0.1:40001/water")
SEARCH = Search("تصل", "a word", frozenset({("sada", "ferry")}))


def test_an_answer_with_its_article_lacks_nothing() -> None:
    """Other hits beside it do no harm."""
    assert answered(SEARCH, answer(hit(WATER), hit(FERRY)), [FERRY, WATER]).missing == ()


@pytest.mark.parametrize("hits", [(), (hit(WATER),), (hit(FERRY, marked=False),)])
def test_a_missing_article_is_named(hits: tuple[object, ...]) -> None:
    """No hit, another one, or the right one without a mark: the article is missing."""
    found = answered(SEARCH, answer(*hits), [FERRY, WATER])  # type: ignore[arg-type]

    assert found.missing == ("sada/ferry",)


def test_an_article_that_nobody_promised_is_missing() -> None:
    """A question about an article that the newsroom no longer has cannot be answered by chance."""
    assert answered(SEARCH, answer(hit(FERRY)), [WATER]).missing == ("sada/ferry",)


def test_every_search_is_about_articles_of_the_newsroom() -> None:
    """The articles that the demo looks for exist."""
    known = {(house.id, article.id) for house, articles in houses().values() for article in articles}

    assert all(search.finds for search in SEARCHES)
    assert set().union(*(search.finds for search in SEARCHES)) <= known


def test_the_first_search_is_spelled_otherwise_than_the_article() -> None:
    """The word as it is asked for stands nowhere in the articles: folding alone finds it."""
    for outlet, identity in SEARCHES[0].finds:
        article = next(one for one in houses()[outlet][1] if one.id == identity)
        assert SEARCHES[0].text not in " ".join((article.title, article.lead, *article.paragraphs))


def test_no_search_finds_more_than_is_shown() -> None:
    """Each article that must be found has a place among the hits."""
    assert max(len(search.finds) for search in SEARCHES) <= LIMIT
