"""What a stack leaves in its folder."""

import json
import os
import re
from pathlib import Path

import pytest

from marsad.errors import LocalStackError
from marsad.localstack import state
from marsad.localstack.layout import Layout
from marsad.localstack.state import Endpoints
from marsad.settings import Settings

ENDPOINTS = Endpoints("127.0.0.1:21001", "http://127.0.0.1:21002")
PORTS = {"kafka": 21001, "controller": 21003, "elasticsearch": 21002, "transport": 21004}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A stack's folder, made."""
    layout = Layout(tmp_path, tmp_path / "artefacts")
    layout.root.mkdir()
    return layout


def test_a_second_claim_is_refused_with_the_addresses(layout: Layout) -> None:
    """Whoever starts a second stack on the same data learns where the first one answers."""
    first = state.take_lock(layout)
    state.publish(layout, ENDPOINTS, PORTS)

    with pytest.raises(LocalStackError) as caught:
        state.take_lock(layout)

    for part in (ENDPOINTS.kafka, ENDPOINTS.elasticsearch, f"process {os.getpid()}", str(layout.data_dir)):
        assert part in str(caught.value)
    first.close()


def test_a_claim_during_the_start_is_refused_without_addresses(layout: Layout) -> None:
    """Before the first stack answers there is no address to tell."""
    first = state.take_lock(layout)

    with pytest.raises(LocalStackError, match="just being started or stopped"):
        state.take_lock(layout)
    first.close()


def test_a_damaged_stack_file_does_not_hide_the_reason(layout: Layout) -> None:
    """The refusal survives a stack file that holds something else."""
    first = state.take_lock(layout)
    layout.stack_file.write_text('["not", "addresses"]')

    with pytest.raises(LocalStackError, match="already runs"):
        state.take_lock(layout)
    first.close()


def test_a_claim_given_back_can_be_taken(layout: Layout) -> None:
    """Closing the lock file gives the folder free."""
    state.take_lock(layout).close()

    state.take_lock(layout).close()


def test_the_identity_is_made_once(layout: Layout) -> None:
    """Kafka's data carry the id, so it must be the same at every start."""
    assert state.identity(layout) == state.identity(layout)


def test_the_identity_is_a_kafka_cluster_id(layout: Layout) -> None:
    """16 bytes in base64 without padding; no hyphen, which a command line would take for an option."""
    assert re.fullmatch(r"[A-Za-z0-9_]{22}", state.identity(layout))


def test_two_stacks_differ(layout: Layout, tmp_path: Path) -> None:
    """The id tells one stack's servers from another's on the same machine."""
    other = Layout(tmp_path / "other", tmp_path / "artefacts")
    other.root.mkdir(parents=True)

    assert state.identity(layout) != state.identity(other)


def test_the_settings_read_what_is_published(layout: Layout) -> None:
    """Other commands find the servers through the stack file."""
    state.publish(layout, ENDPOINTS, PORTS)
    settings = Settings(data_dir=layout.data_dir)

    assert (settings.bootstrap(), settings.search_url()) == (ENDPOINTS.kafka, ENDPOINTS.elasticsearch)


def test_the_stack_file_names_the_process(layout: Layout) -> None:
    """An operator who finds the file can find the process."""
    state.publish(layout, ENDPOINTS, PORTS)

    assert json.loads(layout.stack_file.read_text())["pid"] == os.getpid()


def test_the_ports_of_the_last_run_are_kept(layout: Layout) -> None:
    """They outlive the stack file, which is removed when the stack stops."""
    state.publish(layout, ENDPOINTS, PORTS)
    layout.stack_file.unlink()

    assert state.last_ports(layout) == PORTS


@pytest.mark.parametrize("text", ["", "[]", "{", '{"kafka": "none"}', "null"])
def test_a_damaged_file_of_ports_is_no_file(layout: Layout, text: str) -> None:
    """Preferred ports are a convenience: a start never fails for them."""
    layout.ports.write_text(text)

    assert state.last_ports(layout) == {}


def test_the_first_run_has_no_last_ports(layout: Layout) -> None:
    """A missing file holds no ports."""
    assert state.last_ports(layout) == {}
