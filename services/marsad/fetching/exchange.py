"""What one exchange with the web is about: what is asked for and taken, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from marsad.fetching.walls import Wall


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for and taken.

    Attributes:
        accept: value of Accept.
        max_bytes: of the body, on the wire and again after decoding.
        text_only: refuse what is declared to be no text, and tell walls from what was asked for.
        types: media types taken although they are no text.
        cut: take the first `max_bytes` of a longer body instead of refusing it.
        page: follow its refreshes, note what its robots tags ask.
    """

    accept: str
    max_bytes: int
    text_only: bool = True
    types: frozenset[str] = frozenset()
    cut: bool = False
    page: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What answered.

    Attributes:
        url: that answered.
        status: RFC 9110.
        body: decoded, otherwise unchanged; of a status but 200 and 203 the start at most.
        content_type: as declared.
        etag: as sent, where it can be sent back.
        last_modified: as sent, where it can be sent back.
        retry_after: as sent.
        wire_bytes: of the body, before decoding.
        elapsed_s: from the request to the last byte.
        http_version: for example `HTTP/2`.
        fields: of the answer's head, by name in small letters, several of one name joined by comma.
        robots: directives of X-Robots-Tag and, on a page, of robots meta tags that concern us.
        wall: what the answer is instead of the page that was asked for.
    """

    url: str
    status: int
    body: bytes
    content_type: str | None
    etag: str | None
    last_modified: str | None
    retry_after: str | None
    wire_bytes: int
    elapsed_s: float
    http_version: str
    fields: Mapping[str, str]
    robots: tuple[str, ...] = ()
    wall: Wall | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """An answer that leads elsewhere: a redirect, or a page that refreshes itself at once.

    Attributes:
        url: that answered.
        target: where it leads.
        status: RFC 9110.
        fields: as in Answer.
    """

    url: str
    target: str
    status: int = field(default=302, compare=False)
    fields: Mapping[str, str] = field(default_factory=dict, compare=False)
