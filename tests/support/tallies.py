"""The same questions answered from the documents themselves, in plain Python."""

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from support.panels import DAY_MS, MISSING, OTHER, Condition, Frame, Json, Question, Rows, conditions


def tally(question: Question, documents: Sequence[Json], time_field: str, frame: Frame) -> Rows:
    """Return what the panel must show."""
    chosen = () if question.whole else tuple((field, value, True) for field, value in frame.chosen.items())
    counted = [
        document
        for document in documents
        if holds(document, (*question.conditions, *chosen))
        and frame.start <= datetime.fromisoformat(document[time_field]) <= frame.end
    ]
    if question.table:
        return _table(question.table, counted)
    metric = question.metric or {}
    parts: dict[tuple[Any, ...], list[Json]] = {}
    kept = [_kept(bucket, counted) for bucket in question.buckets]
    for document in counted:
        for key in _keys(question.buckets, kept, document):
            parts.setdefault(key, []).append(document)
    if not question.buckets:
        parts.setdefault((), [])  # a number is shown of nothing, too
    return {key: _number(metric, part) for key, part in parts.items()}


def holds(document: Json, asked: Sequence[Condition]) -> bool:
    """Whether all conditions do."""
    return all((value in _values(document, field)) is wanted for field, value, wanted in asked)


def _values(document: Json, field: str) -> list[Any]:
    value = document.get(field, [])
    return list(value) if isinstance(value, list | tuple) else [value]


def _kept(bucket: Json, documents: Sequence[Json]) -> set[Any]:
    """Return the values that make it into a terms' list: the most frequent, equals in order of the alphabet."""
    if bucket["operation"] != "terms":
        return set()
    counts = Counter(value for document in documents for value in _named(bucket, document))
    return {value for value, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: bucket["limit"]]}


def _named(bucket: Json, document: Json) -> list[Any]:
    (field,) = bucket["fields"]
    return _values(document, field) or ([MISSING] if "other_bucket" in bucket else [])


def _keys(buckets: Sequence[Json], kept: Sequence[set[Any]], document: Json) -> Iterator[tuple[Any, ...]]:
    if not buckets:
        yield ()
        return
    for rest in _keys(buckets[1:], kept[1:], document):
        for value in _parts(buckets[0], kept[0], document):
            yield (value, *rest)


def _parts(bucket: Json, kept: set[Any], document: Json) -> list[Any]:
    if bucket["operation"] == "date_histogram":
        return [_milliseconds(moment) // DAY_MS for moment in _values(document, bucket["field"])]
    named = _named(bucket, document)
    other = [OTHER] if "other_bucket" in bucket and not kept & set(named) else []
    return [value for value in named if value in kept] + other


def _milliseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1_000)


def _number(metric: Json, documents: Sequence[Json]) -> float:
    counted = [document for document in documents if holds(document, conditions(metric.get("filter")))]
    if metric["operation"] == "count":
        return len(counted)
    values = [value for document in counted for value in _values(document, metric["field"])]
    return statistics.median(values) if metric["operation"] == "median" else len(set(values))


def _table(tab: Json, documents: Sequence[Json]) -> list[tuple[Any, ...]]:
    (sort,) = tab["sort"]
    ordered = sorted(documents, key=lambda document: str(document[sort["name"]]), reverse=sort["direction"] == "desc")
    return [
        tuple(_cell(document.get(column)) for column in tab["column_order"])
        for document in ordered[: tab["sample_size"]]
    ]


def _cell(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError):
        return value
