"""Prometheus's own tool reads the configuration, and plays the series of alerts_test.yml against the alerts.

It is taken from the path, or from the image that docker-compose.yml names where an engine has it already.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from marsad.settings import REPOSITORY

IMAGE = "prom/prometheus:v3.5.0"
LIMIT_S = 60


def has_image(docker: str) -> bool:
    """Whether an engine answers and has the image."""
    try:
        asked = subprocess.run([docker, "image", "inspect", IMAGE], capture_output=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


@pytest.fixture(scope="module")
def promtool() -> list[str]:
    """The command; without one the tests are skipped, and say why."""
    if found := shutil.which("promtool"):
        return [found]
    if (docker := shutil.which("docker")) and has_image(docker):
        place = ["--volume", f"{REPOSITORY}:{REPOSITORY}:ro", "--network", "none"]
        return [docker, "run", "--rm", *place, "--entrypoint", "promtool", IMAGE]
    pytest.skip(f"neither promtool is on the path, nor has a Docker engine {IMAGE}")


def told(command: list[str]) -> str:
    """Run to the end; return what is said, or fail with it."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_configuration_is_valid(promtool: list[str]) -> None:
    """With every alert of the file that it names."""
    alerts = (REPOSITORY / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8").count("- alert: ")

    said = told([*promtool, "check", "config", str(REPOSITORY / "deploy/prometheus/prometheus.yml")])

    assert f"{alerts} rules found" in said


def test_the_alerts_fire_when_they_should(promtool: list[str]) -> None:
    """And are silent when they should be; labels and summaries are compared word by word."""
    said = told([*promtool, "test", "rules", str(Path(__file__).with_name("alerts_test.yml"))])

    assert "SUCCESS" in said
