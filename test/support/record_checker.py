#!/usr/bin/env python3
"""Checks the record of a ceremony with nothing but Python's standard library.

Written from docs/formats/record.md and docs/formats/script.md alone, so that the documents are shown to be enough
and the checker of Countersign has somebody to disagree with.

    record_checker.py RECORD [--script FILE] [--previous FILE]
    record_checker.py --many      a JSON list of {"record", "script", "previous"} (base64 or null) on standard input
"""

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import re
import sys

from record_signatures import verify_signature

MEBIBYTE = 1024 * 1024
MOST_LINES = 100_000
LARGEST = 2**53 - 1


class Refused(Exception):
    """What the documents say that a reader refuses."""


# --- The canonical form -------------------------------------------------------------------------------------------


def canonical(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    # RFC 8785 sorts by UTF-16 code units, which puts U+1F600 before U+FB00.
    names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"


def whole_number(text):
    if len(text) > 16 or not 0 <= int(text) <= LARGEST:
        raise Refused(f"number {text[:20]} is not from 0 to 2^53 - 1")
    return int(text)


def no_fraction(text):
    raise Refused(f"number {text[:20]} is not whole")


def read_canonical(raw):
    try:
        value = json.loads(
            raw.decode("utf-8"), parse_int=whole_number, parse_float=no_fraction, parse_constant=no_fraction
        )
        same = canonical(value).encode("utf-8") == raw
    except (ValueError, RecursionError) as error:
        raise Refused(f"not JSON in UTF-8: {type(error).__name__}") from None
    if not same:
        raise Refused("not in the canonical form")
    return value


# --- The shapes of values -----------------------------------------------------------------------------------------


def matching(pattern):
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def one_of(*words):
    return lambda value: isinstance(value, str) and value in words


def text(value):
    return isinstance(value, str)


def number(least=0, most=LARGEST):
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def boolean(value):
    return isinstance(value, bool)


def list_of(shape, least=0, most=LARGEST):
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(shape, value))


def object_of(**shapes):
    def fits(value):
        return isinstance(value, dict) and value.keys() == shapes.keys() and all(s(value[n]) for n, s in shapes.items())

    return fits


def either(*shapes):
    return lambda value: any(shape(value) for shape in shapes)


def nothing(value):
    return value is None


def empty(value):
    return value == ""


def texts(value):
    return isinstance(value, dict) and all(map(text, value.values()))


def time_like(form):
    def fits(value):
        try:
            return isinstance(value, str) and value.isascii() and bool(datetime.datetime.strptime(value, form))
        except ValueError:
            return False

    return fits


def both(*shapes):
    return lambda value: all(shape(value) for shape in shapes)


def base64_bytes(value):
    try:
        return len(value) > 0 and base64.b64encode(base64.b64decode(value, validate=True)).decode() == value
    except (ValueError, TypeError, binascii.Error):
        return False


digest = matching("[0-9a-f]{64}")
salt = matching("[0-9a-f]{32}")
hexadecimal = matching("([0-9a-f]{2})+")
stamp = both(matching(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), time_like("%Y-%m-%dT%H:%M:%S.%fZ"))
seconds = both(matching(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), time_like("%Y-%m-%dT%H:%M:%SZ"))
fingerprint = either(digest, empty)
role = one_of("administrator", "witness", "signer", "observer", "custodian")

HEADER = object_of(
    format=one_of("countersign record 1"), run=salt, script=digest, program=text, previous=fingerprint,
    rehearsal=boolean, startedAt=stamp,
)
META = ("actor", "at", "kind", "level", "mono", "step")
SIGNATURE = object_of(person=text, key=base64_bytes, value=hexadecimal)
PROOF = object_of(kind=one_of("rfc3161"), token=base64_bytes)
QUORUM = object_of(name=text, threshold=number(), signed=number())
PERSON_KEY = dict(key=base64_bytes, serial=text)

# Kind of fact: who says it, and the members of `fact`.
KINDS = {
    "opened": ("machine", object_of(purpose=text, machine=texts)),
    "resumed": ("machine", object_of(interruptedAfter=digest, reason=text)),
    "gate": ("machine", object_of(name=text, outcome=one_of("passed", "failed", "waived"), found=text)),
    "started": ("person", object_of(said=text)),
    "done": ("person", object_of(said=text)),
    "present": ("machine", object_of(
        person=text, attestation=one_of("verified", "unknown-root", "rehearsal", "none"), **PERSON_KEY)),
    "received": ("machine", object_of(request=digest, subject=text, digest=digest, anchor=digest, headline=text)),
    "compared": ("person", object_of(
        device=text, digest=digest, positions=list_of(number(1)), outcome=one_of("same", "different", "skipped"))),
    "agreed": ("person", object_of(sentence=text, digest=digest)),
    "signed": ("person", object_of(
        digest=digest, keyId=text, signature=hexadecimal, tries=number(), **PERSON_KEY)),
    "refused": ("machine", object_of(code=text, message=text)),
    "proved": ("machine", object_of(digest=digest, quorums=list_of(QUORUM), client=text)),
    "exported": ("machine", object_of(name=text, digest=digest, bytes=number())),
    "break": ("person", object_of(said=text)),
    "back": ("person", object_of(said=text)),
    "deviation": ("person", object_of(number=number(1), what=text, when=text, fix=text)),
    "settled": ("person", object_of(number=number(1), agreed=list_of(text))),
    "stopped": ("person", object_of(said=text)),
    "closed": ("machine", object_of(outcome=one_of("complete", "abandoned"), facts=number())),
}

STEP_KINDS = one_of("say", "gate", "roll-call", "receive", "compare", "agree", "sign", "prove", "export", "close")
STEP = object_of(
    id=matching("[a-z0-9-]+"), kind=STEP_KINDS, who=text, text=text, expect=text, after=list_of(text))
SCRIPT = object_of(
    format=one_of("countersign script 1"), title=text, purpose=text, repository=text, subject=one_of("root"),
    anchor=either(nothing, object_of(title=text, digest=digest)), previous=fingerprint, preparedAt=seconds,
    people=list_of(object_of(name=text, roles=list_of(role), keys=list_of(
        object_of(label=text, attested=boolean, **PERSON_KEY))), 2, 64),
    rules=object_of(devices=number(2, 9), offline=boolean, sandbox=boolean, clockSeconds=number(0, 3600)),
    acts=list_of(object_of(title=text, steps=list_of(STEP)), 1),
)


# --- The script ---------------------------------------------------------------------------------------------------


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
    signs = [at for at, kind in enumerate(kinds) if kind == "sign"]
    wrong = {
        "two people have one name": len({name.lower() for name in names}) < len(names),
        "a role stands twice": any(len(set(p["roles"])) < len(p["roles"]) for p in people),
        "not exactly one administrator": roles.count("administrator") != 1,
        "no witness": "witness" not in roles,
        "a witness is a signer": any({"witness", "signer"} <= set(p["roles"]) for p in people),
        "a signer has no key": any("signer" in p["roles"] and not p["keys"] for p in people),
        "a key stands twice": len(set(keys)) < len(keys),
        "two steps have one id": len(place) < len(ids),
        "who is neither a role nor a name": any(not role(s["who"]) and s["who"] not in names for s in steps),
        # With the order of the file, any reference to a later step or to itself closes a circle.
        "after makes a circle": any(place.get(a, len(ids)) >= at for at, s in enumerate(steps) for a in s["after"]),
        "not exactly one receive": kinds.count("receive") != 1,
        "no compare before the first sign": "compare" not in kinds[: signs[0] if signs else len(kinds)],
        "not one prove after the last sign": kinds.count("prove") != 1
        or bool(signs) and kinds.index("prove") < signs[-1],
        "close is not the last step": not kinds or kinds[-1] != "close" or kinds.count("close") != 1,
    }
    for what, holds in wrong.items():
        if holds:
            raise Refused("script: " + what)
    return script


# --- The record ---------------------------------------------------------------------------------------------------


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def read_record(raw):
    """The header, the facts and the lines after them, each with the number of its line."""
    if not raw.endswith(b"\n"):
        raise Refused("the last line does not end with a newline")
    lines = raw[:-1].split(b"\n")
    if len(lines) > MOST_LINES:
        raise Refused(f"{len(lines)} lines, at most {MOST_LINES} are read")
    facts, after = [], []
    for at, line in enumerate(lines, 1):
        try:
            if len(line) > MEBIBYTE:
                raise Refused("line longer than 1 MiB")
            value = read_canonical(line)
            if at == 1:
                if not HEADER(value):
                    raise Refused("not the header of a record")
                header = value
            elif isinstance(value, dict) and len(value) == 1 and ("signature" in value or "proof" in value):
                if not (SIGNATURE if "signature" in value else PROOF)(*value.values()):
                    raise Refused("not a signature or proof as listed")
                after.append((at, value))
            elif after:
                raise Refused("a fact after a signature or proof")
            else:
                facts.append((at, read_fact(value)))
        except Refused as refused:
            raise Refused(at, *refused.args) from None
    return header, lines[0], facts, after


def read_fact(value):
    shapes = dict(at=stamp, mono=number(), actor=text, kind=one_of(*KINDS), level=one_of(
        "public", "auditor", "internal"), step=either(empty, matching("[a-z0-9-]+")), leaf=digest, chain=digest)
    withheld = isinstance(value, dict) and "salt" not in value and "fact" not in value
    if not withheld:
        shapes.update(salt=salt, fact=lambda fact: isinstance(fact, dict))
    if not object_of(**shapes)(value):
        raise Refused("a fact has other members or values than the document lists")
    speaker, shape = KINDS[value["kind"]]
    if not withheld and not shape(value["fact"]):
        raise Refused(f"fact of kind {value['kind']} has other members or values than the document lists")
    if (value["actor"] == "machine") != (speaker == "machine"):
        raise Refused(f"{value['kind']} is said by a {speaker}")
    return value


def check_hashes(header_line, facts):
    chain = sha256(b"\x02", header_line)
    for at, value in facts:
        leaf = bytes.fromhex(value["leaf"])
        if "fact" in value:
            expected = sha256(b"\x00", bytes.fromhex(value["salt"]), canonical(value["fact"]).encode())
            if expected != leaf:
                yield at, "leaf is not the hash of salt and fact"
        meta = canonical({name: value[name] for name in META}).encode()
        chain = sha256(b"\x01", chain, len(meta).to_bytes(4, "big"), meta, leaf)
        if chain.hex() != value["chain"]:
            yield at, "chain is broken"
            return


def check_people(script, facts, after, print_of):
    """Names, steps and keys that must stand in the script, and the signatures over the fingerprint."""
    people = {person["name"]: person for person in script["people"]} if script else {}
    ids = {step["id"] for act in script["acts"] for step in act["steps"]} if script else set()
    for at, value in facts if script else []:
        if value["actor"] != "machine" and value["actor"] not in people:
            yield at, f"{value['actor']} does not stand in the script"
        elif value["kind"] == "stopped" and "witness" not in people[value["actor"]]["roles"]:
            yield at, "stopped by somebody who is no witness"
        if value["step"] and value["step"] not in ids:
            yield at, f"step {value['step']} does not stand in the script"
    message = f"countersign ceremony record 1\n{print_of}\n".encode()
    for at, value in after:
        if "signature" not in value:
            continue
        signature = value["signature"]
        if not verify_signature(base64.b64decode(signature["key"]), bytes.fromhex(signature["value"]), message):
            yield at, "the signature is not valid"
        keys = [key["key"] for key in people.get(signature["person"], {"keys": []})["keys"]]
        if script and signature["key"] not in keys:
            yield at, f"{signature['person']} has no such key in the script"


# --- The rules of order -------------------------------------------------------------------------------------------
# Each rule is a function of (facts, script); a withheld fact may be whatever makes a rule hold, as then the rule is
# "not checkable", which is no problem.


def of_kind(facts, *kinds):
    return [(at, value) for at, value in facts if value["kind"] in kinds]


def is_or_may_be(value, **members):
    return "fact" not in value or all(value["fact"][name] == wanted for name, wanted in members.items())


def rule_1(facts, script):
    kinds = [value["kind"] for _, value in facts]
    if not kinds or kinds[0] != "opened" or kinds.count("opened") != 1:
        yield 2, "opened is not the first fact and only the first"
    if not kinds or kinds[-1] != "closed" or kinds.count("closed") != 1:
        yield None, "closed is not the last fact and only the last"
    for place, (at, value) in enumerate(facts):
        if value["kind"] == "closed" and not is_or_may_be(value, facts=place):
            yield at, f"closed does not count {place} facts"


def rule_2(facts, script):
    for place in range(1, len(facts)):
        at, value = facts[place]
        before = facts[place - 1][1]
        if value["mono"] < before["mono"] and value["kind"] != "resumed":
            yield at, "mono goes back"
        if value["at"] < before["at"]:
            said, following = False, place
            while following < len(facts) and (following == place or facts[following][1]["kind"] == "gate"):
                candidate = facts[following][1]
                said = said or candidate["kind"] == "gate" and is_or_may_be(candidate, name="clock")
                following += 1
            if not said:
                yield at, "the wall clock goes back and no gate says so"


def rule_3(facts, script):
    for (_, before), (at, value) in zip(facts, facts[1:]):
        if value["kind"] == "resumed" and not is_or_may_be(value, interruptedAfter=before["chain"]):
            yield at, "resumed does not name the chain of the line before it"


def rule_4(facts, script):
    for place, (at, value) in enumerate(facts):
        if value["kind"] != "signed" or "fact" not in value:
            continue
        wanted, begin, received, signed = value["fact"]["digest"], 0, False, False
        for index, (_, earlier) in enumerate(facts[:place]):
            if earlier["kind"] == "received":
                begin = index
                received = received or is_or_may_be(earlier, digest=wanted)
            elif earlier["kind"] == "resumed" and not signed:
                begin = index
            elif earlier["kind"] == "signed":
                signed = signed or is_or_may_be(earlier, digest=wanted)
        if not received:
            yield at, "signed what was not received"
        compared = [c for _, c in of_kind(facts[begin:place], "compared")]
        devices = {
            c["fact"]["device"] for c in compared
            if "fact" in c and c["fact"]["digest"] == wanted and c["fact"]["outcome"] == "same"
        }
        unknown = any("fact" not in c for c in compared)
        if script and not unknown and len(devices) < script["rules"]["devices"]:
            yield at, f"signed after comparing on {len(devices)} devices"


def rule_5(facts, script):
    people = {person["name"]: person for person in script["people"]} if script else {}
    for place, (at, value) in enumerate(facts):
        if value["kind"] != "signed":
            continue
        person = people.get(value["actor"], {"roles": [], "keys": []})
        if script and "signer" not in person["roles"]:
            yield at, f"{value['actor']} is no signer"
        if "fact" not in value:
            continue
        key = value["fact"]["key"]
        if script and key not in [k["key"] for k in person["keys"]]:
            yield at, f"{value['actor']} has no such key in the script"
        earlier = of_kind(facts[:place], "present")
        if not any(is_or_may_be(there, person=value["actor"], key=key) for _, there in earlier):
            yield at, f"{value['actor']} was not present with this key"


def rule_6(facts, script):
    ended = False
    for at, value in facts:
        if value["kind"] == "signed" and ended:
            yield at, "signed after different or stopped"
        different = value["kind"] == "compared" and "fact" in value and value["fact"]["outcome"] == "different"
        ended = ended or different or value["kind"] == "stopped"


def rule_7(facts, script):
    deviations = of_kind(facts, "deviation")
    for count, (at, value) in enumerate(deviations, 1):
        if not is_or_may_be(value, number=count):
            yield at, f"deviation {count} has another number"
    for close, closed in of_kind(facts, "closed"):
        if "fact" not in closed or closed["fact"]["outcome"] != "complete":
            continue
        for count, (at, value) in enumerate(deviations, 1):
            settled = [s for line, s in of_kind(facts, "settled") if at < line < close]
            if not any(s["actor"] != value["actor"] and is_or_may_be(s, number=count) for s in settled):
                yield at, f"deviation {count} was not settled by somebody else"


def rule_8(facts, script):
    paused = False
    for at, value in facts:
        if paused and value["kind"] not in ("gate", "resumed", "stopped", "back"):
            yield at, f"{value['kind']} in a break"
        if not paused and value["kind"] == "back":
            yield at, "back without a break"
        paused = value["kind"] == "break" or paused and value["kind"] != "back"


def rule_9(facts, script):
    ids = [step["id"] for act in script["acts"] for step in act["steps"]] if script else []
    begun, reached = set(), 0
    for at, value in of_kind(facts, "started", "done"):
        if value["kind"] == "done":
            if value["step"] and value["step"] not in begun:
                yield at, f"step {value['step']} is done and was not started"
            continue
        begun.add(value["step"])
        if value["step"] in ids:
            if ids.index(value["step"]) < reached:
                yield at, f"step {value['step']} begins after a later one"
            reached = max(reached, ids.index(value["step"]))


def rule_10(facts, script):
    for place, (at, value) in enumerate(facts):
        if value["kind"] == "closed" and "fact" in value and value["fact"]["outcome"] == "complete":
            proved = [p for _, p in of_kind(facts[:place], "proved")]
            if not any(
                "fact" not in p or all(q["signed"] >= q["threshold"] for q in p["fact"]["quorums"]) for p in proved
            ):
                yield at, "closed as complete without a proof of every quorum"


RULES = (rule_1, rule_2, rule_3, rule_4, rule_5, rule_6, rule_7, rule_8, rule_9, rule_10)


# --- All of it ----------------------------------------------------------------------------------------------------


def print_of_record(facts):
    return facts[-1][1]["chain"] if facts and facts[-1][1]["kind"] == "closed" else None


def check(record, script_bytes=None, previous=None):
    found, print_of = [], None
    try:
        script = read_script(script_bytes) if script_bytes is not None else None
        header, header_line, facts, after = read_record(record)
        print_of = print_of_record(facts)
        if script is not None and hashlib.sha256(script_bytes).hexdigest() != header["script"]:
            found.append((1, "the record is of another script"))
        if previous is not None:
            _, line, earlier, _ = read_record(previous)
            if any(check_hashes(line, earlier)) or print_of_record(earlier) != header["previous"]:
                found.append((1, "previous is not the fingerprint of the record before"))
        found.extend(check_hashes(header_line, facts))
        found.extend(check_people(script, facts, after, print_of))
        for place, rule in enumerate(RULES, 1):
            found.extend((at, f"rule {place}: {what}") for at, what in rule(facts, script))
    except Refused as refused:
        *line, what = refused.args
        found.append((line[0] if line else None, what))
    problems = [{"line": at, "what": what} for at, what in found]
    return {"ok": not problems, "fingerprint": print_of, "problems": problems}


def check_many():
    def raw(value):
        return None if value is None else base64.b64decode(value)

    return [check(raw(j["record"]), raw(j["script"]), raw(j["previous"])) for j in json.load(sys.stdin)]


def main():
    parser = argparse.ArgumentParser(description="Checks the record of a ceremony.")
    parser.add_argument("record", nargs="?")
    parser.add_argument("--script")
    parser.add_argument("--previous")
    parser.add_argument("--many", action="store_true")
    options = parser.parse_args()
    if options.many:
        print(json.dumps(check_many()))
        return 0
    if options.record is None:
        parser.error("name a record, or --many")

    def raw(path):
        if path is None:
            return None
        with open(path, "rb") as file:
            return file.read()

    result = check(raw(options.record), raw(options.script), raw(options.previous))
    print(json.dumps(result))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
