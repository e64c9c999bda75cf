"""Discovery: which URLs are new, and when a feed is due.

Reads `urls.found` and `feeds.fetched`, writes `urls.found`, `urls.discovered` and `ledger`; keeps seen URLs and feeds
in the state index. While too many records wait further down, it hands nothing on (`pressure.py`). It never speaks HTTP:
feeds are fetch tasks like pages. Settings: `MARSAD_DISCOVERY__*`.
"""
