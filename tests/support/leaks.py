"""What bytes tell to whoever takes them apart: everything that can be decoded in them, and whether a value is there."""

import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256
from typing import Any

_DEPTH = 8
_SHORT = 5  # characters: less is found in a text by chance, and counts only where it stands alone
_FOUND_IN_HEX = 8  # characters: less is found in a digest by chance, five digits in one run of a hundred
_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{16,}(?![0-9A-Za-z])")


class Decoded:
    """Bytes taken apart: JSON, the parts of tokens, disclosures, base64url, zlib, one in another, to the last."""

    def __init__(self, *messages: bytes) -> None:
        self.texts: set[str] = set()
        self.alone: set[str] = set()
        for message in messages:
            self._take(message, _DEPTH)

    def tells(self, value: str) -> bool:
        """Tell whether a value is there: itself, or as its digest; a short one where it is a member or its value."""
        digest = sha256(value.encode())
        encoded = urlsafe_b64encode(digest.digest()).decode().rstrip("=")
        wanted = [digest.hexdigest(), encoded] + ([value] if len(value) >= _SHORT else [])
        return value in self.alone or any(
            one in (text if len(one) >= _FOUND_IN_HEX else _HEX.sub(" ", text))
            for one in wanted
            for text in self.texts
        )

    def _take(self, data: bytes, depth: int) -> None:
        if depth == 0:
            return
        for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
            try:
                self._take(zlib.decompress(data, wbits), depth - 1)
            except zlib.error:
                continue
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            self.texts.add(data.hex())
            return
        self._read(text, depth)

    def _read(self, text: str, depth: int) -> None:
        if text in self.alone:
            return
        self.texts.add(text)
        self.alone.add(text)
        try:
            self._walk(json.loads(text), depth - 1)
        except ValueError:
            parts = [part for piece in text.split("~") for part in piece.split(".")]
            for part in parts:
                self._decode(part, depth)

    def _decode(self, part: str, depth: int) -> None:
        if len(part) < 4 or not part.isascii():
            return
        try:
            data = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except (Error, ValueError):
            return
        self._take(data, depth - 1)

    def _walk(self, value: Any, depth: int) -> None:
        if isinstance(value, dict):
            for name, one in value.items():
                self._walk(name, depth)
                self._walk(one, depth)
        elif isinstance(value, list):
            for one in value:
                self._walk(one, depth)
        elif isinstance(value, str):
            self._read(value, depth)
        elif value is not None:
            self.alone.add(str(value))
            self.texts.add(str(value))
