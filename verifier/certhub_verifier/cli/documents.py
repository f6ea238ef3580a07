"""Where the documents are that receipts name: a folder by `--documents`, and what came with the trust at hand.

DIR/<64 hexadecimal digits>     each document under its SHA-256, as a hub serves it at /trust/documents/<digest>
the trust list at hand          its files, its manifest, and the matters of a bundle with their rules
this installation               the catalogue that it ships, and its matters with their rules
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from certhub_schemas import shipped_catalogue

from certhub_verifier.cli.trust_sources import Anchor
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.trust import manifest

MAX_DOCUMENT_BYTES = 16 << 20  # of a trust file, the largest of them: a bundle has to carry it


@dataclass(frozen=True)
class Documents:
    """Gives a document by its digest; what the folder holds under that name comes first, whatever it is."""

    folder: Path | None
    anchor: Anchor

    def find(self, digest: str) -> bytes | None:
        """Return what is called by the digest, at most a byte more than a document has; None where nothing is."""
        if self.folder is not None:
            try:
                with (self.folder / digest).open("rb") as file:
                    return file.read(MAX_DOCUMENT_BYTES + 1)
            except OSError:
                pass
        return self._at_hand.get(digest)

    @cached_property
    def _at_hand(self) -> dict[str, bytes]:
        return {sha256(one).hexdigest(): one for one in self._documents()}

    def _documents(self) -> Iterator[bytes]:
        if self.anchor.files:
            yield manifest(self.anchor.files)
        yield from self.anchor.files.values()
        yield shipped_catalogue().document()
        carried = self.anchor.trust.matters if self.anchor.trust else ()
        for matter in (*shipped_catalogue().every_matter(), *carried):
            yield matter.document()
            for channel in Channel:
                policy = policy_for(matter, channel)
                yield policy.document()
                yield from policy.former_documents()
