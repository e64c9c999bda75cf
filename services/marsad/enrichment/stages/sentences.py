"""Say where the sentences of the text begin and end."""

from pydantic import Field

from marsad.enrichment.article import Document, Fields, Stage
from marsad.enrichment.stages.language import language_of
from marsad.text.sentences import sentences
from marsad.text.span import Span

MAX_SPANS = 5_000  # a long feature has 300; what has more is no prose


class SentencesFields(Fields):
    """Where sentences are."""

    count: int = Field(ge=0, description="sentences in the text")
    spans: tuple[Span, ...] = Field(
        description="start and end of each in `text`, in code points, in order, apart; of the first 5,000"
    )


class Sentences:
    """Cuts the text into sentences."""

    name = "sentences"
    fields = SentencesFields

    def apply(self, document: Document) -> SentencesFields:
        """Return the sentences of the text; headline and lead are not part of it."""
        spans = sentences(document.article.text, language_of(document))
        return SentencesFields(count=len(spans), spans=tuple(spans[:MAX_SPANS]))


def stage() -> Stage:
    """Build the stage."""
    return Sentences()
