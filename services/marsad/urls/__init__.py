"""Pure URL functions: one canonical spelling, identity, and the links inside a text. Imports nothing of ours."""

from marsad.urls.cleaning import MAX_LENGTH, authority_of, clean, key_of, page_id
from marsad.urls.links import find_links

__all__ = ["MAX_LENGTH", "authority_of", "clean", "find_links", "key_of", "page_id"]
