"""One bulk request and the fates of its items."""

from collections.abc import Callable
from typing import Any

import pytest
from elastic_transport import ConnectionTimeout

from marsad.errors import MarsadError, SearchUnavailable
from marsad.search import bulk as bulk_module
from marsad.search.bulk import Document, Fate, send

FakeServer = Any  # of conftest.py


def document(key: str = "a", version: int = 1, **source: object) -> Document:
    """Return a small document."""
    return Document("i", key, version, source or {"n": 1})


async def test_versions_are_external_and_sources_whole(takes_all: FakeServer) -> None:
    """Each document goes as an index action with an external version, its whole source on the next line."""
    await send(takes_all.client(), [document("a", 7, title="عاجل")], "writing")

    (request,) = takes_all.requests
    assert request.method == "POST"
    assert request.target.startswith("/_bulk?")
    assert request.lines == [
        {"index": {"_index": "i", "_id": "a", "version": 7, "version_type": "external"}},
        {"title": "عاجل"},
    ]


@pytest.mark.parametrize(
    ("status", "kind", "fate"),
    [
        (200, "", Fate.WRITTEN),
        (201, "", Fate.WRITTEN),
        (400, "document_parsing_exception", Fate.REJECTED),
        (400, "strict_dynamic_mapping_exception", Fate.REJECTED),
        (400, "illegal_argument_exception", Fate.REJECTED),
        (400, "validation_exception", Fate.CLOSED),
        (400, "index_closed_exception", Fate.CLOSED),
        (400, "invalid_index_name_exception", Fate.CLOSED),
        (401, "security_exception", Fate.CLOSED),
        (403, "cluster_block_exception", Fate.CLOSED),
        (404, "index_not_found_exception", Fate.CLOSED),
        (409, "version_conflict_engine_exception", Fate.CONFLICT),
        (429, "es_rejected_execution_exception", Fate.LATER),
        (429, "circuit_breaking_exception", Fate.LATER),
        (500, "exception", Fate.LATER),
        (503, "unavailable_shards_exception", Fate.LATER),
    ],
)
async def test_fates(server: FakeServer, bulk: Callable[..., Any], status: int, kind: str, fate: Fate) -> None:
    """Every status of an item has one meaning; the server's reason is kept unless the document was written."""
    server.answers = [bulk(status, kind=kind)]

    (result,) = await send(server.client(), [document()], "writing")

    assert result.fate is fate
    assert result.reason == ("" if fate is Fate.WRITTEN else f"{status} {kind}: because of {status}")


async def test_results_stand_in_order(server: FakeServer, bulk: Callable[..., Any]) -> None:
    """Results follow the documents, also where one of them never reached the server."""
    server.answers = [bulk(201, 409, 429)]
    documents = [document("a"), document("unsendable", n=2**70), document("b"), document("c")]

    results = await send(server.client(), documents, "writing")

    assert [result.fate for result in results] == [Fate.WRITTEN, Fate.REJECTED, Fate.CONFLICT, Fate.LATER]


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (document("a", n=2**70), "64-bit"),
        (document("a", text="\ud800"), "UTF-8"),
        (document("a", thing=object()), "not JSON serializable"),
        (document(""), "0 bytes"),
        (document("س" * 257), "514 bytes"),
        (document("a", text="x" * bulk_module.MAX_DOCUMENT), "5242880 are the most"),
    ],
)
async def test_what_cannot_be_sent_is_rejected_alone(takes_all: FakeServer, bad: Document, word: str) -> None:
    """A document that is no JSON, or whose id the server would refuse with the whole request, is rejected here."""
    results = await send(takes_all.client(), [bad, document("b")], "writing")

    assert [result.fate for result in results] == [Fate.REJECTED, Fate.WRITTEN]
    assert word in results[0].reason
    assert len(takes_all.requests[0].lines) == 2


async def test_requests_stay_below_the_limit(
    takes_all: FakeServer, sent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch is cut where the next document would pass the limit; a single larger one goes alone."""
    monkeypatch.setattr(bulk_module, "MAX_BYTES", 1_000)
    documents = [document(key, text="x" * size) for key, size in (("a", 300), ("b", 300), ("c", 2_000), ("d", 1))]

    results = await send(takes_all.client(), documents, "writing")

    assert sent(takes_all.requests) == [["a", "b"], ["c"], ["d"]]
    assert [result.fate for result in results] == [Fate.WRITTEN] * 4
    assert max(len(takes_all.requests[i].body) for i in (0, 2)) <= 1_000


async def test_a_refused_size_is_halved_until_the_culprit_stands_alone(
    server: FakeServer, bulk: Callable[..., Any]
) -> None:
    """413 splits the request; only a document that is too large by itself is rejected."""
    server.answer = lambda request: (
        (413, {"error": "too large"}) if b"huge" in request.body else bulk(*[201] * (len(request.lines) // 2))
    )
    documents = [document(key, text="huge" if key == "d" else "small") for key in "abcde"]

    results = await send(server.client(), documents, "writing")

    assert [result.fate for result in results] == [Fate.WRITTEN] * 3 + [Fate.REJECTED, Fate.WRITTEN]
    assert "http.max_content_length" in results[3].reason


@pytest.mark.parametrize("answer", [(503, {}), (429, {}), (401, {}), ConnectionTimeout("slow")])
async def test_a_request_without_an_answer_leaves_all_open(server: FakeServer, answer: Any) -> None:
    """Where the request as a whole fails, nobody knows the fates: the batch is to be held."""
    server.answers = [answer]

    with pytest.raises(SearchUnavailable, match=r"writing state \(2 documents\)"):
        await send(server.client(), [document("a"), document("b")], "writing state")


async def test_a_wrong_request_is_our_own_mistake(server: FakeServer) -> None:
    """400 of the whole request is no reason to wait."""
    server.answers = [(400, {"error": {"type": "illegal_argument_exception", "reason": "bad"}})]

    with pytest.raises(MarsadError, match="illegal_argument_exception") as caught:
        await send(server.client(), [document()], "writing")
    assert not isinstance(caught.value, SearchUnavailable)


async def test_nothing_to_write_asks_nothing(server: FakeServer) -> None:
    """No documents, no request."""
    assert await send(server.client(), [], "writing") == []
    assert server.requests == []
