"""What a dashboard's panels ask: read out of the document itself, and put to Elasticsearch as Kibana puts it.

Only what our panels use is understood; anything else raises, so that a new kind of panel is noticed here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MISSING, OTHER = "(missing)", "(other)"
DAY_MS = 86_400_000

Json = dict[str, Any]
Rows = dict[tuple[Any, ...], float] | list[tuple[Any, ...]]
Condition = tuple[str, Any, bool]
"""A field, its value, and whether it is to have it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What one panel, layer or control asks.

    Attributes:
        name: for messages.
        view: id of its data view.
        conditions: which documents count.
        buckets: what they are parted by, outermost first; empty for one number.
        metric: what is told of each part.
        table: the tab, where documents themselves are asked for.
        whole: whether the choice of controls is none of its business.
    """

    name: str
    view: str
    conditions: tuple[Condition, ...] = ()
    buckets: tuple[Json, ...] = ()
    metric: Json | None = None
    table: Json | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What the dashboard's top decides: the time range, and what was chosen in controls, by field."""

    start: datetime
    end: datetime
    chosen: Mapping[str, str]


def questions(board: Json) -> Iterator[Question]:
    """Yield what each control and panel of a dashboard asks."""
    for control in board["pinned_panels"]:
        config = control["config"]
        terms = {"operation": "terms", "fields": [config["field_name"]], "limit": 1_000}
        yield Question(f"control {config['title']}", config["data_view_id"], (), (terms,), {"operation": "count"})
    for panel in board["panels"]:
        config = panel["config"]
        if panel["type"] == "discover_session":
            (tab,) = config["tabs"]
            view = tab["data_source"]["ref_id"]
            yield Question(config["title"], view, conditions(tab.get("query")), table=tab)
        elif panel["type"] == "vis":
            yield from _of_chart(config)
        elif panel["type"] != "markdown":
            raise NotImplementedError(panel["type"])


def _of_chart(config: Json) -> Iterator[Question]:
    asked = conditions(config.get("query"))
    if config["type"] == "metric":
        (metric,) = config["metrics"]
        yield Question(
            metric["label"],
            config["data_source"]["ref_id"],
            asked,
            metric=metric,
            whole=config.get("ignore_global_filters", False),
        )
        return
    if config["type"] != "xy":
        raise NotImplementedError(config["type"])
    for layer in config["layers"]:
        (metric,) = layer["y"]
        buckets = tuple(layer[part] for part in ("breakdown_by", "x") if part in layer)
        yield Question(
            config["title"],
            layer["data_source"]["ref_id"],
            asked,
            buckets,
            metric,
            whole=layer.get("ignore_global_filters", False),
        )


def conditions(query: Json | None) -> tuple[Condition, ...]:
    """Return a KQL expression as conditions that all hold: `field: value`, `not field: value`, joined by `and`."""
    if query is None:
        return ()
    assert query["language"] == "kql"
    found = []
    for part in query["expression"].split(" and "):
        wanted = not part.startswith("not ")
        field, _, value = part.removeprefix("not ").partition(": ")
        if not value or " " in field + value or set(value) & set('*"()<>'):
            raise NotImplementedError(query["expression"])
        found.append((field, {"true": True, "false": False}.get(value, value), wanted))
    return tuple(found)


def request(question: Question, time_field: str, frame: Frame) -> Json:
    """Return the search that Kibana would send."""
    span = {"gte": frame.start.isoformat(), "lte": frame.end.isoformat()}
    chosen = () if question.whole else tuple((field, value, True) for field, value in frame.chosen.items())
    query = _query((*question.conditions, *chosen))
    query["bool"]["filter"].append({"range": {time_field: span}})
    if question.table:
        tab = question.table
        return {
            "query": query,
            "size": tab["sample_size"],
            "fields": tab["column_order"],
            "_source": False,
            "sort": [{sort["name"]: sort["direction"]} for sort in tab["sort"]],
        }
    return {"size": 0, "query": query, "aggs": _aggregations(question.buckets, question.metric or {})}


def _query(asked: tuple[Condition, ...]) -> Json:
    terms: dict[bool, list[Json]] = {True: [], False: []}
    for field, value, wanted in asked:
        terms[wanted].append({"term": {field: value}})
    return {"bool": {"filter": terms[True], "must_not": terms[False]}}


def _aggregations(buckets: tuple[Json, ...], metric: Json) -> Json:
    if not buckets:
        return _metric(metric)
    first, rest = buckets[0], buckets[1:]
    inner = _aggregations(rest, metric)
    found = {"bucket": {**_bucket(first, metric), "aggs": inner}}
    if "other_bucket" in first:
        found |= {f"whole_{name}": body for name, body in inner.items()}  # less what is listed, it is the rest
    return found


def _bucket(bucket: Json, metric: Json) -> Json:
    if bucket["operation"] == "date_histogram":
        return {"date_histogram": {"field": bucket["field"], "fixed_interval": "1d", "min_doc_count": 1}}
    if bucket["operation"] != "terms" or metric["operation"] != "count":
        raise NotImplementedError(json.dumps(bucket))
    (field,) = bucket["fields"]
    missing = {"missing": MISSING} if "other_bucket" in bucket else {}
    order = [{"_count": "desc"}, {"_key": "asc"}]
    return {"terms": {"field": field, "size": bucket["limit"], "order": order, **missing}}


def _metric(metric: Json) -> Json:
    field, operation = metric.get("field"), metric["operation"]
    inner: Json = {
        "count": {},
        "unique_count": {"value": {"cardinality": {"field": field}}},
        "median": {"value": {"percentiles": {"field": field, "percents": [50]}}},
    }[operation]
    return {"metric": {"filter": _query(conditions(metric.get("filter"))), "aggs": inner}}


def rows(question: Question, answer: Json) -> Rows:
    """Return what the server said, comparable with what `tallies` counts."""
    if question.table:
        columns = question.table["column_order"]
        return [tuple(_cell(hit.get("fields", {}).get(column)) for column in columns) for hit in answer["hits"]["hits"]]
    return dict(_rows(question.buckets, question.metric or {}, answer["aggregations"]))


def _rows(buckets: tuple[Json, ...], metric: Json, found: Json) -> Iterator[tuple[tuple[Any, ...], float]]:
    if not buckets:
        yield (), _value(metric, found["metric"])
        return
    first, rest = buckets[0], buckets[1:]
    listed: dict[tuple[Any, ...], float] = {}
    for part in found["bucket"]["buckets"]:
        for key, value in _rows(rest, metric, part):
            yield (_key(first, part["key"]), *key), value
            listed[key] = listed.get(key, 0) + value
    if "other_bucket" in first:
        whole = {name.removeprefix("whole_"): body for name, body in found.items()}
        for key, value in _rows(rest, metric, whole):
            if value > listed.get(key, 0):
                yield (OTHER, *key), value - listed.get(key, 0)


def _key(bucket: Json, key: Any) -> Any:
    return key // DAY_MS if bucket["operation"] == "date_histogram" else key


def _value(metric: Json, found: Json) -> float:
    if metric["operation"] == "count":
        return float(found["doc_count"])
    value = found["value"]
    return float(value["values"]["50.0"] if metric["operation"] == "median" else value["value"])


def _cell(values: list[Any] | None) -> Any:
    """Return a cell as one value; times without the way they are written."""
    if not values:
        return None
    (value,) = values
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        return value
