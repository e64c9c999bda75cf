"""What came of fetches, counted by outlet, so that an outlet that began to keep us out is seen."""

from marsad.contracts.pages import Fetched
from marsad.contracts.urls import UrlDiscovered
from marsad.fetching.status import Meaning, meaning_of
from marsad.outlets import Outlets
from marsad.streaming.outcome import Emit, Outcome, Retry, Settle
from marsad.telemetry.metrics import FETCHES, OTHER

HOST_BUSY = "host_busy"  # the task waits for its host's slot: nothing was fetched
FETCHED, RETRY = "fetched", "retry"


def count(outlets: Outlets, data: UrlDiscovered, outcome: Outcome) -> None:
    """Count an outcome, if it is one of a fetch, under the id of the outlet file that the URL belongs to."""
    if state := state_of(outcome):
        outlet = outlets.for_url(data.target)
        FETCHES.labels(outlet.id if outlet else OTHER, state).inc()


def state_of(outcome: Outcome) -> str | None:
    """Return the state that a fetch ended in, `fetched` and `retry` beside the ledger's; None where none ended."""
    if isinstance(outcome, Settle):
        return outcome.state.value
    if isinstance(outcome, Retry):
        return None if outcome.reason == HOST_BUSY else RETRY
    if isinstance(outcome, Emit) and isinstance(answer := outcome.records[0].data, Fetched):
        return "gone" if meaning_of(answer.status) is Meaning.GONE else FETCHED
    return None
