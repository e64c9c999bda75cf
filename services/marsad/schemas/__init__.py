"""The contracts as files: what `schemas/` holds is generated here from the models, but for examples and subscribers.

`compatibility` and `release` hold the present contracts against the last released ones.
"""

from marsad.schemas.files import generated, problems, write

__all__ = ["generated", "problems", "write"]
