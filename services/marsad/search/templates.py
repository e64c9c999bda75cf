"""Index templates: from the JSON files of `deploy/elasticsearch/` to the server, and whether the server has them.

`<name>.component.json` is a component template, `<name>.index.json` an index template; both are bodies of
Elasticsearch's own APIs with bare names, to which `Names.prefix` is added. Each template carries a hash of its file,
so that a server with an older one is recognised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
from elastic_transport import ApiError
from elasticsearch import AsyncElasticsearch

from marsad.contracts.ids import hash_bytes
from marsad.errors import SettingsError
from marsad.search.client import mapped, translate
from marsad.search.names import Names

__all__ = ["Template", "apply", "check", "load"]

_HASH = "marsad_hash"
_EXISTS = "resource_already_exists_exception"


@dataclass(frozen=True, slots=True)
class Template:
    """A template as the server shall have it.

    Attributes:
        kind: of template.
        name: full name, prefix included.
        body: of the API's request, names prefixed, the file's hash in `_meta`.
    """

    kind: Literal["component", "index"]
    name: str
    body: Mapping[str, Any]

    @property
    def hash(self) -> str:
        """Hash of the file and the prefix."""
        return str(self.body["_meta"][_HASH])


def load(folder: Path, names: Names) -> list[Template]:
    """Read the templates, components first. Raises SettingsError where the folder holds none or a file is no JSON."""
    kinds: tuple[Literal["component", "index"], ...] = ("component", "index")
    found = [_template(kind, path, names.prefix) for kind in kinds for path in sorted(folder.glob(f"*.{kind}.json"))]
    if not found:
        raise SettingsError(f"MARSAD_DEPLOY_DIR: {folder} holds no index templates (*.component.json, *.index.json)")
    return found


async def apply(client: AsyncElasticsearch, names: Names, folder: Path) -> None:
    """Bring the server to what the files say; doing it again changes nothing.

    Templates are put; new fields are added to the indices that exist; the fixed indices are created.

    Args:
        client: from `connect`.
        names: what everything is called.
        folder: `deploy/elasticsearch`.

    Raises:
        SearchUnavailable: the server is away or refuses.
        MarsadError: the server finds a template wrong, or a field of an existing index would change its type (then
            that index needs a new version in its name).
        SettingsError: the folder is wrong.
    """
    for template in load(folder, names):
        with mapped(f"putting the {template.kind} template {template.name}"):
            if template.kind == "component":
                await client.cluster.put_component_template(name=template.name, body=dict(template.body))
            else:
                await client.indices.put_index_template(name=template.name, body=dict(template.body))
                await _extend(client, template)
    for index in names.fixed:
        await _create(client, index)


async def check(client: AsyncElasticsearch, names: Names, folder: Path) -> list[str]:
    """Return what is missing or differs on the server, one sentence each; empty where `apply` would change nothing.

    Raises:
        SearchUnavailable: the server is away or refuses.
        SettingsError: the folder is wrong.
    """
    wrong = []
    for template in load(folder, names):
        there = await _hash_there(client, template)
        if there is None:
            wrong.append(f"The {template.kind} template {template.name} is missing.")
        elif there != template.hash:
            wrong.append(f"The {template.kind} template {template.name} is not the one of {folder}.")
    for index in names.fixed:
        with mapped(f"looking for {index}"):
            if not await client.indices.exists(index=index):
                wrong.append(f"The index {index} is missing.")
    return wrong


def _template(kind: Literal["component", "index"], path: Path, prefix: str) -> Template:
    try:
        raw = path.read_bytes()
        body: dict[str, Any] = orjson.loads(raw)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} is no readable JSON: {error}") from error
    if kind == "index":
        body["index_patterns"] = [prefix + pattern for pattern in body["index_patterns"]]
        body["composed_of"] = [_full_name(prefix, name) for name in body["composed_of"]]
        aliases = body["template"].get("aliases", {})
        body["template"]["aliases"] = {prefix + alias: options for alias, options in aliases.items()}
    body["_meta"] = {**body.get("_meta", {}), _HASH: hash_bytes(prefix.encode() + b"\0" + raw)}
    return Template(kind, _full_name(prefix, path.name.removesuffix(f".{kind}.json")), body)


def _full_name(prefix: str, name: str) -> str:
    return f"{prefix}marsad-{name}"


async def _extend(client: AsyncElasticsearch, template: Template) -> None:
    """Add new fields to the indices that the template has made already, or they would refuse the next document."""
    await client.indices.put_mapping(
        index=list(template.body["index_patterns"]),
        allow_no_indices=True,
        ignore_unavailable=True,
        body=template.body["template"]["mappings"],
    )


async def _create(client: AsyncElasticsearch, index: str) -> None:
    try:
        await client.indices.create(index=index)
    except ApiError as error:
        body = error.body
        if not (isinstance(body, dict) and body.get("error", {}).get("type") == _EXISTS):
            raise translate(error, f"creating {index}") from error


async def _hash_there(client: AsyncElasticsearch, template: Template) -> str | None:
    with mapped(f"reading the {template.kind} template {template.name}"):
        if template.kind == "component":
            if not await client.cluster.exists_component_template(name=template.name):
                return None
            answer = await client.cluster.get_component_template(name=template.name)
            there = answer["component_templates"][0]["component_template"]
        else:
            if not await client.indices.exists_index_template(name=template.name):
                return None
            answer = await client.indices.get_index_template(name=template.name)
            there = answer["index_templates"][0]["index_template"]
    return str(there.get("_meta", {}).get(_HASH))
