#!/usr/bin/env python3
"""Checks the record of a ceremony with nothing but Python's standard library.

Written from docs/formats/record.md and docs/formats/script.md before its writer had read the code of Countersign, so that
the checker there has somebody to disagree with. Where the two disagreed or the documents left a doubt, the documents
were made to say it, and both follow them. Its parts about time stamps and files came later, by somebody who knew that code.

    record_checker.py RECORD [--script FILE] [--previous FILE] [--with FILE ...]
    record_checker.py --many      a JSON list of {"record", "script", "previous", "files"} on standard input: base64, or
                                  null where there is none; files in a list
"""

import argparse
import base64
import hashlib
import json
import sys

from ceremony_script import read_script
from record_files import check_files
from record_rules import (
    HEADER,
    META,
    SIGNATURE,
    PROOF,
    KINDS,
    people_of,
    has_key,
    is_practice,
    OF_REHEARSALS,
    RULES,
)
from record_signatures import verify_signature
from record_stamps import check_stamp
from record_values import (
    MEBIBYTE,
    Refused,
    canonical,
    read_canonical,
    one_of,
    text_of,
    number,
    object_of,
    stamp,
    digest,
    salt,
)

MOST_LINES = 100_000


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
    shapes = dict(at=stamp, mono=number(), actor=text_of(200), kind=one_of(*KINDS), level=one_of(
        "public", "auditor", "internal"), step=text_of(100), leaf=digest, chain=digest)
    withheld = isinstance(value, dict) and "salt" not in value and "fact" not in value
    if not withheld:
        shapes.update(salt=salt, fact=lambda fact: isinstance(fact, dict))
    if not object_of(**shapes)(value):
        raise Refused("a fact has other members or values than the document lists")
    _, shape = KINDS[value["kind"]]
    if not withheld and not shape(value["fact"]):
        raise Refused(f"fact of kind {value['kind']} has other members or values than the document lists")
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


def check_signatures(script, rehearsal, facts, after, print_of):
    people = people_of(script)
    calls = [v.get("fact") for _, v in facts if v["kind"] == "present"]
    present = {(call["person"], call["key"]) for call in calls if call}
    there = {person for person, _ in present} | {v["actor"] for _, v in facts if v["kind"] == "signed"}
    missing = {p["name"] for p in people.values() if p["keys"]} & there
    nobody = any(p["keys"] for p in people.values())
    message = f"countersign ceremony record 1\n{print_of}\n".encode()
    for at, value in after:
        if "proof" in value:
            fault = check_stamp(base64.b64decode(value["proof"]["token"]), message) if print_of else None
            if fault:
                yield at, fault
            continue
        person, key, signed = (value["signature"][name] for name in ("person", "key", "value"))
        if not verify_signature(base64.b64decode(key), bytes.fromhex(signed), message):
            yield at, "the signature is not valid"
        if script and (
            person not in people or not has_key(people, person, key) and not is_practice(facts, rehearsal, person, key)
        ):
            yield at, f"{person} has no such key in the script"
        if script and None not in calls and (person, key) not in present:
            yield at, f"{person} was not present with this key"
        missing.discard(person)
        nobody = False
    for person in missing:
        yield None, f"{person} was present and did not sign"
    if nobody:
        yield None, "nobody signed"


def print_of_record(facts):
    return facts[-1][1]["chain"] if facts and facts[-1][1]["kind"] == "closed" else None


def check(record, script_bytes=None, previous=None, files=()):
    found, print_of = [], None
    try:
        script = read_script(script_bytes) if script_bytes is not None else None
        header, header_line, facts, after = read_record(record)
        print_of = print_of_record(facts)
        if script is not None and hashlib.sha256(script_bytes).hexdigest() != header["script"]:
            found.append((1, "the record is of another script"))
        elif script is not None and script["previous"] != header["previous"]:
            found.append((1, "the script names another record before"))
        if previous is not None:
            _, line, earlier, _ = read_record(previous)
            if any(check_hashes(line, earlier)) or print_of_record(earlier) != header["previous"]:
                found.append((1, "previous is not the fingerprint of the record before"))
        found.extend(check_hashes(header_line, facts))
        found.extend(check_signatures(script, header["rehearsal"], facts, after, print_of))
        found.extend(check_files(header, facts, files))
        for place, rule in enumerate(RULES):
            more = (header["rehearsal"],) if rule in OF_REHEARSALS else ()
            found.extend((at, f"rule {place}: {what}") for at, what in rule(facts, script, *more))
    except Refused as refused:
        *line, what = refused.args
        found.append((line[0] if line else None, what))
    problems = [{"line": at, "what": what} for at, what in found]
    return {"ok": not problems, "fingerprint": print_of, "problems": problems}


def check_many():
    def raw(value):
        return None if value is None else base64.b64decode(value)

    def one(j):
        return check(raw(j["record"]), raw(j["script"]), raw(j["previous"]), [raw(file) for file in j["files"]])

    return [one(j) for j in json.load(sys.stdin)]


def main():
    parser = argparse.ArgumentParser(description="Checks the record of a ceremony.")
    parser.add_argument("record", nargs="?")
    parser.add_argument("--script")
    parser.add_argument("--previous")
    parser.add_argument("--with", action="append", default=[], dest="files")
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

    files = [raw(path) for path in options.files]
    result = check(raw(options.record), raw(options.script), raw(options.previous), files)
    print(json.dumps(result))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
