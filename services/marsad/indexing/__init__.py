"""Indexing: the last hop, from Kafka to Elasticsearch.

Reads `articles.enriched` and `ledger`, writes Elasticsearch (articles by month, one ledger document per task), `ledger`
and its dead letters. Settings: `MARSAD_SEARCH__*`, `MARSAD_GENERATION` travels inside the tasks. State: none.
"""
