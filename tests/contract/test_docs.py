"""docs/contracts.md says what the code does."""

import copy
import re

import pytest

from contract.examples import FOLDER
from marsad.contracts.envelope import Envelope
from marsad.contracts.states import State
from marsad.contracts.topics import CONTRACTS
from marsad.schemas import release
from marsad.schemas.headers import dead_headers_schema
from marsad.settings import REPOSITORY, Settings
from marsad.streaming.effects import TASK_BYTES
from marsad.streaming.topics import load_topics
from support.payloads import NOON

PAGE = (REPOSITORY / "docs/contracts.md").read_text(encoding="utf-8")
SPECS = load_topics(Settings(deploy_dir=REPOSITORY / "deploy")).specs


def test_the_table_of_states_is_complete() -> None:
    """Every state with its rank, the strongest first."""
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", PAGE, re.MULTILINE)

    assert rows == [(str(state.rank), state.value) for state in reversed(State)]


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_topic_is_named(name: str) -> None:
    """The lanes share a row."""
    shown = "urls.retry.*" if name.startswith("urls.retry.") else name

    assert f"`marsad.{shown}.v1`" in PAGE


def test_every_header_is_named() -> None:
    """A reader finds each header that a record may have; the content type explains itself."""
    written = Envelope("i", "t", "s", NOON, "0" * 32, "00-1-2-01").headers()

    assert all(f"`{name}`" in PAGE for name, _ in written if name != "content-type")
    assert "`marsad_data`" in PAGE


def test_every_header_of_dead_letters_is_named() -> None:
    """Each fact, with or without the prefix that they share."""
    named = dead_headers_schema()["properties"]

    assert all(f"`{name}`" in PAGE or f"`{name.removeprefix('marsad_dead')}`" in PAGE for name in named)


def test_figures_are_those_of_the_configuration() -> None:
    """Retention, sizes and the bound of a reported task."""
    days = {SPECS[name].retention_days for name in CONTRACTS if name not in {"articles.enriched", "ledger"}}

    assert (SPECS["articles.enriched"].retention_days, days) == (30, {14})
    assert SPECS["urls.found"].retention_days == 14
    assert {spec.retention_days for name, spec in SPECS.items() if name.endswith(".dead")} == {90}
    assert max(SPECS[name].max_bytes for name in CONTRACTS) == 10 << 20
    assert {SPECS[name].partitions for name in CONTRACTS} == {4}
    assert TASK_BYTES == 256 << 10
    for figure in ("for 30 days", "for 14", "for 90", "10 MiB", "4 partitions", "256 KiB"):
        assert figure in " ".join(PAGE.split())


def test_links_lead_somewhere() -> None:
    """Each relative link of the page is a file or folder of the repository."""
    links = re.findall(r"\]\((\.\./[^)]+)\)", PAGE)

    assert len(links) >= 5
    assert all((REPOSITORY / "docs" / link).exists() for link in links)
    assert FOLDER.is_dir()


@pytest.mark.parametrize(("language", "name"), [("python", "subscriber.py"), ("java", "Subscriber.java")])
def test_the_subscribers_are_shown_as_they_run(language: str, name: str) -> None:
    """Byte by byte the files that the tests run."""
    (shown,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)

    assert shown == (FOLDER / "subscribers" / name).read_text(encoding="utf-8")


def test_the_gates_words_are_the_gates() -> None:
    """The example of a break is what `marsad schemas check` says of it."""
    released = release.last(FOLDER)
    name = "articles.enriched.v1.schema.json"
    present = copy.deepcopy(released)
    del present.schemas[name]["$defs"]["Place"]["properties"]["count"]
    present.schemas[name]["$defs"]["Place"]["required"].remove("count")
    (problem,) = release.incompatible(released, present)

    assert problem in " ".join(PAGE.split())
