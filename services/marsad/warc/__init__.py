"""WARC 1.1 files (ISO 28500:2017): `writing.py` archives what was fetched, `reading.py` reads anybody's files back.

warcio writes. It does not read here: it takes header lines of any length into memory and ends at the first broken
record, and what is replayed may come from strangers. Tests hold each side to warcio's own.
"""
