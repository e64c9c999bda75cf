"""OpenTelemetry spans: one for each record processed, one for each that it led to. Imported only where asked for.

Names and attributes follow the semantic conventions for messaging and Kafka
(https://opentelemetry.io/docs/specs/semconv/messaging/kafka/). The ids are those of the records' trace contexts, so
that the spans of all services join into one trace of the task, and a record processed again makes the same spans again.
Spans are made once a batch, after all is acknowledged, and sent in the background; a collector that is away costs
spans and nothing else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Thread
from time import time_ns

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from marsad import __version__
from marsad.contracts.codec import Wire
from marsad.contracts.envelope import text_of
from marsad.contracts.ids import derive
from marsad.contracts.topics import CONTRACTS
from marsad.contracts.trace import TraceContext, parse_traceparent
from marsad.streaming.accounts import Read, subject
from marsad.streaming.effects import RawMessage
from marsad.streaming.outcome import Outcome, Quarantine, Retry, Settle

TRACES_PATH = "/v1/traces"  # of OTLP over HTTP
EXPORT_S = 5.0  # one request to the collector
CLOSE_S = 3.0  # what is left may still be sent for so long when the service ends
SCOPE = InstrumentationScope("marsad.streaming", __version__)

Attributes = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class _Batch:
    """When a batch was taken in hand and when all that it led to was acknowledged, nanoseconds since 1970."""

    began: int
    ended: int


class Spans:
    """Makes spans of batches and sends them to a collector."""

    def __init__(self, service: str, endpoint: str) -> None:
        self._service = service
        self._resource = Resource({"service.name": service, "service.namespace": "marsad"})
        exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + TRACES_PATH, timeout=EXPORT_S)
        self._processor = BatchSpanProcessor(exporter)

    def close(self) -> None:
        """Send what is left, for a moment."""
        closing = Thread(target=self._processor.shutdown, daemon=True)
        closing.start()
        closing.join(CLOSE_S)

    def trace(
        self,
        messages: Sequence[RawMessage],
        events: Sequence[Read],
        outcomes: Sequence[Outcome],
        sent: Sequence[Sequence[Wire]],
        began_ns: int,
    ) -> None:
        """Make the spans of a batch; a record that belongs to no trace has none."""
        batch = _Batch(began_ns, time_ns())
        for message, event, outcome, wires in zip(messages, events, outcomes, sent, strict=True):
            for span in self._of_record(message, event, outcome, wires, batch):
                self._processor.on_end(span)

    def _of_record(
        self, message: RawMessage, event: Read, outcome: Outcome, wires: Sequence[Wire], batch: _Batch
    ) -> Iterator[ReadableSpan]:
        parent = parse_traceparent(event.envelope.traceparent) if event else None
        written = [(wire, trace) for wire in wires if (trace := _trace_of(wire)) is not None]
        trace = parent or next((trace for _, trace in written), None)
        if trace is None:
            return
        named = subject(message, event)
        own = TraceContext(trace.trace_id, _span_id(self._service, message, event), trace.flags)
        about = {f"marsad.{name}": str(named[name]) for name in ("task_id", "article_id") if name in named}
        yield ReadableSpan(
            f"process {message.topic}", _context(own), _context(parent) if parent else None, self._resource,
            {**_consumed(message, event), **about, **_outcome(outcome)}, kind=SpanKind.CONSUMER,
            status=_status(outcome), start_time=batch.began, end_time=batch.ended, instrumentation_scope=SCOPE,
        )  # fmt: skip
        for wire, trace in written:
            inside = trace.trace_id == own.trace_id
            yield ReadableSpan(
                f"send {wire.topic}", _context(trace), _context(own) if inside else None, self._resource,
                {**_produced(wire), **about}, links=() if inside else (Link(_context(own)),), kind=SpanKind.PRODUCER,
                start_time=batch.ended, end_time=batch.ended, instrumentation_scope=SCOPE,
            )  # fmt: skip


def _trace_of(wire: Wire) -> TraceContext | None:
    """Return the place of a record of ours; a dead letter's headers are those of its original."""
    return parse_traceparent(text_of(wire.headers).get("traceparent")) if wire.topic in CONTRACTS else None


def _span_id(service: str, message: RawMessage, event: Read) -> str:
    of_record = event.envelope.id if event else derive(message.topic, str(message.partition), str(message.offset))
    return derive("process", service, of_record)[:16]


def _context(trace: TraceContext) -> SpanContext:
    flags = TraceFlags(trace.flags)
    return SpanContext(int(trace.trace_id, 16), int(trace.parent_id, 16), is_remote=False, trace_flags=flags)


def _consumed(message: RawMessage, event: Read) -> Attributes:
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": message.topic,
        "messaging.destination.partition.id": str(message.partition),
        "messaging.kafka.offset": message.offset,
        **({"messaging.message.id": event.envelope.id} if event else {}),
    }


def _produced(wire: Wire) -> Attributes:
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": "send",
        "messaging.operation.name": "send",
        "messaging.destination.name": wire.topic,
        "messaging.message.id": text_of(wire.headers).get("ce_id", ""),
    }


def _outcome(outcome: Outcome) -> Attributes:
    told: Attributes = {"marsad.outcome": type(outcome).__name__.lower()}
    if isinstance(outcome, Settle):
        told["marsad.state"] = str(outcome.state)
    if isinstance(outcome, Settle | Retry | Quarantine):
        told["marsad.reason"] = outcome.reason
    return told


def _status(outcome: Outcome) -> Status:
    return Status(StatusCode.ERROR, outcome.reason) if isinstance(outcome, Quarantine) else Status(StatusCode.UNSET)
