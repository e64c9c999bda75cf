"""The part of CSS selectors that outlet files need, as XPath.

`tag`, `.class`, `#id`, `[name]`, `[name=value]`, `[name^=value]`, `[name*=value]`, in any combination, joined by a
space (inside) or `>` (directly inside), several separated by commas (https://www.w3.org/TR/selectors-3/).
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from marsad.errors import OutletError

__all__ = ["select"]

_PART = re.compile(
    r"(?P<tag>\*|[a-zA-Z][\w-]*)|\.(?P<cls>[\w-]+)|\#(?P<id>[\w:-]+)"
    r"""|\[(?P<name>[\w:-]+)(?:(?P<how>[\^*]?=)["']?(?P<value>[^"'\]]*)["']?)?\]"""
)
_STEP = re.compile(r"\s*(>|\s)\s*")
_TESTS = {"=": "@{name}={value}", "^=": "starts-with(@{name},{value})", "*=": "contains(@{name},{value})"}


def select(tree: HtmlElement, selectors: Iterable[str]) -> list[HtmlElement]:
    """Return the elements that the first matching selector gives, in document order, none inside another.

    Raises OutletError for a selector that is not understood.
    """
    for selector in selectors:
        found = cast("list[HtmlElement]", _compiled(selector)(tree))
        if found:
            inside = {inner for outer in found for inner in outer.iterdescendants()}
            return [element for element in found if element not in inside]
    return []


@cache
def _compiled(selector: str) -> etree.XPath:
    return etree.XPath("|".join(_path(part.strip()) for part in selector.split(",")))


def _path(selector: str) -> str:
    steps = _STEP.split(selector)
    axes = ["//", *("/" if sign == ">" else "//" for sign in steps[1::2])]
    return "." + "".join(axis + _step(step, selector) for axis, step in zip(axes, steps[::2], strict=True))


def _step(step: str, selector: str) -> str:
    tag, tests, end = "*", "", 0
    for part in _PART.finditer(step):
        if part.start() != end:
            break
        end = part.end()
        if part["tag"]:
            tag = part["tag"].lower()
        else:
            tests += f"[{_test(part)}]"
    if not step or end != len(step):
        raise OutletError(
            f"The selector {selector!r} is not understood at {step[end:]!r}: use tags, .classes, #ids and [attributes]."
        )
    return tag + tests


def _test(part: re.Match[str]) -> str:
    if part["cls"]:
        return f"contains(concat(' ',normalize-space(@class),' '),' {part['cls']} ')"
    if part["id"]:
        return f"@id='{part['id']}'"
    if part["how"]:
        return _TESTS[part["how"]].format(name=part["name"], value=f"'{part['value']}'")
    return f"@{part['name']}"
