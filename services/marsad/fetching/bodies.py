"""Reading a body under caps: of bytes on the wire, of bytes after decoding, and of kinds."""

import re
from collections.abc import AsyncIterator, Collection

from marsad.fetching.decoding import Decoder
from marsad.fetching.failures import FetchRefused

_TEXT = frozenset(
    {"text/html", "text/plain", "text/xml", "application/xhtml+xml", "application/xml", "application/json"}
)
_TEXT_SUFFIX = re.compile(r"(?:application|text)/[^\s/]{1,100}\+(?:xml|json)")


def check_type(content_type: str | None, also: Collection[str] = ()) -> None:
    """Raise FetchRefused, reason `type`, for what is declared to be no HTML, XML, JSON, plain text or one of `also`.

    A body that declares nothing passes: some sites' feeds do not, and extraction tells what is no text.
    """
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type and media_type not in _TEXT and media_type not in also and not _TEXT_SUFFIX.fullmatch(media_type):
        raise FetchRefused("type", f"Content-Type is {media_type[:100]!r}; HTML, XML, JSON and plain text are taken")


def check_declared_length(value: str | None, cap: int) -> None:
    """Raise FetchRefused, reason `size`, where Content-Length already says that the body is too large."""
    if value and value.isascii() and value.isdigit() and (len(value) > 18 or int(value) > cap):  # noqa: PLR2004 - digits
        raise FetchRefused("size", f"Content-Length is {value[:30]}; {cap} bytes are allowed")


async def read_body(chunks: AsyncIterator[bytes], decoder: Decoder, cap: int, *, cut: bool) -> tuple[bytes, int]:
    """Return the decoded body and the bytes that it took on the wire.

    Args:
        chunks: the body as it comes over the wire.
        decoder: undoes the content coding.
        cap: bytes allowed on the wire, and again after decoding.
        cut: return the first `cap` bytes of a longer body instead of refusing it.

    Raises:
        FetchRefused: reason `size`.
        FetchFailed: reason `encoding`.
    """
    body = bytearray()
    wire = 0
    async for chunk in chunks:
        wire += len(chunk)
        for piece in decoder.feed(chunk):
            body += piece
            if len(body) > cap:
                break
        if len(body) > cap or wire > cap:
            if cut:
                return bytes(body[:cap]), wire
            raise FetchRefused("size", f"the body is larger than {cap} bytes ({wire} read from the wire)")
    body += decoder.finish()
    return bytes(body), wire
