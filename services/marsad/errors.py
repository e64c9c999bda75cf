"""Every error that Marsad raises on purpose, as one tree.

MarsadError
├── SettingsError        a setting is missing or wrong
├── OutletError          an outlet file is wrong
├── ContractError        a record does not follow its topic's contract
├── StageError           a stage or worker broke on one input
│   ├── WorkerTimeout    it ran past its deadline and was killed
│   └── WorkerDied       its process ended under it
├── FetchError           a URL did not give a body (fetching/failures.py: refused by us, or failed)
├── LocalStackError      the servers of `marsad up` cannot be had
├── KibanaError          Kibana does not take what it is given, or is not the one that is meant
└── Unavailable          transient for everybody: pause, back off, hold the offset
    ├── BrokerUnavailable
    ├── SearchUnavailable
    ├── KibanaUnavailable
    ├── WorkersUnavailable
    ├── HeldBack         too many records wait further down
    └── StateConflict    another writer was faster: read again, decide again

A message says what was wrong, where, and what to do about it.
"""


class MarsadError(Exception):
    """Base of all errors raised on purpose."""


class SettingsError(MarsadError):
    """A setting is missing or wrong."""


class OutletError(MarsadError):
    """An outlet file is wrong; the message names file, field and remedy."""


class ContractError(MarsadError):
    """A record does not follow the contract of its topic."""


class StageError(MarsadError):
    """A stage or a worker broke on one input; others are not concerned."""


class WorkerTimeout(StageError):
    """A worker ran past its deadline and was killed."""


class WorkerDied(StageError):
    """A worker's process ended while it had an input in hand."""


class LocalStackError(MarsadError):
    """The local servers cannot be fetched, started or stopped."""


class KibanaError(MarsadError):
    """Kibana does not take what it is given, or is not the one that is meant."""


class Unavailable(MarsadError):
    """Transient for everybody: the runner pauses, backs off and holds the offset."""


class BrokerUnavailable(Unavailable):
    """Kafka cannot be reached or refuses for now."""


class SearchUnavailable(Unavailable):
    """Elasticsearch cannot be reached or refuses for now."""


class KibanaUnavailable(Unavailable):
    """Kibana cannot be reached, is not ready, or fails for now."""


class WorkersUnavailable(Unavailable):
    """No worker process can be had; no document is to blame."""


class HeldBack(Unavailable):
    """Too many records wait further down: no new task is handed on for now."""


class StateConflict(Unavailable):
    """A state entry changed between reading and writing: the batch is decided again."""
