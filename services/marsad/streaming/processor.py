"""From raw records to acknowledged effects: the one path that both engines share.

decode → handler → outcome → records → acknowledged by the broker. Only when `process` returns may the offsets of its
records be committed. Nothing that a handler raises escapes from here.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from marsad.contracts.codec import Event, Wire, decode
from marsad.contracts.model import Payload
from marsad.errors import Unavailable
from marsad.settings import Settings
from marsad.streaming.backoff import Backoff
from marsad.streaming.effects import DETAIL_CHARS, RawMessage, effects
from marsad.streaming.outbox import Outbox
from marsad.streaming.outcome import Clock, Handler, Outcome, Quarantine
from marsad.telemetry import logger

RECENT = 200  # records that the share of dead letters is counted over
FEWEST = 50  # before so many, a share says nothing

log = logger(__name__)


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class Processor:
    """Deals with batches of one topic."""

    def __init__(
        self, service: str, handler: Handler[Any], outbox: Outbox, settings: Settings, *, clock: Clock = now
    ) -> None:
        self._service = service
        self._handler = handler
        self._outbox = outbox
        self._settings = settings.streaming
        self._clock = clock
        self._recent: deque[bool] = deque(maxlen=RECENT)
        self._alarm = Backoff(self._settings.backoff_max_s)

    async def process(self, messages: Sequence[RawMessage]) -> None:
        """Return when everything that the batch causes is acknowledged."""
        if not messages:
            return
        events = [self._decode(message) for message in messages]
        readable = [event for event in events if not isinstance(event, Quarantine)]
        decided = iter(await self._decide(readable))
        outcomes = [event if isinstance(event, Quarantine) else next(decided) for event in events]
        typed = [None if isinstance(event, Quarantine) else event for event in events]
        outcomes = await self._deliver(messages, typed, outcomes)
        await self._mind_the_dead(messages, outcomes)

    def _decode(self, message: RawMessage) -> Event[Payload] | Quarantine:
        try:
            return decode(message.topic, message.value, message.headers, message.timestamp_ms)
        except ValueError as error:
            return Quarantine("undecodable", str(error))
        except Exception as error:  # noqa: BLE001 - strangers' bytes; nothing may escape
            return Quarantine("undecodable", f"{type(error).__name__}: {error}")

    async def _decide(self, events: Sequence[Event[Payload]]) -> Sequence[Outcome]:
        """Ask the handler; where a batch breaks it, ask event by event so that only the culprit is quarantined."""
        if not events:
            return []
        try:
            return await self._ask(events)
        except Exception as error:  # nothing may escape
            if len(events) == 1:
                log.exception("handler_error", task_id=events[0].envelope.task_id)
                return [Quarantine("handler_error", f"{type(error).__name__}: {error}")]
        return [outcome for event in events for outcome in await self._decide([event])]

    async def _ask(self, events: Sequence[Event[Payload]]) -> Sequence[Outcome]:
        """Ask until the servers that the handler needs are there."""
        backoff = Backoff(self._settings.backoff_max_s)
        while True:
            try:
                outcomes = await self._handler(events)
            except Unavailable as error:
                log.warning("held", error=str(error), kind=type(error).__name__, events=len(events))
                await backoff.pause()
                continue
            except asyncio.CancelledError as error:
                if _asked_to_stop():
                    raise
                raise RuntimeError("something that the handler waited for was cancelled") from error
            if len(outcomes) != len(events):
                raise RuntimeError(f"{len(outcomes)} outcomes for {len(events)} events")
            return outcomes

    async def _deliver(
        self, messages: Sequence[RawMessage], events: Sequence[Event[Payload] | None], outcomes: list[Outcome]
    ) -> list[Outcome]:
        """Carry the outcomes out; return them with those that could not be replaced by quarantines."""
        todo = list(range(len(messages)))
        while todo:
            owners: list[int] = []
            wires: list[Wire] = []
            for index in todo:
                outcomes[index], made = self._effects(messages[index], events[index], outcomes[index])
                wires += made
                owners += [index] * len(made)
            refused = {owners[position]: wires[position] for position in await self._outbox.deliver(wires)}
            todo = sorted(refused)
            for index in todo:
                outcomes[index] = self._too_large(messages[index], outcomes[index], refused[index])
        return outcomes

    def _effects(
        self, message: RawMessage, event: Event[Payload] | None, outcome: Outcome
    ) -> tuple[Outcome, list[Wire]]:
        try:
            return outcome, effects(self._service, message, event, outcome, self._clock())
        except Exception as error:  # a record that cannot be written is its event's own fault
            log.exception("unwritable_outcome", where=message.where)
            quarantine = Quarantine("unwritable_outcome", f"{type(error).__name__}: {error}")
            return quarantine, effects(self._service, message, event, quarantine, self._clock())

    def _too_large(self, message: RawMessage, outcome: Outcome, wire: Wire) -> Quarantine:
        if isinstance(outcome, Quarantine):  # even the dead letter or its report does not fit: a topic is set too small
            raise RuntimeError(  # noqa: TRY004 - nobody's type is wrong
                f"the quarantine of {message.where} writes {wire.size} bytes, more than {wire.topic} allows: "
                "raise max_bytes of the topic in deploy/kafka/topics.yaml, or max.message.bytes on the broker"
            )
        log.warning("output_too_large", where=message.where, outcome=type(outcome).__name__, bytes=wire.size)
        return Quarantine("too_large", f"{wire.size} bytes are more than {wire.topic} allows")

    async def _mind_the_dead(self, messages: Sequence[RawMessage], outcomes: Sequence[Outcome]) -> None:
        """Pause while most of what comes in ends among the dead letters: then the fault is rarely in the records."""
        for message, outcome in zip(messages, outcomes, strict=True):
            self._recent.append(isinstance(outcome, Quarantine))
            if isinstance(outcome, Quarantine):
                detail = outcome.detail[:DETAIL_CHARS]
                log.error("quarantined", where=message.where, reason=outcome.reason, detail=detail)
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
