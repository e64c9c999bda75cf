"""Web addresses as pages write them, whole or in parts, right or wrong."""

from urllib.parse import SplitResult, urljoin, urlsplit

__all__ = ["absolute", "parts"]

MAX_URL = 8_192  # characters


def parts(url: str) -> SplitResult:
    """Split an address; one that is none has only empty parts."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def absolute(value: str | None, base: str) -> str | None:
    """Return the http(s) address that a page at `base` means, None for anything else."""
    try:
        address = urljoin(base, value.strip()) if value else ""
    except ValueError:
        return None
    split = parts(address)
    return address if split.scheme in {"http", "https"} and split.hostname and len(address) <= MAX_URL else None
