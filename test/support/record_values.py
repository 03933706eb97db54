"""JSON in the canonical form of RFC 8785, and the shapes of what stands in it. For record_checker.py."""

import base64
import datetime
import json
import re
import unicodedata

MEBIBYTE = 1024 * 1024
LARGEST = 2**53 - 1


class Refused(Exception):
    """What the documents say that a reader refuses."""


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


def matching(pattern):
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def one_of(*words):
    return lambda value: isinstance(value, str) and value in words


def text_of(most):
    return lambda value: isinstance(value, str) and len(value.encode("utf-16-le")) <= 2 * most


text = text_of(4000)


def number(least=0, most=LARGEST):
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def boolean(value):
    return isinstance(value, bool)


def list_of(shape, least=0, most=1000):
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


def stamp(value):
    parts = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.\d{3}Z", value if isinstance(value, str) else "", re.A)
    try:
        # Python has no year 0; 2000 has the same days.
        return parts is not None and bool(datetime.datetime(int(parts[1]) or 2000, *map(int, parts.groups()[1:])))
    except ValueError:
        return False


def base64_of(most):
    def fits(value):
        try:
            if not isinstance(value, str) or not 0 < len(value) <= most:
                return False
            return base64.b64encode(base64.b64decode(value, validate=True)).decode() == value
        except ValueError:
            return False

    return fits


digest = matching("[0-9a-f]{64}")
salt = matching("[0-9a-f]{32}")
hexadecimal = matching("([0-9a-f]{2}){1,1024}")
key_text = base64_of(4096)


def seconds(value):
    return isinstance(value, str) and value.endswith("Z") and stamp(value[:-1] + ".000Z")


fingerprint = either(digest, empty)
role = one_of("administrator", "witness", "signer", "observer", "custodian")


def line_of(most=2000):
    """Text that is read aloud: something to see, and nothing that hides or turns what follows."""
    return lambda value: text_of(most)(value) and value.strip() != "" and not any(
        one != " " and unicodedata.category(one)[0] in "CZ" or ignorable(ord(one)) for one in value
    )


def ignorable(point):
    """Ignorable by default in Unicode, as far as the categories do not say so; and the blank cell of braille."""
    ranges = ((0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800))
    more = ((0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF))
    return any(first <= point <= last for first, last in ranges + more)
