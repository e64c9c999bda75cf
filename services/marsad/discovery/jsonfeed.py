"""Reads JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from typing import Any

import orjson

from marsad.discovery.listings import MAX_ENTRIES, MAX_TITLE, Entry, Listing, link_of, moment_of

__all__ = ["looks_like_json", "parse_json_feed"]

BOM = b"\xef\xbb\xbf"


def looks_like_json(body: bytes) -> bool:
    """Whether a body begins as a JSON object does; no XML and no HTML can."""
    return body[:64].removeprefix(BOM).lstrip().startswith(b"{")


def parse_json_feed(body: bytes, url: str) -> Listing:
    """Read a feed; `url` resolves relative links. Raises ValueError where the body is no JSON."""
    feed = orjson.loads(body.removeprefix(BOM).decode("utf-8", "replace"))
    items = feed.get("items")
    if "jsonfeed.org/version/" not in str(feed.get("version")) or not isinstance(items, list):
        return Listing(problem="JSON, but no JSON Feed: version or items are missing")
    entries = [_entry(item, url) for item in items[:MAX_ENTRIES]]
    kept = tuple(entry for entry in entries if entry is not None)
    cut = f"only the first {MAX_ENTRIES} of {len(items)} entries were read" if len(items) > MAX_ENTRIES else None
    return Listing(
        title=_text(feed.get("title")),
        entries=kept,
        dropped=len(entries) - len(kept),
        problem=cut,
        hubs=tuple(hub for one in _objects(feed.get("hubs")) if (hub := _hub(one, url))),
        topic=link_of(url, str(feed.get("feed_url") or "")),
    )


def _entry(item: Any, base: str) -> Entry | None:  # noqa: ANN401 - any JSON
    if not isinstance(item, dict):
        return None
    named = (item.get(name) for name in ("url", "external_url"))
    link = next((value for value in named if isinstance(value, str) and value), None)
    if link is None and str(item.get("id")).startswith(("http://", "https://")):  # 1.1 asks for the URL as id
        link = str(item["id"])
    url = link_of(base, link or "")
    if url is None:
        return None
    return Entry(url, _text(item.get("title")), moment_of(_text(item.get("date_published"))))


def _hub(one: dict[str, Any], base: str) -> str | None:
    return link_of(base, str(one.get("url") or "")) if str(one.get("type")).lower() == "websub" else None


def _objects(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    return " ".join(value.split())[:MAX_TITLE] if isinstance(value, str) else ""
