"""What a machine without a hub verifies by: a folder of trust files, or one saved offline bundle.

    DIR/members.json, DIR/regions/…        target files that a hub has verified; also DIR/targets/…
    DIR/status/<region>/<list>             status lists beside them, if any
    FILE                                   bundle+jwt, bare or as {"bundle": …}, as the API gives it

A folder has no age of its own: it is as old as its `members.json` says. A bundle named by hand is its own
anchor: its signature says that it is whole, not where it comes from, and every report says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from certhub_verifier.errors import BadTrust, Malformed, VerifierError
from certhub_verifier.formats.jose import strict_json
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from certhub_verifier.formats.status import statuslist
from certhub_verifier.formats.trust.trustlist import MEMBERS_PATH, Members
from certhub_verifier.lookups import Lookup, LookupResult, StatusAt, StatusToken
from certhub_verifier.report import local_time
from certhub_verifier.trust import TrustSet, open_bundle

_LARGEST_LIST = TOKEN_TYPES["statuslist+jwt"].max_bytes
_LARGEST_FILE = TOKEN_TYPES["bundle+jwt"].max_bytes  # of a trust file: a bundle has to carry it
_LARGEST_BUNDLE = TOKEN_TYPES["bundle+jwt"].max_bytes + 1024  # and the JSON around it


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A trust set and the lists that came with it.

    `origin` is "folder", "bundle" or "none"; `region` whose counter this is, where a bundle says so;
    `life` how long a bundle may be used; `trouble` why there is no trust set. `files` are the trust files by path.
    `status` has the lists by name, those of a folder as files that are read when somebody asks: there may be many,
    of 8 MiB each.
    """

    origin: str
    trust: TrustSet | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    status: Mapping[str, bytes | Path] = field(default_factory=dict)
    region: str | None = None
    life: timedelta | None = None
    trouble: str | None = None

    def fetch(self, need: Lookup) -> LookupResult | None:
        """Answer the engine's needs from what came along; nobody is asked whether a code was used."""
        found = self.status.get(need.uri) if isinstance(need, StatusAt) else None
        if isinstance(found, Path):
            try:
                found = _content(found, _LARGEST_LIST).strip()
            except (OSError, BadTrust):  # gone since, or grown: not to be had
                return None
        return None if found is None else StatusToken(found)

    def to_dict(self) -> dict[str, Any]:
        """Return what a report says about the trust that it was judged by."""
        trust = self.trust
        return {
            "origin": self.origin,
            "own_anchor": self.origin == "bundle" and trust is not None,
            "as_of": local_time(trust.as_of) if trust else None,
            "version": trust.version if trust else None,
            "digest": trust.digest if trust else None,
            "trouble": self.trouble,
        }


NOTHING = Anchor(origin="none", trouble="no trust list was given")


def read_anchor(path: Path) -> Anchor:
    """Read the folder or bundle at `path`; where it is wrong, `trouble` says how and nothing is trusted.

    Raises:
        OSError: there is nothing at `path`, or it cannot be read.
    """
    origin = "folder" if path.is_dir() else "bundle"
    try:
        return _folder(path) if origin == "folder" else _bundle(path)
    except VerifierError as bad:
        return Anchor(origin=origin, trouble=str(bad))


def _folder(path: Path) -> Anchor:
    inner = path / "targets"
    top = inner if not (path / MEMBERS_PATH).exists() and (inner / MEMBERS_PATH).exists() else path
    found = [top / MEMBERS_PATH, *sorted((top / "regions").rglob("*.json"))]
    files = {
        file.relative_to(top).as_posix(): _content(file, _LARGEST_FILE) for file in found if file.is_file()
    }
    if MEMBERS_PATH not in files:
        raise BadTrust(f"{MEMBERS_PATH}: not there, so there is nothing to trust")
    try:
        as_of = Members.from_bytes(files[MEMBERS_PATH]).issued_at
    except Malformed as bad:
        raise BadTrust(f"{MEMBERS_PATH}: {bad.reason}") from bad
    trust = TrustSet.from_files(files, as_of=as_of)
    return Anchor(origin="folder", trust=trust, files=files, status=_lists(path, top))


def _content(file: Path, most: int) -> bytes:
    """Return a file's content. Raises: BadTrust: it has more than `most` bytes."""
    with file.open("rb") as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise BadTrust(f"{file.name}: more than {most} bytes")
    return content


def _lists(*folders: Path) -> dict[str, Path]:
    """Return the status lists by the name that credentials give them; other files are passed over."""
    found = {}
    for folder in folders:
        for file in (folder / "status").glob("*/*"):
            try:
                uri = statuslist.status_uri(file.parent.name, int(file.name))
            except (Malformed, ValueError):
                continue
            if file.is_file():
                found[uri] = file
    return found


def _bundle(path: Path) -> Anchor:
    content = _content(path, _LARGEST_BUNDLE).strip()
    if content.startswith(b"{"):
        value = strict_json.loads(content)
        content = str(value.get("bundle", "")).encode()
    trust, contents = open_bundle(content)
    return Anchor(
        origin="bundle",
        trust=trust,
        files=contents.trust,
        status={uri: token.encode() for uri, token in contents.status.items()},
        region=contents.region,
        life=timedelta(seconds=contents.expires - contents.issued_at),
    )
