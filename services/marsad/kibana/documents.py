"""The documents of `deploy/kibana/` as models, and the dashboard's whole: panels on a grid, controls above them.

Written from the published OpenAPI text of Kibana 9.5 (Dashboards, data views and roles); see `charts` for what is left
out on purpose.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from marsad.kibana.charts import Document, KqlQuery, Metric, Name, Reference, Xy

__all__ = ["COLUMNS", "Dashboard", "DataView", "Role"]

COLUMNS = 48


class Grid(Document):
    """Where a panel lies, in grid units."""

    x: Annotated[int, Field(ge=0)]
    y: Annotated[int, Field(ge=0)]
    w: Annotated[int, Field(ge=1, le=COLUMNS)]
    h: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.x + self.w > COLUMNS:
            raise ValueError(f"it ends at column {self.x + self.w}, the grid has {COLUMNS}")
        return self

    def overlaps(self, other: "Grid") -> bool:
        """Whether two panels share a place."""
        beside = self.x + self.w <= other.x or other.x + other.w <= self.x
        above = self.y + self.h <= other.y or other.y + other.h <= self.y
        return not beside and not above


class MarkdownSettings(Document):
    """How a text's links open."""

    open_links_in_new_tab: bool


class Markdown(Document):
    """A text."""

    content: Name
    settings: MarkdownSettings
    title: str | None = None
    hide_title: bool = False


class ColumnSettings(Document):
    """How wide a column is, in pixels."""

    width: Annotated[int, Field(ge=1)]


class Sort(Document):
    """What a table is ordered by."""

    name: Name
    direction: Literal["asc", "desc"]


class Tab(Document):
    """Documents as a table."""

    data_source: Reference
    query: KqlQuery | None = None
    column_order: Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)]
    column_settings: Mapping[str, ColumnSettings] = {}
    sort: Annotated[tuple[Sort, ...], Field(min_length=1, max_length=100)]
    rows_per_page: Annotated[int, Field(ge=1, le=10_000)]
    sample_size: Annotated[int, Field(ge=10, le=10_000)]

    @model_validator(mode="after")
    def _shown(self) -> Self:
        if strange := set(self.column_settings) - set(self.column_order):
            raise ValueError(f"settings of columns that are not shown: {', '.join(sorted(strange))}")
        return self


class DiscoverSession(Document):
    """A table of documents in a panel; Kibana takes one tab."""

    title: Name
    tabs: tuple[Tab]


class VisPanel(Document):
    """A chart."""

    type: Literal["vis"]
    grid: Grid
    config: Annotated[Metric | Xy, Field(discriminator="type")]


class MarkdownPanel(Document):
    """A text."""

    type: Literal["markdown"]
    grid: Grid
    config: Markdown


class DiscoverPanel(Document):
    """A table."""

    type: Literal["discover_session"]
    grid: Grid
    config: DiscoverSession


class OptionsList(Document):
    """A list of a field's values to choose from."""

    title: Name
    data_view_id: Name
    field_name: Name


class Control(Document):
    """A list above the panels, whose choice filters them."""

    type: Literal["options_list_control"]
    width: Literal["small", "medium", "large"]
    grow: bool
    config: OptionsList


class TimeRange(Document):
    """What is shown at first, as Elasticsearch's date math."""

    from_: Name = Field(alias="from")
    to: Name


class RefreshInterval(Document):
    """How often it is looked again, in milliseconds."""

    pause: bool
    value: Annotated[int, Field(ge=1_000)]


Panel = Annotated[VisPanel | MarkdownPanel | DiscoverPanel, Field(discriminator="type")]


class Dashboard(Document):
    """Body of `PUT /api/dashboards/{id}`."""

    title: Name
    description: Name
    time_range: TimeRange
    refresh_interval: RefreshInterval
    pinned_panels: tuple[Control, ...]
    panels: Annotated[tuple[Panel, ...], Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def _no_overlap(self) -> Self:
        for (one, first), (two, second) in combinations(enumerate(self.panels), 2):
            if first.grid.overlaps(second.grid):
                raise ValueError(f"panels[{one}] and panels[{two}] lie on one another")
        return self


class FieldFormat(Document):
    """How a field's values are shown."""

    id: Literal["url"]


class DataView(Document):
    """`data_view` of `POST /api/data_views/data_view`, less its id: that is the file's name."""

    name: Name
    title: Annotated[str, Field(pattern=r"^[a-z0-9*_-]+$", description="the index pattern, without prefix")]
    timeFieldName: Name  # noqa: N815 - the API's own
    allowNoIndex: Literal[True]  # noqa: N815 - it is made before the first article is
    fieldFormats: Mapping[str, FieldFormat] = {}  # noqa: N815 - the API's own


class IndexPrivileges(Document):
    """What may be done with indices, by their names without prefix."""

    names: Annotated[tuple[Name, ...], Field(min_length=1)]
    privileges: Annotated[tuple[Literal["read", "view_index_metadata"], ...], Field(min_length=1)]


class ElasticsearchPrivileges(Document):
    """A role's rights in Elasticsearch: nothing of the cluster."""

    cluster: tuple[()]
    indices: Annotated[tuple[IndexPrivileges, ...], Field(min_length=1)]


class KibanaPrivileges(Document):
    """A role's rights in Kibana's spaces, by feature."""

    spaces: tuple[Literal["default"]]
    base: tuple[()]
    feature: Mapping[str, tuple[Literal["all", "read"]]]


class Role(Document):
    """Body of `PUT /api/security/role/{name}`."""

    description: Annotated[str, Field(min_length=1, max_length=2_048)]
    elasticsearch: ElasticsearchPrivileges
    kibana: tuple[KibanaPrivileges]
