"""What is searched for among certificates, as a value: an edge says it, the store finds it (search.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Sought(StrEnum):
    """What an exact value is searched as."""

    NUMBER = "number"
    IDENTIFIER = "identifier"
    HOLDER_NUMBER = "holder_number"
    HOLDER_NAME = "holder_name"


@dataclass(frozen=True)
class CertificateQuery:
    """What is asked: every value given must fit; `text` fits as any of `Sought`.

    `state` is a state of the certificate or `expired`, which is computed and then excludes `active`.
    """

    exact: Mapping[Sought, str] = field(default_factory=dict)
    text: str | None = None
    kind: str | None = None
    state: str | None = None
