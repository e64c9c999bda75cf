"""Arabic adjectives of countries: فرنسا gives فرنسي, الفرنسية, الفرنسيين. They are no places but speak for one."""

from collections.abc import Iterator

__all__ = ["demonyms"]

_ENDINGS = ("", "ة", "ين", "ون")  # masculine, feminine, plurals
_TAKEN_OFF = ("يا", "ا", "ة", "ية")


def demonyms(country: str) -> Iterator[str]:
    """Yield the regular adjectives of a country's one-word name; none of longer names."""
    name = country.removeprefix("ال")
    if " " in name or "-" in name:
        return
    for ending in sorted(_TAKEN_OFF, key=len, reverse=True):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            name = name.removesuffix(ending)
            break
    for ending in _ENDINGS:
        yield f"{name}ي{ending}"
        yield f"ال{name}ي{ending}"
