"""Which hit comes first, filters, and what a hit shows, on a real Elasticsearch."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.search.names import Names
from marsad.search.queries import Query, search
from marsad.search.sink import Document, Fate, Sink

pytestmark = pytest.mark.stack

FILLER = "اجتمع المجلس في المدينة وناقش خطة المياه والطرق والحدائق ثم رفع الجلسة إلى الأسبوع المقبل. "


class Shelf:
    """Articles of one test."""

    def __init__(self, client: AsyncElasticsearch, names: Names) -> None:
        self._client = client
        self._names = names

    async def put(self, articles: Mapping[str, Mapping[str, Any]]) -> None:
        """Index articles by id."""
        index = f"{self._names.news}-v1-2026.01"
        common = {"url": "https://a.example/1", "first_seen": "2026-01-01T00:00:00Z"}
        documents = [Document(index, key, 1, {**common, **fields}) for key, fields in articles.items()]
        assert {result.fate for result in await Sink(self._client).write(documents)} == {Fate.WRITTEN}
        await self._client.indices.refresh(index=index)

    async def find(self, text: str, **options: Any) -> list[str]:
        """Return the ids of the hits, best first."""
        found = await search(self._client, self._names, Query(text, **options))
        return [hit.article_id for hit in found.hits]


@pytest.fixture
def shelf(search_client: AsyncElasticsearch, search_names: Names) -> Shelf:
    """An empty shelf."""
    return Shelf(search_client, search_names)


async def test_a_name_as_typed_comes_before_what_shares_its_stem(shelf: Shelf) -> None:
    """The stemmer cuts بوتين to بوت and فلسطين to فلسط; the exact name in a text beats the stem in a headline."""
    await shelf.put(
        {
            "stem": {"title": "بوت جديد للمحادثة", "text": FILLER * 2},
            "name": {"title": "لقاء في العاصمة", "text": FILLER * 2 + "وحضر اللقاء بوتين."},
            "none": {"title": "بيوت قديمة", "text": FILLER},
        }
    )

    assert await shelf.find("بوتين") == ["name", "stem"]


async def test_a_headline_counts_more_than_a_text(shelf: Shelf) -> None:
    """The same word in the headline lifts an article above one that mentions it in passing."""
    await shelf.put(
        {
            "text": {"title": "نشرة الأخبار", "text": FILLER + "وفي فلسطين افتتح معرض."},
            "title": {"title": "معرض الكتاب في فلسطين", "text": FILLER},
        }
    )

    assert await shelf.find("فلسطين") == ["title", "text"]


async def test_words_side_by_side_come_first(shelf: Shelf) -> None:
    """Without quotes too, words that stand together as typed beat the same words apart."""
    await shelf.put(
        {
            "apart": {"title": "خبر", "text": "وزارة الري تهتم. " + FILLER + " الصحة للجميع."},
            "together": {"title": "خبر", "text": FILLER + " قالت وزارة الصحة. " + "الري مهم."},
        }
    )

    assert await shelf.find("وزارة الصحة") == ["together", "apart"]
    assert await shelf.find('"وزارة الصحة"') == ["together"]


async def test_a_preposition_only_adds(shelf: Shelf) -> None:
    """An article with the word itself comes before one that has it behind a preposition alone."""
    await shelf.put(
        {
            "behind": {"title": "عرض بوهران", "text": FILLER},
            "itself": {"title": "عرض في وهران", "text": FILLER},
        }
    )

    assert await shelf.find("وهران") == ["itself", "behind"]


async def test_of_four_words_three_suffice(shelf: Shelf) -> None:
    """A long query is not lost on one word; of up to three words each is needed."""
    await shelf.put({"a": {"title": "summit of coastal cities", "text": "held in spring"}})

    assert await shelf.find("summit coastal cities autumn") == ["a"]
    assert await shelf.find("summit coastal autumn") == []


async def test_among_equals_the_newest_comes_first(shelf: Shelf) -> None:
    """Recency decides between equal scores alone, and is all that is left where nothing is asked for."""
    same = {"title": "نشرة", "text": "خبر واحد"}
    days = {"old": "2026-01-01T00:00:00Z", "new": "2026-01-03T00:00:00Z", "middle": "2026-01-02T00:00:00Z"}
    await shelf.put({key: same | {"first_seen": day} for key, day in days.items()})

    assert await shelf.find("نشرة") == ["new", "middle", "old"]
    assert await shelf.find("", limit=2) == ["new", "middle"]


async def test_filters(shelf: Shelf) -> None:
    """Each facet narrows the hits; several narrow together."""
    await shelf.put(
        {
            "a": {"title": "قمة", "language": "ar", "outlet": "afaq", "countries": ["EG", "SD"]},
            "b": {"title": "قمة", "language": "fa", "outlet": "afaq", "first_seen": "2026-02-01T00:00:00Z"},
            "c": {"title": "قمة", "language": "ar", "outlet": "sahil", "countries": ["SD"]},
        }
    )

    assert set(await shelf.find("قمة", language="ar")) == {"a", "c"}
    assert set(await shelf.find("قمة", outlet="afaq")) == {"a", "b"}
    assert set(await shelf.find("قمة", country="SD", outlet="sahil")) == {"c"}
    assert await shelf.find("قمة", since=datetime(2026, 1, 15, tzinfo=UTC)) == ["b"]
    assert await shelf.find("قمة", country="XX") == []


async def test_a_very_long_text_is_found_and_shown(
    shelf: Shelf, search_client: AsyncElasticsearch, search_names: Names
) -> None:
    """Beyond what the server is willing to mark, an article is still found, and its beginning shown."""
    await shelf.put({"long": {"title": "تقرير", "text": FILLER * 13_000 + "زنجبار"}})

    found = await search(search_client, search_names, Query("زنجبار"))

    assert [hit.article_id for hit in found.hits] == ["long"]
    assert found.hits[0].snippets[0][0][0].startswith("اجتمع المجلس")


async def test_a_match_in_the_lead_is_shown(
    shelf: Shelf, search_client: AsyncElasticsearch, search_names: Names
) -> None:
    """Whoever sees a hit sees why it is one."""
    await shelf.put({"lead": {"title": "تقرير", "lead": "وصل الوفد إلى زنجبار صباح الاثنين.", "text": FILLER}})

    (hit,) = (await search(search_client, search_names, Query("زنجبار"))).hits

    assert ("زنجبار", True) in hit.snippets[0]


async def test_before_the_first_article_nothing_is_found(shelf: Shelf) -> None:
    """No index is no error."""
    assert await shelf.find("قمة") == []
