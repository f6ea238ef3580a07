"""The JSON that routes answer with."""

from typing import Any

from starlette import responses

from certhub import plain_json


class JSONResponse(responses.JSONResponse):
    """An answer in JSON, printed as everything of ours is."""

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return plain_json.printed(content)
