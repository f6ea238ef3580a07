"""What an agency calls: the catalogue, issuing, and the life of what it issued."""

from functools import partial
from typing import Annotated

from certhub_schemas import Kind, KindUnknown
from certhub_schemas.codes import normalise
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from certhub.api.http.answering import JSONResponse
from certhub.api.http.deps import Acting, IdempotencyKey, TheHub
from certhub.api.http.direct import direct
from certhub.api.http.driving import read
from certhub.api.routes import answers
from certhub.api.routes.models import (
    CERTIFICATE_ID,
    CertificateSearch,
    NewCertificate,
    Order,
    Renewal,
    SearchState,
)
from certhub.errors import NotFound
from certhub.flows.records import change, find, issue, renew
from certhub.hub import Hub
from certhub.people.parties.people import Actor
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.query import CertificateQuery, Sought
from certhub.records.certificates.rules import Transition
from certhub.records.certificates.summary import summary

router = APIRouter(prefix="/api/v1", tags=["agency"])
PAGE, MAX_PAGE = 50, 200

CertificateId = Annotated[str, Path(pattern=CERTIFICATE_ID)]
KindCode = Annotated[str, Path(max_length=32)]


@router.post(
    "/certificates",
    status_code=201,
    responses={
        200: {"model": answers.CertificateOut, "description": "It was issued before, with the same contents"},
        201: {"model": answers.CertificateOut},
    },
)
def issue_certificate(body: NewCertificate, by: Acting, hub: TheHub, key: IdempotencyKey) -> Response:
    """Issue one certificate; the agency is the one of yours that may issue this kind."""
    draft = RawDraft(
        kind=body.kind,
        agency=_agency(body.kind, by, hub),
        holders=[(holder.name, holder.id_type, holder.id_number) for holder in body.holders],
        number=body.number,
        issued_on=body.issued_on,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        claims=body.claims,
    )
    told, is_new = issue.issue(draft, by=by, hub=hub, key=key)
    headers = {"Location": f"{router.prefix}/certificates/{told['id']}"}
    return JSONResponse(told, status_code=201 if is_new else 200, headers=headers)


@router.get("/certificates", responses={200: {"model": answers.CertificatePage}})
def list_certificates(
    by: Acting,
    hub: TheHub,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
    cursor: Annotated[str | None, Query(pattern=CERTIFICATE_ID)] = None,
    kind_code: Annotated[str | None, Query(alias="kind", max_length=32)] = None,
    state: Annotated[SearchState | None, Query()] = None,
    agency: Annotated[str | None, Query(max_length=18)] = None,
) -> Response:
    """Return what your agencies issued, newest first; of one kind, state or agency where that is asked."""
    question = CertificateQuery(kind=kind_code, state=state)
    return _page(question, agency, limit, cursor, by=by, hub=hub)


@router.post("/certificate-searches", responses={200: {"model": answers.CertificatePage}})
def search_certificates(body: CertificateSearch, by: Acting, hub: TheHub) -> Response:
    """Find what your agencies issued, over everything stored, newest first; every value given must fit.

    A body and no query string: numbers and names of holders never stand in an address.
    """
    exact = {what: value for what in Sought if (value := getattr(body, what.value)) is not None}
    question = CertificateQuery(exact, body.text, body.kind, body.state)
    return _page(question, body.agency, body.limit, body.cursor, by=by, hub=hub)


def _page(
    question: CertificateQuery, agency: str | None, limit: int, cursor: str | None, *, by: Actor, hub: Hub
) -> Response:
    page = find.page(question, agency=agency, limit=limit, cursor=cursor, by=by, hub=hub)
    return JSONResponse({"items": [summary(c) for c in page.certificates], "next_cursor": page.following})


@router.get("/certificates/{certificate_id}", responses={200: {"model": answers.CertificateOut}})
@direct
async def get_certificate(certificate_id: CertificateId, by: Acting, hub: TheHub) -> Response:
    """Return one certificate of your agencies."""
    return JSONResponse(summary(await read(partial(find.certificate, certificate_id, by=by, hub=hub), hub)))


@router.post("/certificates/{certificate_id}/suspension", responses={200: {"model": answers.CertificateOut}})
def suspend_certificate(
    certificate_id: CertificateId, body: Order, by: Acting, hub: TheHub, key: IdempotencyKey
) -> Response:
    """Suspend a certificate that is active."""
    return JSONResponse(
        change.change(certificate_id, Transition.SUSPEND, _order(body), by=by, hub=hub, key=key)
    )


@router.post(
    "/certificates/{certificate_id}/reinstatement", responses={200: {"model": answers.CertificateOut}}
)
def reinstate_certificate(
    certificate_id: CertificateId, body: Order, by: Acting, hub: TheHub, key: IdempotencyKey
) -> Response:
    """Make a suspended certificate active again."""
    return JSONResponse(
        change.change(certificate_id, Transition.REINSTATE, _order(body), by=by, hub=hub, key=key)
    )


@router.post("/certificates/{certificate_id}/revocation", responses={200: {"model": answers.CertificateOut}})
def revoke_certificate(
    certificate_id: CertificateId, body: Order, by: Acting, hub: TheHub, key: IdempotencyKey
) -> Response:
    """Revoke a certificate that should not have been issued; this is the end of it."""
    return JSONResponse(
        change.change(certificate_id, Transition.REVOKE, _order(body), by=by, hub=hub, key=key)
    )


@router.post(
    "/certificates/{certificate_id}/cancellation", responses={200: {"model": answers.CertificateOut}}
)
def cancel_certificate(
    certificate_id: CertificateId, body: Order, by: Acting, hub: TheHub, key: IdempotencyKey
) -> Response:
    """Cancel a certificate whose holder gave it up or no longer exists; this is the end of it."""
    return JSONResponse(
        change.change(certificate_id, Transition.CANCEL, _order(body), by=by, hub=hub, key=key)
    )


@router.post("/certificates/{certificate_id}/withdrawal", responses={200: {"model": answers.CertificateOut}})
def withdraw_certificate(
    certificate_id: CertificateId, body: Order, by: Acting, hub: TheHub, key: IdempotencyKey
) -> Response:
    """Withdraw a certificate as a penalty; this is the end of it."""
    return JSONResponse(
        change.change(certificate_id, Transition.WITHDRAW, _order(body), by=by, hub=hub, key=key)
    )


@router.post("/certificates/{certificate_id}/renewal", responses={200: {"model": answers.CertificateOut}})
def renew_certificate(
    certificate_id: CertificateId, body: Renewal, by: Acting, hub: TheHub, key: IdempotencyKey
) -> Response:
    """Issue the next version of a certificate and supersede this one; returns the new one."""
    return JSONResponse(renew.renew(certificate_id, _order(body), body.valid_to, by=by, hub=hub, key=key))


@router.get("/kinds", responses={200: {"model": answers.KindList}})
def list_kinds(hub: TheHub) -> Response:
    """Return the kinds of the catalogue that are in force today (GB/T 36902)."""
    return JSONResponse({"items": [_short(one) for one in hub.kinds(hub.now())]})


@router.get("/kinds/{code}", responses={200: {"model": dict[str, object]}})
def get_kind(code: KindCode, hub: TheHub) -> Response:
    """Return one kind, in the version in force today, with its fields and the schema of its claims."""
    return JSONResponse(_known(code, hub).to_json())


@router.get("/kinds/{code}/schema", responses={200: {"model": dict[str, object]}})
def get_kind_schema(code: KindCode, hub: TheHub) -> Response:
    """Return the JSON Schema 2020-12 of a kind's claims, in the version in force today."""
    return JSONResponse(dict(_known(code, hub).claims_schema), media_type="application/schema+json")


def _agency(kind_code: str, by: Actor, hub: Hub) -> str:
    """Return the account's agency for a kind; any of them for an unknown kind, which the flow refuses."""
    code = normalise(kind_code)
    if by.agencies and all(one.code != code for one in hub.kinds(hub.now())):
        return by.agencies[0]
    return issue.issuing_agency(code, by=by, hub=hub)


def _order(body: Order) -> change.Order:
    return change.Order(body.reason, body.decision_number, body.effective_from)


def _known(code: str, hub: Hub) -> Kind:
    try:
        return hub.kind(code, hub.now())
    except KindUnknown as unknown:
        raise NotFound("no such kind") from unknown


def _short(kind: Kind) -> dict[str, object]:
    return {name: value for name, value in kind.to_json().items() if name in answers.KindOut.model_fields}
