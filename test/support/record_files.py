"""Holds a record against files that were kept beside it, as docs/formats/record.md says. For record_checker.py.

It does not follow the chain of roots in a request, and counts no quorums.
"""

import base64
import hashlib
import json

from record_signatures import verify_signature
from record_values import canonical


def sha256_of(raw):
    return hashlib.sha256(raw).hexdigest()


def signed_form(value):
    """Canonical JSON as TUF has it: like RFC 8785, but only quotes and backslashes are escaped."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(signed_form, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(signed_form(name) + ":" + signed_form(value[name]) for name in sorted(value)) + "}"
    return canonical(value)


def payload_of(request):
    """The bytes with the digest that the request names."""
    for content in request["files"].values():
        if isinstance(content, str):
            payload = signed_form(json.loads(content)["signed"]).encode()
            if sha256_of(payload) == request["digest"]:
                return payload
    return None


def read_json(raw):
    try:
        value = json.loads(raw)
        return value if isinstance(value, dict) else {}
    except ValueError:
        return {}


def check_files(header, facts, files):
    by_hash = {sha256_of(raw): raw for raw in files}
    named, withheld = {header["script"]}, False
    for at, value in facts:
        if value["kind"] not in ("received", "exported"):
            continue
        if "fact" not in value:
            withheld = True
            continue
        fact = value["fact"]
        named.add(fact["request"] if value["kind"] == "received" else fact["digest"])
        if value["kind"] == "exported" and len(by_hash.get(fact["digest"], b"")) not in (0, fact["bytes"]):
            yield at, "exported has another length"
    if not withheld and not by_hash.keys() <= named:
        yield None, "a file that the record does not name"
    received = None
    for at, value in facts:
        if value["kind"] == "received":
            received = value.get("fact", {})
            request = read_json(by_hash.get(received.get("request"), b""))
            payload = payload_of(request) if request else None
            if request and (payload is None or any(request[name] != received[name] for name in ("subject", "digest"))):
                yield at, "the request asks for something else"
        elif received and payload and "fact" in value:
            yield from ((at, what) for what in held_against(value, received, request, payload, by_hash))


def held_against(value, received, request, payload, by_hash):
    fact, kind = value["fact"], value["kind"]
    if kind == "signed" and not verify_signature(
        base64.b64decode(fact["key"]), bytes.fromhex(fact["signature"]), payload
    ):
        yield "a signature does not fit the change"
    if kind == "proved" and fact["digest"] != request["digest"]:
        yield "another change was proved"
    reply = read_json(by_hash.get(fact["digest"], b"")) if kind == "exported" else {}
    if reply.get("format") == "countersign reply 1":
        wanted = (request["subject"], request["digest"], received["request"])
        if (reply["subject"], reply["digest"], reply["request"]) != wanted:
            yield "a reply to something else"
