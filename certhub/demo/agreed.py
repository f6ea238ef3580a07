"""What any two regions of the demo agreed on: every matter whole, but for two that show what happens outside.

Made from the matters and kinds of the catalogue, so that a matter that changes is still agreed whole: of each kind that
it takes the least fields, the predicates that are asked in the place of values, and the face, so that a glance can be
told; in the matter's mode and those above it.
"""

from certhub_schemas import Catalogue, Matter
from certhub_schemas.requirements import MODES
from certhub_verifier.formats.trust.agreement import BOTH, AgreedKind, AgreementRow

OUTSIDE = frozenset({"PLACEHOLDER-906", "PLACEHOLDER-911"})
"""公积金 and 医保缴费: in no row, so that the demo can show NO_AGREEMENT."""
NEVER = frozenset({"法定代表人身份证号"})
"""What no row grants, whatever needs it."""


def agreed_rows(catalogue: Catalogue) -> tuple[AgreementRow, ...]:
    """Return a row for each version of each matter that is not outside; rows of one matter add up."""
    return tuple(_row(matter, catalogue) for matter in catalogue.every_matter() if matter.code not in OUTSIDE)


def _row(matter: Matter, catalogue: Catalogue) -> AgreementRow:
    codes = dict.fromkeys(way.kind for one in matter.requirements for way in one.accepts)
    return AgreementRow(
        matter=matter.code,
        kinds=tuple(_kind(code, matter, catalogue) for code in codes),
        modes=MODES[MODES.index(matter.mode) :],
        purposes=("verify",),
        direction=BOTH,
    )


def _kind(code: str, matter: Matter, catalogue: Catalogue) -> AgreedKind:
    versions = catalogue.versions[code].values()
    face = [field.title for kind in versions for field in kind.face_fields]
    fields = dict.fromkeys([*(matter.fields_for(code) or ()), *face])
    predicates = dict.fromkeys(one.name for one in matter.predicates_for(code))
    return AgreedKind(
        kind=code,
        fields=tuple(title for title in fields if title not in NEVER),
        predicates=tuple(predicates),
    )
