"""Read the data files beside this module: names that people curate."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict

__all__ = ["Data", "read"]


class Data(BaseModel):
    """Base of what a data file holds; an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


D = TypeVar("D", bound=Data)


def read(name: str, model: type[D]) -> D:
    """Return the data file of this name. Raises pydantic's ValidationError where it is wrong: a test reads them all."""
    path = Path(__file__).parent / "data" / name
    return model.model_validate(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))
