"""The command line as a whole."""

import pytest

from marsad.cli import app as module
from marsad.errors import SearchUnavailable


def test_an_error_of_ours_is_told_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name and its lines are printed; what a stranger put into them cannot steer the terminal."""

    def fail() -> None:
        raise SearchUnavailable("Elasticsearch answered 400: \x1b]0;owned\x07 \u202e[red]\nMend the query.")

    monkeypatch.setattr(module, "app", fail)

    with pytest.raises(SystemExit) as ended:
        module.main()

    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said == "SearchUnavailable: Elasticsearch answered 400: ]0;owned [red]\nMend the query.\n"
