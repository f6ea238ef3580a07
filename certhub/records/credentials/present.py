"""Show the least: a credential with only the disclosures that somebody may see. Pure."""

from collections.abc import Collection

from certhub_verifier.formats.credential import sdjwt

from certhub.records.certificates.record import Certificate

CORE = ("证照标识", "证照编号", "持证主体", "持证主体代码")


def present(certificate: Certificate, fields: Collection[str]) -> str:
    """Return the certificate's credential as SD-JWT text that discloses exactly `fields`."""
    issuer_jwt, disclosures = certificate.credential_parts
    return sdjwt.join(issuer_jwt, sdjwt.called(disclosures, fields))


def fields_shown(
    wanted_by_matter: tuple[str, ...] | None, chosen_by_holder: tuple[str, ...] | None
) -> tuple[str, ...]:
    """Return the fields a clerk sees: what the matter needs, and of that only what the holder agreed to.

    A kind that the matter does not need shows nothing beyond that it exists.
    """
    if wanted_by_matter is None:
        return ()
    if chosen_by_holder is None:
        return wanted_by_matter
    return tuple(name for name in wanted_by_matter if name in chosen_by_holder)
