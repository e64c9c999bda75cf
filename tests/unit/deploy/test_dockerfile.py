"""The Dockerfile and the locks that it installs; `make compose-test` builds it and looks inside."""

import re
import tomllib

from marsad.settings import REPOSITORY

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def pins(lock: str) -> dict[str, str]:
    """Return a lock file's versions by name."""
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


def test_both_stages_stand_on_one_pinned_base() -> None:
    """What the first stage builds for one Python runs on the same in the last."""
    assert re.findall(r"^ARG PYTHON=(.+)$", DOCKERFILE, re.MULTILINE) == ["3.11-slim-bookworm"]
    assert [stage.split()[0] for stage in STAGES] == ["python:${PYTHON}"] * 2


def test_packages_are_installed_by_hash_and_never_compiled() -> None:
    """Every pip that fetches names a lock and wants hashes and wheels; the others may not fetch."""
    logical = DOCKERFILE.replace("\\\n", " ")
    installs = re.findall(r"pip (?:--python \S+ )?(?:install|wheel) ([^&\n]+)", logical)

    assert len(installs) == 4
    for arguments in installs:
        locked = "--require-hashes" in arguments and "--only-binary :all:" in arguments
        assert locked or "--no-index" in arguments or "--no-build-isolation" in arguments


def test_the_last_stage_copies_and_installs_nothing() -> None:
    """It runs nothing that fetches, and what it removes is the base's own pip."""
    last = STAGES[-1]

    assert not re.search(r"pip3? (install|wheel)|apt-get|curl|wget", last)
    assert "/usr/local/bin/pip*" in last
    assert re.findall(r"^COPY --from=(\w+)", last, re.MULTILINE) == ["builder"]


def test_it_runs_as_an_account_without_rights_and_starts_our_command() -> None:
    """One image, one command each."""
    assert re.findall(r"^USER (.+)$", STAGES[-1], re.MULTILINE) == ["1000:1000"]
    assert 'ENTRYPOINT ["marsad"]' in STAGES[-1]


def test_its_version_is_the_packages() -> None:
    """As the label says it."""
    assert re.findall(r"^ARG VERSION=(.+)$", DOCKERFILE, re.MULTILINE) == [PROJECT["project"]["version"]]


def test_the_images_lock_holds_what_runs_and_no_more() -> None:
    """With the tracing that docs/operating.md offers, without the local stack and what only developers need."""
    locked = pins("requirements.lock")
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"], *extras["tracing"]]
    unwanted = [*extras["localstack"], *PROJECT["dependency-groups"]["dev"]]

    assert [one for one in wanted if locked.get(name(one)) != one.partition("==")[2]] == []
    assert [one for one in unwanted if name(one) in locked] == []


def name(requirement: str) -> str:
    """Return a requirement's distribution, without extras and version."""
    return re.split(r"[\[=]", requirement)[0]


def test_the_locks_agree() -> None:
    """What was tested is what is shipped."""
    tested = pins("requirements-dev.lock")
    shipped = pins("requirements.lock") | pins("requirements-build.lock")

    assert {one: version for one, version in shipped.items() if tested.get(one) != version} == {}


def test_every_pin_has_a_hash() -> None:
    """In all three locks."""
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-build.lock"):
        text = (REPOSITORY / lock).read_text(encoding="utf-8")
        entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]

        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_what_builds_the_wheel_is_locked() -> None:
    """The builder isolates nothing, so it must have what pyproject.toml asks for."""
    locked = pins("requirements-build.lock")

    assert [one for one in PROJECT["build-system"]["requires"] if locked.get(name(one)) != one.partition("==")[2]] == []
