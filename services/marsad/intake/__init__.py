"""Intake: how links come in from people and programs.

`reading.py` finds them in files of any kind (for `marsad submit`), `server.py` takes them over HTTP (`marsad intake`).
Both write `urls.found` by way of `discovery/submission.py`. The HTTP door also answers the hubs of WebSub
(`push.py`). It is a program of its own beside the services: off unless it is started, and reading no topic.

Settings: MARSAD_INTAKE__*.
"""
