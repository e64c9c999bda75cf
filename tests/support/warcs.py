"""WARC files as others write them, about invented events."""

import gzip

from marsad.contracts.ids import derive

HTML = (
    "<html><head><title>افتتاح جسر النور</title></head><body><article><h1>افتتاح جسر النور</h1>"
    "<p>افتتحت بلدية المدينة صباح اليوم جسر النور بعد عامين من العمل، وقالت إن الجسر يخدم أربعين ألف مركبة يوميا.</p>"
    "<p>وأضافت البلدية أن المرحلة الثانية تبدأ في الربيع وتشمل ممرا للمشاة وآخر للدراجات.</p></article></body></html>"
).encode()
DATE = "2026-11-20T10:00:00Z"


def block(body: bytes = HTML, status: str = "200 OK", **headers: str) -> bytes:
    """Return an HTTP answer; underscores in names of headers stand for hyphens."""
    fields = {"Content-Type": "text/html; charset=utf-8", **{name.replace("_", "-"): v for name, v in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def chunked(body: bytes, size: int = 100) -> bytes:
    """Return a body in chunks (RFC 9112, 7.1)."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def warc_record(url: str | None, content: bytes | None = None, kind: str = "response", **fields: str) -> bytes:
    """Return a record; underscores in names of fields stand for hyphens."""
    content = block() if content is None else content
    named = {
        "WARC-Type": kind,
        "WARC-Date": DATE,
        "WARC-Record-ID": f"<urn:{derive(kind, url or '')}>",
        **({"WARC-Target-URI": url} if url else {}),
        **{name.replace("_", "-"): value for name, value in fields.items()},
        "Content-Length": str(len(content)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"WARC/1.0\r\n{head}\r\n".encode() + content + b"\r\n\r\n"


def packed(*parts: bytes) -> bytes:
    """Return a file with a gzip member for each record."""
    return b"".join(gzip.compress(part) for part in parts)
