"""OpenTelemetry: off unless asked for; the spans of all hops join into one trace of the task."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from marsad.contracts.codec import Event, Record, Wire
from marsad.contracts.states import State
from marsad.errors import SettingsError
from marsad.settings import Tracing
from marsad.streaming import exposing
from marsad.streaming.effects import RawMessage
from marsad.streaming.exposing import tracing
from marsad.streaming.outcome import Emit, Outcome, Quarantine, Settle
from marsad.streaming.processor import Processor
from marsad.streaming.service import Service
from support.payloads import ARTICLE_ID, NOON, make_extracted, make_found, make_page, make_revised, make_task
from unit.streaming.doubles import SETTINGS, TASK_ID, MemoryOutbox, headers_of, make_broken, make_message

Handled = dict[str, Outcome]


class Collector(http.server.BaseHTTPRequestHandler):
    """A collector that keeps what it gets."""

    got: list[ExportTraceServiceRequest]

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        request = ExportTraceServiceRequest()
        request.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
        self.got.append(request)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Where a collector listens on loopback, and what it got."""
    own = type("OwnCollector", (Collector,), {"got": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), own) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", own.got  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def hop_of(wire: Wire, offset: int = 0) -> RawMessage:
    """Return a record that was written as the next service reads it."""
    return RawMessage(wire.topic, 0, offset, 1_000, wire.key, wire.value, wire.headers)


async def hop(service: str, outcome: Outcome, message: RawMessage, endpoint: str) -> list[Wire]:
    """Let a service decide one record; return what it wrote."""

    async def handler(_: Sequence[Event[Any]]) -> Sequence[Outcome]:
        return [outcome]

    outbox = MemoryOutbox()
    own = SETTINGS.model_copy(update={"tracing": Tracing(endpoint=endpoint)})
    with tracing(Service(service, "window", ()), own) as tracer:
        await Processor(service, handler, outbox, own, clock=lambda: NOON, tracer=tracer).process([message])
    return outbox.sent


def spans(got: Sequence[ExportTraceServiceRequest]) -> list[tuple[str, Span]]:
    """Return all spans with their services."""
    return [
        (next(item.value.string_value for item in part.resource.attributes if item.key == "service.name"), span)
        for request in got
        for part in request.resource_spans
        for scope in part.scope_spans
        for span in scope.spans
    ]


def attributes(span: Span) -> dict[str, str]:
    """Return the attributes that are text."""
    return {item.key: item.value.string_value for item in span.attributes if item.value.string_value}


async def test_the_hops_of_one_article_are_one_trace(collector: tuple[str, list[Any]]) -> None:
    """Its id is the task's; each span hangs on the one that wrote its record; the article is named from pages on."""
    endpoint, got = collector
    page = make_message(make_page(), topic="pages.fetched", body=b"<html></html>")
    steps: Handled = {
        "extraction": Emit((Record("articles.extracted", ARTICLE_ID, make_extracted(), task_id=TASK_ID),)),
        "revisions": Emit((Record("articles.revised", ARTICLE_ID, make_revised(), task_id=TASK_ID),)),
        "enrichment": Settle(State.INDEXED, "first", make_task(), article_id=ARTICLE_ID),
    }
    message = page
    for service, outcome in steps.items():
        (wire,) = await hop(service, outcome, message, endpoint)
        message = hop_of(wire)
    found = spans(got)
    first_parent = dict(page.headers)["traceparent"] or b""

    assert {span.trace_id.hex() for _, span in found} == {TASK_ID}
    assert [(service, span.name) for service, span in found] == [
        ("extraction", "process pages.fetched"),
        ("extraction", "send articles.extracted"),
        ("revisions", "process articles.extracted"),
        ("revisions", "send articles.revised"),
        ("enrichment", "process articles.revised"),
        ("enrichment", "send ledger"),
    ]
    parents = [span.parent_span_id.hex() for _, span in found]
    assert parents == [first_parent.decode().split("-")[2], *(span.span_id.hex() for _, span in found[:-1])]
    assert {attributes(span)["marsad.article_id"] for _, span in found} == {ARTICLE_ID}
    assert {attributes(span)["marsad.task_id"] for _, span in found} == {TASK_ID}
    assert attributes(found[-2][1])["marsad.state"] == "indexed"
    assert attributes(found[0][1])["messaging.system"] == "kafka"
    assert (found[0][1].kind, found[1][1].kind) == (Span.SPAN_KIND_CONSUMER, Span.SPAN_KIND_PRODUCER)


async def test_the_same_record_makes_the_same_spans(collector: tuple[str, list[Any]]) -> None:
    """A redelivery is no second hop."""
    endpoint, got = collector
    message = make_message()
    for _ in range(2):
        await hop("discovery", Settle(State.DUPLICATE, "seen", make_task()), message, endpoint)
    ids = [span.span_id for _, span in spans(got)]

    assert len(ids) == 4
    assert ids[:2] == ids[2:]


async def test_a_new_task_is_linked_to_what_found_it(collector: tuple[str, list[Any]]) -> None:
    """Its trace begins there: no parent, and a link to the span of its feed or page."""
    endpoint, got = collector
    other = make_task("another").task_id
    await hop(
        "discovery", Emit((Record("urls.found", "k", make_found("http://b"), task_id=other),)), make_message(), endpoint
    )
    (_, processed), (_, sent) = spans(got)

    assert (processed.trace_id.hex(), sent.trace_id.hex()) == (TASK_ID, other)
    assert sent.parent_span_id == b""
    assert [link.span_id for link in sent.links] == [processed.span_id]


async def test_a_quarantine_is_an_error(collector: tuple[str, list[Any]]) -> None:
    """With its reason; the dead letter keeps its original's headers and so has no span of its own."""
    endpoint, got = collector
    await hop("discovery", Quarantine("odd", "why not"), make_message(), endpoint)
    (_, processed), (_, reported) = spans(got)

    assert (processed.status.code, processed.status.message) == (2, "odd")
    assert reported.name == "send ledger"


async def test_what_cannot_be_read_has_the_trace_of_its_task(collector: tuple[str, list[Any]]) -> None:
    """By the report of its quarantine; without a task there is no trace."""
    endpoint, got = collector
    for task in (TASK_ID.encode(), None):
        await hop("discovery", Quarantine("never asked", ""), make_broken(task=task), endpoint)

    assert {span.trace_id.hex() for _, span in spans(got)} == {TASK_ID}


async def test_what_its_cause_did_not_sample_is_not_sent(collector: tuple[str, list[Any]]) -> None:
    """The flag of whoever began the trace counts."""
    endpoint, got = collector
    message = make_message(extra=(("traceparent", f"00-{'a' * 32}-{'b' * 16}-00".encode()),))
    (wire,) = await hop("discovery", Settle(State.DUPLICATE, "seen", make_task()), message, endpoint)

    assert spans(got) == []
    assert headers_of(wire)["traceparent"].endswith("-00")


def test_without_a_collector_nothing_is_imported() -> None:
    """Every service, ready to run, has no SDK and no exporter (Elasticsearch's client takes the bare API if it can)."""
    program = (
        "import sys, marsad.process\n"
        "from marsad.contracts.topics import SERVICES\n"
        "from importlib import import_module\n"
        "from marsad.settings import Settings\n"
        "from marsad.streaming.exposing import tracing\n"
        "from marsad.streaming.service import Service\n"
        "for name in SERVICES: import_module(f'marsad.{name}.service')\n"
        "with tracing(Service('discovery', 'faust', ()), Settings()) as tracer: assert tracer is None\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "marsad.streaming.spans", None)
    own = SETTINGS.model_copy(update={"tracing": Tracing(endpoint="http://collector.example:4318")})

    with (
        pytest.raises(SettingsError, match=r"install marsad\[tracing\], or unset it"),
        exposing.tracing(Service("discovery", "faust", ()), own),
    ):
        pass


async def test_a_collector_that_is_away_costs_spans_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record's effects are there, and the service's end does not wait for the collector."""
    monkeypatch.setattr("marsad.streaming.spans.CLOSE_S", 0.1)
    sent = await hop("discovery", Settle(State.DUPLICATE, "seen", make_task()), make_message(), "http://127.0.0.1:9")

    assert [wire.topic for wire in sent] == ["ledger"]
