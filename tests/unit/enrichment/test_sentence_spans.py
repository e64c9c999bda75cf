"""The stage of sentences."""

from marsad.enrichment.article import Document, PlainArticle
from marsad.enrichment.stages.language import LanguageFields
from marsad.enrichment.stages.sentences import MAX_SPANS, Sentences

TEXT = "قال د. سامي إن الوضع جيد. وختم بالشكر.\nThe U.S. team left."


def test_spans_point_into_the_text() -> None:
    """Spans are cut out of the text as it stands; the headline is not part of it."""
    fields = Sentences().apply(Document(PlainArticle(title="عنوان. آخر.", text=TEXT)))

    assert fields.count == 3
    assert [TEXT[start:end] for start, end in fields.spans] == [
        "قال د. سامي إن الوضع جيد.",
        "وختم بالشكر.",
        "The U.S. team left.",
    ]


def test_language_is_passed_on() -> None:
    """German ordinals need German."""
    article = PlainArticle(text="Am 3. Oktober war es so weit.")
    german = LanguageFields(code="de", basis="detected", reliable=True)

    assert Sentences().apply(Document(article, {LanguageFields: german})).count == 1
    assert Sentences().apply(Document(article)).count == 2


def test_lists_of_stops_are_capped() -> None:
    """All sentences are counted, the first ones are listed."""
    fields = Sentences().apply(Document(PlainArticle(text="a b!\n" * (MAX_SPANS + 7))))

    assert (fields.count, len(fields.spans)) == (MAX_SPANS + 7, MAX_SPANS)
