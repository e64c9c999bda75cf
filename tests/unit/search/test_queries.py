"""What is sent for a query, and how hits are read."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from marsad.errors import SearchUnavailable
from marsad.search.names import Names
from marsad.search.queries import CLOSE, OPEN, Found, Hit, Query, search

FakeServer = Any  # of conftest.py


def answer(*hits: dict[str, Any], total: int | None = None, timed_out: bool = False, failed: int = 0) -> Any:
    """Return an answer of the search API."""
    found = {"total": {"value": len(hits) if total is None else total}, "hits": list(hits)}
    return 200, {"hits": found, "timed_out": timed_out, "_shards": {"failed": failed}}


async def ask(server: FakeServer, query: Query) -> tuple[Found, dict[str, Any]]:
    """Search; return what was found and the body that was sent."""
    found = await search(server.client(), Names("t-"), query)
    return found, orjson.loads(server.requests[-1].body)


async def test_the_alias_is_searched_and_all_are_counted(server: FakeServer) -> None:
    """All months are asked through one name; before the first article there is none, which is no error."""
    server.answers = [answer(total=12_345)]

    found, body = await ask(server, Query("غزة", limit=3))

    assert server.requests[0].target.startswith("/t-news/_search?")
    assert "ignore_unavailable=true" in server.requests[0].target
    assert (body["size"], body["track_total_hits"]) == (3, True)
    assert found == Found(12_345, (), complete=True)


async def test_a_word_counts_most_as_it_was_typed(server: FakeServer) -> None:
    """Per word: typed form, then stem, then twin and prepositions; the highest counts."""
    server.answers = [answer()]

    _, body = await ask(server, Query("وزارة"))

    (word,) = body["query"]["bool"]["must"][0]["bool"]["should"]
    typed, stem, twin, behind = [way["multi_match"] for way in word["dis_max"]["queries"]]
    assert typed["query"] == stem["query"] == "وزارة"
    assert all(".norm^" in field for field in typed["fields"])
    assert all(".stem" in field for field in stem["fields"] + twin["fields"] + behind["fields"])
    assert twin["query"] == "الوزارة"
    assert behind["boost"] < 1
    assert "بوزارة" in behind["query"].split()


async def test_several_words(server: FakeServer) -> None:
    """Side by side as typed they lift an article; of more than three, most suffice."""
    server.answers = [answer()]

    _, body = await ask(server, Query("summit in Cairo"))

    inner = body["query"]["bool"]["must"][0]["bool"]
    assert len(inner["should"]) == 3
    assert inner["minimum_should_match"] == "3<75%"
    (together,) = body["query"]["bool"]["should"]
    assert together["multi_match"]["query"] == "summit in Cairo"
    assert together["multi_match"]["type"] == "phrase"


async def test_phrases_and_exclusions(server: FakeServer) -> None:
    """Quoted words must stand as typed; excluded ones must not."""
    server.answers = [answer()]

    _, body = await ask(server, Query('"وزارة الصحة" -غزة'))

    bool_ = body["query"]["bool"]
    assert [clause["multi_match"]["query"] for clause in bool_["must"]] == ["وزارة الصحة"]
    assert [clause["multi_match"]["query"] for clause in bool_["must_not"]] == ["غزة"]
    assert {clause["multi_match"]["type"] for clause in bool_["must"] + bool_["must_not"]} == {"phrase"}


async def test_filters_are_exact_and_do_not_score(server: FakeServer) -> None:
    """Facets narrow the hits and leave their order alone."""
    server.answers = [answer()]
    since = datetime(2026, 1, 31, tzinfo=UTC)

    _, body = await ask(server, Query("", language="ar", outlet="afaq", country="EG", since=since))

    assert body["query"]["bool"]["filter"] == [
        {"term": {"language": "ar"}},
        {"term": {"outlet": "afaq"}},
        {"term": {"countries": "EG"}},
        {"range": {"first_seen": {"gte": "2026-01-31T00:00:00+00:00"}}},
    ]
    assert body["query"]["bool"]["must"] == [{"match_all": {}}]


async def test_recency_only_breaks_ties(server: FakeServer) -> None:
    """Score comes first; among equals the newest."""
    server.answers = [answer()]

    _, body = await ask(server, Query("x"))

    assert [next(iter(item)) if isinstance(item, dict) else item for item in body["sort"]] == ["_score", "first_seen"]
    assert body["sort"][1]["first_seen"]["order"] == "desc"


async def test_hits_are_read_with_their_marks(server: FakeServer) -> None:
    """Matches come as marked pieces, the lead's first; an unmatched headline is shown all the same."""
    source = {
        "title": "خطة جديدة",
        "url": "https://a.example/1",
        "outlet": "afaq",
        "first_seen": "2026-01-01T00:00:00Z",
    }
    marked = {"text": [f"في {OPEN}غزة{CLOSE} أمس"], "lead": [f"{OPEN}غزة{CLOSE}"]}
    server.answers = [answer({"_id": "a", "_score": 2.5, "_source": source, "highlight": marked})]

    found, _ = await ask(server, Query("غزة"))

    assert found.hits == (
        Hit(
            article_id="a",
            score=2.5,
            title=(("خطة جديدة", False),),
            snippets=((("غزة", True),), (("في ", False), ("غزة", True), (" أمس", False))),
            url="https://a.example/1",
            outlet="afaq",
            language=None,
            published=None,
            first_seen="2026-01-01T00:00:00Z",
            withdrawn=False,
        ),
    )


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (f"{OPEN}a{CLOSE}{OPEN}b{CLOSE}", (("a", True), ("b", True))),
        (f"{CLOSE}a{OPEN}b", (("a", False), ("b", True))),
        (f"{OPEN}{OPEN}a{CLOSE}{CLOSE}b", (("a", True), ("b", False))),
        (OPEN + CLOSE, ()),
    ],
)
async def test_marks_in_the_text_itself_do_no_harm(server: FakeServer, text: str, pieces: object) -> None:
    """A page that uses our marks gets wrong marks at worst, never an error nor a mark in the output."""
    hit = {"_id": "a", "_score": 1.0, "_source": {"url": "u"}, "highlight": {"title": [text]}}
    server.answers = [answer(hit)]

    found, _ = await ask(server, Query("a"))

    assert found.hits[0].title == pieces


async def test_a_withdrawn_article_without_text_is_a_hit(server: FakeServer) -> None:
    """A bare retraction has no headline, and says that it is withdrawn."""
    server.answers = [answer({"_id": "a", "_score": 1.0, "_source": {"url": "u", "withdrawn": True}})]

    found, _ = await ask(server, Query(""))

    assert found.hits[0].withdrawn
    assert found.hits[0].title == (("", False),)


@pytest.mark.parametrize("trouble", [{"timed_out": True}, {"failed": 1}])
async def test_partial_answers_are_said_to_be_partial(server: FakeServer, trouble: dict[str, Any]) -> None:
    """A shard that did not answer, or the deadline, makes the answer incomplete."""
    server.answers = [answer(**trouble)]

    found, _ = await ask(server, Query("x"))

    assert not found.complete


async def test_a_server_that_is_away_is_said_so(server: FakeServer) -> None:
    """The index is named in the message."""
    server.answers = [(503, {"error": "down"})]

    with pytest.raises(SearchUnavailable, match="searching t-news"):
        await ask(server, Query("x"))
