"""Pages a second and a processor second: plain httpx, ours and Scrapy by turns, each a process, the hosts another."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from support.hosts import addresses

SCRAPY = "scrapy==2.19.0"
PAGE_BYTES = 30_000
AFTER_S = 0.005  # what a host takes
DEADLINE_S = 600


@dataclass(frozen=True, slots=True)
class Load:
    """So many pages from so many hosts, each asked `spacing_s` after the end of its last answer."""

    hosts: int
    pages: int
    spacing_s: float


@dataclass(frozen=True, slots=True)
class Rate:
    """Medians of all rounds: pages a second, and pages a processor second of the crawler."""

    a_second: float
    a_cpu_second: float


@contextmanager
def served(hosts: int) -> Iterator[int]:
    """Serve pages from a process of their own; give the port."""
    command = [sys.executable, "-m", "support.hosts", str(hosts), str(AFTER_S), str(PAGE_BYTES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None  # noqa: S101 - for the type checker
        assert process.stdout is not None  # noqa: S101 - for the type checker
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def scrapy_env(folder: Path) -> Path | str:
    """Return the interpreter of an environment with Scrapy, made once; or why there is none."""
    python = folder / SCRAPY.replace("==", "-") / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True, timeout=DEADLINE_S)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", SCRAPY]
        subprocess.run(install, check=True, timeout=DEADLINE_S, capture_output=True, text=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        return f"{SCRAPY} cannot be had: {said[-1] if said else error}"
    return python


def rates(load: Load, rounds: int, scrapy: Path | None) -> dict[str, Rate]:
    """Let all crawlers do the work by turns, so many rounds."""
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(rounds):
        for name in ("httpx", "marsad", *(["Scrapy"] if scrapy else [])):
            with served(load.hosts) as port:
                found.setdefault(name, []).append(_crawl(name, port, load, scrapy))
    return {name: _rate(figures) for name, figures in found.items()}


def _rate(figures: Sequence[Mapping[str, float]]) -> Rate:
    return Rate(
        median(one["pages"] / one["seconds"] for one in figures), median(one["pages"] / one["cpu"] for one in figures)
    )


def _crawl(name: str, port: int, load: Load, scrapy: Path | None) -> dict[str, float]:
    if name == "Scrapy":
        spider = Path(__file__).with_name("spider.py")
        command: list[str | Path] = [scrapy or "", spider, str(port), str(load.spacing_s), str(load.pages)]
    else:
        numbers = (str(port), str(load.hosts), str(load.pages), str(load.spacing_s))
        command = [sys.executable, "-m", "bench.fetching.crawlers", name, *numbers]
    hosts = "\n".join(addresses(load.hosts))
    done = subprocess.run(command, input=hosts, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} ended with status {done.returncode}: {done.stderr[-2_000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if figures["pages"] != load.pages:
        raise RuntimeError(f"{name} got {figures['pages']} pages, not {load.pages}: {done.stderr[-2_000:]}")
    return figures
