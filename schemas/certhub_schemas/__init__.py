"""Kinds of certificate, matters, and codes that check themselves: the data both sides agree on.

Stands on the standard library alone, so that a counter that only verifies installs nothing else.
"""

from certhub_schemas.catalogue import Catalogue, shipped_catalogue
from certhub_schemas.certificate_kind import (
    CORE_NAMES,
    Authority,
    Field,
    HolderCategory,
    Kind,
    Level,
    Sensitivity,
)
from certhub_schemas.errors import BadCode, BadEntry, KindUnknown, MatterUnknown, SchemasError
from certhub_schemas.kinds import kind, kinds, load_kinds
from certhub_schemas.matters import Matter, load_matters, matter, matter_schema, matters
from certhub_schemas.predicates import Predicate
from certhub_schemas.reports import report_schema
from certhub_schemas.requirements import Alternative, Requirement

__version__ = "0.1.0"

__all__ = [
    "CORE_NAMES",
    "Alternative",
    "Authority",
    "BadCode",
    "BadEntry",
    "Catalogue",
    "Field",
    "HolderCategory",
    "Kind",
    "KindUnknown",
    "Level",
    "Matter",
    "MatterUnknown",
    "Predicate",
    "Requirement",
    "SchemasError",
    "Sensitivity",
    "kind",
    "kinds",
    "load_kinds",
    "load_matters",
    "matter",
    "matter_schema",
    "matters",
    "report_schema",
    "shipped_catalogue",
]
