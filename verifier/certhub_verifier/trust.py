"""The trust set: all trust files of one moment, put together and found to agree with themselves.

    TrustSet.from_files   {relative path: bytes} → the set, or BadTrust naming the file or both keys
    key, agency, region   who may sign what, and who they are
    agreement             what two regions have agreed, if both of them say so
    open_bundle           the set that a device bundle carries
    TrustedKey.may_have_signed   whether a token of that type, by that owner, dated so, can be the key's
    TrustedKey.may_sign          whether the key signs anything new

One key goes by one id, serves one purpose, and belongs to one owner: the library that reads the metadata
counts one public key under two ids as two signers, so the comparison here is by thumbprint (RFC 7638) over
every key of every region. The set holds no clock; `as_of` is when its files were last known to be current.

Files are expected to be verified already (by TUF in a hub, by a bundle's signature at a counter).

What a later release wrote and this one does not know is set aside by the entry (`set_aside`): it grants nothing,
and the rest is kept. A file of another name is left alone. What contradicts itself is refused as a whole, also
where one half of the contradiction is set aside.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType

from certhub_schemas import Matter
from certhub_schemas.purposes import Purpose
from certhub_schemas.text import seen

from certhub_verifier.errors import BadSignature, BadTrust, Malformed, UnknownKey
from certhub_verifier.formats.exchange.bundle import BundleContents, read_bundle
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import parse_status_uri
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.formats.trust.listedkey import ListedKey
from certhub_verifier.formats.trust.setaside import SetAside
from certhub_verifier.formats.trust.trustlist import (
    MEMBERS_PATH,
    Member,
    Members,
    MemberState,
    RegionEndpoint,
    RegionIssuers,
    RegionKeys,
    TrustFile,
    agreement_path,
    endpoints_path,
    is_trust_file,
    parse_file,
)
from certhub_verifier.trustedkey import Standing, TrustedKey
from certhub_verifier.twins import all_set_aside, require_no_twins

__all__ = [
    "Agency",
    "RegionTrust",
    "Standing",
    "TrustSet",
    "TrustedKey",
    "manifest",
    "manifest_of",
    "open_bundle",
    "read_manifest",
]

_SHA256_BYTES = 32
KeyOwner = tuple[str, Purpose, str]
"""Region (six digits), what the key is for, and whose it is: a region or an agency (USCC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency that may issue; `kinds` are the codes of what it may issue.

    Where another agency of the list is called the same, the code stands beside the name, so that neither can
    be taken for the other. The list is not refused: one region's list would shut every region out.
    """

    uscc: str
    name: str
    name_en: str
    region: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionTrust:
    """A member region; `url` is the origin of its hub, None where it published none.

    `formats` are those that its hub says it reads, by the message; what it does not name is in format 1.
    """

    code: str
    name: str
    name_en: str
    state: MemberState
    since: datetime
    url: str | None
    formats: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def highest_format(self, message: str, ours: tuple[int, ...]) -> int | None:
        """Return the highest format of `message` that both speak, None where there is none."""
        return max(set(self.formats.get(message, (1,))).intersection(ours), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustSet:
    """One consistent trust list. Made by `from_files` alone; look-ups cost a dictionary each.

    `set_aside` are the entries that this release does not know; none of them grants anything.
    """

    version: int
    issued_at: datetime
    as_of: datetime
    digest: str
    regions: Mapping[str, RegionTrust]
    agencies: Mapping[str, Agency]
    keys: Mapping[str, TrustedKey]
    agreements: Mapping[frozenset[str], tuple[Agreement, ...]]
    matters: tuple[Matter, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    _by_owner: Mapping[KeyOwner, tuple[TrustedKey, ...]] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    @classmethod
    def from_files(
        cls, files: Mapping[str, bytes], *, as_of: datetime, matters: Iterable[Matter] = ()
    ) -> "TrustSet":
        """Put the files of a trust list together.

        `files` are bytes by path relative to the list's folder; `as_of` (aware) is when they were last
        known to be current; `matters` are kept for whoever judges by them.

        Raises:
            BadTrust: a file is unreadable or of a region that is no member; there are no regions; an id or an
                agency stands twice; or one public key goes by two ids.
        """
        parsed = {path: _parsed(path, data) for path, data in sorted(files.items()) if is_trust_file(path)}
        members = parsed.get(MEMBERS_PATH)
        if not isinstance(members, Members) or not members.members:
            raise BadTrust(f"{MEMBERS_PATH}: no regions, so there is nothing to trust")
        listed = {member.code: member for member in members.members}
        unknown = {name for one in members.set_aside for kind, name in one.names if kind == "region"}
        for path in parsed:
            if path != MEMBERS_PATH and (code := path.split("/")[1]) not in listed.keys() | unknown:
                raise BadTrust(f"{path}: region {code} is no member")
        require_no_twins(parsed)
        aside = all_set_aside(parsed, unknown)
        parsed = {
            path: file
            for path, file in parsed.items()
            if path.split("/")[1:2] not in [[one] for one in unknown]
        }
        agencies = _told_apart(_by_uscc(parsed))
        return cls(
            version=members.version,
            issued_at=members.issued_at,
            as_of=as_of,
            digest=_digest(files),
            regions=MappingProxyType({code: _region(member, parsed) for code, member in listed.items()}),
            agencies=MappingProxyType(agencies),
            keys=MappingProxyType({key.kid: key for key in _keys(parsed)}),
            agreements=MappingProxyType(_agreed(parsed)),
            matters=tuple(matters),
            set_aside=aside,
        )

    def key(self, kid: str | None) -> TrustedKey | None:
        """Return the key that goes by `kid`, whatever its state; ask it what it may have signed."""
        return None if kid is None else self.keys.get(kid)

    def keys_of(self, region: str, purpose: Purpose, owner: str) -> tuple[TrustedKey, ...]:
        """Return the keys of a purpose that an owner has in a region, in any state, in the order of the list."""
        index = self._by_owner
        if index is None:  # a list has ten thousand keys, and each signature asks for those of one owner
            found: dict[KeyOwner, list[TrustedKey]] = {}
            for key in self.keys.values():
                found.setdefault((key.region, key.purpose, key.owner), []).append(key)
            index = {owner: tuple(keys) for owner, keys in found.items()}
            object.__setattr__(self, "_by_owner", index)
        return index.get((region, purpose, owner), ())

    def region(self, code: str) -> RegionTrust | None:
        """Return the region, whatever its state."""
        return self.regions.get(code)

    def agency(self, uscc: str) -> Agency | None:
        """Return the agency of that USCC."""
        return self.agencies.get(uscc)

    def matter(self, code: str) -> Matter | None:
        """Return the matter of that code, None when this set came without it."""
        return next((matter for matter in self.matters if matter.code == code), None)

    def region_of_uri(self, status_uri: str) -> RegionTrust | None:
        """Return the region whose hub keeps that status list, None when it is no member.

        Raises:
            Malformed: it is not the name of a status list.
        """
        code, _ = parse_status_uri(status_uri)
        return self.regions.get(code)

    def agreement(self, a: str, b: str, at: datetime) -> Agreement | None:
        """Return the agreement of `a` and `b` that is live at `at`, or None: nothing is agreed.

        Live is the highest `n` that both publish in equal bytes and that has begun, inside its term. A
        successor takes over when it begins; when it ends, nothing older comes back, nor where it says more
        than this release knows. Regions that are not full members have none.
        """
        for code in (a, b):
            region = self.regions.get(code)
            if region is None or region.state is not MemberState.FULL:
                return None
        begun = (one for one in self.agreements.get(frozenset((a, b)), ()) if one.from_ <= at)
        latest = max(begun, key=lambda one: one.n, default=None)
        return latest if latest is not None and latest.known and latest.in_term(at) else None


def open_bundle(token: str | bytes, *, anchor: TrustSet | None = None) -> tuple[TrustSet, BundleContents]:
    """Return the trust set that a device bundle carries, and the bundle, once its signature checks out.

    The key is looked up in `anchor`; without one the bundle, named by hand, is its own anchor: then its
    signature says that it is whole, not where it comes from. The set's `as_of` is the bundle's `iat`. The
    caller owes: a clock (`iat`, `exp`), and the highest version seen before.

    Raises:
        Malformed, BadTrust: the bundle or the files in it are out of form.
        UnknownKey: the anchor has no such key.
        BadSignature: the key did not sign this, could not at that time, or is no bundle key of its region.
    """
    bundle = read_bundle(token)
    contents = bundle.contents
    as_of = datetime.fromtimestamp(contents.issued_at, UTC)
    carried = TrustSet.from_files(contents.trust, as_of=as_of, matters=contents.matters)
    key = (anchor or carried).key(bundle.parsed.header.kid)
    if key is None:
        raise UnknownKey("no trusted key has the id that the bundle names")
    standing = key.may_have_signed(bundle.parsed.header.typ, by=contents.region, at=as_of)
    if standing is Standing.FOREIGN:
        raise BadSignature("the key is no bundle key of the region that the bundle names")
    if standing is not Standing.YES:
        raise BadSignature("the key may not have signed a bundle at that time")
    jws.verify(bundle.parsed, key)
    return carried, contents


def _parsed(path: str, data: bytes) -> TrustFile:
    try:
        return parse_file(path, data)
    except Malformed as bad:
        raise BadTrust(f"{path[:128]!a}: {bad.reason}") from bad


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Return the document whose SHA-256 is the digest of a trust set made from `files`.

    It is path, NUL and SHA-256 (32 bytes) of each file, one after the other, by path in order of code points.
    """
    return b"".join(path.encode() + b"\0" + sha256(data).digest() for path, data in sorted(files.items()))


def read_manifest(document: bytes) -> dict[str, str]:
    """Return the SHA-256 of each file, in hex, by its path.

    Raises:
        BadTrust: it is no manifest, or its paths are not in their order.
    """
    found: dict[str, str] = {}
    rest = document
    while rest:
        path, nul, rest = rest.partition(b"\0")
        if not nul or len(rest) < _SHA256_BYTES:
            raise BadTrust("the manifest of the trust set ends too early")
        try:
            found[path.decode()] = rest[:_SHA256_BYTES].hex()
        except UnicodeDecodeError as broken:
            raise BadTrust("a path in the manifest of the trust set is not UTF-8") from broken
        rest = rest[_SHA256_BYTES:]
    if list(found) != sorted(found) or manifest_of(found) != document:
        raise BadTrust("the paths in the manifest of the trust set are not in their order")
    return found


def manifest_of(digests: Mapping[str, str]) -> bytes:
    """Return the manifest of files of which only path and SHA-256 are known."""
    return b"".join(path.encode() + b"\0" + bytes.fromhex(digests[path]) for path in sorted(digests))


def _digest(files: Mapping[str, bytes]) -> str:
    return sha256(manifest(files)).hexdigest()


def _region(member: Member, parsed: Mapping[str, TrustFile]) -> RegionTrust:
    endpoint = parsed.get(endpoints_path(member.code))
    return RegionTrust(
        code=member.code,
        name=member.name,
        name_en=member.name_en,
        state=member.state,
        since=member.since,
        url=endpoint.url if isinstance(endpoint, RegionEndpoint) else None,
        formats=MappingProxyType(dict(endpoint.formats) if isinstance(endpoint, RegionEndpoint) else {}),
    )


def _by_uscc(parsed: Mapping[str, TrustFile]) -> dict[str, Agency]:
    return {
        issuer.agency: Agency(
            uscc=issuer.agency,
            name=issuer.name,
            name_en=issuer.name_en,
            region=file.region,
            kinds=frozenset(issuer.kinds),
        )
        for file in parsed.values()
        if isinstance(file, RegionIssuers)
        for issuer in file.issuers
    }


def _told_apart(agencies: Mapping[str, Agency]) -> dict[str, Agency]:
    """Return the agencies, with the code beside each name that two of them have."""
    names = Counter(_as_read(agency.name) for agency in agencies.values())
    names_en = Counter(_as_read(agency.name_en) for agency in agencies.values())
    return {
        uscc: replace(
            agency,
            name=f"{agency.name}（{uscc}）" if names[_as_read(agency.name)] > 1 else agency.name,
            name_en=f"{agency.name_en} ({uscc})"
            if names_en[_as_read(agency.name_en)] > 1
            else agency.name_en,
        )
        for uscc, agency in agencies.items()
    }


def _as_read(name: str) -> str:
    """Return a name as a reader takes it: width, case, blanks and what nobody sees make no other name."""
    return seen(unicodedata.normalize("NFKC", seen(name)).casefold())


def _keys(parsed: Mapping[str, TrustFile]) -> Iterator[TrustedKey]:
    for file in parsed.values():
        if isinstance(file, RegionKeys):
            for key in file.keys:
                yield _owned(key, file.region, file.region, ())
        elif isinstance(file, RegionIssuers):
            for issuer in file.issuers:
                for key in issuer.keys:
                    yield _owned(key, file.region, issuer.agency, issuer.kinds)


def _owned(key: ListedKey, region: str, owner: str, kinds: Iterable[str]) -> TrustedKey:
    return TrustedKey(
        kid=key.kid,
        algorithm=key.algorithm,
        jwk=MappingProxyType(dict(key.jwk)),
        purpose=key.purpose,
        region=region,
        owner=owner,
        kinds=frozenset(kinds),
        from_=key.from_,
        until=key.until,
        verify_until=key.verify_until,
        state=key.state,
        compromised_since=key.compromised_since,
    )


def _agreed(parsed: Mapping[str, TrustFile]) -> dict[frozenset[str], tuple[Agreement, ...]]:
    """Return, by pair of regions, the agreements that both publish in equal bytes."""
    found: dict[frozenset[str], list[Agreement]] = {}
    for path, file in parsed.items():
        if not isinstance(file, Agreement):
            continue
        a, b = file.parties
        mine, theirs = agreement_path(a, b, file.n), agreement_path(b, a, file.n)
        other = parsed.get(theirs)
        if path == mine and isinstance(other, Agreement) and other.digest == file.digest:
            found.setdefault(frozenset((a, b)), []).append(file)
    return {pair: tuple(agreements) for pair, agreements in found.items()}
