"""Extraction against trafilatura alone: `python -m bench.extraction`."""
