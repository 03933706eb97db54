// Who has to agree: every set of signers judged, against an oracle that knows nothing of quorums.
import { describe, expect, test } from 'vitest'
import { areMet } from '../../../../src/core/proposal.ts'
import { verifyChain } from '../../../../src/core/systems/asfaload/chain.ts'
import {
  initialQuorums,
  releaseQuorums,
  revocationQuorums,
  updateQuorums,
} from '../../../../src/core/systems/asfaload/conditions.ts'
import type { Marks } from '../../../../src/core/systems/asfaload/marks.ts'
import { openProject } from '../../../../src/core/systems/asfaload/project.ts'
import { parseSignersFile, type SignersFile } from '../../../../src/core/systems/asfaload/signers-file.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { type FilePlan, folder, founded, type GroupPlan, people, project, signersText } from './people.ts'

const letters = ['A', 'B', 'C', 'D', 'E'] as const
type Letter = (typeof letters)[number]
const crowd = await people(...letters)

function subsetsOf(all: readonly Letter[]): Letter[][] {
  return Array.from({ length: 2 ** all.length }, (_, bits) => all.filter((_, at) => (bits & (1 << at)) !== 0))
}

function marksBy(who: readonly Letter[]): Marks {
  const material = (letter: Letter): string => Buffer.from(crowd[letter].signer.key.spki).toString('hex')
  return { of: new Map(who.map((letter) => [material(letter), { signed: true }])), strangers: [] }
}

/** "2ABC 1DE": two groups. */
const groupsIn = (text: string | undefined): GroupPlan[] | undefined =>
  text?.split(' ').map((one) => [Number(one[0]), ...[...one.slice(1)].map((letter) => crowd[letter as Letter])])

interface Plan {
  artifact: string
  admin?: string
  master?: string
  revocation?: string
}

function fileOf(generation: 1 | 2, { artifact, admin, master, revocation }: Plan): SignersFile {
  const plan = {
    artifact: groupsIn(artifact),
    ...{ admin: groupsIn(admin), master: groupsIn(master), revocation: groupsIn(revocation) },
  } as FilePlan
  return parseSignersFile(signersText(generation, plan), 'a signers file')
}

// ---- the oracle: texts and counting, nothing else ------------------------------------------------------------------

const enough = (groups: string, who: string): boolean =>
  groups.split(' ').every((group) => [...group.slice(1)].filter((one) => who.includes(one)).length >= Number(group[0]))
const decides = (plan: Plan, who: string): boolean =>
  enough(plan.admin ?? plan.artifact, who) || (plan.master !== undefined && enough(plan.master, who))
const everybody = (plan: Plan): string[] => [...new Set(Object.values(plan).join('').replace(/[\d ]/g, ''))]
const mayUpdate = (old: Plan, next: Plan, who: string): boolean =>
  decides(old, who) &&
  decides(next, who) &&
  everybody(next).every((one) => everybody(old).includes(one) || who.includes(one))

const plans: [string, Plan, Plan][] = [
  ['the seed: 2 of ABC to 3 of ABCD', { artifact: '2ABC' }, { artifact: '3ABCD' }],
  ['somebody goes', { artifact: '2ABC' }, { artifact: '1AB' }],
  ['nobody stays', { artifact: '1AB' }, { artifact: '2CDE' }],
  ['admins decide, not signers of releases', { artifact: '1AB', admin: '2CD' }, { artifact: '1ABE', admin: '2CD' }],
  ['two groups, each must be complete', { artifact: '1AB 1CD' }, { artifact: '1AB 2CDE' }],
  ['master keys instead of admins', { artifact: '2AB', master: '1C' }, { artifact: '2AD', master: '1E' }],
  ['master keys here, none there', { artifact: '2AB', master: '2CD' }, { artifact: '2AE' }],
  ['master keys of two groups', { artifact: '1A', master: '1BC 1D' }, { artifact: '1A', admin: '1E', master: '2BC' }],
  [
    'who may revoke is asked only when new',
    { artifact: '1A', revocation: '1B' },
    { artifact: '1A', revocation: '2BC' },
  ],
]

describe.each(plans)('%s', (_, old, next) => {
  test.each([1, 2] as const)('every set of five, generation %i', (generation) => {
    const [before, after] = [fileOf(generation, old), fileOf(generation, next)]
    const judged = subsetsOf(letters).map((who) => [who.join(''), areMet(updateQuorums(before, after, marksBy(who)))])
    expect(judged).toEqual(subsetsOf(letters).map((who) => [who.join(''), mayUpdate(old, next, who.join(''))]))
  })

  test('first signers, releases and revocations', () => {
    const file = fileOf(1, next)
    for (const who of subsetsOf(letters)) {
      const [marks, text] = [marksBy(who), who.join('')]
      expect(areMet(initialQuorums(file, marks))).toBe(everybody(next).every((one) => text.includes(one)))
      expect(areMet(releaseQuorums(file, marks))).toBe(enough(next.artifact, text))
      const revokers = next.revocation ?? next.admin ?? next.artifact
      expect(areMet(revocationQuorums(file, marks))).toBe(enough(revokers, text))
    }
  })
})

test('the three conditions are told apart by name', () => {
  const quorums = updateQuorums(
    fileOf(1, { artifact: '2ABC', master: '1E' }),
    fileOf(1, { artifact: '3ABCD', master: '1E' }),
    marksBy(['A', 'B', 'C']),
  )
  expect(quorums.map(({ name, threshold, way }) => [name, threshold, way?.by])).toEqual([
    ['Current signers', 2, 'admin'],
    ['Current master keys', 1, 'master'],
    ['New signers by the new file', 3, 'admin'],
    ['New master keys by the new file', 1, 'master'],
    ['Every new key', 1, undefined],
  ])
})

test.each([0, 1, 2] as const)(
  'the seed’s example with real signatures, generation %i: A, B and D suffice, and nothing less',
  async (generation) => {
    const { A, B, C, D } = crowd
    const old: FilePlan = { artifact: [[2, A, B, C]] }
    const next: FilePlan = { artifact: [[3, A, B, C, D]], timestamp: '2026-02-01T00:00:00Z' }
    const [before, after] = [signersText(generation, old), signersText(generation, next)]
    const made = await founded(generation, old, A, B, C)
    await made.draft('signers', after)
    const unsigned = new Map(made.source.files)
    await made.sign('signers', A, B, C, D)
    const whole = new Map(made.source.files)
    const changed = [...whole].filter(([name, bytes]) => unsigned.get(name) !== bytes)
    for (const who of subsetsOf(['A', 'B', 'C', 'D'])) {
      const kept = who.map((letter) => crowd[letter].text(generation))
      made.source.files.clear()
      for (const [name, bytes] of unsigned) made.source.files.set(name, bytes)
      for (const [name, bytes] of changed) {
        const some = only(bytes, kept, name, generation)
        if (some !== undefined) made.source.files.set(name, some)
      }
      const found = await made.one('signers')
      expect([who.join(''), areMet(found.quorums)]).toEqual([
        who.join(''),
        mayUpdate({ artifact: '2ABC' }, { artifact: '3ABCD' }, who.join('')),
      ])
      // The same set where the new file lies as if it were in force.
      const forced = project(before)
      const [from, to] = generation === 0 ? ['signatures.pending', 'signatures'] : ['.pending', '']
      for (const [name, bytes] of made.source.files) {
        if (name.includes('pending'))
          forced.put(name.slice(folder.length).replaceAll(from, to).replace('.json.pending', '.json'), bytes)
        else if (name.includes('history')) forced.put(name.slice(folder.length), bytes)
      }
      if (generation > 0) forced.put('asfaload.signers.history.json', historyOf(before))
      const chain = verifyChain(await openProject(folder, forced.source, forced.context), forced.context)
      expect(await codeOfPromise(chain)).toBe(areMet(found.quorums) ? 'ok' : 'trust/threshold')
    }
  },
)

function only(bytes: Uint8Array, kept: readonly string[], name: string, generation: number): Uint8Array | undefined {
  if (generation === 0) {
    const key = Buffer.from(name.slice(name.lastIndexOf('/') + 1), 'base64')
      .toString()
      .trim()
    return kept.includes(key) ? bytes : undefined
  }
  const value = JSON.parse(Buffer.from(bytes).toString())
  const entries = value.entries ?? value
  for (const key of Object.keys(entries)) if (!kept.includes(key)) delete entries[key]
  return Buffer.from(JSON.stringify(value))
}

function historyOf(bytes: Uint8Array): string {
  const entry = {
    obsoleted_at: '2026-02-01T00:00:00Z',
    signers_file: Buffer.from(bytes).toString('base64'),
    signatures: {},
  }
  return JSON.stringify({ entries: [entry] })
}
