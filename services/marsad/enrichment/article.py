"""What a stage is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

__all__ = ["Article", "Document", "Fields", "PlainArticle", "Stage"]


class Article(Protocol):
    """The part of an article that stages read: `ArticleRevised` has it, and so has text from a file.

    A protocol, so that the service hands over its event as it is, and the command line needs no ids, times and tasks.
    """

    @property
    def title(self) -> str:
        """Headline; may be empty."""

    @property
    def lead(self) -> str | None:
        """The lead where the page sets it apart."""

    @property
    def text(self) -> str:
        """Body, one paragraph a line; may be empty."""

    @property
    def language(self) -> str | None:
        """As the page declares it (BCP 47)."""

    @property
    def outlet(self) -> str | None:
        """Id of the outlet file."""

    @property
    def site_name(self) -> str | None:
        """The source's name as the page gives it."""

    @property
    def credit(self) -> str | None:
        """The agency or outlet that the page names as its source, as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainArticle:
    """An article that no page and no task stand behind."""

    title: str = ""
    lead: str | None = None
    text: str = ""
    language: str | None = None
    outlet: str | None = None
    site_name: str | None = None
    credit: str | None = None


class Fields(BaseModel):
    """Base of what stages fill; each field has a description, for it is a contract."""

    model_config = ConfigDict(frozen=True, extra="forbid")


F = TypeVar("F", bound=Fields)


@dataclass(frozen=True, slots=True)
class Document:
    """An article and what the stages before this one have found in it."""

    article: Article
    found: Mapping[type[Fields], Fields] = field(default_factory=dict)

    def get(self, fields: type[F]) -> F | None:
        """Return what an earlier stage filled, named by its model; None where that stage failed."""
        value = self.found.get(fields)
        return value if isinstance(value, fields) else None


class Stage(Protocol):
    """A step that looks at a document and fills fields: no I/O, no clock, nothing kept from one call to the next."""

    @property
    def name(self) -> str:
        """The name of its file; the key of its fields in `enrichment`."""

    @property
    def fields(self) -> type[Fields]:
        """The model that it fills."""

    def apply(self, document: Document) -> Fields:
        """Return the fields. Whatever it raises ends this stage for this article, and nothing else."""
