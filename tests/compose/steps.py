"""What is done to a running project, step by step; each step raises NotSo where something is not as it must be."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.request import urlopen

from compose.hardening import PUBLISHED, published, service_of, told_secrets, weaknesses
from compose.project import Container, NotSo, Project, run, until
from marsad.contracts.topics import SERVICES

ONCE = ("setup", "dashboard")
WORLD = "newsroom"
KILLED = 137  # 128 + SIGKILL
ANSWER_S = 10.0
BATCH = 20  # load articles handed in at once
MOST_BATCHES = 12  # until two copies have both had work

INNER_KILL = """
import os, signal
from pathlib import Path
init = Path("/proc/1/task/1/children").read_text().split()
os.kill(int(init[0]), signal.SIGKILL)
"""
METRICS = """
from urllib.request import urlopen
print(urlopen("http://127.0.0.1:9102/metrics", timeout=10).read().decode())
"""


def seen(project: Project) -> dict[str, Any]:
    """Return what the newsroom saw last; nothing before its first look, or while servers are away."""
    try:
        found: dict[str, Any] = json.loads((project.folder / "newsroom/seen.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {} if "away" in found else found


def start(project: Project) -> None:
    """Start everything in order, or again; the one-shots end well, all others are healthy."""
    project.compose("up", "--detach", "--no-build")
    until("the one-shots have ended", lambda: all(_state(project, name) == "exited" for name in ONCE))
    for name in ONCE:
        if code := _one(project, name)["State"]["ExitCode"]:
            raise NotSo(f"{name} ended with {code}: {project.compose('logs', name, check=False)[-2000:]}")
    until("all are healthy", lambda: not _unwell(project.containers()), tell=lambda: str(_unwell(project.containers())))


def until_articles(project: Project, number: int) -> None:
    """Wait until so many articles are searchable."""
    until(f"{number} articles", lambda: seen(project).get("articles", 0) >= number, tell=lambda: str(seen(project)))


def settle(project: Project, handed: int) -> dict[str, Any]:
    """Wait until everything that was promised is as promised; return what was seen. The ledger must balance."""

    def kept() -> dict[str, Any] | None:
        found = seen(project)
        return found if found.get("handed") == handed and not found["differences"] else None

    found: dict[str, Any] = until("all promises are kept", kept, tell=lambda: str(seen(project)))
    project.compose("exec", "-T", "indexing", "marsad", "audit", "--all")
    return found


def kill_twice(project: Project) -> None:
    """SIGKILL extraction from outside, and its process from inside: then the restart policy brings it back."""
    project.compose("kill", "--signal", "SIGKILL", "extraction")
    until("extraction is dead", lambda: _state(project, "extraction") == "exited")
    if (code := _one(project, "extraction")["State"]["ExitCode"]) != KILLED:
        raise NotSo(f"extraction ended with {code} at SIGKILL")
    project.compose("start", "extraction")
    until("extraction is healthy", lambda: not _unwell(project.containers("extraction")))
    project.compose("exec", "-T", "extraction", "python", "-c", INNER_KILL, check=False)
    until("extraction was restarted", lambda: _one(project, "extraction")["RestartCount"] > 0)
    until("extraction runs again", lambda: _state(project, "extraction") == "running")


def scale(project: Project, copies: int) -> None:
    """Have so many copies of extraction."""
    project.compose(
        "up", "--detach", "--no-build", "--no-deps", "--no-recreate", "--scale", f"extraction={copies}", "extraction"
    )
    until(f"{copies} of extraction", lambda: len(project.containers("extraction")) == copies)
    until("the copies are healthy", lambda: not _unwell(project.containers("extraction")))


def hand_in(project: Project, total: int) -> int:
    """Have the newsroom hand in load articles until there are `total`; return that."""
    wanted = project.folder / "newsroom/wanted"
    new = wanted.with_suffix(".new")
    new.write_text(str(total))
    new.replace(wanted)  # the newsroom may be reading it
    return total


def share(project: Project, handed: int) -> int:
    """Hand in articles until both copies of extraction have dealt with some; return how many there are now."""
    copies = [one["Name"].removeprefix("/") for one in project.containers("extraction")]
    for _ in range(MOST_BATCHES):
        handed = hand_in(project, handed + BATCH)
        settle(project, handed)
        if all(_pages_of(copy) for copy in copies):
            return handed
    raise NotSo(f"one of {copies} has had no page of {MOST_BATCHES * BATCH}")


def stop(project: Project) -> float:
    """Stop everything but the world; return the seconds it took. Nothing may be killed, no service end badly."""
    before = time.monotonic()
    project.compose("stop", *(name for name in _services(project) if name != WORLD))
    took = time.monotonic() - before
    ends = [(service_of(one), one["State"]) for one in project.containers() if service_of(one) != WORLD]
    for name, state in ends:
        if state["Running"] or state["OOMKilled"] or state["ExitCode"] == KILLED:
            raise NotSo(f"{name} was killed or runs on: {state}")
        if state["ExitCode"] and name in SERVICES:
            raise NotSo(f"{name} ended with {state['ExitCode']}")
    return took


def harden(project: Project) -> int:
    """Look at every container but the world's, which stands for others; return how many there are."""
    secrets = project.secrets()
    ours = [one for one in project.containers() if service_of(one) != WORLD]
    found = [weakness for one in ours for weakness in weaknesses(one)]
    for one in ours:
        processes = run("docker", "top", one["Id"], "-eo", "pid,args") if one["State"]["Running"] else ""
        found += told_secrets(one, processes, secrets)
    logs = project.compose("logs")
    found += [f"the logs show {name}" for name, secret in secrets.items() if secret in logs]
    expected = {service: {port: ["127.0.0.1"]} for service, port in PUBLISHED.items()}
    if (open_ports := published(project.containers())) != expected:
        found.append(f"published: {open_ports}")
    if found:
        raise NotSo("; ".join(found))
    return len(ours)


def ask_published(project: Project) -> None:
    """Kibana answers, and Prometheus scrapes every service."""
    with urlopen(f"http://{project.address('kibana', 5601)}/api/status", timeout=ANSWER_S) as answer:
        answer.read()
    prometheus = f"http://{project.address('prometheus', 9090)}/api/v1/query?query=up"

    def scraped() -> bool:
        with urlopen(prometheus, timeout=ANSWER_S) as answer:
            series = json.load(answer)["data"]["result"]
        up = Counter(one["metric"].get("service") for one in series if one["value"][1] == "1")
        return set(SERVICES) <= up.keys()

    until("Prometheus scrapes all services", scraped)


def _services(project: Project) -> list[str]:
    return project.compose("config", "--services").split()


def _one(project: Project, service: str) -> Container:
    (container,) = project.containers(service)
    return container


def _state(project: Project, service: str) -> str:
    return str(_one(project, service)["State"]["Status"])


def _unwell(containers: Sequence[Container]) -> list[str]:
    """Return the services that are meant to last and are not healthy."""
    names = {service_of(one): one["State"].get("Health", {}).get("Status") for one in containers}
    return [name for name, health in names.items() if name not in ONCE and health != "healthy"]


def _pages_of(container: str) -> float:
    """Return how many pages one copy of extraction has dealt with."""
    lines = run("docker", "exec", container, "python", "-c", METRICS).splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("marsad_records_in_total{"))
