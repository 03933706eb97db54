// Who must agree to what, as quorums. A change of signers has three conditions; all of them, and all groups of a list, must be met.

import type { Quorum, QuorumKey } from '../../proposal.ts'
import { formLabel, materialOf, type SignerKey } from './keys.ts'
import { type Marks, noMarks } from './marks.ts'
import { everyKey, type Group, groupsOf, type SignersFile } from './signers-file.ts'

/** Nobody was there before, so all who come in say that they do. */
export function initialQuorums(first: SignersFile, marks: Marks): Quorum[] {
  return withStrangers([everyOf('Every first signer', everyKey(first), marks)], marks)
}

export function updateQuorums(current: SignersFile, next: SignersFile, marks: Marks): Quorum[] {
  const known = new Set(everyKey(current).map(materialOf))
  const fresh = everyKey(next).filter((key) => !known.has(materialOf(key)))
  return withStrangers(
    [
      ...adminOrMaster(current, 'Current signers', 'Current master keys', 'current', marks),
      ...adminOrMaster(next, 'New signers by the new file', 'New master keys by the new file', 'new', marks),
      ...(fresh.length === 0 ? [] : [everyOf('Every new key', fresh, marks)]),
    ],
    marks,
  )
}

/** Who must agree to whatever comes after this file, and nobody has signed yet. */
export function rulingQuorums(file: SignersFile): Quorum[] {
  return adminOrMaster(file, 'Signers', 'Master keys', 'current', noMarks)
}

export function releaseQuorums(current: SignersFile, marks: Marks): Quorum[] {
  return withStrangers(quorumsOf('Signers of releases', groupsOf(current, 'artifact'), marks), marks)
}

export function revocationQuorums(current: SignersFile, marks: Marks): Quorum[] {
  return withStrangers(quorumsOf('Who may revoke', groupsOf(current, 'revocation'), marks), marks)
}

/** Master keys can take the place of the admins, where there are any. */
function adminOrMaster(file: SignersFile, admins: string, masters: string, to: string, marks: Marks): Quorum[] {
  const [admin, master] = [groupsOf(file, 'admin'), groupsOf(file, 'master')]
  if (master.length === 0) return quorumsOf(admins, admin, marks)
  return [
    ...quorumsOf(admins, admin, marks, { to, by: 'admin' }),
    ...quorumsOf(masters, master, marks, { to, by: 'master' }),
  ]
}

export function quorumsOf(name: string, groups: readonly Group[], marks: Marks, way?: Quorum['way']): Quorum[] {
  return groups.map(({ threshold, keys }, at) => ({
    name: groups.length === 1 ? name : `${name}, group ${at + 1}`,
    threshold,
    keys: holders(keys, marks),
    strangers: [],
    ...(way === undefined ? {} : { way }),
  }))
}

function everyOf(name: string, all: readonly SignerKey[], marks: Marks): Quorum {
  const keys = holders(all, marks)
  return { name, threshold: keys.length, keys, strangers: [] }
}

/** One entry for one key, however many spellings it has. */
function holders(keys: readonly SignerKey[], marks: Marks): QuorumKey[] {
  const spellings = new Map<string, SignerKey[]>()
  for (const key of keys) spellings.set(materialOf(key), [...(spellings.get(materialOf(key)) ?? []), key])
  return [...spellings].flatMap(([material, [first, ...others]]) => {
    if (first === undefined) return []
    const { signed, reason } = marks.of.get(material) ?? { signed: false }
    return {
      ids: [first, ...others].map(({ text }) => text),
      key: first.key,
      label: formLabel(first),
      signed,
      ...(reason === undefined ? {} : { reason }),
      rehearsal: false,
    }
  })
}

/** Told once: who is nobody in one of these quorums is nobody in all of them. */
function withStrangers([first, ...others]: readonly Quorum[], { strangers }: Marks): Quorum[] {
  return first === undefined ? [] : [{ ...first, strangers }, ...others]
}
