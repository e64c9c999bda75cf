"""`marsad dashboard` as a person sees it, against a fake Kibana."""

import importlib
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from marsad.cli import app
from marsad.kibana.client import Kibana
from marsad.settings import REPOSITORY, Settings, settings
from support.kibana import PASSWORD, USER, FakeKibana, served

Run = Callable[[], int]
command = importlib.import_module("marsad.cli.dashboard")  # in the package, the name is the function


@pytest.fixture
def fake() -> Iterator[FakeKibana]:
    """An empty Kibana that is available."""
    with served(FakeKibana()) as kibana:
        yield kibana


@pytest.fixture
def run(fake: FakeKibana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run the command as the shell does; return its exit code."""
    (tmp_path / "elastic").write_text(f"{PASSWORD}\n")
    shutil.copytree(REPOSITORY / "deploy", tmp_path / "deploy")
    for name, value in {
        "MARSAD_KIBANA__URL": fake.url,
        "MARSAD_SEARCH__USERNAME": USER,
        "MARSAD_SEARCH__PASSWORD_FILE": str(tmp_path / "elastic"),
        "MARSAD_DEPLOY_DIR": str(tmp_path / "deploy"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["marsad", "dashboard"])
    monkeypatch.setattr(command, "settings", Settings)

    def call() -> int:
        try:
            app.main()
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    yield call
    settings.cache_clear()


def test_the_first_run_tells_what_it_made(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A line an object, and how many were written."""
    assert run() == 0

    assert capsys.readouterr().out.splitlines() == [
        "data view marsad-articles was created",
        "data view marsad-ledger was created",
        "dashboard marsad-newsroom was created",
        "role marsad_analyst was created",
        "4 of 4 objects were written.",
    ]


def test_the_second_run_says_that_nothing_changed(
    run: Run, fake: FakeKibana, capsys: pytest.CaptureFixture[str]
) -> None:
    """And changes nothing."""
    run()
    capsys.readouterr()
    before = dict(fake.objects)

    assert run() == 0
    told = capsys.readouterr().out

    assert told.splitlines()[-1] == "Nothing had to be changed."
    assert told.count("is as wanted") == 4
    assert fake.objects == before
    assert len(fake.written) == 4


def test_an_edited_file_is_written(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That is how the dashboard is changed."""
    run()
    path = tmp_path / "deploy/kibana/marsad-newsroom.dashboard.json"
    path.write_text(path.read_text().replace('"now-7d"', '"now-30d"'))
    capsys.readouterr()

    assert run() == 0
    assert "dashboard marsad-newsroom was updated" in capsys.readouterr().out


def test_it_waits_for_kibana(run: Run, fake: FakeKibana, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a compose file, where Kibana may need a minute."""
    monkeypatch.setattr("marsad.kibana.client.POLL_S", 0.0)
    fake.levels = ["unavailable", "degraded", "available"]

    assert run() == 0
    assert fake.asked.count(("GET", "/api/status")) == 3


@pytest.mark.parametrize(
    ("at", "answer", "told"),
    [
        (("GET", "/api/status"), (401, {"message": "who are you"}, {}), "401: who are you; the user or password"),
        (("PUT", "/api/dashboards/marsad-newsroom"), (400, {"message": "[request body.panels.2]: no"}, {}), "panels.2"),
        (("PUT", "/api/dashboards/marsad-newsroom"), (409, {"message": "version conflict"}, {}), "dashboard` again"),
        (("POST", "/api/data_views/data_view"), (500, {"message": "\x1b[2Jout of\nspace"}, {}), "500: [2Jout of space"),
    ],
)  # fmt: skip
def test_errors_are_sentences(
    run: Run,
    fake: FakeKibana,
    capsys: pytest.CaptureFixture[str],
    at: tuple[str, str],
    answer: tuple[int, object, dict[str, str]],
    told: str,
) -> None:
    """Kibana's own words, harmless, no trace, and an exit code."""
    fake.instead[at] = answer

    assert run() == 1
    error = capsys.readouterr().err

    assert told in error
    assert "Traceback" not in error
    assert "\x1b[2J" not in error


def test_a_wrong_document_is_told_before_kibana_is_asked(
    run: Run, fake: FakeKibana, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits minutes for a typing mistake."""
    path = tmp_path / "deploy/kibana/marsad-newsroom.dashboard.json"
    path.write_text(path.read_text().replace('"bar_stacked"', '"bars"', 1))

    assert run() == 1
    assert "marsad-newsroom.dashboard.json" in capsys.readouterr().err
    assert fake.asked == []


def test_nothing_it_says_or_logs_has_the_password_in_it(
    run: Run, fake: FakeKibana, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in peace nor in error, at the most talkative level of every library."""
    caplog.set_level(logging.DEBUG)
    run()
    fake.instead["GET", "/api/dashboards/marsad-newsroom"] = (403, {"message": "no"}, {})
    run()
    output = capsys.readouterr()

    assert PASSWORD not in output.out + output.err + caplog.text


def test_the_limit_of_waiting_is_minutes() -> None:
    """A first start of Kibana takes one or two; a compose file's own patience is above ours."""
    (limit,) = Kibana.wait_until_ready.__defaults__ or ()

    assert 120 <= limit <= 600
