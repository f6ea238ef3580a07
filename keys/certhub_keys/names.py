"""What a key or a secret may be called.

Names become file names, so the charset leaves nothing that could lead out of the folder: no dot, no
slash, no backslash, no NUL, nothing beyond ASCII. Our own have the shapes `<region>-<purpose>-<n>`
and `<USCC>-<n>` (docs/trust.md).
"""

import re

from certhub_keys.errors import BadKeyName

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)


def checked(name: str) -> str:
    """Return `name` unchanged.

    Raises:
        BadKeyName: it is not 1 to 64 of A-Z a-z 0-9 - _ beginning with a letter or digit.
    """
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise BadKeyName(str(name))
    return name
