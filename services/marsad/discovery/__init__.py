"""Discovery: which URLs are new, and when a feed, a sitemap or a front page is due.

Reads `urls.found` and `feeds.fetched`, writes `urls.found`, `urls.discovered`, `urls.backfill`, parts of large sitemaps
to `feeds.fetched`, and `ledger`; keeps seen URLs and lists in the state index. While too many records wait further
down, it hands nothing on (`pressure.py`). It never speaks HTTP: lists are fetch tasks like pages. Metrics:
`marsad_feed_state`, `marsad_outlet_blocked`. Settings: `MARSAD_DISCOVERY__*`.
"""
