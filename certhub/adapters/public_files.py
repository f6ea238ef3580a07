"""Public files: a folder that any web server could hold.

Nothing on it is trusted; each file is signed, or hashed into something signed. A file is written whole or
not at all. The hub serves them: on the disk they are its own (certhub/adapters/private.py).
"""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath

from certhub.adapters import private
from certhub.errors import NotFound

DOCUMENTS = "documents"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class PublicFiles:
    """Puts and gets public files by relative name, such as `status/1`."""

    folder: Path

    @cached_property
    def _documents(self) -> str:
        return str(self.folder / DOCUMENTS)

    def put(self, name: str, content: bytes) -> None:
        """Publish `content` under `name`, durably, replacing what stood there."""
        target = self._path(name)
        private.make_folder(target.parent)
        private.write(target, content)

    def keep(self, content: bytes) -> str:
        """Publish a document under its own SHA-256, once and for ever; return that, in hex.

        What a receipt names by its digest is kept first, so that whoever has the receipt can fetch it years later.
        """
        digest = sha256(content).hexdigest()
        if not self.keeps(digest):
            self.put(f"{DOCUMENTS}/{digest}", content)
        return digest

    def keeps(self, digest: str) -> bool:
        """Whether a document of this SHA-256 is published."""
        return os.path.exists(f"{self._documents}/{digest}") if _DIGEST.fullmatch(digest) else False

    def document(self, digest: str) -> bytes:
        """Return the document that a digest names; raises NotFound where none was kept."""
        return self.get(f"{DOCUMENTS}/{digest}")

    def get(self, name: str) -> bytes:
        """Return what is published under `name`.

        Raises:
            NotFound: nothing is.
        """
        try:
            return self._path(name).read_bytes()
        except OSError as missing:
            raise NotFound(f"nothing is published under {name}") from missing

    def names(self, folder: str) -> list[str]:
        """Return the names published in a folder of them, sorted."""
        found = self.folder / folder
        return sorted(p.name for p in found.iterdir() if not p.name.startswith(".")) if found.is_dir() else []

    def _path(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        if (
            not parts
            or "\0" in name
            or name.startswith("/")
            or any(part in {"..", "."} or part.startswith(".") for part in parts)
        ):
            raise NotFound(f"no such public name: {name}")
        return self.folder.joinpath(*parts)
