"""What Kibana's APIs take, written anew from their published OpenAPI text: not by our own models, which it judges.

JSON Schema (2020-12) of the bodies that we send. It is wider than what we use wherever that costs a line: a panel may
grow into it without an edit here.
"""

from typing import Any

from jsonschema import Draft202012Validator

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "minLength": 1}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}


def one_of(*values: str) -> Schema:
    """Return a schema of fixed words."""
    return {"enum": list(values)}


def record(required: Schema, optional: Schema | None = None) -> Schema:
    """Return a schema of an object with nothing else in it."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def many(items: Schema, least: int = 0, most: int = 1_000) -> Schema:
    """Return a schema of a list."""
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def any_of(*schemas: Schema) -> Schema:
    """Return a schema of alternatives."""
    return {"anyOf": list(schemas)}


FILTER = record({"expression": TEXT}, {"language": one_of("kql", "lucene")})
QUERY = record({"expression": TEXT, "language": one_of("kql", "lucene")})
SOURCE = any_of(
    record({"type": one_of("data_view_reference"), "ref_id": TEXT}),
    record({"type": one_of("data_view_spec"), "index_pattern": NAME}, {"name": NAME, "time_field": TEXT}),
)
UNITS = ("ms", "s", "min", "h", "d", "w", "mo", "y")
FORMAT = any_of(
    record({"type": one_of("number", "percent")}, {"decimals": NUMBER, "suffix": TEXT, "compact": FLAG}),
    record(
        {
            "type": one_of("duration"),
            "from": one_of("ps", "ns", "us", *UNITS),
            "to": one_of("auto", "auto-approximate", *UNITS),
        },
        {"suffix": TEXT},
    ),
)
IN_METRICS = {
    "label": TEXT, "filter": FILTER, "format": FORMAT, "reduced_time_range": TEXT, "time_shift": TEXT,
    "time_scale": one_of("s", "m", "h", "d"),
}  # fmt: skip


def metric_of(extra: Schema) -> Schema:
    """Return what a number may be made of, with what its place adds."""
    fixed = {"type": extra.pop("type")} if "type" in extra else {}
    more = {**IN_METRICS, **extra}
    return any_of(
        record({"operation": one_of("count"), **fixed}, {**more, "field": TEXT, "empty_as_null": FLAG}),
        record({"operation": one_of("unique_count", "sum"), "field": TEXT, **fixed}, {**more, "empty_as_null": FLAG}),
        record(
            {"operation": one_of("min", "max", "average", "median", "standard_deviation"), "field": TEXT, **fixed}, more
        ),
        record({"operation": one_of("percentile"), "field": TEXT, **fixed}, {**more, "percentile": NUMBER}),
    )


RANK = any_of(
    record({"type": one_of("alphabetical"), "direction": one_of("asc", "desc")}),
    record({"type": one_of("metric"), "metric_index": NUMBER, "direction": one_of("asc", "desc")}),
)


def bucket_of(extra: Schema) -> Schema:
    """Return what documents may be parted by, with what its place adds."""
    terms = {
        "limit": NUMBER, "label": TEXT, "format": FORMAT, "rank_by": RANK, "increase_accuracy": FLAG,
        "other_bucket": record({"include_documents_without_field": FLAG}),
    }  # fmt: skip
    span = {
        "label": TEXT, "suggested_interval": TEXT, "include_empty_rows": FLAG, "drop_partial_intervals": FLAG,
        "use_original_time_range": FLAG,
    }  # fmt: skip
    return any_of(
        record({"operation": one_of("terms"), "fields": many(TEXT, 1, 4)}, {**terms, **extra}),
        record({"operation": one_of("date_histogram"), "field": TEXT}, {**span, **extra}),
    )


LAYER = record(
    {
        "type": one_of(
            "area", "area_percentage", "area_stacked", "bar", "bar_horizontal", "bar_horizontal_stacked",
            "bar_horizontal_percentage", "bar_percentage", "bar_stacked", "line",
        ),
        "data_source": SOURCE,
        "y": many(metric_of({"axis": one_of("y", "y2")}), 0, 100),
    },
    {
        "x": bucket_of({}),
        "breakdown_by": bucket_of({"aggregate_first": FLAG, "collapse_by": one_of("avg", "sum", "max", "min")}),
        "ignore_global_filters": FLAG,
        "sampling": {"type": "number", "minimum": 0, "maximum": 1},
    },
)  # fmt: skip
LEGEND = record(
    {},
    {
        "visibility": one_of("auto", "visible", "hidden"),
        "placement": one_of("outside"),
        "position": one_of("top", "bottom"),
        "layout": record({"type": one_of("list", "grid")}),
    },
)
X_AXIS = record(
    {}, {"title": record({}, {"text": TEXT, "visible": FLAG}), "scale": one_of("ordinal", "temporal", "linear")}
)
TITLES = {"title": TEXT, "description": TEXT, "hide_title": FLAG, "hide_border": FLAG}
IN_CHARTS = {**TITLES, "query": FILTER}
XY = record(
    {"type": one_of("xy"), "layers": many(LAYER, 1, 100)},
    {**IN_CHARTS, "legend": LEGEND, "axis": record({}, {"x": X_AXIS})},
)
METRIC = record(
    {
        "type": one_of("metric"),
        "data_source": SOURCE,
        "metrics": many(metric_of({"type": one_of("primary"), "subtitle": TEXT}), 1, 2),
    },
    {**IN_CHARTS, "ignore_global_filters": FLAG},
)
MARKDOWN = record({"content": TEXT, "settings": record({}, {"open_links_in_new_tab": FLAG})}, TITLES)
TAB = record(
    {"data_source": SOURCE},
    {
        "column_order": many(TEXT, 0, 100),
        "column_settings": {
            "type": "object",
            "additionalProperties": record({}, {"width": {"type": "number", "minimum": 0}}),
        },
        "query": QUERY,
        "sort": many(record({"name": TEXT, "direction": one_of("asc", "desc")}), 0, 100),
        "rows_per_page": {"type": "number", "minimum": 1, "maximum": 10_000},
        "sample_size": {"type": "number", "minimum": 10, "maximum": 10_000},
        "density": one_of("compact", "expanded", "normal"),
    },
)
DISCOVER = record({"tabs": many(TAB, 1, 1)}, TITLES)
GRID = record(
    {"x": NUMBER, "y": NUMBER},
    {"w": {"type": "number", "minimum": 1, "maximum": 48}, "h": {"type": "number", "minimum": 1}},
)


def panel(kind: str, config: Schema) -> Schema:
    """Return a schema of a panel."""
    return record({"type": one_of(kind), "grid": GRID, "config": config}, {"id": TEXT})


OPTIONS_LIST = record(
    {"data_view_id": NAME, "field_name": NAME},
    {
        "title": TEXT, "exclude": FLAG, "single_select": FLAG, "use_global_filters": FLAG,
        "search_technique": one_of("prefix", "wildcard", "exact"), "selected_options": many(any_of(TEXT, NUMBER)),
    },
)  # fmt: skip
CONTROL = record(
    {"type": one_of("options_list_control"), "config": OPTIONS_LIST},
    {"id": TEXT, "grow": FLAG, "width": one_of("small", "medium", "large")},
)
DASHBOARD = record(
    {"title": NAME},
    {
        "description": TEXT,
        "time_range": record({"from": TEXT, "to": TEXT}, {"mode": one_of("absolute", "relative")}),
        "refresh_interval": record({"pause": FLAG, "value": NUMBER}),
        "query": QUERY,
        "tags": many(TEXT),
        "pinned_panels": many(CONTROL, 0, 100),
        "panels": many(
            any_of(panel("vis", any_of(XY, METRIC)), panel("markdown", MARKDOWN), panel("discover_session", DISCOVER))
        ),
    },
)
DATA_VIEW = record(
    {
        "data_view": record(
            {"title": NAME},
            {
                "id": TEXT, "name": TEXT, "timeFieldName": TEXT, "allowNoIndex": FLAG,
                "fieldFormats": {"type": "object", "additionalProperties": record({}, {"id": TEXT, "params": {}})},
            },
        )
    },
    {"override": FLAG, "refresh_fields": FLAG},
)  # fmt: skip
ROLE = record(
    {
        "elasticsearch": record(
            {},
            {
                "cluster": many(TEXT), "run_as": many(TEXT),
                "indices": many(record({"names": many(TEXT, 1), "privileges": many(TEXT, 1)}, {"query": TEXT})),
            },
        )
    },
    {
        "description": {"type": "string", "maxLength": 2_048},
        "metadata": {"type": "object"},
        "kibana": many(
            record(
                {},
                {
                    "base": many(one_of("all", "read")), "spaces": many(TEXT, 1),
                    "feature": {"type": "object", "additionalProperties": many(TEXT)},
                },
            )
        ),
    },
)  # fmt: skip
FEATURES = {"dashboard_v2", "discover_v2", "visualize_v2", "indexPatterns", "savedQueryManagement", "maps_v2"}


def mistakes(schema: Schema, body: object) -> list[str]:
    """Return what is wrong with a body, as place and mistake; empty where nothing is."""
    found = Draft202012Validator(schema).iter_errors(body)
    return [f"[{'.'.join(map(str, error.absolute_path)) or 'body'}]: {error.message[:200]}" for error in found]
