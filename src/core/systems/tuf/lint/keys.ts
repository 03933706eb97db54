// Findings about single keys: ids that do not follow from content, one key under two ids, types that clients refuse.

import { isObject } from '../../../json.ts'
import type { Finding } from '../../../proposal.ts'
import { byText, holdersOf, identityOf, idsByIdentity } from '../diff/holder.ts'
import { holderText, keyOfText } from '../diff/shown.ts'
import type { TufKey } from '../key.ts'
import type { NamedRole, Signed } from '../metadata.ts'
import { findings as found } from './finding.ts'
import { keysOf, rolesOf } from './scope.ts'

export function keyFindings(before: Signed | undefined, after: Signed): Finding[] {
  const keys = keysOf(after)
  const used = new Set(rolesOf(after).flatMap((role) => role.keyids))
  const list: Finding[] = []
  for (const [id, key] of keys) {
    const who = keyOfText(key, id)
    list.push(...idFindings(who, key), ...typeFindings(who, key))
    if (!used.has(id)) list.push(found['unused-key']({ who }))
  }
  return [
    ...list,
    ...writingFindings([...keys.values()]),
    ...twoIdFindings(after),
    ...(before === undefined ? [] : newIdFindings(before, after)),
  ]
}

/** Told once for all keys: what is true of one is usually true of all. */
function writingFindings(keys: readonly TufKey[]): Finding[] {
  const names = (list: readonly TufKey[]): string[] =>
    list.map((key) => holderText(key, key.id).replace(/^the key /, '')).sort(byText)
  const [p384, hex] = [keys.filter((key) => key.key?.scheme === 'ecdsa-p384-sha384'), keys.filter(isHexPoint)]
  return [
    ...(p384.length === 0 ? [] : [found['client-p384']({ names: names(p384) })]),
    ...(hex.length === 0 ? [] : [found['client-hex-key']({ names: names(hex) })]),
  ]
}

/** Specification 4.2: clients must check that the id is the hash of the whole entry. Few do; tough does, and refuses the file. */
function idFindings(who: string, key: TufKey): Finding[] {
  const [whole, bare] = key.contentIds
  if (key.id === whole || whole === undefined) return []
  if (key.id === bare) return [found['key-id-bare']({ who, id: key.id })]
  return [found['key-id-mismatch']({ who, id: key.id, expected: whole })]
}

const knownTypes = new Set(['ed25519', 'ecdsa', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'rsa'])
const knownSchemes = new Set(['ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'rsassa-pss-sha256'])

function typeFindings(who: string, key: TufKey): Finding[] {
  if (key.key !== undefined) return []
  const isKnown = knownTypes.has(key.keytype) && knownSchemes.has(key.scheme)
  if (isKnown) return [found['unusable-key']({ who, why: key.unusable ?? 'its value cannot be read' })]
  return [found['unknown-key-type']({ who, type: key.keytype, scheme: key.scheme })]
}

/** An ECDSA key as go-tuf wrote it until 2022: the bare point. */
function isHexPoint(key: TufKey): boolean {
  const { keyval } = key.raw
  const value = isObject(keyval) ? keyval.public : undefined
  return key.key?.scheme.startsWith('ecdsa-') === true && typeof value === 'string' && !value.includes('-----BEGIN')
}

function twoIdFindings(after: Signed): Finding[] {
  const keys = keysOf(after)
  const list: Finding[] = []
  const together = new Set<string>()
  for (const role of rolesOf(after)) {
    for (const { identity, ids, key } of holdersOf(keys, role).values()) {
      if (ids.length < 2) continue
      together.add(identity)
      list.push(found['same-key-two-ids']({ who: keyOfText(key, ids[0] ?? ''), ids, where: 'role', role: role.name }))
    }
  }
  for (const [identity, ids] of idsByIdentity(keys)) {
    if (ids.length < 2 || together.has(identity)) continue
    const id = ids[0] ?? ''
    list.push(found['same-key-two-ids']({ who: keyOfText(keys.get(id), id), ids, where: 'document' }))
  }
  return list
}

/** A key that signs for root before and after, under different ids: its holder signs once, and both ids must carry it. */
function newIdFindings(before: Signed, after: Signed): Finding[] {
  if (before.type !== 'root' || after.type !== 'root') return []
  const rootIds = (signed: Signed): ReadonlySet<string> => new Set(rolesOf(signed).find(isRoot)?.keyids)
  const [oldIds, newIds] = [rootIds(before), rootIds(after)]
  const old = new Map(
    [...oldIds].flatMap((id) => {
      const key = before.keys.get(id)
      return key?.key === undefined ? [] : [[identityOf(key), id] as const]
    }),
  )
  const names = [...newIds].flatMap((id) => {
    const key = after.keys.get(id)
    const was = key === undefined ? undefined : old.get(identityOf(key))
    const isKept = was === undefined || was === id || oldIds.has(id) || newIds.has(was)
    return key === undefined || isKept ? [] : [holderText(key, id).replace(/^the key /, '')]
  })
  return names.length === 0 ? [] : [found['same-key-two-ids']({ where: 'versions', names: names.sort(byText) })]
}

function isRoot(role: NamedRole): boolean {
  return role.name === 'root'
}
