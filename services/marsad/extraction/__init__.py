"""Extraction: the article in a page, or why there is none.

Reads `pages.fetched`, writes `articles.extracted`, `urls.found` (another page's canonical URL) and `ledger`; keeps no
state. `extract.py` is the pure function; pages are handed to killable worker processes.
Settings: `MARSAD_EXTRACTION__*`.
"""
