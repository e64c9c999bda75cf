"""An archive of what the web answered: WARC 1.1, a gzip member for each record, files rotated by size and time.

The block of a response is its status line, its header and its body as `pages.fetched` carries it: decoded, otherwise
unchanged. As in Common Crawl's files, headers that told of the coding or length on the wire are kept under `X-Crawl-`.
A record is written with one call behind the last whole one, so a process that is killed leaves at most a torn last
member. A file under way ends in `.open`.
"""

import io
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from marsad import __version__

OPEN = ".open"
TASK_FIELD = "Marsad-Task"
"""Our own named field: the task as JSON, in ASCII. Others pass over fields that they do not know (WARC 1.1, 5.1)."""

_OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_NO_VALUE = dict.fromkeys(map(ord, "\r\n\0"), " ")


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer.

    Attributes:
        url: that answered.
        status: RFC 9110.
        headers: as received, in order.
        body: decoded; empty where it was not read.
        at: when the task's answer was complete; all exchanges of one chain bear the same time (WARC 1.1, 5.4).
        task: JSON of the task, in ASCII, or None.
        read: whether the body was read; else the record says that it is not there.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: datetime
    task: str | None = None
    read: bool = True


class Archive:
    """A folder of WARC files, one of them under way. Blocks; not for several threads at once.

    Args:
        folder: made where it is missing.
        max_bytes: a file that has reached them is closed.
        max_age_s: a file that is older is closed before the next record.
    """

    def __init__(self, folder: Path, max_bytes: int, max_age_s: float) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._file: int | None = None
        self._path = folder
        self._size = 0
        self._opened = 0.0

    def add(self, exchanges: Sequence[Exchange]) -> None:
        """Write a chain's answers, all or none of them.

        Raises:
            OSError: the disk is full, or the folder is not ours. The file under way is closed behind its last whole
                record, and the next call begins a new one.
        """
        content = b"".join(map(_response, exchanges))
        if self._file is not None and time.monotonic() - self._opened >= self._max_age_s:
            self.close()
        try:
            if self._file is None:
                self._open()
            self._append(content)
        except OSError:
            self._abandon()
            raise
        if self._size >= self._max_bytes:
            self.close()

    def close(self) -> None:
        """End the file under way, which gets its final name. Raises OSError."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            os.fsync(file)
        finally:
            os.close(file)
        self._path.rename(self._path.with_suffix(""))

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        began = datetime.now(UTC)
        name = f"marsad-{began:%Y%m%d%H%M%S}-{secrets.token_hex(4)}.warc.gz"
        self._path = self._folder / f"{name}{OPEN}"
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        self._size, self._opened = 0, time.monotonic()
        self._append(_info(name))

    def _append(self, content: bytes) -> None:
        assert self._file is not None, "opened before anything is appended"  # noqa: S101 - a law of this class
        left = memoryview(content)
        while left:
            left = left[os.pwrite(self._file, left, self._size + len(content) - len(left)) :]
        self._size += len(content)

    def _abandon(self) -> None:
        """Cut what was written of the last record, and let go of the file."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            os.ftruncate(file, self._size)
        finally:
            os.close(file)
        if self._size:
            self._path.rename(self._path.with_suffix(""))
        else:
            self._path.unlink()


def _response(exchange: Exchange) -> bytes:
    headers = [(_kept(name), value.translate(_NO_VALUE)) for name, value in exchange.headers]
    headers.append(("Content-Length", str(len(exchange.body))))
    fields = {"WARC-Date": f"{exchange.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}
    if exchange.task:
        fields[TASK_FIELD] = exchange.task
    if not exchange.read:
        fields["WARC-Truncated"] = "unspecified"
    buffer, writer = _writer()
    head = StatusAndHeaders(f"{exchange.status} ", headers, protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            exchange.url, "response", io.BytesIO(exchange.body), http_headers=head, warc_headers_dict=fields
        )
    )
    return buffer.getvalue()


def _kept(name: str) -> str:
    return f"X-Crawl-{name}" if name.lower() in _OF_THE_WIRE else name


def _info(name: str) -> bytes:
    buffer, writer = _writer()
    said = {"software": f"marsad/{__version__}", "format": "WARC File Format 1.1", "robots": "obey"}
    writer.write_record(writer.create_warcinfo_record(name, said))
    return buffer.getvalue()


def _writer() -> tuple[io.BytesIO, WARCWriter]:
    buffer = io.BytesIO()
    return buffer, WARCWriter(buffer, gzip=True, warc_version="1.1")
