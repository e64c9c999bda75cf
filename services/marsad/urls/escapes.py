"""One spelling of percent-encoding (RFC 3986, 2.1, 2.3 and 6.2.2)."""

import re
from urllib.parse import quote

PATH_SAFE = "/:@!$&'()*+,;="
QUERY_SAFE = PATH_SAFE + "?"
_RUN = re.compile(r"((?:%[0-9A-Fa-f]{2})+)")
_FIRST_STRAY, _LAST_STRAY = "\udc80", "\udcff"  # where Python's surrogateescape puts a byte that is not UTF-8


def respell(text: str, safe: str) -> str:
    """Return text with each character escaped or not as RFC 3986 prefers, escapes in upper case.

    Raw and escaped Arabic become the same upper-case escapes; needlessly escaped letters, digits and `-._~` become
    plain; a lone `%` becomes `%25`. Escaped bytes that are not UTF-8 (cp1256, say) stay exactly as they came, since
    guessing their encoding would name another page. `safe` are the reserved characters that may stand plain.
    Raises UnicodeEncodeError for a lone surrogate.
    """
    pieces = _RUN.split(text)
    pieces[::2] = (quote(raw, safe=safe) for raw in pieces[::2])
    pieces[1::2] = (_respell_run(run) for run in pieces[1::2])
    return "".join(pieces)


def _respell_run(run: str) -> str:
    spelled = []
    at = 0  # byte of the run, three characters each
    for char in bytes.fromhex(run.replace("%", "")).decode("utf-8", "surrogateescape"):
        if _FIRST_STRAY <= char <= _LAST_STRAY:
            spelled.append(run[3 * at : 3 * at + 3])
            at += 1
        else:
            spelled.append(quote(char, safe=""))
            at += len(char.encode())
    return "".join(spelled)
