"""Fixtures for every test that needs the real servers."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from marsad.localstack import Endpoints, Stack
from marsad.settings import load_settings

settings.register_profile("unhurried", deadline=None)  # a loaded machine is no failure
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where downloads are kept from one session to the next: the place that `marsad up` uses too."""
    return load_settings().data_dir / "stack" / "artefacts"


@pytest.fixture(scope="session")
def stack_servers(artefacts: Path) -> Iterator[Stack | None]:
    """Run Kafka and Elasticsearch for the whole session, on fresh data; None where the environment names others."""
    if {"MARSAD_KAFKA__BOOTSTRAP", "MARSAD_SEARCH__URL"} <= os.environ.keys():
        yield None
        return
    # Not below pytest's own folder: that one is closed to the account that root's servers run as.
    data_dir = Path(tempfile.mkdtemp(prefix="marsad-tests-", dir="/var/tmp"))
    data_dir.chmod(0o755)
    try:
        with Stack(data_dir, artefacts=artefacts) as stack:
            yield stack
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(stack_servers: Stack | None) -> Endpoints:
    """Where Kafka and Elasticsearch answer: the session's own, or those that the environment names."""
    if stack_servers is None:
        return Endpoints(os.environ["MARSAD_KAFKA__BOOTSTRAP"], os.environ["MARSAD_SEARCH__URL"])
    return stack_servers.endpoints
