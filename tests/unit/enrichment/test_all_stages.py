"""Laws that every stage of the registry obeys."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from pydantic import BaseModel

from marsad.enrichment.article import Article, Document, Fields, PlainArticle, Stage
from marsad.enrichment.registry import STAGES, models, stages

NEWS = PlainArticle(
    title="وفد من القاهرة يزور عمّان",
    lead="زيارة تستمر يومين",
    text="القاهرة - سانا: وصل الوفد أمس إلى عمّان. وقال د. سامي: «الوضع جيد. سنعود قريبا».\nوغادر الوفد إلى لبنان.",
    language="ar",
    outlet="al-marsad",
    site_name="المرصد",
    credit="سانا",
)
HOSTILE = {
    "empty": "",
    "white space": " \n\u00a0\t\r\n ",
    "lone surrogates": "\ud800 مصر \udfff\ud83d",
    "controls": "".join(map(chr, range(32))) + "\x7f\x9b2J مصر",
    "overrides of direction": "\u202e\u2066مصر\u2069\u202c تشا\u202eد",
    "a megabyte of one word": "ا" * 1_000_000,
    "a megabyte of short words": "و ب " * 250_000,
    "a megabyte of stops": '. "«' * 250_000,
    "a megabyte of marks": "ا" + "\u0301\u0316" * 500_000,
    "a megabyte of lines": "سانا\n" * 200_000,
    "markup": "<script>alert(1)</script>{{7*7}}%s%n" * 100,
    "many scripts": "مصر Россия 中国 भारत ประเทศ ירושלים Ελλάδα 🇪🇬 " * 50,
}


class Recording(Mapping[type[Fields], Fields]):
    """What earlier stages found; it keeps what it is asked for."""

    def __init__(self, found: Mapping[type[Fields], Fields]) -> None:
        self._found = found
        self.asked: set[type[Fields]] = set()

    def __getitem__(self, fields: type[Fields]) -> Fields:
        self.asked.add(fields)
        return self._found[fields]

    def __iter__(self) -> Iterator[type[Fields]]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def document_for(stage: Stage, article: Article) -> Document:
    """Return the document as the stages before this one leave it."""
    document = Document(article)
    for earlier in stages():
        if earlier.name == stage.name:
            break
        found = earlier.apply(document)
        document = Document(article, {**document.found, type(found): found})
    return document


def article_of(text: str) -> PlainArticle:
    """Return an article whose every field is this text."""
    return PlainArticle(**{field.name: text for field in dataclasses.fields(PlainArticle)})


@cache
def hostile_document(text: str) -> Document:
    """Return the document as all stages leave it."""
    document = Document(article_of(text))
    for each in stages():
        found = each.apply(document)
        document = Document(document.article, {**document.found, type(found): found})
    return document


@pytest.fixture(params=stages(), ids=lambda stage: stage.name)
def stage(request: pytest.FixtureRequest) -> Stage:
    """Give each registered stage in turn."""
    registered: Stage = request.param
    return registered


def test_name_is_the_file(stage: Stage) -> None:
    """A stage is named like the file that builds it, and listed under that name."""
    assert type(stage).__module__ == f"marsad.enrichment.stages.{stage.name}"
    assert stage.name in STAGES


def test_fills_the_model_that_it_declares(stage: Stage) -> None:
    """What a stage returns is an instance of the model that other teams are promised."""
    assert type(stage.apply(document_for(stage, NEWS))) is stage.fields is models()[stage.name]


def test_fields_are_described_and_frozen(stage: Stage) -> None:
    """Every field of the contract, nested ones included, says what it means; none can be changed afterwards."""
    schema = stage.fields.model_json_schema()
    objects = [part for part in (schema, *schema.get("$defs", {}).values()) if "properties" in part]
    for part in objects:
        assert part.get("description")
        assert all(field.get("description") for field in part["properties"].values()), part["title"]
    assert stage.fields.model_config.get("frozen")


def test_same_input_same_output(stage: Stage) -> None:
    """Nothing is kept from one call to the next."""
    first = stage.apply(document_for(stage, NEWS))
    stage.apply(document_for(stage, article_of("Россия и США")))

    assert stage.apply(document_for(stage, NEWS)) == first


def test_input_is_left_alone(stage: Stage) -> None:
    """Neither the article nor what earlier stages found is changed."""
    document = document_for(stage, NEWS)
    before = (
        dataclasses.asdict(NEWS),
        {fields: value.model_copy(deep=True) for fields, value in document.found.items()},
    )

    stage.apply(document)

    assert (dataclasses.asdict(NEWS), dict(document.found)) == before


def test_only_earlier_stages_are_asked(stage: Stage) -> None:
    """A stage that reads another's result stands below it in the registry."""
    earlier = {models()[name] for name in STAGES[: STAGES.index(stage.name)]}
    seen = Recording(document_for(stage, NEWS).found)

    stage.apply(Document(NEWS, seen))

    assert seen.asked <= earlier


def test_survives_the_failure_of_all_others(stage: Stage) -> None:
    """Where earlier stages failed, a stage fills what it can."""
    assert isinstance(stage.apply(Document(NEWS)), stage.fields)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text(stage: Stage, text: str) -> None:
    """Whatever strangers write, a stage answers, in UTF-8 JSON that reads back as the same fields, of bounded size."""
    fields = stage.apply(hostile_document(text))

    written = fields.model_dump_json()

    assert stage.fields.model_validate_json(written.encode()) == fields
    assert len(written) < 400_000


def test_json_is_plain(stage: Stage) -> None:
    """What the runner hands on consists of JSON's own types and reads back as the same fields."""
    fields = stage.apply(document_for(stage, NEWS))

    plain = fields.model_dump(mode="json")

    assert json.loads(json.dumps(plain)) == plain
    assert stage.fields.model_validate(plain) == fields


def test_withdrawn_articles_have_nothing(stage: Stage) -> None:
    """An article without text, headline and lead gets fields all the same."""
    assert isinstance(stage.apply(document_for(stage, PlainArticle())), BaseModel)
