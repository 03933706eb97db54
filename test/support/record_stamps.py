"""Checks the time stamps (RFC 3161) of a record, as docs/formats/record.md says. For record_checker.py."""

import hashlib

from record_signatures import BadDer, CURVES, P256, P384, RSA, only, read_two_integers, read_value, verify_ecdsa, verify_pss

SIGNED_DATA, TST_INFO = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d0109100104")
CONTENT_TYPE, MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
CERTIFICATE, CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910020c"), bytes.fromhex("2a864886f70d010910022f")
HASHES = {
    bytes.fromhex("608648016503040201"): hashlib.sha256,
    bytes.fromhex("608648016503040202"): hashlib.sha384,
    bytes.fromhex("608648016503040203"): hashlib.sha512,
}
RSA_NAME, PSS_NAME = bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010a")
RSA_WITH = {bytes.fromhex("2a864886f70d01010" + end): hashed for end, hashed in zip("bcd", HASHES.values())}
ECDSA_WITH = {bytes.fromhex("2a8648ce3d04030" + end): hashed for end, hashed in zip("234", HASHES.values())}
KEY_USAGE, FOR_STAMPS = bytes.fromhex("0603551d25"), bytes.fromhex("300a06082b06010505070308")


class Unknown(Exception):
    """Of a kind that the document does not ask a checker to know: not provable, which is no fault."""


def each(data):
    """Tag, content and the whole of every value that follows another."""
    while data:
        content, rest = read_value(data, data[0])
        yield data[0], content, data[: len(data) - len(rest)]
        data = rest


def check_stamp(token, message):
    """Why it is none of this message, or None."""
    try:
        return fault(token, message)
    except BadDer:
        return "the time stamp is not DER, or not whole"
    except Unknown:
        return None


def hash_of(algorithm):
    name, rest = read_value(algorithm, 0x06)
    if name not in HASHES or rest not in (b"", b"\x05\x00"):
        raise Unknown()
    return HASHES[name]


def tagged(values, *tags):
    """The contents of these tags in this order; those in a list may be left out."""
    left, found = list(values), []
    for tag in tags:
        optional, tag = isinstance(tag, list), tag[0] if isinstance(tag, list) else tag
        if left and left[0][0] == tag:
            found.append(left.pop(0))
        elif optional:
            found.append((tag, b"", b""))
        else:
            raise BadDer()
    if left:
        raise BadDer()
    return found


def fault(token, message):
    (_, name, _), (_, inner, _) = tagged(each(only(token, 0x30)), 0x06, 0xA0)
    if name != SIGNED_DATA:
        raise BadDer()
    version, _, wrapped, certificates, _, signers = tagged(each(only(inner, 0x30)), 0x02, 0x31, 0x30, [0xA0], [0xA1], 0x31)
    (_, name, _), (_, content, _) = tagged(each(wrapped[1]), 0x06, 0xA0)
    content = only(content, 0x04)
    if name != TST_INFO:
        raise BadDer()
    if version[1] != b"\x03":
        raise Unknown()
    (_, signer, _), = tagged(each(signers[1]), 0x30)
    version, sid, digest, attributes, algorithm, signature, _ = tagged(
        each(signer), 0x02, 0x30, 0x30, 0xA0, 0x30, 0x04, [0xA1])
    if version[1] != b"\x01":
        raise Unknown()
    hashed, found = hash_of(digest[1]), {}
    for _, attribute, _ in each(attributes[1]):
        (_, oid, _), (_, values, _) = tagged(each(attribute), 0x06, 0x31)
        if oid in found:
            raise BadDer()
        found[oid] = values
    info = list(each(only(content, 0x30)))
    imprint = list(each(info[2][1]))
    when = info[4][1].decode("ascii", "replace")
    if hash_of(imprint[0][1]) is not hashlib.sha256:
        raise Unknown()
    if imprint[1][1] != hashlib.sha256(message).digest():
        return "the time stamp is of something else"
    own = [c for _, _, c in each(certificates[1]) if sid_of(c) == sid[1]]
    if not own:
        raise Unknown()
    if only(found.get(CONTENT_TYPE, b""), 0x06) != TST_INFO:
        return "the time stamp is called something else"
    if only(found.get(MESSAGE_DIGEST, b""), 0x04) != hashed(content).digest():
        return "the time stamp is over something else"
    if not names(found, own[0]):
        return "the time stamp is in the name of another certificate"
    parts = certificate_parts(own[0])
    if not is_for_stamps(parts) or not is_valid(parts, when):
        return "the certificate is not for this time stamp"
    key = next(whole for tag, value, whole in parts[1:] if tag == 0x30 and is_key(value))
    if not is_signed(key, algorithm[1], hashed, b"\x31" + attributes[2][1:], signature[1]):
        return "the signature of the time stamp does not fit"
    return None


def certificate_parts(certificate):
    """What stands in it after its version: serial, algorithm, issuer, validity, subject, key, extensions."""
    body, _ = read_value(only(certificate, 0x30), 0x30)
    return [part for part in each(body) if part[0] != 0xA0]


def sid_of(certificate):
    parts = certificate_parts(certificate)
    return parts[2][2] + parts[0][2]


def is_key(value):
    kinds = [tag for tag, _, _ in each(value)] if value and value[0] == 0x30 else []
    return kinds == [0x30, 0x03]


def names(found, certificate):
    if CERTIFICATE_V2 in found:
        first = next(each(next(each(only(found[CERTIFICATE_V2], 0x30)))[1]))
        parts = list(each(first[1]))
        hashed = hash_of(parts.pop(0)[1]) if parts[0][0] == 0x30 else hashlib.sha256
        if parts[0][1] == hashed(certificate).digest():
            return True
    if CERTIFICATE in found:
        first = next(each(next(each(only(found[CERTIFICATE], 0x30)))[1]))
        return next(each(first[1]))[1] == hashlib.sha1(certificate).digest()
    return False


def is_for_stamps(parts):
    extensions = [content for tag, content, _ in parts if tag == 0xA3]
    return any(
        entry[1] == KEY_USAGE + b"\x01\x01\xff\x04\x0c" + FOR_STAMPS
        for content in extensions for entry in each(only(content, 0x30))
    )


def is_valid(parts, when):
    def full(tag, value):
        text = value.decode("ascii", "replace")
        return ("19" if text >= "5" else "20") + text if tag == 0x17 else text

    begin, end = (full(tag, value) for tag, value, _ in each(parts[3][1]))
    return begin[:14] <= when[:14] <= end[:14]


def is_signed(key, algorithm, hashed, message, signature):
    name, rest = read_value(algorithm, 0x06)
    kind, bits = (value for _, value, _ in each(only(key, 0x30)))
    point = bits[1:]
    if name in ECDSA_WITH and ECDSA_WITH[name] is hashed:
        if kind not in (P256, P384):
            return False
        size, _, *more = CURVES[kind]
        return verify_ecdsa((size, hashed, *more), point, signature, message)
    if name == PSS_NAME and hashed is hashlib.sha256:
        return kind == RSA and verify_pss(point, signature, message)
    if not (name == RSA_NAME or name in RSA_WITH and RSA_WITH[name] is hashed) or rest not in (b"", b"\x05\x00"):
        raise Unknown()
    return kind == RSA and verify_pkcs1(point, hashed, signature, message)


def verify_pkcs1(key, hashed, signature, message):
    modulus, exponent = read_two_integers(key)
    size, value = (modulus.bit_length() + 7) // 8, int.from_bytes(signature, "big")
    if len(signature) != size or value >= modulus:
        return False
    name = next(oid for oid, one in HASHES.items() if one is hashed)
    algorithm = b"\x06" + bytes([len(name)]) + name + b"\x05\x00"
    digest = hashed(message).digest()
    info = b"\x30" + bytes([len(algorithm)]) + algorithm + b"\x04" + bytes([len(digest)]) + digest
    info = b"\x30" + bytes([len(info)]) + info
    expected = b"\x00\x01" + b"\xff" * (size - 3 - len(info)) + b"\x00" + info
    return pow(value, exponent, modulus).to_bytes(size, "big") == expected
