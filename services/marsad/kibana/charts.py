"""The part of Kibana's visualizations that our panels use, as models: what the API would refuse, they refuse.

Written from the published OpenAPI text of Kibana 9.5 (Dashboards and Visualizations APIs). What we do not use is left
out, so a field that the API knows and these models do not is refused too; add it here when a panel needs it.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Document", "KqlQuery", "Metric", "Reference", "Xy"]

Name = Annotated[str, Field(min_length=1)]


class Document(BaseModel):
    """A piece of a document: nothing unknown in it, and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class KqlQuery(Document):
    """A filter in Kibana's query language."""

    expression: Name
    language: Literal["kql"]


class Reference(Document):
    """A data view, by its id."""

    type: Literal["data_view_reference"]
    ref_id: Name


class DurationFormat(Document):
    """A number that is a time."""

    type: Literal["duration"]
    from_: Literal["ms", "s"] = Field(alias="from")
    to: Literal["auto", "ms", "s"]


class Count(Document):
    """How many documents."""

    operation: Literal["count"]
    label: str | None = None
    filter: KqlQuery | None = None


class OfField(Document):
    """A number made of one field's values."""

    operation: Literal["unique_count", "median"]
    field: Name
    label: str | None = None
    filter: KqlQuery | None = None
    format: DurationFormat | None = None


class PrimaryCount(Count):
    """A count as the number that a panel shows."""

    type: Literal["primary"]


class PrimaryOfField(OfField):
    """A field's number as the one that a panel shows."""

    type: Literal["primary"]


class Rank(Document):
    """Which terms are taken: those of the highest (or lowest) metric."""

    type: Literal["metric"]
    metric_index: Literal[0]
    direction: Literal["desc"]


class OtherBucket(Document):
    """What is left over counts too, and so do documents without the field."""

    include_documents_without_field: Literal[True]


class Terms(Document):
    """A field's values, the most frequent first."""

    operation: Literal["terms"]
    fields: tuple[Name]
    limit: Annotated[int, Field(ge=1, le=1_000)]
    rank_by: Rank
    other_bucket: OtherBucket | None = None
    label: str | None = None


class DateHistogram(Document):
    """Spans of time, as long as the shown time range suggests."""

    operation: Literal["date_histogram"]
    field: Name
    label: str | None = None


class Layer(Document):
    """What an XY chart draws."""

    type: Literal["bar", "bar_stacked", "bar_horizontal", "bar_horizontal_stacked", "line", "area", "area_stacked"]
    data_source: Reference
    ignore_global_filters: bool = False
    x: Annotated[Terms | DateHistogram, Field(discriminator="operation")]
    y: Annotated[tuple[Annotated[Count | OfField, Field(discriminator="operation")], ...], Field(min_length=1)]
    breakdown_by: Terms | None = None


class ListLayout(Document):
    """A legend in a line."""

    type: Literal["list"]


class Legend(Document):
    """Outside, above or below the chart; or hidden."""

    visibility: Literal["auto", "visible", "hidden"]
    placement: Literal["outside"] | None = None
    position: Literal["top", "bottom"] | None = None
    layout: ListLayout | None = None


class AxisTitle(Document):
    """Whether an axis is named."""

    visible: bool


class XAxis(Document):
    """The horizontal axis."""

    title: AxisTitle


class Axis(Document):
    """How axes are shown. (The vertical one wants a domain; ours is the default.)."""

    x: XAxis


class Xy(Document):
    """Bars, lines and areas."""

    type: Literal["xy"]
    title: Name
    query: KqlQuery | None = None
    legend: Legend
    axis: Axis
    layers: Annotated[tuple[Layer, ...], Field(min_length=1)]


class Metric(Document):
    """One number."""

    type: Literal["metric"]
    data_source: Reference
    ignore_global_filters: bool = False
    query: KqlQuery | None = None
    metrics: tuple[Annotated[PrimaryCount | PrimaryOfField, Field(discriminator="operation")]]
