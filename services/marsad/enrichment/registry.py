"""Which stages run, in this order. A stage sees what the ones above it have found."""

from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import cast

from marsad.enrichment.article import Fields, Stage

__all__ = ["STAGES", "models", "stages"]

STAGES = (
    "language",  # first: no rule of one language is used before it is known
    "normalised",
    "sentences",
    "credit",
    "places",
)
"""Files in `stages/`; adding a stage is a line here (docs/adding-a-stage.md)."""


@cache
def stages() -> tuple[Stage, ...]:
    """Build all stages once in this process, with the models and data that they hold."""
    return tuple(cast("Stage", import_module(f"{__package__}.stages.{name}").stage()) for name in STAGES)


@cache
def models() -> MappingProxyType[str, type[Fields]]:
    """Return the model of every stage's fields by stage name: the contract of `ArticleEnriched.enrichment`."""
    return MappingProxyType({stage.name: stage.fields for stage in stages()})
