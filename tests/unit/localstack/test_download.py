"""Fetching: only pinned bytes get into the folder, and what got there is kept."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from marsad.errors import LocalStackError
from marsad.localstack import download
from marsad.localstack.pins import Pin

CONTENT = {"broker": b"the broker", "server": b"the server"}


def pin(name: str) -> Pin:
    """Pin one of the files that the fake repository holds."""
    body = CONTENT[name]
    return Pin("kafka", "org.example", name, "1.0", "jar", len(body), hashlib.sha256(body).hexdigest())


class Repository:
    """Stands in for jgo's context, project, version and artefact at once; each resolve takes one answer."""

    def __init__(self, answers: dict[str, list[bytes | Exception]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def at(self, cache: Path, on_bytes: Callable[[int], None]) -> "_Request":
        """Stand in for `download.maven`."""
        return _Request(self, cache, on_bytes)


class _Request:
    def __init__(self, repository: Repository, cache: Path, on_bytes: Callable[[int], None]) -> None:
        self.repository = repository
        self.cache = cache
        self.on_bytes = on_bytes
        self.name = ""

    def project(self, _group: str, name: str) -> "_Request":
        self.name = name
        return self

    def at_version(self, _version: str) -> "_Request":
        return self

    def artifact(self, packaging: str) -> "_Request":  # noqa: ARG002 - jgo's signature
        return self

    def resolve(self) -> Path:
        self.repository.asked.append(self.name)
        answer = self.repository.answers[self.name].pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.on_bytes(len(answer))
        path = self.cache / "deep" / "in the cache"
        path.parent.mkdir()
        path.write_bytes(answer)
        return path


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository that holds both files."""
    made = Repository({name: [body] for name, body in CONTENT.items()})
    monkeypatch.setattr(download, "maven", made.at)
    return made


def names(folder: Path) -> set[str]:
    """List a folder, hidden names included."""
    return {path.name for path in folder.iterdir()}


def test_missing_files_are_fetched(repository: Repository, tmp_path: Path) -> None:
    """All pinned files are there afterwards, and nothing else."""
    fetched = download.fetch([pin("broker"), pin("server")], tmp_path)

    assert fetched == sum(map(len, CONTENT.values()))
    assert names(tmp_path) == {"broker-1.0.jar", "server-1.0.jar"}
    assert (tmp_path / "broker-1.0.jar").read_bytes() == CONTENT["broker"]
    assert sorted(repository.asked) == ["broker", "server"]


def test_fetched_files_can_be_read_by_the_servers(repository: Repository, tmp_path: Path) -> None:
    """They run as another account than the one that fetches."""
    download.fetch([pin("broker")], tmp_path)

    assert (tmp_path / "broker-1.0.jar").stat().st_mode & 0o777 == 0o644
    assert repository.asked == ["broker"]


def test_what_is_there_is_not_fetched_again(repository: Repository, tmp_path: Path) -> None:
    """A broken-off installation goes on where it ended."""
    download.fetch([pin("broker")], tmp_path)

    assert download.fetch([pin("broker"), pin("server")], tmp_path) == len(CONTENT["server"])
    assert repository.asked == ["broker", "server"]


@pytest.mark.usefixtures("repository")
def test_a_corrupted_file_is_refused(tmp_path: Path) -> None:
    """The message names file, coordinates, expected and found digest, and the remedy; the file is not touched."""
    path = tmp_path / "broker-1.0.jar"
    path.write_bytes(b"something else")

    with pytest.raises(LocalStackError) as caught:
        download.fetch([pin("broker")], tmp_path)

    found = hashlib.sha256(b"something else").hexdigest()
    for part in (str(path), "org.example:broker:1.0", pin("broker").sha256, found, "Delete the file"):
        assert part in str(caught.value)
    assert path.read_bytes() == b"something else"


def test_nothing_is_fetched_beside_a_corrupted_file(repository: Repository, tmp_path: Path) -> None:
    """The refusal comes before minutes of transfer."""
    (tmp_path / "broker-1.0.jar").write_bytes(b"something else")

    with pytest.raises(LocalStackError):
        download.fetch([pin("broker"), pin("server")], tmp_path)

    assert repository.asked == []


def test_altered_bytes_never_reach_the_folder(repository: Repository, tmp_path: Path) -> None:
    """A repository or proxy that serves something else is tried again and then refused."""
    repository.answers["broker"] = [b"altered"] * download.ATTEMPTS

    with pytest.raises(LocalStackError, match="is not the pinned"):
        download.fetch([pin("broker")], tmp_path)

    assert names(tmp_path) == set()
    assert len(repository.asked) == download.ATTEMPTS


@pytest.mark.parametrize("trouble", [OSError("reset"), RuntimeError("not found"), b"cut"])
def test_passing_trouble_is_overcome(repository: Repository, tmp_path: Path, trouble: bytes | Exception) -> None:
    """A reset connection, an answer 503 or a transfer cut short is tried again."""
    repository.answers["broker"] = [trouble, CONTENT["broker"]]

    download.fetch([pin("broker")], tmp_path)

    assert names(tmp_path) == {"broker-1.0.jar"}


def test_lasting_trouble_is_explained(repository: Repository, tmp_path: Path) -> None:
    """Without a network the message says what was wanted, what went wrong, and where a proxy is set."""
    repository.answers["broker"] = [OSError("no route to host")] * download.ATTEMPTS

    with pytest.raises(LocalStackError) as caught:
        download.fetch([pin("broker")], tmp_path)

    for part in ("broker-1.0.jar", "no route to host", "HTTPS_PROXY", "mirror"):
        assert part in str(caught.value)


def test_files_beside_a_failed_one_are_kept(repository: Repository, tmp_path: Path) -> None:
    """The next start fetches only what is missing."""
    repository.answers["server"] = [OSError("no route to host")] * download.ATTEMPTS

    with pytest.raises(LocalStackError):
        download.fetch([pin("broker"), pin("server")], tmp_path)

    assert names(tmp_path) <= {"broker-1.0.jar"}


def test_jgo_is_asked_as_it_wants_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own default repository is kept, a mirror of the user's configuration is added, the cache is ours."""
    config = tmp_path / "jgo.conf"
    config.write_text("[repositories]\nmirror = https://maven.example.org/all\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(config))

    context = download.maven(tmp_path)

    assert context.repo_cache == tmp_path
    assert context.remote_repos["mirror"] == "https://maven.example.org/all"
    assert len(context.remote_repos) == 2
