"""Give headline and text in the spelling that is compared.

Linking compares sentences of different outlets, who write أو and او, مسؤول and مسئول; other teams do so too and should
not need our rules, which depend on the language found here. Only the beginning of a very long text is kept: it is what
a copy shares with its original, and the record stays small.
"""

from pydantic import Field

from marsad.enrichment.article import Document, Fields, Stage
from marsad.enrichment.stages.language import language_of
from marsad.text.normalise import normalise

MAX_CHARS = 50_000  # of the text as written: three times the longest news feature


class NormalisedFields(Fields):
    """Headline and text for comparing; never for showing."""

    title: str = Field(description="headline: small letters, one spelling a letter, ASCII digits, single spaces")
    text: str = Field(description="text in the same spelling, paragraphs joined; of its first 50,000 characters")


class Normalised:
    """Normalises headline and text by the rules of their language."""

    name = "normalised"
    fields = NormalisedFields

    def apply(self, document: Document) -> NormalisedFields:
        """Return headline and text, normalised."""
        language = language_of(document)
        return NormalisedFields(
            title=normalise(document.article.title[:MAX_CHARS], language)[:MAX_CHARS],
            text=normalise(document.article.text[:MAX_CHARS], language)[:MAX_CHARS],
        )


def stage() -> Stage:
    """Build the stage."""
    return Normalised()
