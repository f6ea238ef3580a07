"""The good inputs that mutants are made of: two regions, all token types, several of each."""

import io
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from certhub_schemas import Matter, kinds, matters
from certhub_schemas.algorithms import EDDSA
from certhub_schemas.purposes import Purpose
from certhub_verifier import Channel, Policy, RedemptionRecord, StatusAt, StatusToken, TrustSet, policy_for
from certhub_verifier.formats import codes
from certhub_verifier.formats.credential import foreign, keybinding, sdjwt, typemetadata, vc
from certhub_verifier.formats.credential.keybinding import Binding
from certhub_verifier.formats.exchange.envelope import (
    AnsweredItem,
    Question,
    Request,
    Response,
    Result,
    request_digest,
)
from certhub_verifier.formats.exchange.notice import Notice, NoticeKind
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.exchange.request import CounterRequest, Place
from certhub_verifier.formats.jose import base64url
from certhub_verifier.formats.jose import jws as jose
from certhub_verifier.formats.status import statuslist
from certhub_verifier.lookups import Lookup, LookupResult
from qrcode.main import QRCode

from tests.support.certificates import CA, ISSUER, LEAF
from tests.support.credentials import AWAY, HOME, INDEX, LICENCE, MATTER, NOW, World, named_key, seconds
from tests.support.fixed_keys import fixed_random
from tests.support.signing import NumberedKey

PUBLISHED_IDENTIFIER = b"1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"


@dataclass(frozen=True)
class Corpus:
    """Good inputs by what reads them."""

    world: World = field(default_factory=World)
    device: NumberedKey = field(default_factory=lambda: named_key("a holder's device"))

    @cached_property
    def trust(self) -> TrustSet:
        """The trust set of everything here."""
        return self.world.trust()

    @cached_property
    def trust_files(self) -> Mapping[str, bytes]:
        """What it was read from."""
        return self.world.trust_files()

    @cached_property
    def matter(self) -> Matter:
        """A matter that may be settled offline."""
        return replace(matters()[0], offline_allowed=True)

    def policy(self, channel: Channel) -> Policy:
        """Return the matter's rules."""
        return self._policies[channel]

    @cached_property
    def _policies(self) -> Mapping[Channel, Policy]:
        return {channel: policy_for(self.matter, channel) for channel in Channel}

    def news(self, need: Lookup) -> LookupResult | None:
        """Answer the engine: one good list, no code ever used."""
        return (
            StatusToken(self.tokens["statuslist+jwt"][0])
            if isinstance(need, StatusAt)
            else RedemptionRecord(False, as_of=NOW)
        )

    def key(self, kid: str | None, purpose: Purpose | None) -> jose.VerifyingKey | None:
        """Return the key that a token of that purpose may be signed with; without one, the device's."""
        if purpose is None:
            return self.device
        found = self.trust.key(kid)
        return found if found is not None and found.purpose is purpose else None

    @cached_property
    def credentials(self) -> tuple[bytes, ...]:
        """Whole, with a choice of fields, with nested values, bound to a device."""
        whole = self.world.credential()
        several = {
            "证照编号": "J1",
            "持证主体": ["张演示", "李样例"],
            "清单": [{"项": ["一", "二"]}, {"项": []}],
        }
        bound = self.world.credential(cnf={"jwk": dict(self.device.jwk)}, expires=None)
        head, *disclosures, _ = whole.split("~")
        few = "~".join((head, *disclosures[1:3], ""))
        return tuple(one.encode() for one in (whole, few, self.world.credential(several), bound))

    @cached_property
    def expect(self) -> Binding:
        """What the holder was asked to sign."""
        return Binding(f"urn:certhub:region:{HOME}", "n" * 22)

    @cached_property
    def bindings(self) -> tuple[bytes, ...]:
        """Credentials bound to a device, shown with its word: whole and in part."""
        whole = sdjwt.split(self.world.credential(cnf={"jwk": dict(self.device.jwk)}))
        few = sdjwt.select(whole, ["名称", "证照编号"])
        shown = (
            keybinding.bind(one, self.expect, key=self.device, issued_at=seconds(NOW)) for one in (whole, few)
        )
        return tuple(sdjwt.join(one.issuer_jwt, one.disclosures, one.kb_jwt).encode() for one in shown)

    @cached_property
    def device_words(self) -> tuple[bytes, ...]:
        """The key bindings in `bindings`: the device signed each of them, so that one alone is genuine too."""
        return tuple(one.rpartition(b"~")[2] for one in self.bindings)

    @cached_property
    def certificates(self) -> tuple[bytes, ...]:
        """A leaf, and the CA that signed it."""
        return LEAF, CA

    @cached_property
    def strangers(self) -> tuple[bytes, ...]:
        """Somebody else's credentials, by certificate."""
        chain = [b64encode(der).decode() for der in self.certificates]
        head = {"alg": "ES256", "typ": "dc+sd-jwt", "x5c": chain}
        disclosures, digests = sdjwt.conceal(
            {"name": "x", "rights": [1, {"a": 2}]}, random=fixed_random("stranger")
        )
        payload = {"vct": "urn:x", "iss": ISSUER, "_sd": digests, "cnf": {"jwk": dict(self.device.jwk)}}
        leaf = NumberedKey("leaf", number=13)
        signed = ".".join(base64url.encode(json.dumps(part).encode()) for part in (head, payload))
        token = f"{signed}.{base64url.encode(leaf.sign(signed.encode()))}"
        encoded = [one.encoded for one in disclosures]
        return tuple(sdjwt.join(token, some).encode() for some in (encoded, encoded[:1]))

    @cached_property
    def strangers_payloads(self) -> Mapping[bytes, Mapping[str, Any]]:
        """What they say at most, by what is signed."""
        whole = foreign.parse(self.strangers[0].decode())
        return {whole.parsed.signing_input: whole.processed}

    @cached_property
    def metadata(self) -> Mapping[str, bytes]:
        """Type metadata of two kinds, of which one extends the other."""
        first, second = kinds()[:2]
        value = json.loads(typemetadata.published(first)) | {"extends": second.vct}
        return {first.vct: json.dumps(value).encode(), second.vct: typemetadata.published(second)}

    @cached_property
    def public_files(self) -> Mapping[str, bytes]:
        """The good status list by its name."""
        return {statuslist.status_uri(HOME, 3): self.tokens["statuslist+jwt"][0]}

    @cached_property
    def sealed(self) -> Mapping[bytes, Mapping[str, Any]]:
        """What each credential discloses at most, by what is signed."""
        read = [vc.parse(one.decode()) for one in (*self.credentials, *self.bindings)]
        found: dict[bytes, Mapping[str, Any]] = {}
        for one in read:
            at_most = dict(found.get(one.parsed.signing_input, {}))
            found[one.parsed.signing_input] = at_most | dict(one.disclosed)
        return found

    @cached_property
    def sealed_codes(self) -> tuple[bytes, ...]:
        """Of 60 seconds and of half a year, with and without claims."""
        made = (
            self.world.sealed_code(),
            self.world.sealed_code(claims={}, left_out=("住所",)),
            self.world.paper_code(),
        )
        return tuple(one.encode() for one in made)

    @cached_property
    def tokens(self) -> Mapping[str, tuple[bytes, ...]]:
        """Every token type, at least one each."""
        question = self._question()
        sealed = [codes.read_code(one.decode()) for one in self.sealed_codes]
        jws = [one for one in sealed if isinstance(one, codes.Sealed)]
        lists: tuple[dict[int, int], ...] = ({}, {INDEX: 1, 7: 2}, {7: 3})
        of_each_type: dict[str, tuple[str, ...]] = {
            "show+jwt": tuple(one.jws for one in jws if one.prefix == "EC2"),
            "paper+jwt": tuple(one.jws for one in jws if one.prefix == "EC3"),
            "kb+jwt": (self._key_binding(),),
            "statuslist+jwt": tuple(self.world.status_token(one).decode() for one in lists),
            "xr-req+jwt": (question,),
            "xr-res+jwt": tuple(self._answers(question)),
            "request+jwt": (self._counter_request(),),
            "notice+jwt": tuple(self._notices()),
            "bundle+jwt": (self.world.bundle(matters=[self.matter]),),
            "receipt+jwt": (self.world.receipt(), self.world.receipt(case="演示 1", items=(), window="")),
            "dc+sd-jwt": tuple(one.decode().partition("~")[0] for one in self.credentials),
        }
        return {typ: tuple(token.encode() for token in tokens) for typ, tokens in of_each_type.items()}

    def _key_binding(self) -> str:
        payload = {
            "iat": seconds(NOW),
            "aud": f"urn:certhub:region:{HOME}",
            "nonce": "n" * 22,
            "sd_hash": "h" * 43,
        }
        return jose.sign(payload, typ="kb+jwt", key=self.device)

    def _counter_request(self) -> str:
        request = CounterRequest(
            asker=AWAY,
            home=HOME,
            issued_at=seconds(NOW),
            expires=seconds(NOW) + 600,
            jti="j" * 26,
            request="R" * 26,
            unit=AWAY,
            office=Place("", "武汉市政务服务中心"),
            window=Place("", "2 号窗口"),
            matter=MATTER,
            matter_digest="d" * 64,
            case="c" * 22,
            mode="L3",
            match="47",
            declared={"社会保障号码": "420799190001010015"},
        )
        key = self.world.region_key(Purpose.EXCHANGE, AWAY)
        return jose.sign(request.to_payload(), typ="request+jwt", key=key)

    def _notices(self) -> Iterator[str]:
        """A notice of each kind, from the region that asks and from the holder's."""
        bodies: dict[NoticeKind, dict[str, Any]] = {
            NoticeKind.VERDICT: {"verdict": "valid", "code": "OK", "materials": "complete"},
            NoticeKind.OUTCOME: {"result": "confirmed"},
            NoticeKind.DISPUTE: {"dispute": "L" * 26, "due_at": seconds(NOW) + 864_000},
            NoticeKind.SETTLEMENT: {"dispute": "L" * 26, "finding": "unclear"},
        }
        for kind, body in bodies.items():
            notice = Notice(
                sender=AWAY,
                receiver=HOME,
                issued_at=seconds(NOW),
                expires=seconds(NOW) + 604_800,
                jti="j" * 26,
                verification_id="v" * 22,
                kind=kind,
                body=body,
            )
            key = self.world.region_key(Purpose.EXCHANGE, AWAY)
            yield jose.sign(notice.to_payload(), typ="notice+jwt", key=key)

    def _question(self) -> str:
        asked = Question(
            code=codes.mint_ticket(HOME, random=lambda size: b"\x5a" * size),
            matter=MATTER,
            purpose="verify",
            verification_id="v" * 22,
            window="2 号窗口",
        )
        request = Request(
            asker=AWAY,
            provider=HOME,
            issued_at=seconds(NOW),
            expires=seconds(NOW) + 60,
            jti="q" * 22,
            agreement=None,
            office="武汉市政务服务中心",
            operator="o" * 22,
            questions=(asked,),
        )
        key = self.world.region_key(Purpose.EXCHANGE, AWAY)
        return jose.sign(request.to_payload(), typ="xr-req+jwt", key=key)

    def _answers(self, question: str) -> list[str]:
        facts = (
            StatedFact("signature", "yes", None, NOW, "a" * 64),
            StatedFact("status", "no", "SUSPENDED", NOW, None, {"date": "2026-01-01"}),
        )
        item = AnsweredItem(
            kind=LICENCE,
            kind_version=1,
            facts=facts,
            disclosed={"名称": "示例小面馆"},
            cert_digest="d" * 64,
        )
        used = Result(items=(), cause="CODE_USED", used_at=NOW - timedelta(seconds=30), used_where="2 号窗口")
        common: dict[str, Any] = {
            "provider": HOME,
            "asker": AWAY,
            "issued_at": seconds(NOW),
            "expires": seconds(NOW) + 60,
            "jti": "r" * 22,
            "request": request_digest(question),
        }
        answers = (
            Response(**common, results=(Result(items=(item,)), used)),
            Response(**common, error="NO_AGREEMENT"),
        )
        key = self.world.region_key(Purpose.EXCHANGE)
        return [jose.sign(one.to_payload(), typ="xr-res+jwt", key=key) for one in answers]

    @cached_property
    def payloads(self) -> Mapping[str, tuple[bytes, ...]]:
        """The JSON inside the tokens."""
        return {
            typ: tuple(base64url.decode(token.split(b".")[1]) for token in tokens)
            for typ, tokens in self.tokens.items()
        }

    @cached_property
    def receipt_files(self) -> tuple[bytes, ...]:
        """Bare, and in JSON as several programs print it."""
        plain = self.world.receipt_file()
        pretty = json.dumps(json.loads(plain), ensure_ascii=False, indent=2)
        return (*self.tokens["receipt+jwt"], plain.encode(), pretty.encode())

    @cached_property
    def receipts(self) -> list[Mapping[str, Any]]:
        """What they say."""
        return [json.loads(payload) for payload in self.payloads["receipt+jwt"]]

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """What they may open."""
        return frozenset({self.world.identifier()})

    @cached_property
    def json_texts(self) -> tuple[bytes, ...]:
        """JSON of every sort."""
        of_tokens = [one for typ, several in self.payloads.items() if typ != "bundle+jwt" for one in several]
        return (*of_tokens, *self.trust_files.values(), b'{"a":[1,-2,0.5,"\\u4e00\\n",null,true,{"b":{}}]}')

    @cached_property
    def sd_jwts(self) -> tuple[bytes, ...]:
        """Credentials, and one of nested and array disclosures."""
        return (*self.credentials, nested_sd_jwt())

    @cached_property
    def disclosures(self) -> tuple[bytes, ...]:
        """Parts between the tildes."""
        return tuple(part for one in self.sd_jwts for part in one.split(b"~")[1:-1])

    @cached_property
    def packed_lists(self) -> tuple[bytes, ...]:
        """Status lists of every width in zlib form."""
        return tuple(
            base64url.decode(statuslist.StatusList(bits, bytes(range(256)) * 4).pack(level))
            for bits in (1, 2, 4, 8)
            for level in (0, 9)
        )

    @cached_property
    def codes(self) -> tuple[bytes, ...]:
        """Tickets and sealed codes."""
        tickets = (codes.mint_ticket(region, random=lambda size: b"\xa7" * size) for region in (HOME, AWAY))
        return (*(ticket.encode() for ticket in tickets), *self.sealed_codes)

    @cached_property
    def identifier_texts(self) -> tuple[bytes, ...]:
        """A published identifier, and one of ours."""
        return PUBLISHED_IDENTIFIER, self.world.identifier().encode()

    @cached_property
    def base64_texts(self) -> tuple[bytes, ...]:
        """Of one to four bytes, and of a signature."""
        return tuple(base64url.encode(bytes(range(size))).encode() for size in (1, 2, 3, 4, 64))

    @cached_property
    def crockford_texts(self) -> tuple[bytes, ...]:
        """Sealed codes without their prefix."""
        return tuple(code[3:] for code in self.sealed_codes)

    @cached_property
    def jwks(self) -> tuple[bytes, ...]:
        """A key of each suite that we compute."""
        keys = (self.device, NumberedKey("ed", EDDSA, 7))
        return tuple(json.dumps(dict(key.jwk)).encode() for key in keys)

    @cached_property
    def pictures(self) -> tuple[bytes, ...]:
        """A ticket's QR code in several formats; none where the extra that reads them is not installed."""
        try:
            from PIL import Image
            from zxingcpp import read_barcodes  # noqa: F401 - read by the target
        except ImportError:
            return ()
        drawing = QRCode(border=4, box_size=3)
        drawing.add_data(self.codes[0].decode())
        rows = drawing.get_matrix()
        picture = Image.new("L", (len(rows), len(rows)))
        picture.putdata([0 if dark else 255 for row in rows for dark in row])
        picture = picture.resize((3 * len(rows), 3 * len(rows)))
        return tuple(_saved(picture, form) for form in ("PNG", "JPEG", "GIF", "BMP", "WEBP"))

    @cached_property
    def everything(self) -> tuple[bytes, ...]:
        """All that a person could hand in."""
        tokens = (token for several in self.tokens.values() for token in several)
        others = (
            *self.codes,
            *self.credentials,
            *self.bindings,
            *self.strangers,
            *self.receipt_files,
            *self.identifier_texts,
        )
        return (
            *tokens,
            *others,
            *self.trust_files.values(),
            b"weixin://wxpay/bizpayurl?pr=demo",
            b"https://example.org",
        )


def _saved(picture: Any, form: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, form)
    return file.getvalue()


def nested_sd_jwt() -> bytes:
    """Return an SD-JWT, unsigned, with a disclosure inside a disclosure and disclosed array elements."""

    def made(*parts: Any) -> tuple[str, str]:
        encoded = base64url.encode(json.dumps(parts, ensure_ascii=False).encode())
        return encoded, sdjwt.digest(encoded)

    inner, inner_digest = made("salt-1", "区", "鄂城区")
    outer, outer_digest = made("salt-2", "住所", {"市": "鄂州市", "_sd": [inner_digest]})
    element, element_digest = made("salt-3", "第二项")
    payload = {"_sd": [outer_digest], "项": ["第一项", {"...": element_digest}], "_sd_alg": "sha-256"}
    segments = (b'{"alg":"ES256"}', json.dumps(payload).encode(), bytes(64))
    return sdjwt.join(".".join(map(base64url.encode, segments)), (outer, inner, element)).encode()
