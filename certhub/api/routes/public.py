"""What everybody may fetch: status lists, the trust list, whether we are well, and what the API is.

Files among the public files are signed, or hashed into something signed, so any cache may hold them; the ETag is the
hash of their bytes. They are read in the event loop: a file of this machine takes less time than a change of threads.
"""

import re
from hashlib import sha256

from certhub_schemas import KindUnknown
from certhub_verifier.formats.credential.typemetadata import published
from certhub_verifier.formats.status.statuslist import status_uri
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from certhub.adapters.public_files import PublicFiles
from certhub.api.http.answering import JSONResponse
from certhub.api.http.deps import TheHub
from certhub.api.http.direct import direct
from certhub.api.routes import answers
from certhub.errors import NotFound
from certhub.setup.health import as_dict, ready_checks
from certhub.setup.tls import authority_der

router = APIRouter(tags=["public"])

STATUS_TYPE = "application/statuslist+jwt"  # Token Status List, "Status List Token in JWT Format"
STATUS_CACHE = "public, max-age=5"  # seconds: a sixth of the list's ttl, so that caches add little to its age
AUTHORITY_TYPE = "application/x-x509-ca-cert"  # browsers of phones know it, and offer to install it
TRUST_CACHE = "public, max-age=60"
DOCUMENT_TYPE, DOCUMENT_CACHE = "application/octet-stream", "public, max-age=31536000, immutable"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LIST_NO = re.compile(r"[1-9][0-9]{0,8}")
_TARGET = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*\.json")

DOCS_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CertHub API</title>
<link rel="stylesheet" href="/assets/vendor/swagger-ui/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/assets/vendor/swagger-ui/swagger-ui-bundle.js"></script>
<script src="/assets/docs.js"></script>
</body>
</html>
"""


@router.get("/healthz")
@direct
async def healthz() -> Response:
    """Say that the process answers; nothing else is looked at."""
    return JSONResponse({"status": "ok"})


@router.get(
    "/readyz",
    responses={
        200: {"model": answers.HealthOut},
        503: {"model": answers.HealthOut, "description": "Some check fails"},
    },
)
def readyz(hub: TheHub) -> Response:
    """Say whether requests can be answered: database, trust list and signers are there."""
    told = as_dict(ready_checks(hub))
    return JSONResponse(told, status_code=200 if told["ready"] else 503)


@router.get("/status/", responses={200: {"model": answers.StatusLists}})
def list_status_lists(hub: TheHub) -> Response:
    """Return the names of the region's status lists (Token Status List, "Aggregation")."""
    lists = sorted(int(name) for name in hub.public_files.names("status") if _LIST_NO.fullmatch(name))
    uris = [status_uri(hub.region, list_no) for list_no in lists]
    return JSONResponse({"status_lists": uris}, headers={"Cache-Control": STATUS_CACHE})


@router.get(
    "/status/{list_no}",
    response_class=Response,
    responses={
        200: {"content": {STATUS_TYPE: {"schema": {"type": "string"}}}},
        304: {"description": "Unchanged"},
    },
)
@direct
async def get_status_list(list_no: str, request: Request, hub: TheHub) -> Response:
    """Return one signed status list."""
    if not _LIST_NO.fullmatch(list_no):
        raise NotFound("no such status list")
    return _file(
        hub.public_files.get(f"status/{list_no}"), request, media_type=STATUS_TYPE, cache=STATUS_CACHE
    )


@router.get("/trust/targets/{path:path}", responses={304: {"description": "Unchanged"}})
@direct
async def get_trust_target(path: str, request: Request, hub: TheHub) -> Response:
    """Return a file of the trust list in force (TUF targets layout)."""
    if not _TARGET.fullmatch(path):
        raise NotFound("no such file of the trust list")
    content = PublicFiles(hub.trust_folder.folder).get(path)
    return _file(content, request, media_type="application/json", cache=TRUST_CACHE)


@router.get(
    "/trust/documents/{digest}",
    response_class=Response,
    responses={
        200: {"content": {DOCUMENT_TYPE: {}}, "description": "The document whose SHA-256 this is"},
        304: {"description": "Unchanged"},
    },
)
@direct
async def get_document(digest: str, request: Request, hub: TheHub) -> Response:
    """Return what a receipt names by its digest: rules, a catalogue, the manifest of a trust list, or one of its files.

    Raises:
        NotFound: nothing of that digest was kept here (NOT_KEPT).
    """
    if not _DIGEST.fullmatch(digest):
        raise NotFound("a digest has 64 lower-case hexadecimal digits", code="NOT_KEPT")
    try:
        content = hub.public_files.document(digest)
    except NotFound as missing:
        raise NotFound("nothing of this digest is kept here", code="NOT_KEPT") from missing
    return _file(content, request, media_type=DOCUMENT_TYPE, cache=DOCUMENT_CACHE)


@router.get(
    "/authority.crt",
    response_class=Response,
    responses={
        200: {"content": {AUTHORITY_TYPE: {}}, "description": "The authority's x509, DER"},
        304: {"description": "Unchanged"},
    },
)
def get_authority(request: Request, hub: TheHub) -> Response:
    """Return the local authority's x509, for a device that is to trust it.

    Raises:
        NotFound: this hub has no local authority.
    """
    return _file(authority_der(hub.settings), request, media_type=AUTHORITY_TYPE, cache=TRUST_CACHE)


@router.get("/types/{code}", responses={304: {"description": "Unchanged"}})
@direct
async def get_type_metadata(code: str, request: Request, hub: TheHub) -> Response:
    """Return the Type Metadata of a kind's credentials (SD-JWT VC): claims, their names, and what may be hidden."""
    try:
        document = published(hub.kind(code, hub.now()))
    except KindUnknown as unknown:
        raise NotFound("no such kind") from unknown
    return _file(document, request, media_type="application/json", cache=TRUST_CACHE)


@router.get("/openapi.json", include_in_schema=False)
def get_openapi(request: Request) -> Response:
    """Return the description of this API (OpenAPI 3.1)."""
    return JSONResponse(request.app.openapi())


@router.get("/docs", include_in_schema=False)
def get_docs() -> Response:
    """Return Swagger UI, served from here alone."""
    return HTMLResponse(DOCS_PAGE)


def _file(content: bytes, request: Request, *, media_type: str, cache: str) -> Response:
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": cache}
    asked = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if asked & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
