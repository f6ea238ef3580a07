"""What another region calls: one signed question, one signed answer. The signature is the only login."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from certhub.api.http.answering import JSONResponse
from certhub.api.http.deps import TheHub
from certhub.api.routes import answers
from certhub.flows.verification import notices, peer_request
from certhub.flows.verification.answer import answer

router = APIRouter(prefix="/xr/v1", tags=["peer"])
RequestCode = Annotated[str, Path(min_length=20, max_length=20)]
QUESTION, REPLY = "application/xr-req+jwt", "application/xr-res+jwt"
NOTICE = "application/notice+jwt"


async def whole_body(request: Request) -> bytes:
    """Return the body as it came."""
    return await request.body()


@router.post(
    "/query",
    response_class=Response,
    responses={200: {"content": {REPLY: {"schema": {"type": "string"}}}, "description": "The signed answer"}},
    openapi_extra={"requestBody": {"required": True, "content": {QUESTION: {"schema": {"type": "string"}}}}},
)
def answer_query(question: Annotated[bytes, Depends(whole_body)], hub: TheHub) -> Response:
    """Answer a question of another region; the same bytes get the same answer, for three minutes."""
    return Response(answer(question, hub=hub), media_type=REPLY)


@router.post(
    "/requests/{code}",
    responses={200: {"model": answers.GivenOut}},
    openapi_extra={"requestBody": {"required": True, "content": {QUESTION: {"schema": {"type": "string"}}}}},
)
def give_request(code: RequestCode, question: Annotated[bytes, Depends(whole_body)], hub: TheHub) -> Response:
    """Give a counter's request to the home hub of the holder who opened its code; from now on to no other."""
    return JSONResponse(peer_request.give(code, question, hub=hub))


@router.post(
    "/requests/{code}/answer",
    responses={200: {"model": answers.TakenOut}},
    openapi_extra={"requestBody": {"required": True, "content": {REPLY: {"schema": {"type": "string"}}}}},
)
def take_answer(code: RequestCode, answered: Annotated[bytes, Depends(whole_body)], hub: TheHub) -> Response:
    """Take the answer to a counter's request, or its refusal; the same again changes nothing."""
    return JSONResponse(peer_request.take(code, answered, hub=hub))


@router.post(
    "/notices",
    responses={200: {"model": answers.NoticeOut}},
    openapi_extra={"requestBody": {"required": True, "content": {NOTICE: {"schema": {"type": "string"}}}}},
)
def take_notice(notice: Annotated[bytes, Depends(whole_body)], hub: TheHub) -> Response:
    """Take what another hub tells after a look: a verdict, an outcome, a dispute or its settlement; once by its id."""
    return JSONResponse(notices.take(notice, hub=hub))
