"""Speed of the enrichment stages: `python -m bench.enrichment`."""
