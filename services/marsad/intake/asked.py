"""What a request hands in: links out of JSON or plain text, or a refusal with its status. Pure."""

import json
from dataclasses import dataclass

from marsad.urls import MAX_LENGTH, clean, find_links

CHARSETS = {"utf-8": "utf-8", "us-ascii": "utf-8", "windows-1256": "cp1256"}
FIELDS = frozenset({"urls", "text", "again"})
SHOWN = 200  # characters of what was refused


class Refusal(Exception):
    """A request that is not taken.

    Attributes:
        status: RFC 9110.
        code: one word for programs.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """What is handed in.

    Attributes:
        links: each once, in order.
        refused: strings among `urls` that hold no link, and why.
        again: fetch what was fetched a short while ago.
    """

    links: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()
    again: bool = False


def asked(content_type: str, charset: str | None, body: bytes, most: int) -> Asked:
    """Return what a body hands in.

    Args:
        content_type: media type, without parameters.
        charset: as declared.
        body: of the request.
        most: links that are taken at once.

    Raises:
        Refusal: 415 for another type or charset, 422 for what gives no link, or more than `most`.
    """
    if content_type not in {"application/json", "text/plain"}:
        raise Refusal(415, "unsupported_type", "send application/json or text/plain")
    text = _text(charset, body)
    found = _of_json(text) if content_type == "application/json" else Asked(tuple(find_links(text)))
    if not found.links:
        raise Refusal(422, "no_link", "no http(s) link was found")
    if len(found.links) > most:
        raise Refusal(422, "too_many_links", f"{len(found.links)} links; at most {most} are taken at once: send parts")
    return found


def _text(charset: str | None, body: bytes) -> str:
    codec = CHARSETS.get((charset or "utf-8").lower())
    if codec is None:
        raise Refusal(415, "unsupported_charset", f"charset is one of {', '.join(CHARSETS)}")
    try:
        return body.decode(codec)
    except UnicodeDecodeError as error:
        raise Refusal(422, "undecodable", f"the body is no {charset or 'utf-8'}: byte {error.start}") from error


def _of_json(text: str) -> Asked:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(422, "no_json", f"the body is no JSON: {error}"[:SHOWN]) from error
    if not isinstance(said, dict) or not said.keys() <= FIELDS:
        raise Refusal(422, "unknown_field", f"send an object with {', '.join(sorted(FIELDS))}, and nothing else")
    urls, free, again = said.get("urls", []), said.get("text", ""), said.get("again", False)
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise Refusal(422, "wrong_type", "urls is a list of strings")
    if not isinstance(free, str) or not isinstance(again, bool):
        raise Refusal(422, "wrong_type", "text is a string, again true or false")
    links: dict[str, None] = {}
    refused: list[tuple[str, str]] = []
    for url in urls:
        found, why = _links(url)
        links.update(dict.fromkeys(found))
        if not found:
            refused.append((url[:SHOWN], why))
    links.update(dict.fromkeys(find_links(free)))
    return Asked(tuple(links), tuple(refused), again)


def _links(url: str) -> tuple[list[str], str]:
    """Return the URL where it is one as it stands, else the links in it, and why it is none itself."""
    try:
        clean(url)
    except ValueError as error:
        return find_links(url), str(error)
    return [url] if len(url) <= MAX_LENGTH else [clean(url)], ""
