"""Answer with ETag and Last-Modified, and with 304 where the client has it already (RFC 9110, section 13)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from aiohttp import web

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Document:
    """What a path holds; characters that the character set lacks are written as references of HTML and XML."""

    text: str
    content_type: str
    charset: str = "utf-8"

    @property
    def body(self) -> bytes:
        """Its bytes."""
        return self.text.encode(self.charset, "xmlcharrefreplace")


def validated(request: web.Request, document: Document, changed: datetime, now: datetime) -> web.Response:
    """Return a document, or 304 without one.

    Last-Modified counts whole seconds, so it is told, and believed, only once the second of the change is over
    (section 8.8.2.2): earlier, a second change in the same second would go unseen.
    """
    body = document.body
    etag = blake2b(body, digest_size=12).hexdigest()
    whole = changed.astimezone(UTC).replace(microsecond=0)
    settled = whole if now >= whole + _SECOND else None
    if _has_it(request, etag, settled):
        response = web.Response(status=304)
    else:
        response = web.Response(body=body, content_type=document.content_type, charset=document.charset)
    response.etag = etag
    response.last_modified = settled
    return response


def _has_it(request: web.Request, etag: str, changed: datetime | None) -> bool:
    """Tell whether the client's copy is current; If-None-Match outranks If-Modified-Since (section 13.2.2)."""
    if request.if_none_match is not None:
        return any(known.value in {etag, "*"} for known in request.if_none_match)
    since = request.if_modified_since
    return since is not None and changed is not None and since >= changed
