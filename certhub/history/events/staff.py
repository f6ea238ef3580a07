"""The bodies of the events about members of staff, how they sign in, and their sessions. None names a person."""

from dataclasses import dataclass

from certhub.history.events.body import Body


@dataclass(frozen=True, kw_only=True)
class StaffAdded(Body):
    """A member of staff is on record, with an account for each role; the subject is their login."""

    roles: tuple[str, ...]
    agency: str
    office: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StaffInvited(Body):
    """A link was made by which a login begins, good until `until` (seconds since 1970); those before it are void."""

    until: int


@dataclass(frozen=True, kw_only=True)
class StaffEnrolled(Body):
    """Somebody used the invitation of a login, and proves themselves by `methods` from now on."""

    methods: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StaffEnded(Body):
    """A login signs in no more; so many of its sessions ended with it."""

    sessions: int


@dataclass(frozen=True, kw_only=True)
class StaffImported(Body):
    """A file of staff was taken in; counts of its rows."""

    rows: int
    added: int
    existing: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class SessionBegun(Body):
    """A login signed in and acts in an account; `method` is how it proved itself."""

    session: str
    account: str
    method: str


@dataclass(frozen=True, kw_only=True)
class SessionProven(Body):
    """A login proved itself once more, for dangerous deeds of the next minutes, or took another account of its own."""

    session: str
    account: str


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Body):
    """Sessions of a login were ended by hand."""

    sessions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Body):
    """Somebody did not prove to be the owner of a login."""

    cause: str
