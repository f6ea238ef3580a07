"""A small trust list: two regions, two agencies, one agreement; each test breaks its own copy."""

from collections.abc import Iterable
from datetime import UTC, datetime

from certhub_schemas.algorithms import EDDSA, ES256
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.trust.agreement import AgreedKind, Agreement, AgreementItem, AgreementRow
from certhub_verifier.formats.trust.listedkey import KeyState, ListedKey
from certhub_verifier.formats.trust.trustlist import (
    MEMBERS_PATH,
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

from tests.support.fixed_keys import fixed_key
from tests.support.signing import NumberedKey

HOME, PEER = "420700", "420100"
LICENCE, FOOD = "11100000MB0143028R001", "11420700MB99990011901"
AGENCY, PEER_AGENCY = "11420799MB99990172", "11430000006122244L"
JANUARY, DECEMBER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
LATER = datetime(2036, 12, 31, tzinfo=UTC)
NOON = datetime(2026, 9, 1, 4, tzinfo=UTC)

AGREEMENT = Agreement(
    id="420100-420700-demo",
    n=1,
    parties=(HOME, PEER),
    from_=JANUARY,
    until=DECEMBER,
    basis="鄂汉政务服务互认备忘录（演示）",
    items=(
        AgreementItem(
            kind=LICENCE,
            matters=("M-1", "M-2"),
            purposes=("verify",),
            fields=("名称", "住所"),
            direction="both",
        ),
        AgreementItem(
            kind=FOOD,
            matters=("M-1",),
            purposes=("verify", "prefill"),
            fields=("经营者名称",),
            direction=f"{HOME}->{PEER}",
        ),
    ),
)

"""In format 1, as the first release wrote it."""

BY_MATTERS = Agreement(
    id="420100-420700-demo",
    n=2,
    parties=(HOME, PEER),
    from_=JANUARY,
    until=DECEMBER,
    basis="鄂汉政务服务互认备忘录（演示）",
    rows=(
        AgreementRow(
            matter="M-1",
            kinds=(
                AgreedKind(kind=LICENCE, fields=("名称", "住所"), predicates=("in_force_on", "equals")),
                AgreedKind(kind=FOOD, fields=("经营者名称",)),
            ),
            modes=("L1", "L2"),
            purposes=("verify",),
            direction="both",
        ),
        AgreementRow(
            matter="M-2",
            kinds=(AgreedKind(kind=LICENCE, fields=("名称",), predicates=("not_ended_within",)),),
            modes=("L3",),
            purposes=("verify", "prefill"),
            direction=f"{HOME}->{PEER}",
        ),
    ),
    format=2,
)
"""In format 2, which speaks of matters."""


def listed(
    key: NumberedKey, purpose: Purpose = Purpose.SEAL, *, compromised: datetime | None = None
) -> ListedKey:
    """Return the entry of a key that signs through 2026 and can be checked for ten years more."""
    return ListedKey(
        kid=key.kid,
        jwk=key.jwk,
        algorithm=key.algorithm,
        purpose=purpose,
        from_=JANUARY,
        until=DECEMBER,
        verify_until=LATER,
        state=KeyState.COMPROMISED if compromised else KeyState.ACTIVE,
        compromised_since=compromised,
    )


def region_key(region: str, purpose: Purpose, n: int = 1) -> NumberedKey:
    """Return the key of a region for one purpose."""
    suite = EDDSA if purpose in {Purpose.LOG, Purpose.WITNESS} else ES256
    return fixed_key(f"{region}-{purpose}-{n}", suite)


def region_keys(region: str) -> RegionKeys:
    """Return a region's keys, one for every purpose but seals."""
    purposes = [purpose for purpose in Purpose if purpose is not Purpose.SEAL]
    return RegionKeys(region=region, keys=tuple(listed(region_key(region, one), one) for one in purposes))


def region_issuers(region: str, agency: str, kinds: Iterable[str]) -> RegionIssuers:
    """Return a region's one agency with one seal."""
    issuer = Issuer(
        agency=agency,
        name="市场监督管理局（演示）",
        name_en="Market Regulation (demo)",
        kinds=tuple(kinds),
        keys=(listed(fixed_key(f"{agency}-1")),),
    )
    return RegionIssuers(region=region, issuers=(issuer,))


def members(*, home: MemberState = MemberState.FULL, peer: MemberState = MemberState.FULL) -> Members:
    """Return the two members, in the states given."""
    both = (
        Member(code=HOME, name="鄂州市", name_en="Ezhou", state=home, since=JANUARY),
        Member(code=PEER, name="武汉市", name_en="Wuhan", state=peer, since=JANUARY),
    )
    return Members(version=7, issued_at=JANUARY, members=both)


def published(agreement: Agreement, *by: str) -> dict[str, bytes]:
    """Return the agreement's file under each of the regions that publish it."""
    other = {HOME: PEER, PEER: HOME}
    return {agreement_path(code, other[code], agreement.n): agreement.to_bytes() for code in by}


def trust_files() -> dict[str, bytes]:
    """Return a whole, consistent list with an agreement that both regions publish."""
    files = {MEMBERS_PATH: members().to_bytes(), **published(AGREEMENT, HOME, PEER)}
    for code, agency, port in ((HOME, AGENCY, 8000), (PEER, PEER_AGENCY, 8001)):
        files[keys_path(code)] = region_keys(code).to_bytes()
        files[issuers_path(code)] = region_issuers(code, agency, (LICENCE, FOOD)).to_bytes()
        files[endpoints_path(code)] = RegionEndpoint(region=code, url=f"http://127.0.0.1:{port}").to_bytes()
    return files
