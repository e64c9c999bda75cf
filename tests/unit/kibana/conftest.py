"""A fake Kibana, and settings that lead to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from marsad.kibana.client import Kibana, connect
from marsad.settings import Kibana as Section
from marsad.settings import Search, Settings
from support.kibana import PASSWORD, USER, FakeKibana, served


@pytest.fixture
def fake() -> Iterator[FakeKibana]:
    """An empty Kibana that is available."""
    with served(FakeKibana()) as kibana:
        yield kibana


@pytest.fixture
def own(fake: FakeKibana, tmp_path: Path) -> Settings:
    """Settings of somebody who may write there."""
    secret = tmp_path / "elastic"
    secret.write_text(f"{PASSWORD}\n")
    return Settings(search=Search(username=USER, password_file=secret), kibana=Section(url=fake.url))


@pytest.fixture
def kibana(own: Settings) -> Iterator[Kibana]:
    """A connection to it."""
    with connect(own) as connection:
        yield connection


@pytest.fixture
def wrong(own: Settings, tmp_path: Path) -> Callable[[], Kibana]:
    """Connect with another password."""

    def make() -> Kibana:
        secret = tmp_path / "wrong"
        secret.write_text("quite another password")
        return connect(own.model_copy(update={"search": own.search.model_copy(update={"password_file": secret})}))

    return make
