"""The demo: the whole system over a newsroom of our own, from a link to a search hit, compared with what must come out.

`play.play` takes the addresses of two servers and does everything else; the end-to-end test calls it too. `gold.py`
says what is to be seen, `searches.py` what is to be found; `board.py` shows a run, `report.py` its end.
"""
