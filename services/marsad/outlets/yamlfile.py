"""YAML as outlet files need it: a key given twice is an error, and only true and false are booleans.

PyYAML follows YAML 1.1, where the key `on`, Norway's `NO` and the language `no` are booleans; here they are text,
as in YAML 1.2 (https://yaml.org/spec/1.2.2/, 10.3.2).
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml

BOOLEAN = "tag:yaml.org,2002:bool"


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise ValueError(f"the key {key.value!r} stands twice: line {key.start_mark.line + 1} repeats it")
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != BOOLEAN]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(BOOLEAN, re.compile("^(?:true|false)$"), list("tf"))


def parse(text: str) -> object:
    """Return the document as plain data. Raises ValueError that says what is wrong and in which line."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, with stricter rules
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
