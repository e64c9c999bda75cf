"""A Docker engine and the images of the servers: stand-ins from beside the project, or what this machine has."""

import os
import re
import subprocess
from pathlib import Path

from marsad.settings import REPOSITORY

COMPOSE_FILE = REPOSITORY / "docker-compose.yml"
STAND_INS = Path(os.environ.get("LOCALDOCKER", REPOSITORY.parent / "shared/localdocker"))
BRING_UP_S, PULL_S = 1_800.0, 900.0


def upstream_images() -> list[str]:
    """Return the images of docker-compose.yml that are not ours."""
    images = re.findall(r"^ +image: (\S+)$", COMPOSE_FILE.read_text(encoding="utf-8"), re.MULTILINE)
    return sorted({image for image in images if not image.startswith("marsad:")})


def why_none() -> str | None:
    """Bring an engine and the servers' images up; return why they cannot be had, or None where they are there."""
    if (STAND_INS / "up.sh").exists():
        if _run("bash", str(STAND_INS / "up.sh"), limit_s=BRING_UP_S):
            return None
        return f"{STAND_INS / 'up.sh'} failed (it needs root)"
    if not _run("docker", "compose", "version") or not _run("docker", "info"):
        return f"there is no {STAND_INS}, and no Docker engine with Compose answers"
    for image in upstream_images():
        if not _run("docker", "image", "inspect", image) and not _run("docker", "pull", image, limit_s=PULL_S):
            return f"{image} cannot be pulled"
    return None


def is_stand_in(image: str) -> bool:
    """Whether an image only stands for the one that it is named like."""
    asked = ["docker", "image", "inspect", "-f", '{{index .Config.Labels "marsad.stand-in"}}', image]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip() == "true"


def _run(*command: str, limit_s: float = 60.0) -> bool:
    """Return whether a command ended well."""
    try:
        return subprocess.run(command, capture_output=True, timeout=limit_s, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
