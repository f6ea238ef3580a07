"""Who stands twice in a trust list, also where one of the two is set aside; and all that is."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from certhub_verifier.errors import BadTrust
from certhub_verifier.formats.jose.jwk import thumbprint
from certhub_verifier.formats.trust.listedkey import ListedKey
from certhub_verifier.formats.trust.setaside import Name, SetAside, tellable
from certhub_verifier.formats.trust.trustlist import MEMBERS_PATH, RegionIssuers, RegionKeys, TrustFile


def require_no_twins(parsed: Mapping[str, TrustFile]) -> None:
    """Refuse a list in which an agency, a key's id or a public key stands twice, in entries set aside too.

    Raises:
        BadTrust: one of them does; it says which, and where.
    """
    found: dict[Name, str] = {}
    for name, says in _occupied(parsed):
        if name in found:
            kind, called = name
            if kind == "agency":
                raise BadTrust(f"agency {called} is listed by {found[name]} and by {says}")
            if kind == "kid":
                raise BadTrust(f"key id {tellable(called)} is listed twice")
            raise BadTrust(f"{found[name]} and {says} are one and the same public key")
        found[name] = says


def _occupied(parsed: Mapping[str, TrustFile]) -> Iterator[tuple[Name, str]]:
    """Yield each name that may stand once in the list, and what to call whoever goes by it."""
    for path, file in parsed.items():
        if isinstance(file, RegionIssuers):
            yield from ((("agency", issuer.agency), file.region) for issuer in file.issuers)
        if isinstance(file, RegionKeys | RegionIssuers):
            for key in _listed_keys(file):
                yield ("kid", key.kid), key.kid
                yield ("key", thumbprint(key.jwk)), key.kid
        for one in file.set_aside:
            called = next(
                (tellable(name) for kind, name in sorted(one.names) if kind == "kid"), f"{path}: {one.entry}"
            )
            yield from ((name, called) for name in sorted(one.names) if name[0] != "region")


def _listed_keys(file: RegionKeys | RegionIssuers) -> Iterator[ListedKey]:
    if isinstance(file, RegionKeys):
        yield from file.keys
    else:
        for issuer in file.issuers:
            yield from issuer.keys


def all_set_aside(parsed: Mapping[str, TrustFile], unknown: Collection[str]) -> tuple[SetAside, ...]:
    """Return all that is set aside, with the path of each; of a member that is, its files go with it."""
    found = [replace(one, path=path) for path, file in parsed.items() for one in file.set_aside]
    found += [
        SetAside(path, "file", "its region is set aside")
        for path in parsed
        if path != MEMBERS_PATH and path.split("/")[1] in unknown
    ]
    return tuple(found)
