// Advice on m of n, and on who stands where: what a signers file risks besides what it changes.
import { toHex } from '../../../bytes.ts'
import { fingerprintOf } from '../../../key.ts'
import { keyIdText } from '../../../minisign/public-key.ts'
import { capital, groupsOfFour, listOf } from '../../../phrases.ts'
import type { Finding, Risk } from '../../../proposal.ts'
import { standIn } from '../diff/signers.ts'
import { begun, distinctStarts, groupWords, type Names, ownerOf, shortDigits, whoAre, whoIs } from '../diff/words.ts'
import { materialOf, type SignerKey } from '../keys.ts'
import { everyKey, type Group, type GroupName, groupsOf, type SignersFile } from '../signers-file.ts'

export function lintSigners(before: SignersFile | undefined, after: SignersFile, names: Names): Finding[] {
  const groups = [...after.written].flatMap(([name, list]) => list.map((group) => ({ name, group })))
  return [
    ...groups.flatMap(({ name, group }) => countFindings(name, group, after)),
    ...groups.flatMap(({ name, group }) => personFindings(name, group, names)),
    ...sharedFindings(after, names),
    ...masterFindings(after),
    ...revocationFindings(after, names),
    ...adminFindings(before, after, names),
    ...keyIdFindings(after, names),
    ...alikeFindings([...everyKey(after), ...(before === undefined ? [] : everyKey(before))].map(fingerprintIn)),
  ]
}

function finding(code: string, risk: Risk, sentence: string): Finding {
  return { code, risk, sentence }
}

/** Who decides who the signers are; without any of these left, nobody ever can again. */
function isLast(name: GroupName, { written }: SignersFile): boolean {
  return !written.has('master') && (name === 'admin' || (name === 'artifact' && !written.has('admin')))
}

function countFindings(name: GroupName, { threshold, keys }: Group, file: SignersFile): Finding[] {
  const { them, deed } = groupWords[name]
  const risk: Risk = name === 'admin' || name === 'master' ? 'dangerous' : 'notable'
  if (keys.length === 1) {
    const lost = isLast(name, file)
      ? 'a lost one locks everybody out for ever'
      : 'a lost one must be replaced by others'
    return [finding('one-key', risk, `${capital(them)} are one key: a stolen one is enough to ${deed}, and ${lost}`)]
  }
  if (threshold === 1) {
    const sentence = `One of ${keys.length} keys is enough to ${deed}: whoever steals any one of them can`
    return [finding('one-suffices', risk, sentence)]
  }
  if (threshold < keys.length) return []
  const lost = isLast(name, file)
    ? 'one lost key locks everybody out, and nobody could name other signers'
    : `with one lost key nobody can ${deed} until the signers are changed`
  const sentence = `All ${keys.length} of ${keys.length} keys must ${deed}: ${lost}`
  return [finding('no-spare-key', isLast(name, file) ? 'dangerous' : 'notable', sentence)]
}

/** A threshold counts keys; one person who holds enough of them makes it none. */
function personFindings(name: GroupName, { threshold, keys }: Group, names: Names): Finding[] {
  if (threshold < 2) return []
  const counts = new Map<string, number>()
  for (const key of keys) {
    const owner = ownerOf(key, names)
    if (owner !== undefined) counts.set(owner, (counts.get(owner) ?? 0) + 1)
  }
  return [...counts].flatMap(([owner, held]) =>
    held < threshold
      ? []
      : finding(
          'one-person-suffices',
          'dangerous',
          `${owner} holds ${held} of the keys, and ${threshold} are enough to ${groupWords[name].deed}`,
        ),
  )
}

/** Told once for each set of groups: most files name the same people twice. */
function sharedFindings({ written }: SignersFile, names: Names): Finding[] {
  const groupsOfKey = new Map<string, { key: SignerKey; in: GroupName[] }>()
  for (const [name, groups] of written) {
    if (name === 'master') continue
    for (const key of groups.flatMap(({ keys }) => keys)) {
      const entry = groupsOfKey.get(materialOf(key)) ?? { key, in: [] }
      if (!entry.in.includes(name)) entry.in.push(name)
      groupsOfKey.set(materialOf(key), entry)
    }
  }
  const bySet = new Map<string, { keys: SignerKey[]; in: GroupName[] }>()
  for (const { key, in: set } of groupsOfKey.values()) {
    if (set.length < 2) continue
    const entry = bySet.get(set.join()) ?? { keys: [], in: set }
    entry.keys.push(key)
    bySet.set(set.join(), entry)
  }
  return [...bySet.values()].map(({ keys, in: set }) => {
    const where = listOf(set.map((name) => groupWords[name].them))
    const sentence = `${begun(whoAre(keys, names))} ${keys.length === 1 ? 'stands' : 'stand'} among ${where}: one stolen key counts for all of these`
    return finding('key-in-several-groups', 'notable', sentence)
  })
}

/** The newest generation refuses any overlap; in the one before, the same people twice make master keys pointless. */
function masterFindings(file: SignersFile): Finding[] {
  if (!file.written.has('master')) return []
  const set = (name: GroupName): string =>
    [...new Set(groupsOf(file, name).flatMap(({ keys }) => keys.map(materialOf)))].sort().join()
  if (set('master') !== set('admin')) return []
  return [
    finding(
      'master-same',
      'dangerous',
      'The master keys are the very keys of the admins: whoever loses those has nothing left to replace them with',
    ),
  ]
}

function revocationFindings(file: SignersFile, names: Names): Finding[] {
  if (file.generation === 0) return []
  const keys = groupsOf(file, 'revocation').flatMap((group) => group.keys)
  const [only] = keys
  if (only === undefined || new Set(keys.map(materialOf)).size > 1) return []
  const who = whoIs(only, names)
  const why = file.written.has('revocation') ? '' : `, as ${standIn('revocation', file)} stand in`
  return [
    finding(
      'one-revocation-key',
      'notable',
      `Only ${who} can revoke a release${why}: if that key is lost, a bad release stays in force`,
    ),
  ]
}

function adminFindings(before: SignersFile | undefined, after: SignersFile, names: Names): Finding[] {
  const admins = (file: SignersFile): SignerKey[] => groupsOf(file, 'admin').flatMap(({ keys }) => keys)
  const findings: Finding[] = []
  if (after.generation !== 0 && !after.written.has('admin')) {
    const sentence = `No admins are named, so the signers of releases decide who the signers are, too: keys in daily use then have the last word`
    findings.push(finding('no-admins', 'routine', sentence))
  }
  if (before === undefined) return findings
  const now = new Set(admins(after).map(materialOf))
  const old = admins(before)
  if (old.some((key) => now.has(materialOf(key)))) return findings
  const sentence = `Nobody who decides about the signers today (${whoAre(old, names)}) decides any more: from then on it is ${whoAre(admins(after), names)} alone`
  return [...findings, finding('admins-all-new', 'dangerous', sentence)]
}

const fingerprintIn = ({ key }: SignerKey): string => toHex(fingerprintOf(key))

/** Sentences show the start of a fingerprint. Two that start alike were made so. */
export function alikeFindings(fingerprints: readonly string[]): Finding[] {
  const all = [...new Set(fingerprints)]
  const starts = distinctStarts(all)
  const alike = all.filter((_, at) => (starts[at]?.length ?? 0) > shortDigits)
  if (alike.length === 0) return []
  const keys = alike.map((text) => groupsOfFour(text).join(' '))
  const sentence = `Fingerprints of different keys begin alike, and nobody makes such keys by accident: ${listOf(keys)}`
  return [finding('keys-alike', 'dangerous', sentence)]
}

/** An arbitrary number by which people know minisign keys, and programs find them. */
function keyIdFindings(file: SignersFile, names: Names): Finding[] {
  const byId = new Map<string, Map<string, SignerKey>>()
  for (const key of everyKey(file)) {
    if (key.keyId === undefined) continue
    const id = keyIdText(key.keyId)
    byId.set(id, new Map([...(byId.get(id) ?? []), [materialOf(key), key]]))
  }
  return [...byId].flatMap(([id, keys]) =>
    keys.size < 2
      ? []
      : finding(
          'key-id-shared',
          'dangerous',
          `${begun(whoAre(keys.values(), names))} are different keys with the same minisign number ${id}: whoever knows a key by its number is deceived`,
        ),
  )
}
