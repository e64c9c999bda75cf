"""All settings, read from the environment in this one place.

Every field `a.b` below is set by `MARSAD_A__B` (for example `MARSAD_FETCHING__SPACING_S=5`). Addresses of servers
that are not set are taken from the stack file that `marsad up` leaves in the data folder.
"""

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from itertools import takewhile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as NoJsonError

from marsad.errors import SettingsError

REPOSITORY = Path(__file__).resolve().parents[2]
STACK_FILE = "stack.json"
PREFIX = "MARSAD_"
LISTS = 'Lists and whole sections are JSON: \'["one", "two"]\''
FOREIGN = frozenset({"MARSAD_BENCH_DATA"})  # read by bench/, not by the services


def default_data_dir() -> Path:
    """Return where data live: below the user's home, or below /var/lib as root (Elasticsearch drops root's rights)."""
    if os.getuid() == 0:
        return Path("/var/lib/marsad")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "marsad"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kafka(_Section):
    """The broker."""

    bootstrap: str | None = Field(None, description="host:port, comma-separated; default: the local stack's")
    topic_prefix: str = Field(
        "marsad", pattern=r"^[a-z0-9][a-z0-9._-]*$", description="first part of topics and groups"
    )


class Search(_Section):
    """The Elasticsearch cluster."""

    url: str | None = Field(None, description="http(s)://host:port; default: the local stack's")
    username: str = Field("elastic", description="used with password_file")
    password_file: Path | None = Field(None, description="file that holds the password")
    ca_file: Path | None = Field(None, description="certificate authority of an https cluster")
    accounts_dir: Path | None = Field(
        None, description="folder with a password file for each account that `marsad setup` makes; unset: it makes none"
    )
    index_prefix: str = Field(
        "", pattern=r"^[a-z0-9_-]*$", description="put before every index name (tests share a server)"
    )


class Kibana(_Section):
    """Where people look: `marsad dashboard` writes there, with the search section's account."""

    url: str | None = Field(None, pattern="^https?://", description="http(s)://host:port")


class Discovery(_Section):
    """Feeds and seen URLs."""

    revisit_s: float = Field(6 * 3600, gt=0, description="a URL found again is handed on again after this long")
    feed_floor_s: float = Field(60, gt=0, description="no feed, sitemap or front page is asked more often than this")
    feed_ceiling_s: float = Field(1_800, gt=0, description="and none less often, unless it asks for that itself")
    tick_s: float = Field(5, gt=0, description="due feeds are looked for this often")
    backfill_days: float = Field(30, ge=0, description="what a sitemap dates further back than this is left out")
    websub_callback: str | None = Field(
        None, pattern="^https?://", description="public URL that WebSub hubs push feeds to; unset: hubs are left alone"
    )
    hold_above: int = Field(
        20_000, ge=1, description="no new task while more records wait behind discovery; on again below half of it"
    )


class Fetching(_Section):
    """Manners, caps and the address guard."""

    contact: str = Field("", description="URL or e-mail in the user agent; needed before anything is fetched")
    spacing_s: float = Field(2, ge=0, description="pause between the end of a request and the next one to the host")
    concurrency: int = Field(64, ge=1, description="requests under way at once, all hosts together")
    deadline_s: float = Field(30, gt=0, description="for one whole exchange")
    max_bytes: int = Field(5_000_000, ge=1_000, description="of a body after decompression")
    max_redirects: int = Field(10, ge=0, description="hops in one chain")
    attempts: int = Field(5, ge=1, description="tries before a URL ends as unreachable")
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = Field((), description="private networks opened on purpose")
    allow_ports: tuple[int, ...] = Field((), description="ports opened beside 80 and 443")
    proxy: str | None = Field(
        None, pattern="^https?://", repr=False, description="asked in place of the sites; the environment's is not used"
    )
    archive_dir: Path | None = Field(None, description="folder that every answer is archived in, as WARC; unset: off")
    archive_file_bytes: int = Field(1_000_000_000, ge=1_000, description="a file of the archive this large is closed")
    archive_file_s: float = Field(3_600, gt=0, description="and one that is so old")
    no_proxy: tuple[str, ...] = Field((), description="hosts with their sub-domains, and networks, asked directly")


class Intake(_Section):
    """`marsad intake`: URLs over HTTP."""

    host: str = Field("127.0.0.1", description="address that URLs are taken on; outside a private network behind TLS")
    port: int = Field(9_180, ge=0, le=65_535, description="its port; 0 takes a free one")
    token_file: Path | None = Field(None, description="file of bearer tokens, one a line; unset: nothing is taken")
    max_bytes: int = Field(1_000_000, ge=1_000, description="of one request's body, unpacked")
    max_links: int = Field(1_000, ge=1, description="links taken from one request")
    deadline_s: float = Field(30, gt=0, description="for one whole request, the broker's acknowledgement included")


class Pool(_Section):
    """Worker processes of extraction and of enrichment."""

    workers: int = Field(1, ge=1, description="processes of one service copy")
    deadline_s: float = Field(20, gt=0, description="one document's time before its worker is killed")
    max_tasks: int = Field(2_000, ge=1, description="documents before a worker is replaced")


class Streaming(_Section):
    """The runners' batches and patience."""

    batch: int = Field(100, ge=1, description="records a Faust agent takes at once")
    batch_within_s: float = Field(0.25, gt=0, description="how long a batch may fill")
    backoff_max_s: float = Field(10, gt=0, description="longest pause while a server is away")
    dead_share_alarm: float = Field(0.5, gt=0, le=1, description="share of dead letters above which a service pauses")


class Metrics(_Section):
    """What each service tells over HTTP."""

    port: int | None = Field(
        None, ge=1, le=65_500, description="discovery's; the other services count up from it in their order; unset: off"
    )
    host: str = Field("127.0.0.1", description="address that /metrics and /health are answered on")
    stuck_after_s: float = Field(
        300, gt=0, description="unhealthy, where records wait and no offset of their partition advances for this long"
    )


class Tracing(_Section):
    """Spans to a collector."""

    endpoint: str | None = Field(
        None, pattern="^https?://", description="OTLP over HTTP, such as http://collector:4318; unset: off"
    )


class Settings(BaseSettings):
    """Everything an operator can set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore", validate_default=True
    )

    data_dir: Path = Field(default_factory=default_data_dir, description="servers' data, logs and the stack file")
    deploy_dir: Path = Field(
        REPOSITORY / "deploy", description="topics.yaml, index templates, the services' role, Kibana's documents"
    )
    outlets_dirs: tuple[Path, ...] = Field((), description="folders of outlet files beside the built-in one")
    builtin_outlets: bool = Field(default=True, description="whether the built-in outlet files are used")
    generation: int = Field(0, ge=0, le=999, description="raised when newer code shall re-process")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error")
    kafka: Kafka = Kafka()
    search: Search = Search()
    kibana: Kibana = Kibana()
    discovery: Discovery = Discovery()
    fetching: Fetching = Fetching()
    intake: Intake = Intake()
    extraction: Pool = Pool()
    enrichment: Pool = Pool()
    streaming: Streaming = Streaming()
    metrics: Metrics = Metrics()
    tracing: Tracing = Tracing()

    def bootstrap(self) -> str:
        """Return the broker's address. Raises SettingsError where none is known."""
        return self.kafka.bootstrap or self._of_stack("kafka", "MARSAD_KAFKA__BOOTSTRAP")

    def search_url(self) -> str:
        """Return Elasticsearch's address. Raises SettingsError where none is known."""
        return self.search.url or self._of_stack("elasticsearch", "MARSAD_SEARCH__URL")

    def _of_stack(self, server: str, variable: str) -> str:
        path = self.data_dir / STACK_FILE
        try:
            return str(json.loads(path.read_text())[server])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SettingsError(
                f"No address of {server}: {path} cannot be read ({getattr(error, 'strerror', None) or error}). "
                f"Run `marsad up` first, or set {variable}."
            ) from error


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError that names each wrong variable."""
    if unknown := _unknown_variables():
        raise SettingsError(f"There is no setting {', '.join(unknown)}. `docs/operating.md` lists them all.")
    try:
        return Settings()
    except NoJsonError as error:  # its message names the section, and no value
        raise SettingsError(
            f"Wrong settings: {_no_json(error) or error}. {LISTS}. `docs/operating.md` lists them all."
        ) from error
    except ValidationError as error:
        wrong = "; ".join(f"{_variable_at(item['loc'])}: {_mistake(item)}" for item in error.errors())
        raise SettingsError(f"Wrong settings: {wrong}. `docs/operating.md` lists them all.") from error


def _unknown_variables() -> list[str]:
    """Return variables with our prefix that no field reads: a typo must not leave a default in force unseen."""
    names = (name.upper() for name in os.environ if name.upper().startswith(PREFIX))
    return sorted(name for name in names if _field_of(name) not in Settings.model_fields and name not in FOREIGN)


def _no_json(error: NoJsonError) -> str:
    """Return which variables hold what could not be read, or nothing where the cause does not tell."""
    text = getattr(error.__cause__, "doc", None)  # a JSONDecodeError's
    names = sorted(name for name, value in os.environ.items() if name.upper().startswith(PREFIX) and value == text)
    return f"{', '.join(names)} cannot be read" if names else ""


def _variable_at(location: Sequence[str | int]) -> str:
    """Return the variable in which an error was found: places in a list and kinds of a value are no part of it."""
    names = takewhile(lambda part: isinstance(part, str) and part.isidentifier(), location)
    return PREFIX + "__".join(str(name).upper() for name in names)


def _mistake(item: ErrorDetails) -> str:
    if item["type"] == "tuple_type":
        return LISTS
    return "there is no such setting" if item["type"] == "extra_forbidden" else item["msg"]


def _field_of(variable: str) -> str:
    return variable.removeprefix(PREFIX).partition("__")[0].lower()


def as_environment(own: Settings) -> dict[str, str]:
    """Return the variables that give another process these settings."""
    fields = own.model_dump(mode="json").items()
    return {f"{PREFIX}{name.upper()}": value if isinstance(value, str) else json.dumps(value) for name, value in fields}


def child_environment(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a process of ours: this one's, with these variables set.

    Where a whole section is set, this process's variables of single fields of it are left out: they would win.
    """
    sections = tuple(f"{name}__" for name in overrides)
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(sections)}
    return {**inherited, **overrides}


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return load_settings()
