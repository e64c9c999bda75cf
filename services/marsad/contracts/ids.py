"""Identifiers: 128-bit BLAKE2b (RFC 7693) in hexadecimal, derived from what they stand for."""

from hashlib import blake2b


def derive(*parts: str) -> str:
    """Return the id of these parts, in this order. Parts cannot run into each other."""
    digest = blake2b(digest_size=16)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()


def hash_bytes(content: bytes) -> str:
    """Return the id of a byte string."""
    return blake2b(content, digest_size=16).hexdigest()
