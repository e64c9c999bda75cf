"""The fetching service, the only one that speaks HTTP to the world.

Reads `urls.discovered` and the retry lanes; writes `pages.fetched`, `feeds.fetched`, retry lanes, `urls.discovered`
(redirects to another domain) and `ledger`. Settings: `MARSAD_FETCHING__*`. State: robots.txt and host clocks, in
memory; after a restart each host waits one full spacing.
"""
