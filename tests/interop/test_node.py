"""Another implementation, in another language: npm @sd-jwt/* 0.19.0, both ways, key binding included."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from certhub_schemas import shipped_catalogue
from certhub_schemas.purposes import Purpose
from certhub_verifier.causes import Verdict
from certhub_verifier.engine import examine, run
from certhub_verifier.errors import VerifierError
from certhub_verifier.evidence import PresentedCredential
from certhub_verifier.formats.credential import claimtree, foreign, keybinding, sdjwt
from certhub_verifier.formats.credential.claimtree import Hidden
from certhub_verifier.formats.credential.keybinding import Binding
from certhub_verifier.formats.jose import base64url, strict_json
from certhub_verifier.formats.jose import jws as jose
from certhub_verifier.formats.status import statuslist
from certhub_verifier.lookups import StatusToken
from certhub_verifier.policy import Channel, policy_for

from tests.support.credentials import HOME, INDEX, LICENCE, NOW, World, seconds
from tests.support.fixed_keys import fixed_key, fixed_random
from tests.support.signing import NumberedKey

pytestmark = pytest.mark.interop

WORLD = World()
ISSUER, PHONE, KEEPER = (fixed_key(name) for name in ("issuer", "a phone", "keeper"))
TIME = seconds(NOW)
EXPECT = Binding("x509_hash:counter", "n" * 22)
LIST_URI = statuslist.status_uri(HOME, 3)
CLAIMS = {
    "iss": "https://issuer.example",
    "vct": "https://issuer.example/types/licence",
    "iat": TIME - 60,
    "exp": TIME + 3600,
    "cnf": {"jwk": dict(PHONE.jwk)},
    "name": "示例小面馆",
    "address": {"city": "鄂州", "street": "示例路 1 号"},
    "degrees": ["M.Sc.", "B.Sc."],
}
FRAME = {"_sd": ["name", "address"], "address": {"_sd": ["street"]}, "degrees": {"_sd": [0]}, "_sd_decoy": 2}
SHOWN_FRAME = {"name": True, "address": {"street": True}}


def private(key: NumberedKey) -> dict[str, str]:
    """Return a test key with its secret, as the other side takes it."""
    return {**key.jwk, "d": base64url.encode(key.number.to_bytes(32, "big"))}


def public(key: NumberedKey) -> dict[str, str]:
    """Return a test key's public half as JSON."""
    return dict(key.jwk)


def presented_by_us() -> str:
    """Return a credential of ours, three fields shown, bound by a phone."""
    whole = WORLD.credential(cnf={"jwk": public(PHONE)})
    chosen = sdjwt.select(sdjwt.split(whole), ["名称", "住所", "证照编号"])
    bound = keybinding.bind(chosen, EXPECT, key=PHONE, issued_at=TIME)
    return sdjwt.join(bound.issuer_jwt, bound.disclosures, bound.kb_jwt)


# From here to there.


@pytest.mark.parametrize("status", [0, 1, 2])
def test_node_accepts_what_we_make_and_only_while_it_is_valid(peer: Any, status: int) -> None:
    """Seal, selection, key binding and status list of ours, judged by Node; revoked and suspended refused."""
    lists = {LIST_URI: WORLD.status_token({INDEX: status}).decode()}
    answer = peer(
        "verify",
        text=presented_by_us(),
        jwk=public(WORLD.seal_key()),
        nonce=EXPECT.nonce,
        now=TIME,
        lists=lists,
        listJwk=public(WORLD.region_key(Purpose.STATUS)),
    )

    if status:
        assert answer == {"refused": "Status is not valid"}
    else:
        assert answer["payload"]["名称"] == "示例小面馆"
        assert answer["payload"]["vct"] == f"urn:certhub:kind:{LICENCE}:1"
        assert "法定代表人" not in answer["payload"]
        assert answer["kb"]["aud"] == EXPECT.audience


def test_our_engine_says_the_same_of_that_presentation() -> None:
    """The control case: the very text that Node accepts is valid here."""
    steps = examine(
        PresentedCredential(presented_by_us(), "file", expect=EXPECT, asker=None),
        trust=WORLD.trust(),
        policy=policy_for(None, Channel.FILE),
        now=NOW,
        catalogue=shipped_catalogue(),
    )
    assert run(steps, lambda need: StatusToken(WORLD.status_token())).verdict is Verdict.VALID


def test_node_reads_nested_and_array_disclosures_that_we_conceal(peer: Any) -> None:
    """Marks at every depth, decoys, and a part of it shown: the same payload on both sides."""
    tree = {
        **{name: CLAIMS[name] for name in ("iss", "vct", "iat", "exp", "cnf")},
        "name": Hidden(CLAIMS["name"]),
        "address": Hidden({"city": "鄂州", "street": Hidden("示例路 1 号")}),
        "degrees": [Hidden("M.Sc."), "B.Sc."],
    }
    concealed = claimtree.conceal(tree, random=fixed_random(), decoys=2)
    jws = jose.sign(concealed.payload, typ="dc+sd-jwt", key=ISSUER)
    whole = sdjwt.Presentation(jws, tuple(one.encoded for one in concealed.disclosures))
    places = claimtree.outline(whole)
    degree = next(path for path, one in places.items() if path[0] == "degrees" and one)  # decoys move it
    paths: list[list[claimtree.Path]] = [list(places), [("address", "street")], [degree], []]
    for chosen in paths:
        shown = claimtree.present(whole, chosen)
        ours = sdjwt.process(concealed.payload, shown.disclosures)
        text = sdjwt.join(shown.issuer_jwt, shown.disclosures)
        assert ours == peer("verify", text=text, jwk=public(ISSUER), now=TIME)["payload"]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_node_reads_our_status_lists(peer: Any, bits: int) -> None:
    """Every width, first and last index included."""
    values = {0: 1, 7: (1 << bits) - 1, 4_096: 1, statuslist.MIN_SLOTS - 1: 1}
    made = statuslist.StatusList.blank(statuslist.MIN_SLOTS, bits).with_statuses(values)
    said = statuslist.statement(sub=LIST_URI, bits=bits, lst=made.pack(), iat=TIME, exp=TIME + 60, ttl=30)
    indices = [*values, 1, 4_095]
    answer = peer("read", text=jose.sign(said, typ="statuslist+jwt", key=KEEPER), indices=indices)

    assert {"statuses": [values.get(index, 0) for index in indices], "bits": bits} == answer


# From there to here.


def made_by_node(peer: Any) -> str:
    """Return a presentation by Node of a credential by Node, bound by a phone of Node's."""
    issued = peer("issue", jwk=private(ISSUER), claims=CLAIMS, frame=FRAME, header={"kid": "issuer-1"})[
        "text"
    ]
    asked = {"aud": EXPECT.audience, "nonce": EXPECT.nonce, "iat": TIME}
    text: str = peer("present", text=issued, frame=SHOWN_FRAME, jwk=private(PHONE), **asked)["text"]
    return text


def shown(text: str, *, expect: Binding | None = EXPECT) -> foreign.Shown:
    """Judge a stranger's presentation here."""
    return foreign.verify(foreign.parse(text), ISSUER, now=TIME, expect=expect)


def test_we_accept_what_node_makes(peer: Any) -> None:
    """Issued, presented and bound there; verified here by the issuer's key, through the interop profile."""
    found = shown(made_by_node(peer))

    assert found.bound == EXPECT
    assert found.payload["name"] == CLAIMS["name"]
    assert found.payload["address"] == CLAIMS["address"]
    assert found.payload["degrees"] == ["B.Sc."]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_we_read_node_s_status_lists(peer: Any, bits: int) -> None:
    """Made and signed there, every width; our reader says the same of every index."""
    statuses = [index * index % (1 << bits) for index in range(4_096)]
    payload = {"sub": "https://issuer.example/lists/1", "iat": TIME, "exp": TIME + 3600, "ttl": 600}
    text = peer("list", jwk=private(KEEPER), statuses=statuses, bits=bits, payload=payload)["text"]
    parsed, _ = jose.parse_foreign(text, "statuslist+jwt")
    found = statuslist.parse_statement(jose.verify_foreign(parsed, KEEPER))

    assert (found.sub, found.exp, found.ttl) == (payload["sub"], payload["exp"], payload["ttl"])
    assert statuses == [found.statuses.get(index) for index in range(found.statuses.size)]


# What is tampered with: refused here, and what Node says of it, for the record.


def forged(
    payload: bytes, *disclosures: str, header: dict[str, str] | None = None, key: NumberedKey = ISSUER
) -> str:
    """Return an SD-JWT over exactly these bytes, well signed by the issuer: a mistake or a malice of its own."""
    head = strict_json.dumps(header or {"alg": "ES256", "typ": "dc+sd-jwt"})
    message = f"{base64url.encode(head)}.{base64url.encode(payload)}".encode()
    return sdjwt.join(jose.assemble(message, key.sign(message)), disclosures)


def spelled(**members: Any) -> bytes:
    """Return the clear claims, and more, as JSON."""
    clear = {name: CLAIMS[name] for name in ("iss", "vct", "iat", "exp", "cnf")}
    return json.dumps(clear | members).encode()


def rebound(text: str, *, key: NumberedKey = PHONE, binding: Binding = EXPECT, at: int = TIME) -> str:
    """Return the presentation with a fresh key binding, over whatever disclosures it now has."""
    parts = sdjwt.split(text)
    bound = keybinding.bind(
        sdjwt.Presentation(parts.issuer_jwt, parts.disclosures), binding, key=key, issued_at=at
    )
    return sdjwt.join(bound.issuer_jwt, bound.disclosures, bound.kb_jwt)


EXTRA = base64url.encode(b'["c2FsdA","role","director"]')
NAME = base64url.encode(b'["c2FsdA","name","somebody else"]')


VCT = base64url.encode(b'["c2FsdA","vct","https://issuer.example/types/another"]')


def with_disclosure(text: str, more: str) -> str:
    """Return the presentation with one disclosure more, bound anew."""
    parts = sdjwt.split(text)
    return rebound(sdjwt.join(parts.issuer_jwt, [*parts.disclosures, more]))


Tamper = Callable[[str], str]
TAMPERED: dict[str, tuple[Tamper, bool]] = {
    "a disclosure that nobody signed": (lambda text: with_disclosure(text, EXTRA), True),
    "a disclosure sent twice": (lambda text: with_disclosure(text, sdjwt.split(text).disclosures[0]), True),
    "a claim disclosed over a clear one": (
        lambda _: rebound(forged(spelled(name="clear", _sd=[sdjwt.digest(NAME)]), NAME)),
        True,
    ),
    "a digest that stands twice": (
        lambda _: rebound(
            forged(spelled(_sd=[sdjwt.digest(NAME)], more={"_sd": [sdjwt.digest(NAME)]}), NAME)
        ),
        True,
    ),
    "two members of one name": (lambda _: rebound(forged(spelled()[:-1] + b',"exp":9999999999}')), True),
    "vct out of a disclosure": (
        lambda _: rebound(
            forged(
                spelled(_sd=[sdjwt.digest(VCT)]).replace(
                    b'"vct": "https://issuer.example/types/licence", ', b""
                ),
                VCT,
            )
        ),
        True,
    ),
    "the old type": (
        lambda _: rebound(forged(spelled(), header={"alg": "ES256", "typ": "vc+sd-jwt"})),
        True,
    ),
    "a binding for another counter": (
        lambda text: rebound(text, binding=Binding("x509_hash:another", EXPECT.nonce)),
        True,
    ),
    "a binding of last year": (lambda text: rebound(text, at=TIME - 31_536_000), True),
    "a binding by another phone": (lambda text: rebound(text, key=fixed_key("another phone")), False),
    "a binding for another nonce": (
        lambda text: rebound(text, binding=Binding(EXPECT.audience, "m" * 22)),
        False,
    ),
    "a disclosure taken away after it was bound": (
        lambda text: text.replace("~" + sdjwt.split(text).disclosures[0], "", 1),
        False,
    ),
    "a signature of somebody else": (
        lambda _: rebound(forged(spelled(), key=fixed_key("somebody else"))),
        False,
    ),
}


@pytest.mark.parametrize(("tamper", "node_accepts"), TAMPERED.values(), ids=TAMPERED)
def test_what_is_tampered_with_is_refused_here(peer: Any, tamper: Tamper, node_accepts: bool) -> None:
    """Whatever the other library makes of it: where it accepts, two verifiers would disagree, and ours says no."""
    text = tamper(made_by_node(peer))
    theirs = peer("verify", text=text, jwk=public(ISSUER), nonce=EXPECT.nonce, now=TIME)

    with pytest.raises(VerifierError):
        shown(text)
    assert node_accepts is ("refused" not in theirs), theirs


def test_we_do_not_tolerate_what_we_are_not_asked_about(peer: Any) -> None:
    """Without an expected nonce Node does not look at the key binding at all; we do."""
    text = rebound(made_by_node(peer), key=fixed_key("another phone"))

    assert "payload" in peer("verify", text=text, jwk=public(ISSUER), now=TIME)
    with pytest.raises(keybinding.BadBinding):
        shown(text, expect=None)
