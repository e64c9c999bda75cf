"""Marsad (مرصد): streaming news ingestion, from a link to a searchable article."""

__version__ = "0.1.0"
