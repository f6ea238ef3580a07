"""Why a counter's request can be answered no more, each with a word of its own."""

from certhub.errors import Conflict, HubError
from certhub.verification.requests.store import RequestState


class RequestUsed(Conflict):
    """Somebody consented to it before."""

    code = "REQUEST_USED"


class RequestVoid(Conflict):
    """The wrong digits were picked: nobody may try again."""

    code = "REQUEST_VOID"


class RequestRefused(Conflict):
    """Its holder refused it."""

    code = "REQUEST_REFUSED"


class RequestExpired(Conflict):
    """It waited longer than ten minutes."""

    code = "REQUEST_EXPIRED"


class RequestTaken(Conflict):
    """Somebody else opened it first."""

    code = "REQUEST_TAKEN"


_BY_STATE: dict[RequestState, type[Conflict]] = {
    RequestState.CONSENTED: RequestUsed,
    RequestState.ANSWERED: RequestUsed,
    RequestState.VOID: RequestVoid,
    RequestState.REFUSED: RequestRefused,
    RequestState.EXPIRED: RequestExpired,
}


def must_wait(state: RequestState) -> None:
    """Raise why a request in this state can be answered no more; nothing while it waits."""
    refused = _BY_STATE.get(state)
    if refused is not None:
        raise refused(f"this request is {state.value}")


def refusal_of(cause: str) -> HubError | None:
    """Return the refusal that another hub names by its code; None where it is none of these."""
    known: tuple[type[Conflict], ...] = (*_BY_STATE.values(), RequestTaken)
    found = next((one for one in known if one.code == cause), None)
    return None if found is None else found(f"the asking hub says {cause}")
