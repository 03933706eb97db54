"""Verifies Ed25519, ECDSA (P-256, P-384) and RSA-PSS in plain integers; for tests only, slow and not constant time."""

import functools
import hashlib

# --- DER ----------------------------------------------------------------------------------------------------------


class BadDer(Exception):
    pass


def read_value(data, tag):
    """The content of the value with this tag at the beginning of data, and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise BadDer()
    length, begin = data[1], 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or len(data) < 2 + count:
            raise BadDer()
        length, begin = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
        if length < 0x80 or length >> 8 * (count - 1) == 0:
            raise BadDer()
    if len(data) < begin + length:
        raise BadDer()
    return data[begin : begin + length], data[begin + length :]


def only(data, tag):
    content, rest = read_value(data, tag)
    if rest:
        raise BadDer()
    return content


def read_two_integers(data):
    numbers, rest = [], only(data, 0x30)
    for _ in range(2):
        content, rest = read_value(rest, 0x02)
        padded = len(content) > 1 and content[0] == 0 and content[1] < 0x80
        if not content or content[0] >= 0x80 or padded:
            raise BadDer()
        numbers.append(int.from_bytes(content, "big"))
    if rest:
        raise BadDer()
    return numbers


ED25519 = bytes.fromhex("06032b6570")
RSA = bytes.fromhex("06092a864886f70d0101010500")
EC = bytes.fromhex("06072a8648ce3d0201")
P256 = EC + bytes.fromhex("06082a8648ce3d030107")
P384 = EC + bytes.fromhex("06052b81040022")


# Copies of one record have the same signatures.
@functools.lru_cache(maxsize=10_000)
def verify_signature(spki, signature, message):
    try:
        algorithm, rest = read_value(only(spki, 0x30), 0x30)
        bits = only(rest, 0x03)
        if not bits or bits[0] != 0:
            return False
        key = bits[1:]
        if algorithm == ED25519:
            return verify_ed25519(key, signature, message)
        if algorithm in CURVES:
            return verify_ecdsa(CURVES[algorithm], key, signature, message)
        return algorithm == RSA and verify_pss(key, signature, message)
    except BadDer:
        return False


@functools.lru_cache(maxsize=1000)
def is_public_key(spki):
    """One of those that the documents know, in its one spelling."""
    try:
        algorithm, rest = read_value(only(spki, 0x30), 0x30)
        bits = only(rest, 0x03)
        if not bits or bits[0] != 0:
            return False
        key = bits[1:]
        if algorithm == ED25519:
            return len(key) == 32 and not is_small(edwards_point(key))
        if algorithm in CURVES:
            return curve_point(CURVES[algorithm], key) is not None
        if algorithm != RSA:
            return False
        modulus, exponent = read_two_integers(key)
        return 2048 <= modulus.bit_length() <= 8192 and modulus % 2 == 1 and 1 < exponent < 2**32 and exponent % 2 == 1
    except BadDer:
        return False


# --- Ed25519, RFC 8032 --------------------------------------------------------------------------------------------

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, FIELD) % FIELD


def edwards_add(one, two):
    a = (one[1] - one[0]) * (two[1] - two[0]) % FIELD
    b = (one[1] + one[0]) * (two[1] + two[0]) % FIELD
    c, d = 2 * one[3] * two[3] * D % FIELD, 2 * one[2] * two[2] % FIELD
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD)


def edwards_multiply(factor, point):
    result = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = edwards_add(result, point)
        point, factor = edwards_add(point, point), factor >> 1
    return result


def edwards_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= FIELD:
        raise BadDer()
    square = (y * y - 1) * pow(D * y * y + 1, -1, FIELD) % FIELD
    x = pow(square, (FIELD + 3) // 8, FIELD)
    if (x * x - square) % FIELD:
        x = x * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    if (x * x - square) % FIELD or (x == 0 and sign):
        raise BadDer()
    x = x if x & 1 == sign else FIELD - x
    return (x, y, 1, x * y % FIELD)


def is_small(point):
    x, y, z, _ = edwards_multiply(8, point)
    return x % FIELD == 0 and (y - z) % FIELD == 0


BASE = edwards_point((4 * pow(5, -1, FIELD) % FIELD).to_bytes(32, "little"))


def verify_ed25519(key, signature, message):
    if len(key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    public, r = edwards_point(key), edwards_point(signature[:32])
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = edwards_multiply(s, BASE), edwards_add(r, edwards_multiply(k, public))
    return all((left[i] * right[2] - right[i] * left[2]) % FIELD == 0 for i in (0, 1))


# --- ECDSA, FIPS 186-5 --------------------------------------------------------------------------------------------

CURVES = {
    P256: (
        32, hashlib.sha256, 2**256 - 2**224 + 2**192 + 2**96 - 1,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
         0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5),
    ),
    P384: (
        48, hashlib.sha384, 2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        (0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
         0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F),
    ),
}


def curve_add(one, two, p):
    if one is None or two is None:
        return one or two
    if one[0] == two[0]:
        if (one[1] + two[1]) % p == 0:
            return None
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, p) % p
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, p) % p
    x = (slope * slope - one[0] - two[0]) % p
    return (x, (slope * (one[0] - x) - one[1]) % p)


def curve_sum(one, point, two, other, p):
    """one times point and two times other, bit by bit at once."""
    result, both = None, curve_add(point, other, p)
    for at in range(max(one.bit_length(), two.bit_length()) - 1, -1, -1):
        result = curve_add(result, result, p)
        bits = (one >> at & 1, two >> at & 1)
        if bits != (0, 0):
            result = curve_add(result, {(1, 0): point, (0, 1): other, (1, 1): both}[bits], p)
    return result


def curve_point(curve, key):
    size, _, p, b, _, _ = curve
    if len(key) != 1 + 2 * size or key[0] != 4:
        return None
    x, y = int.from_bytes(key[1 : 1 + size], "big"), int.from_bytes(key[1 + size :], "big")
    return None if x >= p or y >= p or (y * y - x * x * x + 3 * x - b) % p else (x, y)


def verify_ecdsa(curve, key, signature, message):
    _, digest, p, _, n, base = curve
    public = curve_point(curve, key)
    if public is None:
        return False
    r, s = read_two_integers(signature)
    if not (0 < r < n and 0 < s < n):
        return False
    inverse = pow(s, -1, n)
    hashed = int.from_bytes(digest(message).digest(), "big")
    point = curve_sum(hashed * inverse % n, base, r * inverse % n, public, p)
    return point is not None and point[0] % n == r


# --- RSASSA-PSS, RFC 8017: SHA-256, MGF1 with it, a salt of 32 bytes ----------------------------------------------


def verify_pss(key, signature, message):
    modulus, exponent = read_two_integers(key)
    bits = modulus.bit_length() - 1
    size, value = (bits + 7) // 8, int.from_bytes(signature, "big")
    if modulus.bit_length() > 16384 or len(signature) != (bits + 8) // 8 or value >= modulus:
        return False
    opened = pow(value, exponent, modulus)
    if size < 66 or opened >> 8 * size:
        return False
    encoded = opened.to_bytes(size, "big")
    masked, hashed = encoded[: size - 33], encoded[size - 33 : -1]
    unused = 8 * size - bits
    if encoded[-1] != 0xBC or masked[0] >> 8 - unused:
        return False
    mask = b"".join(hashlib.sha256(hashed + i.to_bytes(4, "big")).digest() for i in range(size // 32 + 1))
    block = bytearray(one ^ two for one, two in zip(masked, mask))
    block[0] &= 0xFF >> unused
    padding, salt = block[:-32], bytes(block[-32:])
    if padding != bytes(len(padding) - 1) + b"\x01":
        return False
    return hashlib.sha256(bytes(8) + hashlib.sha256(message).digest() + salt).digest() == hashed
