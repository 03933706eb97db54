"""Reads the script of a ceremony, as docs/formats/script.md says. For record_checker.py."""

import base64

from record_signatures import is_public_key
from record_values import (
    MEBIBYTE,
    Refused,
    read_canonical,
    matching,
    one_of,
    text_of,
    number,
    boolean,
    list_of,
    object_of,
    either,
    nothing,
    digest,
    key_text,
    seconds,
    fingerprint,
    role,
    line_of,
)

STEP_KINDS = one_of("say", "gate", "roll-call", "receive", "compare", "agree", "sign", "prove", "export", "close")


STEP = object_of(
    id=matching("[a-z0-9-]{1,60}"), kind=STEP_KINDS, who=line_of(100), text=line_of(), expect=text_of(2000),
    after=list_of(text_of(60), 0, 50))
SCRIPT_KEY = object_of(key=key_text, label=line_of(200), serial=text_of(64), attested=boolean)
SCRIPT = object_of(
    format=one_of("countersign script 1"), title=line_of(), purpose=line_of(), repository=line_of(),
    subject=line_of(), anchor=either(nothing, object_of(title=line_of(), digest=digest)), previous=fingerprint,
    preparedAt=seconds,
    people=list_of(object_of(name=line_of(100), roles=list_of(role), keys=list_of(SCRIPT_KEY, 0, 16)), 2, 64),
    rules=object_of(devices=number(2, 9), offline=boolean, sandbox=boolean, clockSeconds=number(0, 3600)),
    acts=list_of(object_of(title=line_of(200), steps=list_of(STEP, 1, 200)), 1, 100),
)


def read_script(raw):
    if len(raw) > MEBIBYTE:
        raise Refused("script longer than 1 MiB")
    script = read_canonical(raw)
    if not SCRIPT(script):
        raise Refused("script has other members or values than the document lists")
    people, steps = script["people"], [step for act in script["acts"] for step in act["steps"]]
    names = [person["name"] for person in people]
    roles = [name for person in people for name in person["roles"]]
    keys = [key["key"] for person in people for key in person["keys"]]
    ids = [step["id"] for step in steps]
    kinds = [step["kind"] for step in steps]
    place = {name: at for at, name in enumerate(ids)}
    signs = [at for at, kind in enumerate(kinds) if kind == "sign"] or [0]
    receive = kinds.index("receive") if "receive" in kinds else 0
    people_called = {who for p in people for who in (p["name"], *p["roles"])}
    wrong = {
        "two people have one name": len({name.lower() for name in names}) < len(names),
        "somebody is called machine": "machine" in {name.lower() for name in names},
        "a role stands twice": any(len(set(p["roles"])) < len(p["roles"]) for p in people),
        "not exactly one administrator": roles.count("administrator") != 1,
        "no witness or no signer": not {"witness", "signer"} <= set(roles),
        "a witness is a signer": any({"witness", "signer"} <= set(p["roles"]) for p in people),
        "a signer has no key": any("signer" in p["roles"] and not p["keys"] for p in people),
        "a key stands twice": len(set(keys)) < len(keys),
        "a key is none": not all(is_public_key(base64.b64decode(key)) for key in keys),
        "two steps have one id": len(place) < len(ids),
        "nobody is there for a step": any(s["who"] not in people_called for s in steps),
        "after does not stand before": any(place.get(a, len(ids)) >= at for at, s in enumerate(steps) for a in s["after"]),
        "not exactly one receive": kinds.count("receive") != 1,
        "no sign": "sign" not in kinds,
        "no compare between receive and the first sign": "compare" not in kinds[receive : signs[0]],
        "no roll-call before the first sign": "roll-call" not in kinds[: signs[0]],
        "no prove after the last sign": "prove" not in kinds[signs[-1] :],
        "close is not the last step": kinds[-1] != "close" or kinds.count("close") != 1,
    }
    for what, holds in wrong.items():
        if holds:
            raise Refused("script: " + what)
    return script
