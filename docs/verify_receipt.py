"""Check a receipt without CertHub: the standard library, the openssl command, and docs/verify-a-receipt.md.

python3 verify_receipt.py RECEIPT [--trust DIR|BUNDLE] [--at TIME]
exit code 0 genuine · 10 aged · 20 altered · 30 unknown; numbers in brackets are the sections of that page
"""
# ruff: noqa: D103, E401, E731, I001, S603, S607, T201 - a script that runs openssl and prints, on at most two hundred lines
# fmt: off

import argparse, base64, hashlib, json, re, subprocess, sys, tempfile, time
from datetime import datetime
from pathlib import Path

GENUINE, AGED, ALTERED, UNKNOWN = 0, 10, 20, 30
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SPKI = {"ES256": "3059301306072A8648CE3D020106082A8648CE3D03010703420004", "EdDSA": "302A300506032B6570032100"}
CHARACTER = "[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"

def must(holds, why, code=ALTERED):
    if not holds:
        raise ValueError(why, code)

def unbase64(text):
    must(isinstance(text, str) and re.fullmatch("[A-Za-z0-9_-]*", text) and len(text) % 4 != 1, "base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return must(base64.urlsafe_b64encode(data).decode().rstrip("=") == text, "a second spelling of base64url") or data

def strict_json(data, depth=8):  # [1]
    value = json.loads(
        data.decode("utf-8"),
        object_pairs_hook=lambda pairs: must(len(dict(pairs)) == len(pairs), "twice") or dict(pairs),
        parse_int=lambda digits: must(len(digits.lstrip("-")) <= 18, "too many digits") or int(digits),
        parse_float=(refuse := lambda _: must(False, "a number that is not whole, or none")), parse_constant=refuse,
    )
    waiting = [(value, depth)]
    while waiting:
        one, left = waiting.pop()
        must(not isinstance(one, str) or not re.search("[\x00\ud800-\udfff]", one), "NUL or a lone surrogate")
        if isinstance(one, (dict, list)):
            must(left > 0, "nested too deep")
            waiting += [(each, left - 1) for each in [*one, *(one.values() if isinstance(one, dict) else [])]]
    return value

def token(text, typ, most, depth=8):  # [2]
    must(isinstance(text, str) and text.isascii() and len(text) <= most and text.count(".") == 2, "no token")
    first, second, third = map(unbase64, text.split("."))
    header = strict_json(first)
    fits({"alg": "ES256|EdDSA|SM2SM3", "typ": re.escape(typ), "kid": "[A-Za-z0-9_.:-]{1,128}"}, header)
    must(len(third) == 64, "a signature has 64 bytes")
    return header, strict_json(second, depth), text.rpartition(".")[0].encode(), third

def fits(shape, value):
    """Hold a value to a pattern, to [element, most] of an array, to members ("?" optional), or to a function."""
    if isinstance(shape, str):
        must(isinstance(value, str) and re.fullmatch(shape, value), f"not {shape!a}")
    elif isinstance(shape, list):
        must(isinstance(value, list) and len(value) <= shape[1], "no array, or too long")
        [fits(shape[0], one) for one in value]
    elif isinstance(shape, dict):
        required, known = {name for name in shape if name[-1] != "?"}, {name.rstrip("?") for name in shape}
        must(isinstance(value, dict) and required <= set(value) <= known, "other members than those expected")
        [fits(shape.get(name, shape.get(name + "?")), member) for name, member in value.items()]
    else:
        shape(value)

def moment(value):
    fits(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z", value)
    found = datetime.fromisoformat(value[:-1] + "+00:00")
    must(found.isoformat()[:-6] + "Z" == value and found.timestamp() <= 253402271999, "no time of ours")
    return found.timestamp()

null_or = lambda shape: lambda value: value is None or fits(shape, value)
REGION, DIGEST, WORD, CODE = "[1-9][0-9]{5}", "[0-9a-f]{64}", "[a-z][a-z0-9_-]{0,31}", "[A-Z][A-Z0-9_]{0,47}"
TEXT, RESULT = CHARACTER + "{1,64}", {"verdict": "valid|check|invalid|undetermined", "code": CODE}
FACT = {"fact": WORD, "outcome": "yes|no|undetermined", "as_of": moment, "cause?": CODE, "evidence?": DIGEST}
ITEM = {"kind": "[0-9A-Z]{21}", "cert": DIGEST, "fields": [TEXT, 128], "facts": [FACT, 32], **RESULT}
RECEIPT = {  # [3]
    "iss": REGION, "region": REGION, "vid": "[A-Za-z0-9_-]{1,64}", "at": moment, "office": TEXT, "operator": TEXT,
    "iat": lambda value: must(type(value) is int and 0 <= value <= 253402271999, "iat"), "items": [ITEM, 16],
    "window": CHARACTER + "{0,20}", "case": null_or(TEXT), "purpose": WORD,
    "matter": "[0-9A-Za-z][0-9A-Za-z._-]{0,63}", "channel": WORD, "policy": DIGEST, "trust": DIGEST, **RESULT,
}
NAMES = "in_force_on|age_at_least|in_region|same_person_as|same_organisation_as|equals|not_ended_within"
ANSWER = {"name": NAMES, "argument": null_or(DIGEST), "outcome": "yes|no|undetermined", "by": REGION}
MATTER = {  # [3] of format 3
    "unit": REGION + "(-[A-Z0-9]{2,6})?", "matter_digest": DIGEST, "catalogue": DIGEST,
    "agreements": ["[0-9A-Za-z._-]{1,64}@sha256:" + DIGEST, 16], "mode": {"demanded": "L[123]", "reached": "L[123]"},
    "identity_check": null_or({"method": "id_card_reader|id_card_seen|passport_seen", "at": moment}), "requirements": [{
        "id": "[a-z][a-z0-9-]{0,31}", "state": "met|missing|not_applicable|undetermined|deferred", "cause?": CODE,
        "item?": lambda n: must(type(n) is int and 0 <= n < 16, "item"), "vid?": RECEIPT["vid"], "declared_by?": TEXT,
    }, 32], "materials": "complete|incomplete|undetermined",
}
OPENING = {"salt": lambda text: must(len(unbase64(text)) == 32, "salt"), "identifier?": CHARACTER + "{1,128}",
           "argument?": "(?=[^=]+=.)" + CHARACTER + "{1,577}"}

def is_newer(payload):  # [3]
    number = payload.get("format", 1) if isinstance(payload, dict) else None
    must(type(number) is int and (number > 1 or "format" not in payload), "no format")
    fits({"iss": REGION, "iat": RECEIPT["iat"]}, {name: payload.get(name) for name in ("iss", "iat")})
    later = {} if number == 1 else {"format": int, **(MATTER if number == 3 else {})}
    told = {**ITEM, "predicates": [ANSWER, 16]} if number == 3 else ITEM
    untold = told if number == 1 else {"verdict": "undetermined", "code": CODE}
    items = [lambda item: fits(untold if isinstance(item, dict) and "kind" not in item else told, item), 16]
    return number > 3 or fits({**RECEIPT, **later, "region": payload["iss"], "items": items}, payload)

def read_file(data):  # [1]
    must(len(data) <= 262144, "too large")
    if not data.startswith(b"{"):
        return re.sub(r"\r?\n\Z", "", data.decode("utf-8")), [], None
    value, spelled = strict_json(data), set()
    fits({"receipt": lambda _: None, "opening?": lambda _: None, "proof?": lambda _: None}, value)
    for how in ({"separators": (",", ":")}, {"indent": None}, {"indent": 2}, {"indent": 4}):
        for one in (json.dumps(value, **how), json.dumps(value, ensure_ascii=False, **how)):
            spelled |= {one + "\n", *(text + end for text in (one, one.replace("\n", "\r\n")) for end in ("", "\r\n"))}
    must(data.decode("utf-8") in spelled, "a spelling that no program prints")
    openings = [] if value.get("opening") is None else value["opening"]
    fits([OPENING, len(data)], openings)
    must(all(len(one) == 2 for one in openings), "an opening opens one thing")
    return value["receipt"], openings, value.get("proof")

def signed(parts, keys, purpose):  # [5]
    header, payload, message, signature = parts
    region, found, key = keys.get(header["kid"], (None, None, {}))
    must((region, found, header["alg"]) == (payload["iss"], purpose, key.get("alg")), "no such key of that region")
    must(key["alg"] in SPKI, "a suite that is not computed here", UNKNOWN)
    command = "pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in data -sigfile sig"
    if key["alg"] == "ES256":
        command = "dgst -sha256 -keyform DER -verify key -signature sig data"
        numbers = [int.from_bytes(half, "big") for half in (signature[:32], signature[32:])]
        must(0 < numbers[0] < N and 0 < numbers[1] <= N // 2, "r or s out of range, or the twin")
        pair = b"".join(b"\2" + bytes([(size := n.bit_length() // 8 + 1)]) + n.to_bytes(size, "big") for n in numbers)
        signature = b"\x30" + bytes([len(pair)]) + pair
    point = b"".join(unbase64(key["jwk"][name]) for name in ("x", "y") if name in key["jwk"])
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("key", bytes.fromhex(SPKI[key["alg"]]) + point), ("sig", signature), ("data", message)):
            Path(folder, name).write_bytes(data)
        ran = subprocess.run(["openssl", *command.split()], cwd=folder, capture_output=True, check=False)
    must(ran.returncode == 0, "the signature does not verify")
    return key

def trust_list(path):  # [4]
    """Return the list's time, its regions, and each key as (region, purpose, key) by kid."""
    if path.is_dir():
        top, bundle = path if (path / "members.json").exists() else path / "targets", None
        files = {file.relative_to(top).as_posix(): file.read_bytes() for file in top.rglob("*.json")}
    else:
        bundled = json.loads(text)["bundle"] if "{" in (text := path.read_text().strip()) else text
        bundle = token(bundled, "bundle+jwt", 1 << 24, 16)
        files = {name: unbase64(data) for name, data in bundle[1]["trust"].items()}
    members, keys = strict_json(files["members.json"]), {}
    for region in (regions := {one["code"] for one in members["members"]}):
        own, seals = (strict_json(files.get(f"regions/{region}/{name}.json", b"{}")) for name in ("keys", "issuers"))
        listed = own.get("keys", []) + [key for one in seals.get("issuers", []) for key in one["keys"]]
        keys.update({key["kid"]: (region, key.get("purpose", "seal"), key) for key in listed})
    if bundle is None:
        return moment(members["issued_at"]), regions, keys
    key, made = signed(bundle, keys, "bundle"), bundle[1]["iat"]
    could = moment(key["from"]) <= made < moment(key["until"]) and not key["compromised_since"]
    return must(could, "a bundle that its key could not sign") or (made, regions, keys)

def check(data, trust, now):
    """Return (exit code, why, payload, what was opened) for a file's bytes; `trust` None is no trust list."""
    try:
        jws, openings, proof = read_file(data)
        parts = header, payload, _, _ = token(jws, "receipt+jwt", 131072)
        newer, region = is_newer(payload), payload["iss"]
        must(trust is not None, "no trust list", UNKNOWN)  # [4]
        (as_of, regions, keys), kid = trust, header["kid"]
        must(kid in keys or {region, re.match(f"({REGION}-)?", kid)[0][:6]} & regions, "neither is known", UNKNOWN)
        key = signed(parts, keys, "receipt")
        must(not newer, "in a newer format than this page describes", UNKNOWN)
        opened, left = [], [one for item in payload["items"] for one in [("identifier", item.get("cert"))] + [  # [6]
            ("argument", asked["argument"]) for asked in item.get("predicates", [])]]
        for one in openings:
            what = "argument" if "argument" in one else "identifier"
            digest = hashlib.sha256(unbase64(one["salt"]) + one[what].encode()).hexdigest()
            must((what, digest) in left, "an opening that fits no item, or no predicate")
            left, opened = left[left.index((what, digest)) + 1 :], [*opened, one[what]]
        at, since = payload["iat"], key["compromised_since"]  # [7]
        must(at <= now + 60, "dated after now: a wrong clock", UNKNOWN)
        must(not since, "its key was compromised", UNKNOWN if since and at < moment(since) else ALTERED)
        must(moment(key["from"]) <= at < moment(key["until"]), "dated when its key could not sign")
        old = now >= moment(key["verify_until"]) or now - as_of > 72 * 3600
        return AGED if old or proof is not None else GENUINE, "signed by its region", payload, opened
    except (ValueError, RecursionError) as wrong:
        return wrong.args[1] if len(wrong.args) == 2 else ALTERED, str(wrong.args[0]), None, []

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name, kind in (("receipt", Path), ("--trust", Path), ("--at", moment)):
        parser.add_argument(name, type=kind)
    given, trust = parser.parse_args(), None
    try:
        trust = trust_list(given.trust) if given.trust else None
    except (KeyError, TypeError, AttributeError, ValueError, OSError) as wrong:
        print(f"no trust list: {wrong!r}", file=sys.stderr)
    code, why, payload, opened = check(given.receipt.read_bytes(), trust, given.at or time.time())
    print({GENUINE: "genuine", AGED: "aged", ALTERED: "altered", UNKNOWN: "unknown"}[code] + ": " + why)
    if payload:
        print("recorded: {verdict} ({code}) at {at}".format_map(payload), *opened, sep="\n")
    sys.exit(code)
