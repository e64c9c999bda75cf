"""Facts about asking hosts that misbehave: each ends in the right counted state, in time, in flat memory."""

import asyncio
import json
import os
import resource
import shutil
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.fetching.test_client import make_settings
from marsad.contracts.pages import PageFetched
from marsad.contracts.urls import UrlDiscovered
from marsad.fetching.client import open_client
from marsad.fetching.handler import Fetch
from marsad.fetching.politeness import HostClocks
from marsad.fetching.robots import Robots
from marsad.fetching.turns import Turns
from marsad.outlets import Outlets
from marsad.streaming.outcome import Emit, Outcome, Settle
from marsad.streaming.processor import now
from marsad.telemetry.metrics import FETCHES
from support.hostile import BEHAVIOURS, Behaviour, HostileWeb, hostile_web
from support.hostile.talk import page
from support.payloads import make_event, make_task

DEADLINE_S = 2.0
AT_ONCE_S = 8.0  # the deadline where all share one processor
LATE_S = 2.0  # a loaded machine's own doing
FLAT_BYTES = 80 * 1024 * 1024  # beside tame pages of 100 bytes; the bombs alone hold a gigabyte
CERTIFICATE = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ajil.example -keyout key.pem -out cert.pem"


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Return TLS with a certificate that nobody vouches for."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate and is not installed")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run([openssl, *CERTIFICATE.split()], cwd=folder, check=True, capture_output=True)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return made


@pytest.fixture
async def web(context: ssl.SSLContext) -> AsyncIterator[HostileWeb]:
    """Return the hostile web."""
    async with hostile_web(BEHAVIOURS, context) as served:
        yield served


async def ended(url: str) -> Outcome:
    """Return how the service ends a task that may try once, handed on from host to host."""
    own = make_settings(spacing_s=0, deadline_s=DEADLINE_S, attempts=1)
    async with open_client(own) as client:
        fetch = Fetch(client, Robots(client, now, own.deadline_s), Turns(HostClocks(), now), Outlets(), own, now)
        data = UrlDiscovered(task=make_task(url, url=url), target=url, not_before=None, validators=None)
        while True:
            (outcome,) = await fetch([make_event(data)])
            if not (isinstance(outcome, Emit) and isinstance(outcome.records[0].data, UrlDiscovered)):
                return outcome
            data = outcome.records[0].data


def counted() -> dict[str, float]:
    """Return how many fetches ended in each state."""
    (metric,) = FETCHES.collect()
    return {sample.labels["state"]: sample.value for sample in metric.samples if sample.labels["outlet"] == "other"}


@pytest.mark.parametrize("number", range(len(BEHAVIOURS)), ids=[behaviour.name for behaviour in BEHAVIOURS])
async def test_each_behaviour_ends_in_its_counted_state(web: HostileWeb, number: int) -> None:
    """By the service's own decision, once, within the deadlines of robots.txt and of the page."""
    behaviour = BEHAVIOURS[number]
    before = counted()
    async with asyncio.timeout(3 * DEADLINE_S + 5):
        outcome = await ended(web.url(number, behaviour))
    state = "unreachable" if behaviour.state == "retry" else behaviour.state
    if isinstance(outcome, Settle):
        assert (outcome.state.value, outcome.reason in behaviour.reasons) == (state, True), outcome
    else:
        assert isinstance(outcome, Emit), outcome
        assert isinstance(outcome.records[0].data, PageFetched)
        assert state == "fetched", outcome.records[0].data
    assert {name: value - before.get(name, 0) for name, value in counted().items() if value != before.get(name, 0)} == {
        state: 1
    }


def run_command(urls: list[str], output: Path) -> tuple[int, int]:
    """Run `marsad fetch` on URLs; return its exit status and its peak of memory, in bytes."""
    variables = {"SPACING_S": "0", "DEADLINE_S": str(AT_ONCE_S), "CONTACT": "", "CONCURRENCY": "64"}
    environment = {**os.environ, **{f"MARSAD_FETCHING__{name}": value for name, value in variables.items()}}
    command = [sys.executable, "-m", "marsad", "fetch", "--allow-network", "127.0.0.0/8", *urls]
    with output.open("wb") as lines:
        process = subprocess.Popen(command, stdout=lines, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss * 1024


@pytest.fixture
def open_files() -> Iterator[None]:
    """Let this process serve some hundred connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4_096, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("open_files")
async def test_all_at_once_end_rightly_in_flat_memory(context: ssl.SSLContext, tmp_path: Path) -> None:
    """By hand, as another process: each line is right, the exit status is 0, and memory is that of as many pages."""
    tame = [
        Behaviour(f"tame {number}", "fetched", frozenset({"http_200"}), page()) for number in range(len(BEHAVIOURS))
    ]
    peaks = []
    for name, behaviours in (("tame", tame), ("hostile", BEHAVIOURS)):
        output = tmp_path / name
        async with hostile_web(behaviours, context) as served:
            urls = [served.url(number, behaviour) for number, behaviour in enumerate(behaviours)]
            started = asyncio.get_running_loop().time()
            status, peak = await asyncio.to_thread(run_command, urls, output)
            took = asyncio.get_running_loop().time() - started
        print(f"{len(urls)} {name} hosts: {took:.1f} s, peak {peak / 2**20:.0f} MiB")
        assert status == 0
        peaks.append(peak)
        lines = {line["url"]: line for line in map(json.loads, output.read_text().splitlines())}
        assert "\n".join(wrong(behaviours, [lines[url] for url in urls])) == ""
    assert peaks[1] - peaks[0] < FLAT_BYTES


def wrong(behaviours: tuple[Behaviour, ...] | list[Behaviour], lines: list[dict[str, Any]]) -> list[str]:
    """Return what ended in another state than it should."""
    return [
        f"{behaviour.name}: {line['state']} {line['reason']} {line['detail']}"
        for behaviour, line in zip(behaviours, lines, strict=True)
        if line["state"] != behaviour.state
        or line["reason"] not in behaviour.reasons
        or line["seconds"] > AT_ONCE_S + LATE_S
    ]
