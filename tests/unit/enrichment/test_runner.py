"""The runner: order, timing, and stages that fail."""

import pickle

import pytest
from pydantic import Field

from marsad.contracts.articles import Processing, StageFailure
from marsad.enrichment.article import Document, Fields, PlainArticle
from marsad.enrichment.registry import STAGES, models
from marsad.enrichment.runner import MAX_MESSAGE, enrich, run, warm_up

ARTICLE = PlainArticle(title="خبر", text="وصل الوفد إلى القاهرة أمس، وبدأت المحادثات بعد وصوله بساعة واحدة.")


class LengthFields(Fields):
    """How long the text is."""

    characters: int = Field(description="in the text")


class Length:
    """Counts characters."""

    name = "length"
    fields = LengthFields

    def apply(self, document: Document) -> LengthFields:
        """Return the number of characters."""
        return LengthFields(characters=len(document.article.text))


class TwiceFields(Fields):
    """Twice the length, where it is known."""

    characters: int | None = Field(description="twice those of the text")


class Twice:
    """Reads what `Length` found."""

    name = "twice"
    fields = TwiceFields

    def apply(self, document: Document) -> TwiceFields:
        """Return twice the number of characters."""
        length = document.get(LengthFields)
        return TwiceFields(characters=2 * length.characters if length else None)


class Broken:
    """Raises what it was made with."""

    name = "length"
    fields = LengthFields

    def __init__(self, error: Exception) -> None:
        self._error = error

    def apply(self, document: Document) -> LengthFields:
        """Raise."""
        del document
        raise self._error


def test_later_stages_see_what_earlier_ones_found() -> None:
    """Stages run in the order given, and each sees the fields of those before it."""
    assert run((Length(), Twice()), ARTICLE).enrichment == {
        "length": {"characters": len(ARTICLE.text)},
        "twice": {"characters": 2 * len(ARTICLE.text)},
    }
    assert run((Twice(), Length()), ARTICLE).enrichment["twice"] == {"characters": None}


def test_a_stage_that_raises_is_left_out_and_named() -> None:
    """The other stages go on, and the failure says which stage raised what."""
    enriched = run((Broken(ValueError("no such spelling")), Twice()), ARTICLE)

    assert enriched.enrichment == {"twice": {"characters": None}}
    assert enriched.failures == (StageFailure(stage="length", error="ValueError", message="no such spelling"),)
    assert set(enriched.stages_ms) == {"length", "twice"}


@pytest.mark.parametrize("message", ["x" * 10_000, "\ud800 lone", ""])
def test_failures_are_capped_and_clean(message: str) -> None:
    """A message is cut, and can be written as UTF-8 whatever it quotes."""
    (failure,) = run((Broken(RuntimeError(message)),), ARTICLE).failures

    assert len(failure.message) <= MAX_MESSAGE
    assert failure.message.encode()[:1] == message.encode("utf-8", "replace")[:1]


def test_exceptions_that_end_a_process_pass() -> None:
    """What is no Exception (a signal, an exit) is not swallowed."""

    class Interrupted(Broken):
        def apply(self, document: Document) -> LengthFields:
            del document
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run((Interrupted(RuntimeError()),), ARTICLE)


def test_registered_stages_all_report() -> None:
    """Each registered stage fills its fields and is timed."""
    enriched = enrich(ARTICLE)

    assert tuple(enriched.enrichment) == tuple(enriched.stages_ms) == STAGES
    assert enriched.failures == ()
    for name, fields in enriched.enrichment.items():
        models()[name].model_validate(fields)


def test_results_travel_between_processes_and_into_the_contract() -> None:
    """A result survives pickling, and its parts fit `processing` of the enriched article."""
    enriched = pickle.loads(pickle.dumps(enrich(ARTICLE)))  # noqa: S301 - our own bytes
    processing = Processing(version="0", stages_ms=enriched.stages_ms, failures=enriched.failures)

    assert enriched.enrichment["language"]["code"] == "ar"
    assert Processing.model_validate_json(processing.model_dump_json()) == processing


def test_warm_up_may_be_repeated() -> None:
    """Warming up loads everything once and changes no result."""
    warm_up()
    before = enrich(ARTICLE).enrichment
    warm_up()

    assert enrich(ARTICLE).enrichment == before
