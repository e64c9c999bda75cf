"""The contracts as files: what `schemas/` holds is generated here from the models, but for the examples."""

from marsad.schemas.files import generated, problems, write

__all__ = ["generated", "problems", "write"]
