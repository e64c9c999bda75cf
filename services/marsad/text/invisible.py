"""Characters that steer a terminal, break a line or deceive a reader, escaped where they stand in JSON."""

import json
import re

_INVISIBLE = re.compile(
    "[\x7f-\x9f\u061c\u180e\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def escape_invisible(line: str) -> str:
    """Return a line of JSON with DEL, C1 controls, line separators, bidi controls and the like as JSON escapes.

    JSON itself escapes C0 controls alone (RFC 8259, section 7); read again, the line is the same value. Joiners stay:
    without them Persian is misspelled.
    """
    return _INVISIBLE.sub(lambda sign: json.dumps(sign[0])[1:-1], line)
