"""Read the houses, their articles and the grammars of load articles from the data files beside this module."""

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from marsad.errors import OutletError
from marsad.newsroom.model import Article, House

CONTENT = Path(__file__).parent / "content"

_Model = TypeVar("_Model", House, Article)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that a data file of this package holds."""
    with path.open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    return data


@cache
def houses(content: Path = CONTENT) -> dict[str, tuple[House, tuple[Article, ...]]]:
    """Return each house with its articles, oldest first, by house id. Raises OutletError naming the file."""
    found = {}
    for folder in sorted(path.parent for path in content.glob("*/outlet.yaml")):
        house = _model(House, folder / "outlet.yaml", folder.name)
        articles = [_model(Article, path, path.stem) for path in sorted((folder / "articles").glob("*.yaml"))]
        found[house.id] = (house, tuple(sorted(articles, key=lambda article: -article.minutes_before)))
    return found


def _model(model: type[_Model], path: Path, identity: str) -> _Model:
    try:
        return model.model_validate({"id": identity, **read_yaml(path)})
    except (ValidationError, yaml.YAMLError, TypeError) as error:
        raise OutletError(
            f"{path} is not a {model.__name__.lower()} of the newsroom: {error}. Mend the file."
        ) from error
