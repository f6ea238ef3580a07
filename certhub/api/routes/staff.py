"""How members of staff come in and leave: invitation, sign-in, another proof, another account, their sessions.

    POST /api/v1/sign-in/invitation       whose it is, and what their application of codes reads
    POST /api/v1/sign-in/enrolment        password and code: the invitation is used, a session begins
    POST /api/v1/sign-in/session          staff number, password and code
    POST /api/v1/sign-in/proof            once more, for a dangerous deed
    POST /api/v1/sign-in/account          act in another account of one's own
    GET, DELETE /api/v1/me/sessions[/id]  which there are; end one or all of them

The session's token is in a cookie that no script reads (HttpOnly, SameSite=Strict) and in no answer. It counts only
with the header X-CertHub-Role, which a page of another site cannot add.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from certhub.api.http.answering import JSONResponse
from certhub.api.http.deps import TheHub, session_cookie, session_speaker
from certhub.errors import NotFound
from certhub.flows.people import enrolment, sessions, sign_in
from certhub.flows.people.sessions import Begun, Speaker
from certhub.hub import Hub
from certhub.people.parties.people import Actor, Role
from certhub.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["staff"])

Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Password = Annotated[str, Field(min_length=1, max_length=128)]
SessionId = Annotated[str, Path(pattern=r"^[0-9A-Z]{26}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class InvitationIn(_Body):
    """The token behind the # of a link."""

    invitation: Token


class EnrolmentIn(InvitationIn):
    """A password of 12 characters or more, and the code that the application of codes shows."""

    password: Password
    code: Code


class ProofIn(_Body):
    """What a login proves itself by."""

    password: Password
    code: Code


class SignInIn(ProofIn):
    """Who signs in, and the proof."""

    number: Annotated[str, Field(min_length=1, max_length=64)]


class AccountIn(_Body):
    """An account of one's own."""

    account: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]


class AccountOut(BaseModel):
    """An account in which a login may act."""

    account: str
    role: Role
    name: str
    office: str


class SessionOut(BaseModel):
    """A session that began or goes on: in which account, until when at the most, and the others of the login."""

    session: str
    acting: AccountOut
    accounts: list[AccountOut]
    ends_at: datetime


class EnrolmentOut(BaseModel):
    """Whose an invitation is, and what their application of codes reads: as text, and as an address for a code."""

    name: str
    roles: list[Role]
    secret: str
    uri: str


class SessionLine(BaseModel):
    """A session of a login; `asking` is the one that asks."""

    session: str
    device: str
    begun_at: datetime
    seen_at: datetime
    asking: bool


class SessionList(BaseModel):
    """The sessions of a login, the latest first."""

    items: list[SessionLine]


class EndedOut(BaseModel):
    """How many sessions were ended."""

    ended: int


@router.post("/sign-in/invitation", responses={200: {"model": EnrolmentOut}})
def view_invitation(body: InvitationIn, hub: TheHub) -> Response:
    """Return whose an invitation is; it is not used by that."""
    begins = enrolment.view(body.invitation, hub=hub)
    roles = [role.value for role in begins.roles]
    return JSONResponse({"name": begins.name, "roles": roles, "secret": begins.secret, "uri": begins.uri})


@router.post("/sign-in/enrolment", status_code=201, responses={201: {"model": SessionOut}})
def enrol(body: EnrolmentIn, request: Request, hub: TheHub) -> Response:
    """Use an invitation: the login is proven by this password and these codes from now on."""
    begun = enrolment.accept(body.invitation, body.password, body.code, device=_device(request), hub=hub)
    return _session(begun, hub.settings)


@router.post("/sign-in/session", status_code=201, responses={201: {"model": SessionOut}})
def begin_session(body: SignInIn, request: Request, hub: TheHub) -> Response:
    """Sign in; whatever was wrong, the answer is the same, and attempts in vain are slowed down."""
    begun = sign_in.sign_in(body.number, body.password, body.code, device=_device(request), hub=hub)
    return _session(begun, hub.settings)


@router.post("/sign-in/proof", status_code=201, responses={201: {"model": SessionOut}})
def prove_again(body: ProofIn, request: Request, hub: TheHub) -> Response:
    """Prove once more who acts; the session goes on under another token."""
    return _session(
        sign_in.prove(body.password, body.code, session=_speaker(request, hub).session, hub=hub), hub.settings
    )


@router.post("/sign-in/account", status_code=201, responses={201: {"model": SessionOut}})
def change_account(body: AccountIn, request: Request, hub: TheHub) -> Response:
    """Act in another account of one's own; the session goes on under another token."""
    return _session(
        sessions.act_as(body.account, session=_speaker(request, hub).session, hub=hub), hub.settings
    )


@router.get("/me/sessions", responses={200: {"model": SessionList}})
def list_sessions(request: Request, hub: TheHub) -> Response:
    """Return the sessions of who asks, each with the browser in which it began."""
    session = _speaker(request, hub).session
    items = [
        {
            "session": one.id,
            "device": one.device,
            "begun_at": one.begun_at.isoformat(timespec="seconds"),
            "seen_at": one.seen_at.isoformat(timespec="seconds"),
            "asking": one.id == session.id,
        }
        for one in sessions.others(session, hub=hub)
    ]
    return JSONResponse({"items": items})


@router.delete("/me/sessions", responses={200: {"model": EndedOut}})
def end_sessions(request: Request, hub: TheHub) -> Response:
    """End every session of who asks, this one too."""
    answer = JSONResponse({"ended": sessions.end_all(_speaker(request, hub).session, hub=hub)})
    answer.delete_cookie(session_cookie(hub.settings), path="/", secure=_is_secure(hub.settings))
    return answer


@router.delete("/me/sessions/{session_id}", responses={200: {"model": EndedOut}})
def end_session(session_id: SessionId, request: Request, hub: TheHub) -> Response:
    """End one session of who asks; it speaks for nobody from this moment on."""
    sessions.end(session_id, session=_speaker(request, hub).session, hub=hub)
    return JSONResponse({"ended": 1})


def _speaker(request: Request, hub: Hub) -> Speaker:
    speaking = session_speaker(request, hub)
    if speaking is None:
        raise NotFound("no session of a member of staff asks this")
    return speaking


def _session(begun: Begun, settings: Settings) -> Response:
    """Answer with a session, whose token is in the cookie alone."""
    answer = JSONResponse(
        {
            "session": begun.session.id,
            "acting": _account(begun.actor),
            "accounts": [_account(one) for one in begun.accounts],
            "ends_at": begun.session.ends_at.isoformat(timespec="seconds"),
        },
        status_code=201,
    )
    answer.set_cookie(
        session_cookie(settings),
        begun.token,
        path="/",
        httponly=True,
        samesite="strict",
        secure=_is_secure(settings),
    )
    return answer


def _account(actor: Actor) -> dict[str, Any]:
    return {
        "account": actor.key,
        "role": actor.role.value,
        "name": actor.name,
        "office": actor.office,
    }


def _is_secure(settings: Settings) -> bool:
    return settings.url.startswith("https://")


def _device(request: Request) -> str:
    return request.headers.get("user-agent", "")
