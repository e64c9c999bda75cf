"""Pages out of WARC records of any make."""

import gzip
import io
import json
from datetime import UTC, datetime
from typing import cast

import brotli  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.codec import decode
from marsad.contracts.model import Task
from marsad.contracts.pages import PageFetched
from marsad.fetching.archived import MAX_HEAD, LeftOut, page_of
from marsad.outlets import load
from marsad.urls import page_id
from marsad.warc.reading import Record, records
from support.payloads import make_task
from support.warcs import HTML, block, chunked, warc_record

URL = "https://ajil.example/n/1"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
CAP = 100_000
OUTLETS = load((), builtin=True)


def read(content: bytes) -> Record:
    """Return the one record of a file."""
    (only,) = records(io.BytesIO(content), CAP + MAX_HEAD)
    assert isinstance(only, Record)
    return only


def page(content: bytes, generation: int = 0) -> tuple[PageFetched, bytes]:
    """Return the page that a file's one record gives."""
    wire, task = page_of(read(content), OUTLETS, generation, CAP, NOW)
    event = decode("pages.fetched", wire.value, wire.headers)
    data = cast("PageFetched", event.data)
    assert data.task == task
    assert wire.key == data.page_id.encode()
    return data, event.body


def test_a_response_becomes_a_page() -> None:
    """Address, time, type and bytes are the record's; the task is new and handed in."""
    data, body = page(warc_record(URL, block(ETag='"x"')))

    assert body == HTML
    assert (data.final_url, data.page_id, data.status) == (URL, page_id(URL), 200)
    assert data.fetched_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert (data.content_type, data.validators.etag) == ("text/html; charset=utf-8", '"x"')
    assert (data.task.url, data.task.found_in, data.task.generation) == (URL, "submitted", 0)


def test_the_same_record_is_the_same_task() -> None:
    """A replay that is repeated hands on the same task; a raised generation makes another."""
    first, _ = page(warc_record(URL))
    again, _ = page(warc_record(URL))
    newer, _ = page(warc_record(URL), generation=1)
    nameless, _ = page(warc_record(URL, WARC_Record_ID=""))

    assert first.task.task_id == again.task.task_id
    assert len({first.task.task_id, newer.task.task_id, nameless.task.task_id}) == 3


def test_a_page_of_our_own_archive_names_its_task() -> None:
    """Aliases and where it was found stay; the new task says which one it replays."""
    old = make_task("old", aliases=("https://r.ajil.example/s4",), url="https://r.ajil.example/s4")
    field = json.dumps(json.loads(old.model_dump_json()))

    data, _ = page(warc_record(URL, Marsad_Task=field), generation=2)

    assert data.task.replays == old.task_id != data.task.task_id
    assert (data.task.aliases, data.task.url, data.task.generation) == (old.aliases, old.url, 2)


def test_a_host_of_an_outlet_is_known() -> None:
    """Who published it is decided by today's outlet files, whatever the record says."""
    data, _ = page(
        warc_record("https://arabic.rt.com/n/1", Marsad_Task=make_task("x", outlet="other").model_dump_json())
    )

    assert data.task.outlet == "rt-arabic"


@pytest.mark.parametrize(
    "content",
    [
        block(chunked(HTML), Transfer_Encoding="chunked"),
        block(gzip.compress(HTML), Content_Encoding="gzip"),
        block(brotli.compress(HTML), Content_Encoding="br"),
        block(chunked(gzip.compress(HTML)), Transfer_Encoding="chunked", Content_Encoding="gzip"),
        block(HTML, Transfer_Encoding="chunked", Content_Encoding="gzip"),
        block(HTML, X_Crawl_Content_Encoding="gzip", Content_Length="7"),
        block().replace(b"\r\n", b"\n"),
        block(status="203 Non-Authoritative Information"),
        block().replace(b"HTTP/1.1 200 OK", b"HTTP/2 200 "),
        block().replace(b"HTTP/1.1 200 OK", b"HTTP/1.0 200"),
    ],
)
def test_what_was_done_for_the_wire_is_undone(content: bytes) -> None:
    """Chunks and codings are undone where they are there; a body that was undone before is taken as it is."""
    assert page(warc_record(URL, content))[1] == HTML


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (warc_record(None, b"software: x\r\n", "warcinfo"), "type warcinfo"),
        (warc_record(URL, b"GET / HTTP/1.1\r\n\r\n", "request"), "type request"),
        (warc_record(URL, kind="revisit"), "type revisit"),
        (warc_record(URL, kind="x" * 50), "unknown type"),
        (warc_record("dns:ajil.example", b"1.2.3.4"), "no web address"),
        (warc_record(None), "no web address"),
        (warc_record("https://reader:word@ajil.example/"), "address"),
        (warc_record("https://ajil..example/"), "address"),
        (warc_record(URL, b"not HTTP"), "no HTTP"),
        (warc_record(URL, b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000), "no HTTP"),
        (warc_record(URL, block(status="404 Not Found")), "status 4xx"),
        (warc_record(URL, block(status="301 Moved")), "status 3xx"),
        (warc_record(URL, WARC_Truncated="length"), "truncated"),
        (warc_record(URL, block(chunked(HTML)[:-200], Transfer_Encoding="chunked")), "truncated"),
        (warc_record(URL, block(b"ffffffff\r\nx", Transfer_Encoding="chunked")), "truncated"),
        (warc_record(URL, block(b"5\r\nhello", Transfer_Encoding="chunked")), "truncated"),
        (warc_record(URL, block(b"x" * (CAP + 1))), "too large"),
        (warc_record(URL, block(gzip.compress(b"x" * 10_000_000), Content_Encoding="gzip")), "too large"),
        (warc_record(URL, block(b"\x1f\x8bjunk", Content_Encoding="gzip")), "content encoding"),
        (warc_record(URL, block(b"junk", Content_Encoding="compress")), "content encoding"),
        (warc_record(URL, block(b"")), "empty"),
        (warc_record(URL, block(Content_Type="image/png")), "type of content"),
        (warc_record(URL, WARC_Date="yesterday"), "date"),
        (warc_record(URL, WARC_Date="2031-01-01T00:00:00Z"), "date"),
        (warc_record(URL, WARC_Date="0001-01-01T00:00:00Z"), "date"),
        (warc_record(URL, Marsad_Task="{}"), "task"),
        (warc_record(URL, Marsad_Task=make_task("f", kind="feed").model_dump_json()), "a feed's"),
    ],
)
def test_what_gives_no_page_says_why(content: bytes, reason: str) -> None:
    """Each record that is left out is counted under a reason of few words."""
    with pytest.raises(LeftOut, match=f"^{reason}$"):
        page(content)


def test_robots_directives_are_noted() -> None:
    """What a page asked of crawlers then is on it now as if it had just been fetched."""
    html = HTML.replace(b"<head>", b'<head><meta name="robots" content="noindex">')

    assert page(warc_record(URL, block(html, X_Robots_Tag="noarchive")))[0].robots == ("noarchive", "noindex")


NAMES = st.sampled_from(["Content_Encoding", "Transfer_Encoding", "ETag"])
VALUES = st.sampled_from(["gzip", "br", "zstd", "chunked", "x", "é", "x" * 2_000])


@given(st.binary(max_size=300), st.dictionaries(NAMES, VALUES))
def test_any_body_ends(body: bytes, headers: dict[str, str]) -> None:
    """Whatever a stranger's record holds, it gives a page or a reason of few words."""
    said = None
    try:
        data, _ = page(warc_record(URL, block(body, **headers)))
    except LeftOut as why:
        said = str(why)

    assert len(said) < 20 if said else isinstance(data.task, Task)
