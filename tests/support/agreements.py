"""Agreements of the two usual regions, as both publish them, put into the trust folders of hubs under test."""

from typing import Any

from certhub_schemas.requirements import MODES
from certhub_verifier.formats.trust.agreement import BOTH, AgreedKind, Agreement, AgreementRow
from certhub_verifier.formats.trust.trustlist import agreement_path

from certhub.adapters.public_files import PublicFiles
from certhub.hub import TRUST
from tests.support.region import Region

PAIR = ("420700", "420100")


def live(region: Region) -> Agreement:
    """Return the agreement of the two regions that is live by this region's list."""
    found = region.hub.trust.agreement(*PAIR, region.clock.now())
    assert found is not None
    return found


def publish_agreement(agreement: Agreement, *where: Region) -> None:
    """Put an agreement, as both regions publish it, into the trust folders of some hubs; read a second later."""
    for region in where:
        for own, peer in (PAIR, PAIR[::-1]):
            PublicFiles(region.hub.settings.data / TRUST).put(
                agreement_path(own, peer, agreement.n), agreement.to_bytes()
            )


def a_row(matter: str, *kinds: AgreedKind, **changes: Any) -> AgreementRow:
    """Return a row for a matter, in every mode, to verify, both ways, unless it is changed."""
    usual: dict[str, Any] = {"modes": MODES, "purposes": ("verify",), "direction": BOTH}
    return AgreementRow(matter=matter, kinds=kinds, **usual | changes)
