"""The looks that a showing leaves in the lists of the certificates' holders: decided from values.

A look is left at the home hub, in the transaction in which the certificate is told, whoever asks.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from certhub_verifier.report import UntoldItem

from certhub.db.ids import public_id
from certhub.flows.verification.shown_item import Examined
from certhub.people.looks.store import LookDetail, NewLook


@dataclass(frozen=True)
class Looker:
    """Who looks: at which region's counter, for which matter, in which verification."""

    region: str
    office: str
    window: str
    matter: str
    verification: str


def look_rows(
    items: Iterable[Examined | UntoldItem],
    looker: Looker,
    *,
    random: Callable[[int], bytes],
    concluded: Mapping[str, Any] | None = None,
) -> list[NewLook]:
    """Return a look for each certificate of ours that is told; what is not told leaves none."""
    return [
        NewLook(
            public_id(random),
            tuple((holder.id_type, holder.id_number) for holder in item.certificate.record.holders),
            looker.region,
            looker.verification,
            LookDetail(
                office=looker.office,
                window=looker.window,
                matter=looker.matter,
                kind=item.certificate.kind,
                kind_version=item.certificate.kind_version,
                fields=tuple(sorted(item.item.disclosed)),
                predicates=tuple(one.predicate.name for one in item.item.manner.predicates),
                certificate=item.certificate.certificate_id,
                agency=item.certificate.agency,
            ),
            concluded,
        )
        for item in items
        if isinstance(item, Examined) and item.certificate is not None
    ]
