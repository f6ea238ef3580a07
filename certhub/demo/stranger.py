"""A certificate sealed by an agency that no trust list names: what ISSUER_UNKNOWN looks like at a counter.

黄冈市教育局（演示） made a real seal and used it well; it only never applied to be listed. So the certificate
walks the ordinary stairs in a copy of the trust list that does name the agency, with a key store of its own,
and both are thrown away afterwards. What is left in the store is genuine, whole, and unknown.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from certhub_keys.cost import Cost
from certhub_keys.software import KeyStore
from certhub_schemas.algorithms import ES256
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.trust import trustlist
from certhub_verifier.formats.trust.listedkey import KeyState, ListedKey
from certhub_verifier.formats.trust.trustlist import Issuer, RegionIssuers

from certhub.adapters.public_files import Shelf
from certhub.db.idempotency.key import Key
from certhub.demo import people as p
from certhub.flows.records import issue
from certhub.hub import Hub
from certhub.hub.keyring import Keyring
from certhub.people.parties.people import Actor
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.rules import CHINA
from certhub.regions.trust.folder import TrustFolder

NAME, NAME_EN = "黄冈市教育局（演示）", "Huanggang Education (demo)"
A_WHILE = timedelta(minutes=5)
SIGNS_FOR = timedelta(days=365)


def issue_by_stranger(hub: Hub, *, by: Actor, key: Key) -> str:
    """Issue 王测试's graduation proof under a seal that is not on the trust list; return its id."""
    today = hub.now().astimezone(CHINA).date()
    with TemporaryDirectory(prefix="certhub-stranger-") as folder:
        told: Mapping[str, Any]
        told, _ = issue.issue(
            _draft(today),
            by=replace(by, agencies=(p.HUANGGANG,)),
            hub=_where_it_is_listed(hub, Path(folder)),
            key=key,
        )
    return str(told["id"])


def _where_it_is_listed(hub: Hub, folder: Path) -> Hub:
    """Return the hub as it would be if the agency had been listed, its seal in a store that nobody keeps."""
    store = KeyStore.create(folder / "keys", hub.random(16), random=hub.random, cost=Cost.TEST)
    made = store.make(f"{p.HUANGGANG}-1", ES256, Purpose.SEAL, random=hub.random)
    start = (hub.now() - A_WHILE).replace(microsecond=0)
    seal = ListedKey(
        kid=made.kid,
        jwk=dict(made.jwk),
        algorithm=ES256,
        purpose=Purpose.SEAL,
        from_=start,
        until=start + SIGNS_FOR,
        verify_until=start + SIGNS_FOR,
        state=KeyState.ACTIVE,
    )
    shelf, path = Shelf(folder / "trust"), trustlist.issuers_path(hub.region)
    for name, content in hub.trust_folder.files().items():
        shelf.put(name, content)
    listed = RegionIssuers.from_bytes(shelf.get(path))
    stranger = Issuer(agency=p.HUANGGANG, name=NAME, name_en=NAME_EN, kinds=(p.GRADUATION,), keys=(seal,))
    shelf.put(path, replace(listed, issuers=(*listed.issuers, stranger)).to_bytes())
    return replace(
        hub, keyring=Keyring(hub.region, store.signer), trust_folder=TrustFolder(folder / "trust", hub.clock)
    )


def _draft(today: date) -> RawDraft:
    day = (today - timedelta(days=365)).isoformat()
    return RawDraft(
        kind=p.GRADUATION,
        agency=p.HUANGGANG,
        holders=[(p.WANG.name, p.WANG.id_type, p.WANG.id_number)],
        number="BY-演示-0016",
        issued_on=day,
        valid_from=day,
        valid_to=None,
        claims={
            "姓名": p.WANG.name,
            "学校名称": "黄冈示范学院（演示）",
            "学历层次": "本科",
            "专业": "教育学",
            "毕业日期": day,
        },
    )
