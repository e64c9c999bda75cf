"""Tests that hold the code to its budgets: short files, short functions, as much test as code."""

import ast
from collections.abc import Iterator
from pathlib import Path

from marsad.settings import REPOSITORY

FILE_LINES, FUNCTION_LINES = 300, 40
FOLDERS = ("services", "tests", "bench")


def sources(*folders: str) -> Iterator[Path]:
    """Yield every Python file of these folders."""
    for folder in folders:
        yield from sorted((REPOSITORY / folder).rglob("*.py"))


def lines(path: Path) -> int:
    """Return how long a file is."""
    return len(path.read_text(encoding="utf-8").splitlines())


def test_files_are_short() -> None:
    """A file has one reason to exist, and fits a few screens."""
    assert {str(path): lines(path) for path in sources(*FOLDERS) if lines(path) > FILE_LINES} == {}


def test_functions_are_short() -> None:
    """A function does one thing."""
    long = {}
    for path in sources(*FOLDERS):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > FUNCTION_LINES:
                    long[f"{path}:{node.name}"] = length

    assert long == {}


def test_there_is_as_much_test_as_code() -> None:
    """Tests are no afterthought."""
    assert sum(map(lines, sources("tests"))) >= sum(map(lines, sources("services")))


def test_only_the_settings_read_the_environment() -> None:
    """A service's behaviour is explained by one file."""
    settings = REPOSITORY / "services/marsad/settings.py"
    reading = [
        str(path)
        for path in sources("services")
        if path != settings and any(name in path.read_text(encoding="utf-8") for name in ("os.environ", "os.getenv"))
    ]

    assert reading == []
