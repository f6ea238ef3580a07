"""certhub issue, revoke."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from certhub.cli.console import DataOption, JsonOption, app, open_hub, result, say
from certhub.cli.imports import agency_account
from certhub.errors import BadRequest
from certhub.flows.people.accounts import request_key
from certhub.flows.records import issue as issuing
from certhub.flows.records.change import Order, change
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.rules import Transition


@app.command("issue")
def issue(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="与 API 相同的 JSON / the API's JSON body")
    ],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """签发一张证照；同一文件再执行一次不会重复 / issue one certificate, once."""
    body = _body(file)
    hub = open_hub(data)
    by = agency_account(hub)
    agency = issuing.issuing_agency(body["kind"], by=by, hub=hub)
    holders = [(h["name"], h["id_type"], h["id_number"]) for h in body["holders"]]
    draft = RawDraft(
        kind=body["kind"],
        agency=agency,
        holders=holders,
        number=body["number"],
        issued_on=body["issued_on"],
        valid_from=body["valid_from"],
        valid_to=body.get("valid_to"),
        claims=body["claims"],
    )
    made, new = issuing.issue(draft, by=by, hub=hub, key=request_key("issue", file.read_bytes(), hub=hub))
    say(f"{'已签发' if new else '已存在'} {made['identifier']}", "issued" if new else "existing")
    if as_json:
        result(dict(made))


@app.command("revoke")
def revoke(
    certificate: Annotated[str, typer.Argument(help="证照 id / the certificate's id")],
    reason: Annotated[str, typer.Option("--reason", help="原因 / the reason")],
    decision: Annotated[str, typer.Option("--decision", help="决定书编号 / number of the decision")],
    data: DataOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 / do not ask")] = False,
    as_json: JsonOption = False,
) -> None:
    """撤销一张证照；撤销后不能恢复 / revoke a certificate, for good."""
    if not yes:
        typer.confirm(
            "撤销后不能恢复；联网核验马上显示无效，状态列表两秒内更新。继续？/ this cannot be undone. Go on?",
            abort=True,
            err=True,
        )
    hub = open_hub(data)
    by = agency_account(hub)
    key = request_key("revoke", f"{certificate}\0{reason}\0{decision}".encode(), hub=hub)
    changed = change(certificate, Transition.REVOKE, Order(reason, decision), by=by, hub=hub, key=key)
    say(f"已撤销 {changed['identifier']}", "revoked")
    if as_json:
        result(dict(changed))


def _body(file: Path) -> dict[str, Any]:
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
        return {**body, "holders": list(body["holders"]), "claims": dict(body["claims"])}
    except (ValueError, KeyError, TypeError) as broken:
        raise BadRequest(f"{file} is not a certificate's JSON body (see /docs): {broken}") from broken
