"""The bodies of the events about divisions, agencies, offices and windows."""

from dataclasses import dataclass

from certhub.history.events.body import Body


@dataclass(frozen=True, kw_only=True)
class NodeAdded(Body):
    """A node of the organisation stands from the day `since` on, until the day `until`.

    `under` names what it stands under; `kinds` are the certificates that an agency may issue. Names and addresses
    are in the node's row.
    """

    under: tuple[str, ...]
    kinds: tuple[str, ...]
    since: str
    until: str | None


@dataclass(frozen=True, kw_only=True)
class NodeEnded(Body):
    """A node of the organisation is there no longer from the day `until` on; `successors` are agencies."""

    until: str
    successors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NodeRenamed(Body):
    """A node of the organisation has another name; the old one stays in what was signed with it."""

    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class OrganisationImported(Body):
    """A file of divisions, agencies, offices or windows was taken in; counts of its rows."""

    of: str
    rows: int
    added: int
    existing: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class AgencyListed(Body):
    """The trust list of this region says from now on what an agency may issue, and which key is its seal's."""

    kinds: tuple[str, ...]
    seal: str
    until: str | None
