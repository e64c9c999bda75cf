"""Elasticsearch: the only importer of its client. Connection, templates, state by id, the sink, queries, counts."""
