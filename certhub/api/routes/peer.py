"""What another region calls: one signed question, one signed answer. The signature is the only login."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from certhub.api.http.deps import TheHub
from certhub.flows.verification.answer import answer

router = APIRouter(prefix="/xr/v1", tags=["peer"])
QUESTION, REPLY = "application/xr-req+jwt", "application/xr-res+jwt"


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
