"""The rules of order of docs/formats/record.md, and what a reader of a record must find in its lines. For record_checker.py."""

from record_values import (
    one_of,
    text_of,
    text,
    number,
    boolean,
    list_of,
    object_of,
    texts,
    stamp,
    base64_of,
    digest,
    salt,
    hexadecimal,
    key_text,
    fingerprint,
)

HEADER = object_of(
    format=one_of("countersign record 1"), run=salt, script=digest, program=text_of(200), previous=fingerprint,
    rehearsal=boolean, startedAt=stamp,
)
META = ("actor", "at", "kind", "level", "mono", "step")
SIGNATURE = object_of(person=text_of(200), key=key_text, value=hexadecimal)
PROOF = object_of(kind=one_of("rfc3161"), token=base64_of(65_536))
QUORUM = object_of(name=text, threshold=number(), signed=number())
PERSON_KEY = dict(key=key_text, serial=text)

# Kind of fact: who says it, and the members of `fact`.
KINDS = {
    "opened": ("machine", object_of(purpose=text, machine=texts)),
    "resumed": ("machine", object_of(interruptedAfter=digest, reason=text)),
    "gate": ("machine", object_of(name=text, outcome=one_of("passed", "failed", "waived"), found=text)),
    "started": ("person", object_of(said=text)),
    "done": ("person", object_of(said=text)),
    "present": ("machine", object_of(
        person=text, attestation=one_of("verified", "unknown-root", "rehearsal", "none"), **PERSON_KEY)),
    "received": ("machine", object_of(request=digest, subject=text, digest=digest, anchor=fingerprint, headline=text)),
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
    "deviation": ("person", object_of(number=number(1), what=text, when=stamp, fix=text)),
    "settled": ("person", object_of(number=number(1), agreed=list_of(text))),
    "stopped": ("person", object_of(said=text)),
    "closed": ("machine", object_of(outcome=one_of("complete", "abandoned"), facts=number())),
}


def people_of(script):
    return {person["name"]: person for person in script["people"]} if script else {}


# Each rule is a function of (facts, script); a withheld fact may be whatever makes a rule hold, as then the rule is
# "not checkable", which is no problem.


def of_kind(facts, *kinds):
    return [(at, value) for at, value in facts if value["kind"] in kinds]


def is_or_may_be(value, **members):
    return "fact" not in value or all(value["fact"][name] == wanted for name, wanted in members.items())


def rule_0(facts, script):
    people = people_of(script)
    steps = {step["id"] for act in script["acts"] for step in act["steps"]} if script else set()
    for at, value in facts:
        kind, actor = value["kind"], value["actor"]
        if (actor == "machine") != (KINDS[kind][0] == "machine"):
            yield at, f"{kind} is said by a {KINDS[kind][0]}"
        elif script and actor != "machine" and actor not in people:
            yield at, f"{actor} does not stand in the script"
        elif script and kind == "stopped" and "witness" not in people[actor]["roles"]:
            yield at, "stopped by somebody who is no witness"
        if script and value["step"] and value["step"] not in steps:
            yield at, f"step {value['step']} does not stand in the script"


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
    devices = script["rules"]["devices"] if script else 2
    for place, (at, value) in enumerate(facts):
        if value["kind"] != "signed" or "fact" not in value:
            continue
        wanted, kinds = value["fact"]["digest"], [fact["kind"] for _, fact in facts[:place]]
        if "received" not in kinds:
            yield at, "signed before anything was received"
            continue
        begin = place - 1 - kinds[::-1].index("received")
        if not is_or_may_be(facts[begin][1], digest=wanted):
            yield at, "signed what was not received last"
        first_signed = kinds.index("signed", begin) if "signed" in kinds[begin:] else place
        resumed = [index for index in range(begin, first_signed) if kinds[index] == "resumed"]
        compared = [c for _, c in of_kind(facts[max([begin, *resumed]) : place], "compared")]
        same = {
            c["fact"]["device"] for c in compared
            if "fact" in c and c["fact"]["digest"] == wanted and c["fact"]["outcome"] == "same"
        }
        if len(same) < devices and all("fact" in c for c in compared):
            yield at, f"signed after comparing on {len(same)} devices"


def has_key(people, person, key):
    return person in people and any(one["key"] == key for one in people[person]["keys"])


def is_attested(people, person, key):
    return person in people and any(one["key"] == key and one["attested"] for one in people[person]["keys"])


def is_practice(facts, rehearsal, person, key):
    return rehearsal and any(
        is_or_may_be(there, person=person, key=key, attestation="rehearsal") for _, there in of_kind(facts, "present")
    )


def rule_5(facts, script, rehearsal):
    people = people_of(script)
    for place, (at, value) in enumerate(facts):
        if value["kind"] == "present" and not rehearsal and value.get("fact", {}).get("attestation") == "rehearsal":
            yield at, "a card of a rehearsal, and this is none"
        if value["kind"] == "present" and "fact" in value and script:
            person, key = value["fact"]["person"], value["fact"]["key"]
            if not has_key(people, person, key) and not is_practice([(at, value)], rehearsal, person, key):
                yield at, f"{person} has no such key in the script"
            proven = value["fact"]["attestation"] == "verified"
            if not rehearsal and not proven and is_attested(people, person, key):
                yield at, f"the key of {person} was proven, and is not"
        if value["kind"] != "signed":
            continue
        person = value["actor"]
        if script and (person not in people or "signer" not in people[person]["roles"]):
            yield at, f"{person} is no signer"
        if "fact" not in value:
            continue
        key = value["fact"]["key"]
        if script and not has_key(people, person, key) and not is_practice(facts[:place], rehearsal, person, key):
            yield at, f"{person} has no such key in the script"
        if not any(is_or_may_be(there, person=person, key=key) for _, there in of_kind(facts[:place], "present")):
            yield at, f"{person} was not present with this key"


def rule_6(facts, script):
    ended = False
    for at, value in facts:
        if value["kind"] == "signed" and ended:
            yield at, "signed after different or stopped"
        different = value["kind"] == "compared" and "fact" in value and value["fact"]["outcome"] == "different"
        ended = ended or different or value["kind"] == "stopped"


def rule_7(facts, script):
    noted, settled, people = [], [], people_of(script)
    for at, value in of_kind(facts, "deviation", "settled"):
        if value["kind"] == "deviation":
            noted.append(value["actor"])
            if not is_or_may_be(value, number=len(noted)):
                yield at, f"deviation {len(noted)} has another number"
            continue
        settled.append(value)
        if "fact" in value and script and not set(value["fact"]["agreed"]) <= people.keys():
            yield at, "agreed by somebody who does not stand in the script"
        if "fact" in value and value["fact"]["number"] > len(noted):
            yield at, "settled was not noted"
        elif "fact" in value and noted[value["fact"]["number"] - 1] == value["actor"]:
            yield at, "settled by who noted it"
    if is_complete(facts):
        for count in range(1, len(noted) + 1):
            if not any(is_or_may_be(one, number=count) for one in settled):
                yield facts[-1][0], f"deviation {count} was not settled"


def is_complete(facts):
    last = facts[-1][1] if facts else {"kind": ""}
    return last["kind"] == "closed" and "fact" in last and last["fact"]["outcome"] == "complete"


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
    for at, value in of_kind(facts, "started", "done", "resumed"):
        if value["kind"] == "resumed":
            reached = 0
            continue
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
    if not is_complete(facts):
        return
    proved, received = of_kind(facts, "proved"), of_kind(facts, "received")
    if proved:
        late = received and proved[-1][0] > received[-1][0]
        wanted = received[-1][1]["fact"]["digest"] if late and "fact" in received[-1][1] else None
        if not late or wanted is not None and not is_or_may_be(proved[-1][1], digest=wanted):
            yield facts[-1][0], "closed as complete, and what was received last was not proved"
    quorums = proved[-1][1].get("fact", {}).get("quorums") if proved else []
    # None where it is withheld.
    if quorums is not None and (not quorums or any(one["signed"] < one["threshold"] for one in quorums)):
        yield facts[-1][0], "closed as complete without a proof of every quorum"


def rule_11(facts, script, rehearsal):
    if script is None or rehearsal:
        return
    anchor = script["anchor"]["digest"] if script["anchor"] else ""
    for at, value in of_kind(facts, "received"):
        if not is_or_may_be(value, anchor=anchor):
            yield at, "received was not judged from the anchor of the script"


RULES = (rule_0, rule_1, rule_2, rule_3, rule_4, rule_5, rule_6, rule_7, rule_8, rule_9, rule_10, rule_11)
# They are told whether this was a rehearsal.
OF_REHEARSALS = (rule_5, rule_11)
