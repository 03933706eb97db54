// How keys, groups and addresses of this system are called in sentences: by who holds a key where that is known, else by the key.

import { toHex } from '../../../bytes.ts'
import { fingerprintOf } from '../../../key.ts'
import { capital, groupsOfFour, listOf } from '../../../phrases.ts'
import { visible } from '../../../visible.ts'
import { formLabel, materialOf, type SignerKey } from '../keys.ts'
import type { Group, GroupName } from '../signers-file.ts'

/** What this machine calls the holders of keys, by the hex of their SPKI: these files have no names in them. */
export type Names = ReadonlyMap<string, string>

export function ownerOf(key: SignerKey, names: Names): string | undefined {
  const name = names.get(materialOf(key))
  return name === undefined ? undefined : shortened(visible(name), 48)
}

/** "Dana", or "the key 7247 f0a1 93bc 11d0". */
export function whoIs(key: SignerKey, names: Names): string {
  return ownerOf(key, names) ?? `the key ${fingerprintText(key)}`
}

/** "Dana · minisign 388D672A5E9291B5 · 7247 f0a1 93bc 11d0": a minisign key's own number can be chosen, so it never stands alone. */
export function keyText(key: SignerKey, names: Names): string {
  const owner = ownerOf(key, names)
  return [...(owner === undefined ? [] : [owner]), formLabel(key), fingerprintText(key)].join(' · ')
}

/** Of the key itself: the same in every spelling, and on every screen. */
function fingerprintText({ key }: SignerKey): string {
  return groupsOfFour(toHex(fingerprintOf(key)).slice(0, shortDigits)).join(' ')
}

/** What a sentence shows of a fingerprint. */
export const shortDigits = 16

/** Of each its start: longer where another begins alike, since keys can be made until two do. */
export function distinctStarts(texts: readonly string[], least = shortDigits): string[] {
  const all = [...new Set(texts)].sort()
  // Sorted, no other text has more in common with one than its neighbours have.
  const starts = new Map(
    all.map((text, at) => {
      const alike = Math.max(commonLength(text, all[at - 1]), commonLength(text, all[at + 1]))
      const more = Math.max(0, Math.floor((alike - least) / 4) + 1)
      return [text, text.slice(0, least + 4 * more)]
    }),
  )
  return texts.map((text) => starts.get(text) ?? text)
}

function commonLength(one: string, other = ''): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
}

export function whoAre(keys: Iterable<SignerKey>, names: Names, most = 4): string {
  const all = [...keys].map((key) => whoIs(key, names)).sort((a, b) => Number(a > b) - Number(a < b))
  return someOf(all, most)
}

export function someOf(all: readonly string[], most = 4): string {
  if (all.length <= most) return listOf(all)
  return `${all.slice(0, most).join(', ')} and ${all.length - most} more`
}

/** "Dana" stays as it is written; "the key .." begins a sentence. */
export function begun(text: string): string {
  return text.startsWith('the key ') || text.startsWith('the signers') ? capital(text) : text
}

export const groupWords: Readonly<Record<GroupName, { them: string; deed: string }>> = {
  artifact: { them: 'the signers of releases', deed: 'sign releases' },
  admin: { them: 'the admins', deed: 'agree to other signers' },
  master: { them: 'the master keys', deed: 'agree to other signers in place of the admins' },
  revocation: { them: 'those who may revoke', deed: 'revoke a release' },
}

/** "the admins", "group 2 of the admins". */
export function groupText(name: GroupName, at: number, of: number): string {
  return of > 1 ? `group ${at} of ${groupWords[name].them}` : groupWords[name].them
}

/** "2 of 3", "2 of 3 and 1 of 2" where all groups of a list must be complete. */
export function countsOf(groups: readonly Group[]): string {
  return listOf(groups.map(({ threshold, keys }) => `${threshold} of ${keys.length}`))
}

/** "2 of Ana, Bo and Cy" */
export function membersOf(groups: readonly Group[], names: Names): string {
  return groups.map(({ threshold, keys }) => `${threshold} of ${whoAre(keys, names, 12)}`).join('; and ')
}

export function shortened(text: string, most: number): string {
  const points = [...text]
  return points.length <= most ? text : `${points.slice(0, most - 1).join('')}…`
}

/** Of an address, lower case; undefined when it is none. */
export function hostOf(address: string): string | undefined {
  return /^https?:\/\/([\w.-]+(?::\d{1,5})?)(?:[/?#]|$)/i.exec(address)?.[1]?.toLowerCase()
}
