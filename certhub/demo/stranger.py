"""A certificate sealed by an agency that no trust list names: what ISSUER_UNKNOWN looks like at a counter.

The agency of `[unlisted]` made a real seal and used it well; it only never applied to be listed. So the certificate
walks the ordinary stairs in a copy of the trust list that does name the agency, with a key store of its own,
and both are thrown away afterwards. What is left in the store is genuine, whole, and unknown.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from certhub_keys.cost import Cost
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.trust import trustlist
from certhub_verifier.formats.trust.trustlist import Issuer, RegionIssuers

from certhub.adapters.public_files import PublicFiles
from certhub.db.idempotency.key import Key
from certhub.demo.certificates import draft_of
from certhub.demo.region_file import DemoRegion, Unlisted
from certhub.flows.records import issue
from certhub.hub import Hub
from certhub.hub.keyring import Keyring
from certhub.people.parties.people import Actor
from certhub.records.certificates.rules import CHINA
from certhub.regions.trust.folder import TrustFolder
from certhub.setup.keys import NewKeys


def issue_by_stranger(region: DemoRegion, stranger: Unlisted, *, hub: Hub, by: Actor, key: Key) -> str:
    """Issue the certificate of the region's unlisted agency, under its seal; return its id."""
    draft = draft_of(stranger.certificate, region, hub.now().astimezone(CHINA).date())
    with TemporaryDirectory(prefix="certhub-stranger-") as folder:
        told: Mapping[str, Any]
        told, _ = issue.issue(
            draft,
            by=replace(by, agencies=(stranger.uscc,)),
            hub=_where_it_is_listed(stranger, hub, Path(folder)),
            key=key,
        )
    return str(told["id"])


def _where_it_is_listed(stranger: Unlisted, hub: Hub, folder: Path) -> Hub:
    """Return the hub as it would be if the agency had been listed, its seal in a store that nobody keeps."""
    made = NewKeys.begin(folder / "keys", hub.random(16), now=hub.now(), random=hub.random, cost=Cost.TEST)
    seal = made.key(f"{stranger.uscc}-1", Purpose.SEAL)
    public_files, path = PublicFiles(folder / "trust"), trustlist.issuers_path(hub.region)
    for name, content in hub.trust_folder.files().items():
        public_files.put(name, content)
    listed = RegionIssuers.from_bytes(public_files.get(path))
    unlisted = Issuer(
        agency=stranger.uscc,
        name=stranger.name,
        name_en=stranger.name_en,
        kinds=(stranger.certificate.kind,),
        keys=(seal,),
    )
    public_files.put(path, replace(listed, issuers=(*listed.issuers, unlisted)).to_bytes())
    return replace(
        hub, keyring=Keyring(hub.region, made.signer), trust_folder=TrustFolder(folder / "trust", hub.clock)
    )
