"""Killable worker processes, for what strangers' pages may break: used by discovery, extraction and enrichment."""

from marsad.workers.pool import WorkerPool

__all__ = ["WorkerPool"]
