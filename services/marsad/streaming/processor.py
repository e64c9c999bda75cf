"""From raw records to acknowledged effects: the one path that both engines share.

decode → handler → outcome → records → acknowledged by the broker. Only when `process` returns may the offsets of its
records be committed. Nothing that a handler raises escapes from here.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter, time_ns
from typing import Any

from marsad.contracts.codec import Event, Wire, decode
from marsad.contracts.model import Payload
from marsad.errors import Unavailable
from marsad.settings import Settings
from marsad.streaming.accounts import Read, count, subject, subject_of_batch
from marsad.streaming.backoff import Backoff
from marsad.streaming.batches import fault_of, is_marker
from marsad.streaming.effects import DETAIL_CHARS, RawMessage, effects
from marsad.streaming.outbox import Outbox
from marsad.streaming.outcome import Clock, Handler, Outcome, Quarantine
from marsad.streaming.traces import Tracer
from marsad.telemetry import about, logger
from marsad.telemetry.hand import in_hand
from marsad.telemetry.metrics import HANDLER_SECONDS
from marsad.telemetry.waits import waiting

RECENT = 200  # records that the share of dead letters is counted over
FEWEST = 50  # before so many, a share says nothing

Decoded = tuple[RawMessage, Event[Payload]]

log = logger(__name__)


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class Processor:
    """Deals with batches of one topic."""

    def __init__(
        self,
        service: str,
        handler: Handler[Any],
        outbox: Outbox,
        settings: Settings,
        *,
        clock: Clock = now,
        tracer: Tracer | None = None,
    ) -> None:
        self._service = service
        self._handler = handler
        self._outbox = outbox
        self._settings = settings.streaming
        self._clock = clock
        self._tracer = tracer
        self._recent: deque[bool] = deque(maxlen=RECENT)
        self._alarm = Backoff(self._settings.backoff_max_s)

    async def process(self, messages: Sequence[RawMessage]) -> None:
        """Return when everything that the batch causes is acknowledged."""
        messages = [message for message in messages if not is_marker(message.headers)]
        if not messages:
            return
        oldest_s = min(message.timestamp_ms for message in messages) / 1000
        events = [self._decode(message) for message in messages]
        typed = [None if isinstance(event, Quarantine) else event for event in events]
        with in_hand(messages[0].topic, len(messages), oldest_s), about(**subject_of_batch(messages, typed)):
            began_ns = time_ns()
            readable = [(message, event) for message, event in zip(messages, typed, strict=True) if event is not None]
            decided = iter(await self._decide(readable))
            outcomes = [event if isinstance(event, Quarantine) else next(decided) for event in events]
            outcomes, sent = await self._deliver(messages, typed, outcomes)
            count(messages, typed, outcomes)
            if self._tracer is not None:
                self._tracer.trace(messages, typed, outcomes, sent, began_ns)
            await self._mind_the_dead(messages, typed, outcomes)

    def _decode(self, message: RawMessage) -> Event[Payload] | Quarantine:
        if (fault := fault_of(message.headers)) is not None:
            return Quarantine("undecodable", fault)
        try:
            return decode(message.topic, message.value, message.headers, message.timestamp_ms)
        except ValueError as error:
            return Quarantine("undecodable", str(error))
        except Exception as error:  # noqa: BLE001 - strangers' bytes; nothing may escape
            return Quarantine("undecodable", f"{type(error).__name__}: {error}")

    async def _decide(self, pairs: Sequence[Decoded]) -> Sequence[Outcome]:
        """Ask the handler; where a batch breaks it, ask event by event so that only the culprit is quarantined."""
        if not pairs:
            return []
        try:
            return await self._ask(pairs[0][0].topic, [event for _, event in pairs])
        except Exception as error:  # nothing may escape
            if len(pairs) == 1:
                log.exception("handler_error", **subject(*pairs[0]))
                return [Quarantine("handler_error", f"{type(error).__name__}: {error}")]
        outcomes: list[Outcome] = []
        for pair in pairs:
            with about(**subject(*pair)):
                outcomes += await self._decide([pair])
        return outcomes

    async def _ask(self, topic: str, events: Sequence[Event[Payload]]) -> Sequence[Outcome]:
        """Ask until the servers that the handler needs are there."""
        backoff = Backoff(self._settings.backoff_max_s)
        told = None
        with waiting() as wait:
            while True:
                began = perf_counter()
                try:
                    outcomes = await self._handler(events)
                except Unavailable as error:
                    wait.on(error)
                    if type(error) is not told:  # said once, not at each pause
                        log.warning("held", error=str(error), kind=type(error).__name__, events=len(events))
                        told = type(error)
                    await backoff.pause()
                    continue
                except asyncio.CancelledError as error:
                    if _asked_to_stop():
                        raise
                    raise RuntimeError("something that the handler waited for was cancelled") from error
                HANDLER_SECONDS.labels(topic).observe(perf_counter() - began)
                if len(outcomes) != len(events):
                    raise RuntimeError(f"{len(outcomes)} outcomes for {len(events)} events")
                return outcomes

    async def _deliver(
        self, messages: Sequence[RawMessage], events: Sequence[Read], outcomes: list[Outcome]
    ) -> tuple[list[Outcome], list[list[Wire]]]:
        """Carry the outcomes out; return them, those that could not be replaced by quarantines, and what was sent."""
        todo = list(range(len(messages)))
        sent: list[list[Wire]] = [[] for _ in todo]
        while todo:
            for index in todo:
                outcomes[index], sent[index] = self._effects(messages[index], events[index], outcomes[index])
            owners = [index for index in todo for _ in sent[index]]
            wires = [wire for index in todo for wire in sent[index]]
            refused = {owners[position]: wires[position] for position in await self._outbox.deliver(wires)}
            todo = sorted(refused)
            for index in todo:
                outcomes[index] = self._too_large(messages[index], events[index], outcomes[index], refused[index])
        return outcomes, sent

    def _effects(self, message: RawMessage, event: Read, outcome: Outcome) -> tuple[Outcome, list[Wire]]:
        try:
            return outcome, effects(self._service, message, event, outcome, self._clock())
        except Exception as error:  # a record that cannot be written is its event's own fault
            log.exception("unwritable_outcome", **subject(message, event))
            quarantine = Quarantine("unwritable_outcome", f"{type(error).__name__}: {error}")
            return quarantine, effects(self._service, message, event, quarantine, self._clock())

    def _too_large(self, message: RawMessage, event: Read, outcome: Outcome, wire: Wire) -> Quarantine:
        if isinstance(outcome, Quarantine):  # even the dead letter or its report does not fit: a topic is set too small
            raise RuntimeError(  # noqa: TRY004 - nobody's type is wrong
                f"the quarantine of {message.where} writes {wire.size} bytes, more than {wire.topic} allows: "
                "raise max_bytes of the topic in deploy/kafka/topics.yaml, or max.message.bytes on the broker"
            )
        said = {"outcome": type(outcome).__name__, "to": wire.topic, "bytes": wire.size}
        log.warning("output_too_large", **subject(message, event), **said)
        return Quarantine("too_large", f"{wire.size} bytes are more than {wire.topic} allows")

    async def _mind_the_dead(
        self, messages: Sequence[RawMessage], events: Sequence[Read], outcomes: Sequence[Outcome]
    ) -> None:
        """Pause while most of what comes in ends among the dead letters: then the fault is rarely in the records."""
        for message, event, outcome in zip(messages, events, outcomes, strict=True):
            self._recent.append(isinstance(outcome, Quarantine))
            if isinstance(outcome, Quarantine):
                detail = outcome.detail[:DETAIL_CHARS]
                log.error("quarantined", **subject(message, event), reason=outcome.reason, detail=detail)
        share = sum(self._recent) / len(self._recent)
        if len(self._recent) < FEWEST or share <= self._settings.dead_share_alarm:
            self._alarm = Backoff(self._settings.backoff_max_s)
        elif any(isinstance(outcome, Quarantine) for outcome in outcomes):
            log.critical("too_many_dead_letters", share=round(share, 2), of=len(self._recent))
            await self._alarm.pause()


def _asked_to_stop() -> bool:
    """Whether this task itself was cancelled, not only something that it awaited."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
