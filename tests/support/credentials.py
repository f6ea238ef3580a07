"""A small world of two regions, with real keys and real formats: what a verifier meets, built in memory.

    world = World()                          420700, one agency, every key; 420100 beside it, and an agreement
    world.trust()                            the TrustSet; world.trust_files() what it was read from
    world.credential(claims=…)               an SD-JWT VC sealed by the agency
    world.sealed_code(…), .paper_code(…)     EC2 and EC3
    world.status_token({index: value})       the list that they point to
    world.receipt(), .receipt_file()         a receipt, bare or as JSON with its opening
    world.bundle(…)                          an offline bundle

Every builder takes what a test wants to be different; nothing is random and nobody looks at a clock.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from certhub_schemas import Matter, matter, shipped_catalogue
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats import codes
from certhub_verifier.formats.codes.sealed import SealedPayload
from certhub_verifier.formats.credential import vc
from certhub_verifier.formats.credential.identifier import Identifier
from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.exchange.bundle import BundleContents
from certhub_verifier.formats.exchange.openings import ArgumentOpening, Opening
from certhub_verifier.formats.exchange.receipt import (
    Receipt,
    ReceiptItem,
    ReceiptMode,
    ReceiptPredicate,
    ReceiptRequirement,
)
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.jose import base64url, jws
from certhub_verifier.formats.status import statuslist
from certhub_verifier.formats.trust.agreement import Agreement, AgreementItem
from certhub_verifier.formats.trust.listedkey import KeyState, ListedKey
from certhub_verifier.formats.trust.trustlist import (
    Issuer,
    Member,
    Members,
    MemberState,
    RegionEndpoint,
    RegionIssuers,
    RegionKeys,
    agreement_path,
    endpoints_path,
    issuers_path,
    keys_path,
)
from certhub_verifier.trust import TrustSet

from tests.support.fixed_keys import fixed_random
from tests.support.signing import NumberedKey

NOW = datetime(2026, 11, 24, 1, 41, tzinfo=UTC)
HOME, AWAY = "420700", "420100"
AGENCY, AWAY_AGENCY = "11420799MB99990172", "11420198MB9999017L"
LICENCE, MARRIAGE = "11100000MB0143028R001", "111000000000131433001"
MATTER = "PLACEHOLDER-901"
YEAR = timedelta(days=365)
INDEX = 40_961
SERIAL = "D3M0000000000000000A"
CLAIMS: Mapping[str, Any] = {
    "证照编号": "92420799MA99990138",
    "持证主体": ["示例小面馆"],
    "名称": "示例小面馆",
    "住所": "鄂州市鄂城区示例路 1 号",
    "法定代表人": "张三",
    "成立日期": "2021-03-15",
}
OPEN_FIELDS = ("证照编号", "持证主体", "名称", "住所", "法定代表人", "成立日期")
FACE: Mapping[str, Any] = {name: CLAIMS[name] for name in ("名称", "法定代表人", "成立日期")}


def named_key(kid: str) -> NumberedKey:
    """Return the key that goes by this name, and by no other number."""
    return NumberedKey(kid, number=int.from_bytes(sha256(kid.encode()).digest()) >> 1)


def seconds(moment: datetime) -> int:
    """Return a numeric date."""
    return int(moment.timestamp())


@dataclass(frozen=True)
class World:
    """Two regions; `entries` changes what the trust list says of a key, by kid."""

    entries: Mapping[str, Mapping[str, Any]] = ()  # type: ignore[assignment]
    kinds: tuple[str, ...] = (LICENCE, MARRIAGE)
    away_state: MemberState = MemberState.FULL
    home_state: MemberState = MemberState.FULL
    agreement: Agreement | None = None

    def seal_key(self, agency: str = AGENCY, n: int = 1) -> NumberedKey:
        """Return the agency's seal."""
        return named_key(f"{agency}-{n}")

    def region_key(self, purpose: Purpose, region: str = HOME, n: int = 1) -> NumberedKey:
        """Return a region's key for one purpose."""
        return named_key(f"{region}-{purpose}-{n}")

    # trust

    def trust(
        self, as_of: datetime = NOW, *, without: Iterable[str] = (), matters: Iterable[Matter] = ()
    ) -> TrustSet:
        """Return the trust set as it was at `as_of`, without some files."""
        files = {path: data for path, data in self.trust_files(as_of).items() if path not in set(without)}
        return TrustSet.from_files(files, as_of=as_of, matters=matters)

    def trust_files(self, issued_at: datetime = NOW) -> dict[str, bytes]:
        """Return the target files of both regions."""
        names = {HOME: ("鄂州市", "Ezhou", self.home_state), AWAY: ("武汉市", "Wuhan", self.away_state)}
        members = tuple(
            Member(code=code, name=name, name_en=name_en, state=state, since=NOW - YEAR)
            for code, (name, name_en, state) in names.items()
        )
        files = {"members.json": Members(version=7, issued_at=issued_at, members=members).to_bytes()}
        agencies = {
            HOME: (AGENCY, "鄂州市市场监督管理局（演示）", "Ezhou Market Regulation (demo)"),
            AWAY: (AWAY_AGENCY, "武汉市政务服务中心（演示）", "Wuhan Service Centre (demo)"),
        }
        for region in names:
            uscc, name, name_en = agencies[region]
            issuer = Issuer(
                agency=uscc,
                name=name,
                name_en=name_en,
                kinds=self.kinds,
                keys=(self._listed(self.seal_key(uscc)),),
            )
            purposes = [p for p in Purpose if p not in (Purpose.SEAL, Purpose.LOG, Purpose.WITNESS)]
            keys = tuple(self._listed(self.region_key(p, region), p) for p in purposes)
            files[keys_path(region)] = RegionKeys(region=region, keys=keys).to_bytes()
            files[issuers_path(region)] = RegionIssuers(region=region, issuers=(issuer,)).to_bytes()
            files[endpoints_path(region)] = RegionEndpoint(
                region=region, url=f"https://{region}.hub.example"
            ).to_bytes()
            other = AWAY if region == HOME else HOME
            agreed = self.agreement or an_agreement()
            files[agreement_path(region, other, agreed.n)] = agreed.to_bytes()
        return files

    def _listed(self, key: NumberedKey, purpose: Purpose = Purpose.SEAL) -> ListedKey:
        entry = ListedKey(
            kid=key.kid,
            jwk=key.jwk,
            algorithm=key.algorithm,
            purpose=purpose,
            from_=NOW - YEAR,
            until=NOW + YEAR,
            verify_until=NOW + 10 * YEAR,
            state=KeyState.ACTIVE,
        )
        return replace(entry, **dict(self.entries or {}).get(key.kid, {}))

    # credentials and codes

    def identifier(self, version: int = 1) -> str:
        """Return the certificate's identifier."""
        return str(Identifier(LICENCE, AGENCY, SERIAL, version))

    def credential(
        self,
        disclosed: Mapping[str, Any] | None = None,
        *,
        key: NumberedKey | None = None,
        **changes: Any,
    ) -> str:
        """Return a sealed credential with all its disclosures; `changes` go into its claims."""
        claims = vc.CredentialClaims(
            agency=AGENCY,
            kind_code=LICENCE,
            kind_version=1,
            issued_at=seconds(NOW - timedelta(days=30)),
            not_before=seconds(NOW - timedelta(days=30)),
            expires=seconds(NOW + YEAR),
            status_uri=statuslist.status_uri(HOME, 3),
            status_index=INDEX,
        )
        key, claims = key or self.seal_key(), replace(claims, **changes)
        identifier = str(Identifier(claims.kind_code, claims.agency, SERIAL, 1))
        content = {"证照标识": identifier, **(CLAIMS if disclosed is None else disclosed)}
        unsigned = vc.build(claims, content, key=key, random=fixed_random("world"))
        return vc.seal(unsigned, key.sign(unsigned.signing_input))

    def sealed_code(
        self,
        *,
        now: datetime = NOW,
        key: NumberedKey | None = None,
        prefix: codes.SealedPrefix = "EC2",
        **changes: Any,
    ) -> str:
        """Return a sealed code made at `now` that lives for 60 s; `changes` go into its payload."""
        payload = SealedPayload(
            iss=HOME,
            exp=seconds(now) + 60,
            jti=base64url.encode(b"twelve bytes"),
            kind=LICENCE,
            list_no=3,
            index=INDEX,
            ref=vc.credential_ref(self.credential())[:16],
            claims=dict(FACE),
        )
        typ = codes.SEALED_TYPES[prefix]
        key = key or self.region_key(Purpose.SHOW if prefix == "EC2" else Purpose.PAPER)
        return codes.pack(jws.sign(replace(payload, **changes).build(), typ=typ, key=key), prefix)

    def paper_code(self, *, now: datetime = NOW, **changes: Any) -> str:
        """Return a paper code made at `now` that lives for 180 days."""
        return self.sealed_code(prefix="EC3", **{"exp": seconds(now + timedelta(days=180)), **changes})

    def status_token(
        self,
        statuses: Mapping[int, int] | None = None,
        *,
        iat: datetime = NOW,
        key: NumberedKey | None = None,
        uri: str | None = None,
        ttl: int = 30,
        life: timedelta = timedelta(hours=24),
    ) -> bytes:
        """Return a signed list; index → 0 valid, 1 invalid, 2 suspended."""
        listed = statuslist.StatusList.blank(statuslist.MIN_SLOTS).with_statuses(statuses or {})
        statement = statuslist.statement(
            sub=uri or statuslist.status_uri(HOME, 3),
            bits=listed.bits,
            lst=listed.pack(),
            iat=seconds(iat),
            exp=seconds(iat + life),
            ttl=ttl,
        )
        return jws.sign(statement, typ="statuslist+jwt", key=key or self.region_key(Purpose.STATUS)).encode()

    # receipts and bundles

    def opening(self) -> Opening:
        """Return what opens the receipt's one item."""
        return Opening(bytes(range(32)), self.identifier())

    def declared(self, n: int = 1) -> ArgumentOpening:
        """Return what opens the argument of a predicate: the n-th value that somebody declared."""
        return ArgumentOpening(bytes([n]) * 32, f"社会保障号码=A{n}")

    def receipt_item(self, *arguments: ArgumentOpening | None, **changes: Any) -> ReceiptItem:
        """Return the receipt's one item, valid; each argument is a predicate, None one without any."""
        item = ReceiptItem(
            kind=LICENCE,
            cert=self.opening().cert_digest(),
            fields=tuple(FACE),
            facts=(StatedFact("status", "yes", None, NOW, "a" * 64),),
            verdict="valid",
            code="OK",
            predicates=tuple(
                ReceiptPredicate("in_force_on", None, "yes", HOME)
                if one is None
                else ReceiptPredicate("equals", one.argument_digest(), "yes", HOME)
                for one in arguments
            ),
        )
        return replace(item, **changes)

    def receipt(self, *, key: NumberedKey | None = None, **changes: Any) -> str:
        """Return a signed receipt of one valid item; `changes` go into its payload."""
        receipt = Receipt(
            region=HOME,
            issued_at=seconds(NOW),
            vid="v" * 22,
            at=NOW,
            office="鄂州市政务服务中心",
            window="2 号窗口",
            operator="o" * 22,
            case=None,
            matter=MATTER,
            purpose="verify",
            channel="ticket",
            items=(self.receipt_item(),),
            policy="b" * 64,
            trust="c" * 64,
            verdict="valid",
            code="OK",
            unit=HOME,
            matter_digest=matter(MATTER).digest,
            catalogue=shipped_catalogue().digest,
            mode=ReceiptMode("L1", "L1"),
            requirements=(ReceiptRequirement("licence", "met", item=0),),
            materials="complete",
        )
        payload = replace(receipt, **changes).to_payload()
        return jws.sign(payload, typ="receipt+jwt", key=key or self.region_key(Purpose.RECEIPT))

    def receipt_file(
        self,
        receipt: str | None = None,
        openings: Iterable[Opening | ArgumentOpening] | None = None,
        **spelling: Any,
    ) -> str:
        """Return the JSON that the API gives, printed by `json.dumps` with `spelling`."""
        given = [self.opening()] if openings is None else openings
        content = {"receipt": receipt or self.receipt(), "opening": [one.to_payload() for one in given]}
        return json.dumps(content, **{"ensure_ascii": False, "separators": (",", ":"), **spelling})

    def bundle(
        self,
        *,
        now: datetime = NOW,
        matters: Iterable[Matter] = (),
        status: Mapping[str, bytes] | None = None,
        key: NumberedKey | None = None,
        format: int = versions.BUNDLE[-1],
    ) -> str:
        """Return an offline bundle of both regions, with the lists in `status` (one fresh list if None)."""
        lists = {statuslist.status_uri(HOME, 3): self.status_token(iat=now)} if status is None else status
        contents = BundleContents(
            region=HOME,
            version=1,
            issued_at=seconds(now),
            expires=seconds(now + timedelta(hours=12)),
            trust=self.trust_files(now),
            matters=tuple(matters),
            status={uri: token.decode() for uri, token in lists.items()},
            format=format,
        )
        return jws.sign(contents.to_payload(), typ="bundle+jwt", key=key or self.region_key(Purpose.BUNDLE))


def an_agreement(**changes: Any) -> Agreement:
    """Return what the two regions have agreed: the licence, for one matter, without some fields."""
    item = AgreementItem(
        kind=LICENCE, matters=(MATTER,), purposes=("verify",), fields=OPEN_FIELDS, direction="both"
    )
    agreed = Agreement(
        id="HOME-AWAY-1",
        n=1,
        parties=(HOME, AWAY),
        from_=NOW - YEAR,
        until=NOW + YEAR,
        basis="a test",
        items=(item,),
    )
    return replace(agreed, **changes)
