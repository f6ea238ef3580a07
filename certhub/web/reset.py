"""重置演示: the button on a demo's first page that puts its region's demo back (certhub/demo/resetting.py)."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from certhub.demo.resetting import put_back
from certhub.errors import NotAllowed, NotFound
from certhub.hub import Hub
from certhub.people.parties.people import Actor, Role

router = APIRouter(include_in_schema=False)


@router.post("/demo/reset")
def reset(request: Request) -> dict[str, Any]:
    """Put this region's demo back; return what was done (`PutBack.to_dict`).

    Raises:
        NotFound: this is not a demo.
    """
    hub: Hub = request.app.state.hub
    if not hub.settings.is_demo:
        raise NotFound("only a demo can be put back", code="NO_SUCH_PATH")
    operator = getattr(request.state, "actor", None)
    if not isinstance(operator, Actor) or operator.role is not Role.OPERATOR:
        raise NotAllowed("the demo's operator puts it back")
    return put_back(hub, by=operator).to_dict()
