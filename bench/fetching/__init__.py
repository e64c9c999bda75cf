"""What politeness costs, and what it keeps: `python -m bench.fetching` prints tables."""
