import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { visible } from '../../../visible.ts'
import type { TufKey } from '../key.ts'
import { isSameValue, type Path, pathText } from './difference.ts'
import { excerpts, shortened } from './excerpt.ts'
import { type Fact, fact } from './fact.ts'
import { byText } from './holder.ts'
import { sentences } from './sentence.ts'
import { keySentences as say } from './sentence-keys.ts'
import { holderText, keyOfText, keyText, ownerText, pairText, quoted, someText } from './shown.ts'

const ownerFields = ['x-countersign-keyowner', 'x-tuf-on-ci-keyowner', 'x-rstuf-key-name', 'x-playground-keyowner']
const addressFields = ['x-tuf-on-ci-online-uri', 'x-rstuf-online-key-uri', 'x-playground-online-uri']
const rehearsalField = 'x-countersign-rehearsal'
const hashListField = 'keyid_hash_algorithms'
const usualHashList = ['sha256', 'sha512']

/** The parts of an entry that its label and owner tell; everything else in it is told on its own. */
export function toldParts(at: Path, id: string, key: TufKey | undefined): Path[] {
  if (key === undefined) return []
  const parts: Path[] = [
    [...at, id, 'keytype'],
    [...at, id, 'scheme'],
  ]
  // What securesystemslib wrote beside every key for years tells nothing; anything else in that place does.
  if (isSameValue(key.raw[hashListField], usualHashList)) parts.push([...at, id, hashListField])
  if (key.key !== undefined) parts.push([...at, id, 'keyval', 'public'])
  const owner = ownerFieldOf(key)
  if (owner !== undefined) parts.push([...at, id, owner])
  if (key.rehearsal) parts.push([...at, id, rehearsalField])
  return parts
}

function ownerFieldOf(key: TufKey): string | undefined {
  return ownerFields.find((field) => typeof key.raw[field] === 'string')
}

/** Why the id follows another content: what is written differently in the entry. */
export function reasonsOf(old: TufKey, key: TufKey): string[] {
  const reasons: string[] = []
  if (old.owner !== key.owner) {
    reasons.push(
      key.owner === undefined
        ? 'it no longer says to whom it belongs'
        : `it is now said to belong to ${ownerText(key.owner)}`,
    )
  }
  if (old.keytype !== key.keytype)
    reasons.push(`its type is now written ${quoted(key.keytype)} instead of ${quoted(old.keytype)}`)
  if (formOf(old) !== formOf(key)) reasons.push(`its value is now written in ${formOf(key)} instead of ${formOf(old)}`)
  const names = new Set([...Object.keys(old.raw), ...Object.keys(key.raw)])
  const rest = [...names].filter((name) => !['keytype', 'scheme', 'keyval', ...ownerFields].includes(name))
  const changed = rest.filter((name) => !isSameValue(old.raw[name], key.raw[name])).sort(byText)
  if (changed.length > 0)
    reasons.push(`its ${changed.length === 1 ? 'field' : 'fields'} ${someText(changed.map(quoted), 4)} changed`)
  return reasons
}

function formOf(key: TufKey): string {
  return publicOf(key).includes('-----BEGIN') ? 'PEM' : 'hexadecimal'
}

/** How the entry spells its type and value: "ecdsa, a PEM text". */
function writtenAs(key: TufKey): string {
  return `${quoted(key.keytype)} in ${formOf(key)}`
}

function publicOf(key: TufKey): string {
  const keyval = key.raw.keyval
  const value = isObject(keyval) ? keyval.public : undefined
  return typeof value === 'string' ? value : ''
}

/** `__proto__` is a member like any other when a file says so, and nothing when it does not. */
function ownMember(raw: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(raw, name) ? raw[name] : undefined
}

/** Members that this program does not know, carried from the old entry to the new one: told only where they differ. */
export function carriedFields(list: Path, old: TufKey, key: TufKey): { covers: Path[]; facts: Fact[] } {
  const told = new Set(['keytype', 'scheme', 'keyval', hashListField, rehearsalField, ...ownerFields, ...addressFields])
  const covers: Path[] = []
  const facts: Fact[] = []
  for (const name of new Set([...Object.keys(old.raw), ...Object.keys(key.raw)])) {
    const paths: Path[] = [
      [...list, old.id, name],
      [...list, key.id, name],
    ]
    const [was, is] = [ownMember(old.raw, name), ownMember(key.raw, name)]
    if (isSameValue(was, is)) covers.push(...paths)
    else if (name === hashListField) {
      facts.push(
        fact(say.keyHashList({ who: keyOfText(key, key.id) }), [...list, key.id, name], pairText(was, is), paths),
      )
    } else if (!told.has(name)) {
      const at: Path = [...list, key.id, name]
      const facing = { path: pathText(at) }
      const telling =
        was === undefined
          ? sentences.unknownAdded(facing)
          : is === undefined
            ? sentences.unknownRemoved(facing)
            : sentences.unknownChanged(facing)
      facts.push(fact(telling, at, pairText(was, is), paths))
    }
  }
  return { covers, facts }
}

/** The same id and the same key: how the entry spells it may differ. */
export function writingFacts(at: Path, id: string, old: TufKey, key: TufKey): Fact[] {
  const isSame = publicOf(old) === publicOf(key) && old.keytype === key.keytype && old.scheme === key.scheme
  if (isSame || key.key === undefined) return []
  const shown = excerpts(`${old.keytype}, ${publicOf(old)}`, `${key.keytype}, ${publicOf(key)}`)
  const [from, to] = writtenAs(old) === writtenAs(key) ? ['before', 'another text'] : [writtenAs(old), writtenAs(key)]
  const covers: Path[] = [
    [...at, 'keyval', 'public'],
    [...at, 'keytype'],
    [...at, 'scheme'],
  ]
  return [fact(say.keyRewritten({ who: keyOfText(key, id), from, to }), at, shown, covers)]
}

/** Owner, address, rehearsal mark and the old list of hashes, under one id in both documents. */
export function detailFacts(at: Path, id: string, old: TufKey, key: TufKey): Fact[] {
  const facts: Fact[] = []
  if (old.owner !== key.owner) {
    const fields = [ownerFieldOf(old), ownerFieldOf(key)].filter((field) => field !== undefined)
    const shown = {
      before: old.owner === undefined ? undefined : shortened(visible(old.owner), 160),
      after: key.owner === undefined ? undefined : shortened(visible(key.owner), 160),
    }
    const unowned = holderText(old.owner === undefined ? old : key, id)
    const telling =
      key.owner === undefined
        ? say.keyUnnamed({ from: ownerText(old.owner ?? '') })
        : old.owner === undefined
          ? say.keyNamed({ who: unowned, owner: ownerText(key.owner) })
          : say.keyRenamed({ from: ownerText(old.owner), to: ownerText(key.owner) })
    facts.push(
      fact(
        telling,
        [...at, fields.at(-1) ?? ''],
        shown,
        fields.map((field) => [...at, field]),
      ),
    )
  }
  const lists = [old.raw[hashListField], key.raw[hashListField]]
  if (!isSameValue(lists[0], lists[1])) {
    facts.push(fact(say.keyHashList({ who: keyOfText(key, id) }), [...at, hashListField], pairText(lists[0], lists[1])))
  }
  return [...facts, ...addressFacts(at, id, old, key), ...rehearsalFacts(at, id, old, key)]
}

export function rehearsalFacts(at: Path, id: string, old: TufKey, key: TufKey, alsoAt: readonly Path[] = []): Fact[] {
  if (old.rehearsal === key.rehearsal) return []
  const word = (is: boolean): string => (is ? 'rehearsal key' : 'real key')
  return [
    fact(
      say.keyRehearsal({ who: keyOfText(key, id), on: key.rehearsal }),
      [...at, rehearsalField],
      { before: word(old.rehearsal), after: word(key.rehearsal) },
      [at, ...alsoAt].map((path) => [...path, rehearsalField]),
    ),
  ]
}

export function addressFacts(
  at: Path,
  id: string,
  old: TufKey | undefined,
  key: TufKey | undefined,
  alsoAt: readonly Path[] = [],
): Fact[] {
  return addressFields.flatMap((field) => {
    const [was, is] = [old?.raw[field], key?.raw[field]]
    if (was === is || (was !== undefined && typeof was !== 'string') || (is !== undefined && typeof is !== 'string'))
      return []
    const who = keyOfText(key ?? old, id)
    return [
      fact(
        say.keyAddress({ who }),
        [...at, field],
        excerpts(was, is),
        [at, ...alsoAt].map((path) => [...path, field]),
      ),
    ]
  })
}

export function unknownTypeFacts(at: Path, id: string, key: TufKey): Fact[] {
  if (key.key !== undefined) return []
  return [
    fact(
      say.keyUnknownType({ who: keyOfText(key, id), type: `${key.keytype} / ${key.scheme}` }),
      [...at, id, 'keytype'],
      { after: keyText(key, id) },
      [],
    ),
  ]
}
