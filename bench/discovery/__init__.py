"""Parsers of feeds on broken feeds, the silence of feeds on simulated timelines: `python -m bench.discovery`."""
