"""The archive's files: what is written can be read back, whatever happens to the writer."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from marsad.settings import REPOSITORY
from marsad.warc import writing
from marsad.warc.reading import Bad, Record, records
from marsad.warc.writing import Archive, Exchange

CAP = 10_000_000
NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, UTC)
HTML = "<p>عاجل</p>".encode()


def exchange(number: int = 1, **changes: object) -> Exchange:
    """Return an answer."""
    fields = {
        "url": f"https://ajil.example/{number}",
        "status": 200,
        "headers": (("Content-Type", "text/html"),),
        "body": HTML,
        "at": NOON,
    }
    return Exchange(**{**fields, **changes})  # type: ignore[arg-type]


def content(folder: Path) -> list[Record | Bad]:
    """Return what the files of a folder hold, in their order."""
    found: list[Record | Bad] = []
    for path in sorted(folder.iterdir()):
        with path.open("rb") as stream:
            found += records(stream, CAP)
    return found


def urls(folder: Path) -> list[str]:
    """Return the URLs of the responses, and `bad` for what is none."""
    return [
        one.fields["warc-target-uri"] if isinstance(one, Record) else "bad"
        for one in content(folder)
        if isinstance(one, Bad) or one.type == "response"
    ]


def test_a_response_comes_back_as_it_was(tmp_path: Path) -> None:
    """Status, headers, body, time and task are there; headers of the wire are kept under another name."""
    task = json.dumps({"url": "https://ajil.example/أخبار"})
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "br"), ("Content-Length", "9"), ("Set-Cookie", "a"))
    archive = Archive(tmp_path, CAP, 60)

    archive.add([exchange(headers=headers, task=task)])
    archive.close()

    info, response = content(tmp_path)
    assert isinstance(info, Record)
    assert isinstance(response, Record)
    assert info.type == "warcinfo"
    assert response.fields["warc-date"] == "2026-11-22T12:00:00.123456Z"
    assert json.loads(response.fields["marsad-task"]) == json.loads(task)
    head, _, body = response.block.partition(b"\r\n\r\n")
    assert body == HTML
    assert head.decode().splitlines() == [
        "HTTP/1.1 200 ",
        "Content-Type: text/html",
        "X-Crawl-Content-Encoding: br",
        "X-Crawl-Content-Length: 9",
        "Set-Cookie: a",
        f"Content-Length: {len(HTML)}",
    ]


def test_warcio_finds_nothing_wrong(tmp_path: Path) -> None:
    """The library that most archives are read with takes our files, digests included."""
    archive = Archive(tmp_path, CAP, 60)
    archive.add([exchange(1, status=301, body=b"", read=False), exchange(2)])
    archive.close()
    (path,) = tmp_path.iterdir()

    with path.open("rb") as stream:
        read = [
            (one.rec_type, one.http_headers and one.http_headers.get_statuscode(), one.content_stream().read())
            for one in ArchiveIterator(stream, check_digests="raise")
        ]

    assert read[1:] == [("response", "301", b""), ("response", "200", HTML)]


def test_a_body_that_was_not_read_is_marked(tmp_path: Path) -> None:
    """Nobody shall take an answer whose body we did not want for an empty page."""
    archive = Archive(tmp_path, CAP, 60)
    archive.add([exchange(status=404, body=b"", read=False)])
    archive.close()

    _, response = content(tmp_path)
    assert isinstance(response, Record)
    assert response.fields["warc-truncated"] == "unspecified"


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "\x00", "عاجل", "\xe9", "x" * 20_000])
def test_strangers_headers_stay_one_line(value: str, tmp_path: Path) -> None:
    """No value of a header makes another header."""
    archive = Archive(tmp_path, CAP, 60)
    archive.add([exchange(headers=(("X-Odd", value),))])
    archive.close()

    _, response = content(tmp_path)
    assert isinstance(response, Record)
    assert response.block.endswith(b"\r\n\r\n" + HTML)
    assert len(response.block.partition(b"\r\n\r\n")[0].splitlines()) == 3


def test_files_end_by_size(tmp_path: Path) -> None:
    """A file that is large enough is closed and gets its final name; the next record begins another."""
    archive = Archive(tmp_path, 1_000, 60)
    for number in range(10):
        archive.add([exchange(number, body=os.urandom(400))])

    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) >= 4
    assert sum(name.endswith(writing.OPEN) for name in names) <= 1
    archive.close()
    assert all(path.name.endswith(".warc.gz") for path in tmp_path.iterdir())
    assert sorted(urls(tmp_path)) == [f"https://ajil.example/{number}" for number in range(10)]


def test_files_end_by_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is old enough is closed before the next record."""
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    archive = Archive(tmp_path, CAP, 60)
    archive.add([exchange(1)])
    now = 59.0
    archive.add([exchange(2)])
    assert len(list(tmp_path.iterdir())) == 1
    now = 60.0
    archive.add([exchange(3)])

    assert len(list(tmp_path.iterdir())) == 2


def test_a_full_disk_leaves_whole_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written of a record before the disk was full is cut off; with room again the next file begins."""
    archive = Archive(tmp_path, CAP, 60)
    archive.add([exchange(1)])
    real = os.pwrite

    def full(file: int, data: memoryview, at: int) -> int:
        if len(data) < 50:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(file, data[: len(data) // 2], at)

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space left"):
        archive.add([exchange(2)])
    monkeypatch.setattr(os, "pwrite", real)
    archive.add([exchange(3)])
    archive.close()

    assert sorted(urls(tmp_path)) == ["https://ajil.example/1", "https://ajil.example/3"]


def test_a_disk_that_is_full_from_the_start_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty file would be one more for each attempt."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space left"):
        Archive(tmp_path, CAP, 60).add([exchange()])

    assert list(tmp_path.iterdir()) == []


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from marsad.warc.writing import Archive, Exchange
archive = Archive(Path(sys.argv[1]), 200_000, 60)
number = 0
while True:
    number += 1
    body = bytes((number * step) % 251 for step in range(20_000))
    archive.add([Exchange(f"https://ajil.example/{number}", 200, (), body, datetime.now(UTC))])
    print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing_that_it_had_acknowledged(tmp_path: Path) -> None:
    """SIGKILL at any moment: each record that was written is read back, beside at most one torn at the very end."""
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "services")},
        )
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(25)]
        child.send_signal(signal.SIGKILL)
        said += child.communicate()[0].splitlines()

        acknowledged = [int(line) for line in said if line.strip()]
        found = urls(tmp_path)
        assert {f"https://ajil.example/{number}" for number in acknowledged} <= set(found)
        assert found.count("bad") <= 1
        assert len(found) - found.count("bad") <= len(acknowledged) + 1
        for path in tmp_path.iterdir():
            path.unlink()
