"""The template files and how they are read."""

import re
from pathlib import Path
from typing import Any

import pytest

from marsad.errors import SettingsError
from marsad.search.names import Names
from marsad.search.templates import Template, load
from marsad.settings import REPOSITORY

FOLDER = REPOSITORY / "deploy/elasticsearch"

# What the core of Elasticsearch has without x-pack's mapper modules; the local stack has no more.
CORE_TYPES = {"keyword", "text", "date", "long", "short", "boolean", "object"}


def templates(prefix: str = "") -> dict[str, Template]:
    """Return ours by bare name."""
    return {template.name.removeprefix(f"{prefix}marsad-"): template for template in load(FOLDER, Names(prefix))}


def fields(mappings: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a mapping."""
    properties: dict[str, Any] = mappings.get("properties", {})
    return properties


def test_components_come_before_what_they_compose() -> None:
    """The server refuses an index template whose component it does not know."""
    kinds = [template.kind for template in load(FOLDER, Names())]

    assert kinds == sorted(kinds)
    assert "component" in kinds


def test_every_name_in_a_template_is_prefixed() -> None:
    """Patterns, components and aliases carry the prefix, so that two installations share a server."""
    for template in templates("t-").values():
        assert template.name.startswith("t-marsad-")
        for name in (
            *template.body.get("index_patterns", []),
            *template.body.get("composed_of", []),
            *template.body["template"].get("aliases", {}),
        ):
            assert name.startswith("t-")


def test_the_patterns_fit_the_names() -> None:
    """Every index that we write has a template."""
    names = Names("p-")
    patterns = [
        re.escape(pattern).replace(r"\*", ".*")
        for template in templates("p-").values()
        for pattern in template.body.get("index_patterns", [])
    ]

    for name in (*names.fixed, "p-news-v1-2026.01"):
        assert sum(bool(re.fullmatch(pattern, name)) for pattern in patterns) == 1
    assert templates("p-")["news"].body["template"]["aliases"] == {names.news: {}}


def test_only_types_of_the_core_are_used() -> None:
    """The same templates serve production and the local stack."""
    for template in templates().values():
        for field in fields(template.body["template"].get("mappings", {})).values():
            assert field["type"] in CORE_TYPES
            assert {sub["type"] for sub in field.get("fields", {}).values()} <= {"text"}


def test_strangers_strings_cannot_be_too_long_to_index() -> None:
    """A keyword beyond 32,766 bytes makes the server refuse the document: free strings are capped, 4 bytes a letter."""
    ours = {
        "article_id",
        "task_id",
        "replays",
        "found_in",
        "published_precision",
        "content_hash",
        "change",
        "kind",
        "state",
    }
    for template in templates().values():
        for name, field in fields(template.body["template"].get("mappings", {})).items():
            if field["type"] == "keyword" and name not in ours and field.get("index", True):
                assert field["ignore_above"] * 4 <= 32_766, name


def test_mappings_are_closed() -> None:
    """An unknown field is a mistake in articles and ledger, and never indexed in state."""
    found = templates()
    assert found["news"].body["template"]["mappings"]["dynamic"] == "strict"
    assert found["ledger"].body["template"]["mappings"]["dynamic"] == "strict"
    assert found["state"].body["template"]["mappings"] == {"dynamic": False}


def test_the_texts_have_both_analysers() -> None:
    """Headline, lead and body are searched as they are spelled and as they are stemmed."""
    for name in ("title", "lead", "text"):
        sub = fields(templates()["news"].body["template"]["mappings"])[name]["fields"]
        assert {key: value["analyzer"] for key, value in sub.items()} == {"norm": "marsad_norm", "stem": "marsad_stem"}


def test_stage_results_need_no_mapping() -> None:
    """A new stage adds to `enrichment`, which is kept and not indexed."""
    assert fields(templates()["news"].body["template"]["mappings"])["enrichment"] == {
        "type": "object",
        "enabled": False,
    }


def test_the_hash_follows_file_and_prefix(tmp_path: Path) -> None:
    """A changed file, or another prefix, is another template."""
    path = tmp_path / "a.component.json"
    path.write_text('{"template": {}}')
    first = load(tmp_path, Names())[0].hash
    assert load(tmp_path, Names())[0].hash == first
    assert load(tmp_path, Names("t-"))[0].hash != first
    path.write_text('{"template": {"settings": {}}}')
    assert load(tmp_path, Names())[0].hash != first


def test_broken_folders_are_named(tmp_path: Path) -> None:
    """An empty folder or a file that is no JSON is named."""
    with pytest.raises(SettingsError, match="holds no index templates"):
        load(tmp_path, Names())
    (tmp_path / "a.index.json").write_text("{")
    with pytest.raises(SettingsError, match=r"a\.index\.json is no readable JSON"):
        load(tmp_path, Names())
