"""Which task a record belongs to."""

from marsad.contracts.codec import decode
from marsad.contracts.ids import derive
from marsad.streaming.effects import RawMessage, task_id_of

__all__ = ["task_of"]

FOUND = "urls.found"


def task_of(topic: str, message: RawMessage) -> str | None:
    """Return a record's task: by its header, else by its payload as a record of this topic; None where neither says.

    A URL that was found without a task becomes one that derives from its event, as discovery does it.
    """
    if (named := task_id_of(message, None)) is not None:
        return named
    try:
        event = decode(topic, message.value, message.headers)
    except Exception:  # noqa: BLE001 - strangers' bytes: discovery would quarantine the record, whatever it raised
        return None
    return derive("task", event.envelope.id) if topic == FOUND else task_id_of(message, event.data)
