"""A server in a function: the real client, whose node calls us instead of the network."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from elastic_transport import ApiResponseMeta, BaseAsyncNode, HttpHeaders, NodeConfig
from elastic_transport._node._base import NodeApiResponse
from elasticsearch import AsyncElasticsearch
from elasticsearch.serializer import OrjsonSerializer

Answer = tuple[int, Any] | Exception


@dataclass
class Request:
    """What the client sent."""

    method: str
    target: str
    body: bytes = b""

    @property
    def lines(self) -> list[Any]:
        """The JSON values of a bulk body."""
        return [orjson.loads(line) for line in self.body.splitlines()]


@dataclass
class FakeServer:
    """Answers with `answer(request)`, or with the next of `answers`; keeps what it was asked."""

    answer: Callable[[Request], Answer] | None = None
    answers: list[Answer] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def respond(self, request: Request) -> Answer:
        """Return the answer to a request."""
        self.requests.append(request)
        return self.answer(request) if self.answer else self.answers.pop(0)

    def client(self) -> AsyncElasticsearch:
        """Return a client of this server."""
        server = self

        class Node(BaseAsyncNode):
            async def perform_request(  # type: ignore[override]
                self,
                method: str,
                target: str,
                body: bytes | None = None,
                headers: HttpHeaders | None = None,  # noqa: ARG002 - the base's signature
                request_timeout: Any = None,  # noqa: ARG002 - the base's signature
            ) -> NodeApiResponse:
                answer = server.respond(Request(method, target, body or b""))
                if isinstance(answer, Exception):
                    raise answer
                return NodeApiResponse(_meta(answer[0], self.config), orjson.dumps(answer[1]))

            async def close(self) -> None:  # type: ignore[override]
                """Nothing is open."""

        return AsyncElasticsearch("http://fake:9200", node_class=Node, max_retries=0, serializer=OrjsonSerializer())


def _meta(status: int, node: NodeConfig) -> ApiResponseMeta:
    headers = HttpHeaders({"content-type": "application/json", "x-elastic-product": "Elasticsearch"})
    return ApiResponseMeta(node=node, status=status, http_version="1.1", headers=headers, duration=0.0)


@pytest.fixture
def server() -> FakeServer:
    """A server that has no answers yet."""
    return FakeServer()


def bulk_answer(*statuses: int, kind: str = "some_exception") -> Answer:
    """Return a bulk answer with one item per status."""
    return 200, {
        "errors": any(status >= 300 for status in statuses),
        "items": [item(status, kind) for status in statuses],
    }


def item(status: int, kind: str = "some_exception") -> Mapping[str, Any]:
    """Return one item of a bulk answer."""
    error = {} if status < 300 else {"error": {"type": kind, "reason": f"because of {status}"}}
    return {"index": {"_index": "i", "_id": "x", "status": status, **error}}


@pytest.fixture
def bulk() -> Callable[..., Answer]:
    """The builder of bulk answers."""
    return bulk_answer


def all_written(request: Request) -> Answer:
    """Answer a bulk request as a server that takes everything."""
    return bulk_answer(*[201] * (len(request.lines) // 2))


@pytest.fixture
def takes_all(server: FakeServer) -> FakeServer:
    """A server that takes every document."""
    server.answer = all_written
    return server


def ids_of(requests: Sequence[Request]) -> list[list[str]]:
    """Return the ids of each bulk request."""
    return [[line["index"]["_id"] for line in request.lines[::2]] for request in requests]


@pytest.fixture
def sent() -> Callable[[Sequence[Request]], list[list[str]]]:
    """The reader of the ids in bulk requests."""
    return ids_of
