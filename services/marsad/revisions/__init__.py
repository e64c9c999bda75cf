"""Revisions: is an article new, edited, withdrawn, or the same as before?

Reads `articles.extracted`, writes `articles.revised` and `ledger`; keeps one entry per article in the state index.
"""
