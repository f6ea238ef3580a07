"""The canonical form of a JSON value (RFC 8785): the bytes whose SHA-256 is the name of what it spells.

Members stand in the order of their UTF-16 code units (§3.2.3), without white space, as UTF-8. Numbers are whole ones
here, so that nothing is to be said of the others.
"""

import json
from collections.abc import Mapping
from typing import Any


def canonical(value: Any) -> bytes:
    """Return the canonical form of a JSON value."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":")).encode()


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _sorted(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))
        }
    return [_sorted(one) for one in value] if isinstance(value, list | tuple) else value
