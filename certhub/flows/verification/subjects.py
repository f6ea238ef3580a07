"""Who holds a certificate, under a name that means nothing outside one case: pairwise, 16 bytes in hexadecimal.

Two certificates of one case have a holder in common where they have a name in common; the same holder has another name
in the next case, and at another hub, so that nobody can follow a person by it.
"""

from collections.abc import Callable

from certhub.db.engine import Pen
from certhub.db.sealing import Vault
from certhub.matters.cases import store as cases
from certhub.matters.cases.store import CaseName
from certhub.records.certificates.record import Certificate

LABEL, BYTES = "subject", 16
Names = Callable[[Certificate], tuple[str, ...]]


def scope_of(pen: Pen, case: CaseName | None, verification: str) -> str:
    """Return what holders' names are made for: the case; where a verification has none, that verification alone."""
    return verification if case is None else cases.found_by(pen, case).hex()


def subjects_of(vault: Vault, scope: str | bytes | None) -> Names | None:
    """Return what names the holders of a certificate in a case; None where there is no case to name them in.

    Every holder is named, in the order of the names: who stands first on a certificate is not told.
    """
    if scope is None:
        return None

    def names(certificate: Certificate) -> tuple[str, ...]:
        found = (vault.index(one.id_type, one.id_number) for one in certificate.record.holders)
        return tuple(sorted({vault.digest(LABEL, scope, one)[:BYTES].hex() for one in found}))

    return names
