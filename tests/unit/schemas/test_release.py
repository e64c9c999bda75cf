"""The last release: frozen once, and held against what the models say now."""

from pathlib import Path
from typing import Any

import pytest

from marsad.errors import ContractError
from marsad.schemas import release
from marsad.schemas.release import Release, TopicFacts

NAME, TOPIC = "articles.v1.schema.json", "marsad.articles.v1"
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"title": {"type": "string"}}}
FACTS: dict[str, Any] = {"partitions": 4, "cleanup": "delete", "retention_ms": 1_000, "max_bytes": 10}
ASYNCAPI = """\
channels:
  articles:
    address: marsad.articles.v1
    bindings:
      kafka:
        partitions: 4
        topicConfiguration: {cleanup.policy: [delete], retention.ms: 1000, max.message.bytes: 10}
"""


def make_release(version: str = "1.0.0", **fields: Any) -> Release:
    """Return a release of one topic."""
    return Release.model_validate({"version": version, "schemas": {NAME: SCHEMA}, "topics": {TOPIC: FACTS}, **fields})


def with_title(**keywords: Any) -> dict[str, Any]:
    """Return the schemas with another title."""
    return {NAME: {**SCHEMA, "properties": {"title": keywords}}}


def test_a_release_is_taken_from_the_generated_files() -> None:
    """Schemas and what of the topics a reader can feel; nothing else is promised."""
    files = {NAME: '{"type": "object", "properties": {"title": {"type": "string"}}}', "asyncapi.yaml": ASYNCAPI}

    assert release.of(files, "1.0.0") == make_release()


def test_the_same_contracts_are_compatible() -> None:
    """A new version alone breaks nobody."""
    assert release.incompatible(make_release(), make_release("1.1.0")) == []


def test_a_break_says_file_path_release_and_remedy() -> None:
    """Whoever reads the line in CI knows what to do."""
    (problem,) = release.incompatible(make_release(), make_release("1.1.0", schemas={NAME: {"type": "object"}}))

    assert problem == (
        "articles.v1.schema.json: $.title was removed. 1.0.0 promised it: keep it as it was, "
        "or make a new major version (docs/contracts.md, Changing a contract)"
    )


@pytest.mark.parametrize(
    ("others", "count"),
    [
        ({}, 1),
        ({"articles.v2.schema.json": {}}, 0),
        ({"articles.v0.schema.json": {}}, 1),
        ({"urls.v2.schema.json": {}}, 1),
    ],
)
def test_a_schema_may_only_be_followed_by_a_newer_major(others: dict[str, Any], count: int) -> None:
    """A topic does not vanish; a new major version takes its place."""
    problems = release.incompatible(make_release(), make_release("2.0.0", schemas=others))

    assert len(problems) == count
    assert all("articles.v1.schema.json: $ is gone" in problem for problem in problems)


def test_a_new_major_may_be_anything() -> None:
    """Its readers are new; those of the old one are not concerned."""
    both = {NAME: SCHEMA, "articles.v2.schema.json": {"type": "array"}}

    assert release.incompatible(make_release(), make_release("2.0.0", schemas=both)) == []


@pytest.mark.parametrize(
    ("topics", "count"), [({}, 1), ({"marsad.articles.v10": FACTS}, 0), ({"marsad.urls.v2": FACTS}, 1)]
)
def test_a_topic_may_only_be_followed_by_a_newer_major(topics: dict[str, Any], count: int) -> None:
    """Dead letters have no schema, and readers all the same; 10 is newer than 1."""
    problems = release.incompatible(make_release(), make_release("2.0.0", topics=topics))

    assert len(problems) == count
    assert all("topic marsad.articles.v1 is gone" in problem for problem in problems)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"partitions": 8}, "partitions changed from 4 to 8"),
        ({"partitions": 2}, "partitions changed from 4 to 2"),
        ({"cleanup": "compact"}, "cleanup changed from delete to compact"),
        ({"retention_ms": 999}, "retention was shortened from 1000 to 999 ms"),
        ({"max_bytes": 11}, "records may be larger now, 11 bytes instead of 10"),
    ],
)
def test_what_a_reader_feels_of_a_topic_is_kept(change: dict[str, Any], said: str) -> None:
    """Order by key, what stays and for how long, and how large a record may be."""
    (problem,) = release.incompatible(make_release(), make_release(topics={TOPIC: FACTS | change}))

    assert problem.startswith(f"topic marsad.articles.v1: {said}")


@pytest.mark.parametrize("change", [{"retention_ms": 1_001}, {"retention_ms": -1}, {"max_bytes": 9}])
def test_what_a_reader_does_not_feel_may_change(change: dict[str, Any]) -> None:
    """Longer retention, no end of it, and smaller records harm nobody."""
    assert release.incompatible(make_release(), make_release(topics={TOPIC: FACTS | change})) == []


def test_an_end_of_retention_is_felt() -> None:
    """-1 is longer than anything."""
    endless = make_release(topics={TOPIC: FACTS | {"retention_ms": -1}})

    assert len(release.incompatible(endless, make_release())) == 1


def test_a_frozen_release_is_read_again(tmp_path: Path) -> None:
    """As a file that people can read in a difference."""
    release.freeze(tmp_path, make_release())

    assert release.last(tmp_path) == make_release()
    assert (tmp_path / "released.json").read_text(encoding="utf-8").startswith('{\n "version": "1.0.0",\n')


def test_the_next_release_replaces_the_last(tmp_path: Path) -> None:
    """Its additions are promised from now on: taken back, they are breaks."""
    longer = make_release("1.1.0", schemas={NAME: {**SCHEMA, "properties": {**SCHEMA["properties"], "lead": {}}}})
    release.freeze(tmp_path, make_release())
    release.freeze(tmp_path, longer)

    (problem,) = release.incompatible(release.last(tmp_path), make_release("1.2.0"))

    assert "$.lead was removed. 1.1.0 promised it" in problem


def test_a_release_that_breaks_readers_is_not_frozen(tmp_path: Path) -> None:
    """The gate cannot be passed by moving it; every break is told."""
    release.freeze(tmp_path, make_release())
    broken = make_release("1.1.0", schemas=with_title(type="integer"), topics={TOPIC: FACTS | {"partitions": 1}})

    with pytest.raises(ContractError) as caught:
        release.freeze(tmp_path, broken)

    assert [line.partition(" ")[0] for line in str(caught.value).splitlines()] == ["articles.v1.schema.json:", "topic"]
    assert release.last(tmp_path) == make_release()


def test_a_version_is_released_once(tmp_path: Path) -> None:
    """The same again is no change; something else needs a version of its own."""
    release.freeze(tmp_path, make_release())
    release.freeze(tmp_path, make_release())

    with pytest.raises(ContractError, match=r"1\.0\.0 is released and stays as it is: raise __version__"):
        release.freeze(tmp_path, make_release(schemas=with_title(type="string", description="the headline")))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version": 1}', '{"version": "1", "schemas": {}, "topics": {}, "x": 1}']
)
def test_a_broken_release_is_named(tmp_path: Path, text: str) -> None:
    """It is no reason to compare with nothing."""
    (tmp_path / "released.json").write_text(text)

    with pytest.raises(ContractError, match=r"released\.json is no release \(.+\): take it from the repository"):
        release.last(tmp_path)


def test_a_missing_release_is_named(tmp_path: Path) -> None:
    """Without it everything would be compatible."""
    with pytest.raises(ContractError, match=r"released\.json is missing"):
        release.last(tmp_path)


def test_facts_are_kafkas_terms() -> None:
    """Bindings of the AsyncAPI document become the facts of a topic."""
    assert release.of({"asyncapi.yaml": ASYNCAPI}).topics == {TOPIC: TopicFacts(**FACTS)}
