"""Payload of `ledger`: compacted, keyed by task."""

from pydantic import Field

from marsad.contracts.model import Id, Moment, Payload, Task, Text
from marsad.contracts.states import State


class LedgerEntry(Payload):
    """One report of where a task stands; the strongest report of a task counts (see State.rank)."""

    task_id: Id = Field(description="the task that the report is about")
    state: State
    reason: Text = Field("", max_length=200, description="a short code, such as robots or http_403")
    detail: Text = Field("", max_length=2_000, description="for people")
    service: str = Field(description="who reports")
    at: Moment = Field(description="when")
    article_id: Id | None = Field(None, description="the article that the task became")
    task: Task | None = Field(None, description="the task itself; missing where its record could not be read")
