"""Enrichment: what can be said of an article from its own words.

Reads `articles.revised`, writes `articles.enriched`, `ledger` and its dead letters.
Settings: `MARSAD_ENRICHMENT__*` (worker processes, their deadline).
State: none. Stages run in order inside worker processes: `registry.py` lists them, `stages/` holds one file each.
"""
