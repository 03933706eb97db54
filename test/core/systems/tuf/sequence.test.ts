// Any sequence of changes that people may make: after each one a client finds the repository whole, one signature too few
// publishes nothing, and taking a change back gives the bytes that were there.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex } from '../../../../src/core/bytes.ts'
import { isComplete } from '../../../../src/core/proposal.ts'
import type { SubjectEdit } from '../../../../src/core/systems/tuf/edit/edit.ts'
import { parseMetadata, type RoleKeys } from '../../../../src/core/systems/tuf/metadata.ts'
import { type Office, openOffice } from '../../../support/office.ts'
import { codeOfPromise } from '../../../support/thrown.ts'

const names = ['Ana', 'Ben', 'Cleo', 'Dana', 'Eve', 'Finn', 'online']
const steps = 200

interface Step {
  kind:
    | 'add'
    | 'remove'
    | 'delegate'
    | 'undelegate'
    | 'key'
    | 'drop'
    | 'threshold'
    | 'block'
    | 'unblock'
    | 'field'
    | 'renew'
  role: number
  name: number
  value: number
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...([
      'add',
      'add',
      'remove',
      'delegate',
      'delegate',
      'delegate',
      'undelegate',
      'key',
      'key',
      'drop',
      'threshold',
    ] as const),
    ...(['block', 'unblock', 'field', 'renew'] as const),
  ),
  role: fc.nat(),
  name: fc.nat(),
  value: fc.nat({ max: 20 }),
})

interface Wanted {
  subject: string
  edit: SubjectEdit
}

/** What this step means in the repository as it is now; undefined when it means nothing there. */
async function meaning({ kind, role, name, value }: Step, office: Office): Promise<Wanted | undefined> {
  const { targets, root, snapshot } = await office.client()
  const delegated = (targets.signed.delegations?.roles ?? []).filter((one) => one.name !== 'blocked')
  const roles = ['targets', ...delegated.map((one) => one.name)]
  const subject = roles[role % roles.length] ?? 'targets'
  const who = names[name % 6] ?? 'Ana'
  const path = `p${value % 4}/f${value}`
  const own = await inForce(subject, office)
  const known = [...own.signed.targetPaths()]
  const keysOf = (): { holder: string; keys: RoleKeys } => {
    const choices = [
      { holder: 'root', keys: root.signed.roles.get('root') as RoleKeys },
      { holder: 'root', keys: root.signed.roles.get('targets') as RoleKeys },
      ...delegated.map((one) => ({ holder: 'targets', keys: one })),
    ]
    return choices[role % choices.length] as { holder: string; keys: RoleKeys }
  }
  const { holder, keys } = keysOf()
  const about =
    holder === 'targets'
      ? (keys as { name?: string }).name
      : keys === root.signed.roles.get('root')
        ? 'root'
        : 'targets'
  const document = holder === 'root' ? root : targets
  const materials = keys.keyids.map((id) => keyIn(document.signed, id))
  switch (kind) {
    case 'add': {
      const hashes = { sha256: toHex(new Uint8Array(32).fill(value + name)) }
      return { subject, edit: { kind: 'target-set', path, length: value, hashes, replace: true } }
    }
    case 'remove':
      return known[0] === undefined
        ? undefined
        : { subject, edit: { kind: 'target-remove', path: known[value % known.length] ?? known[0] } }
    case 'delegate': {
      const fresh = `role${value}`
      if (roles.includes(fresh) || snapshot.signed.meta.has(fresh)) return undefined
      const entry = { keys: [await office.entry(who)], threshold: 1 }
      return {
        subject: 'targets',
        edit: {
          kind: 'delegation-add',
          name: fresh,
          paths: [`p${value % 4}/*`],
          terminating: value % 2 === 0,
          ...entry,
        },
      }
    }
    case 'undelegate': {
      const one = delegated[value % Math.max(1, delegated.length)]
      return one === undefined ? undefined : { subject: 'targets', edit: { kind: 'delegation-remove', name: one.name } }
    }
    case 'key': {
      const entry = await office.entry(who)
      if (about === undefined || materials.includes(toHex(entry.key.spki))) return undefined
      return { subject: holder, edit: { kind: 'key-add', role: about, entry } }
    }
    case 'drop': {
      const keyId = keys.keyids[value % keys.keyids.length]
      if (about === undefined || keyId === undefined || keys.keyids.length <= keys.threshold) return undefined
      return { subject: holder, edit: { kind: 'key-remove', role: about, keyId } }
    }
    case 'threshold': {
      const threshold = 1 + (value % keys.keyids.length)
      return about === undefined || threshold === keys.threshold
        ? undefined
        : { subject: holder, edit: { kind: 'threshold', role: about, threshold } }
    }
    case 'block': {
      const entry = { keys: [await office.entry('Ana')], threshold: 1 }
      return {
        subject: 'targets',
        edit: { kind: 'block', name: 'blocked', paths: [`p${value % 4}/f${value}`], ...entry },
      }
    }
    case 'unblock': {
      const there = targets.signed.delegations?.roles?.some((one) => one.name === 'blocked') === true
      return there ? { subject: 'targets', edit: { kind: 'unblock', name: 'blocked' } } : undefined
    }
    case 'field':
      return { subject, edit: { kind: 'field', path: ['x-note'], value: `note ${value} ${name}` } }
    case 'renew':
      return {
        subject,
        edit: { kind: 'expires', date: `20${30 + (value % 9)}-01-01T00:00:${String(name % 60).padStart(2, '0')}Z` },
      }
  }
}

function keyIn(
  signed: {
    keys?: ReadonlyMap<string, { key?: { spki: Uint8Array } }>
    delegations?: { keys: ReadonlyMap<string, { key?: { spki: Uint8Array } }> }
  },
  id: string,
): string {
  const key = (signed.keys ?? signed.delegations?.keys)?.get(id)?.key
  return toHex(key?.spki ?? new Uint8Array())
}

async function inForce(role: string, office: Office) {
  const { snapshot } = await office.client()
  const version = snapshot.signed.meta.get(role)?.version ?? 0
  return parseMetadata(
    office.repository.source.files.get(`metadata/${version}.${role}.json`) ?? new Uint8Array(),
    'targets',
    role,
  )
}

/** Everybody who may signs, as long as it is not enough; `shy` leaves one signature out. */
async function signed(subject: string, office: Office, shy: boolean): Promise<void> {
  const people = new Map<string, string>()
  for (const name of names) people.set(toHex((await office.person(name)).key.spki), name)
  for (;;) {
    const { quorums } = await office.pending(subject)
    const open = quorums.filter((one) => one.keys.filter((key) => key.signed).length < one.threshold)
    const missing = open.reduce((sum, one) => sum + one.threshold - one.keys.filter((key) => key.signed).length, 0)
    if (missing === 0 || (shy && missing === 1)) return
    const entry = open.flatMap((one) => one.keys).find((key) => !key.signed && key.key !== undefined)
    const name = people.get(toHex(entry?.key?.spki ?? new Uint8Array()))
    if (name === undefined) throw new Error(`nobody here can sign ${subject}`)
    await office.sign(subject, name)
  }
}

test(`${steps} changes in a row`, async () => {
  const [sequence] = fc.sample(fc.array(step, { minLength: steps, maxLength: steps, size: 'max' }), {
    numRuns: 1,
    seed: Number(process.env.SEED ?? 20_261_121),
  })
  const office = await openOffice()
  const made = new Map<string, number>()
  for (const one of sequence ?? []) {
    const wanted = await meaning(one, office)
    if (wanted === undefined) continue
    const { subject, edit } = wanted
    const files = new Map(office.repository.source.files)
    const drafted = await office.draft(subject, edit).catch((error: { code?: string }) => {
      // A change that would change nothing, or cannot be made: a person is told, and nothing is written.
      expect(error.code).toBe('usage/invalid')
    })
    expect(office.repository.source.files).toEqual(files)
    if (drafted === undefined) continue
    await office.propose(subject, edit)
    await signed(subject, office, true)
    if (!isComplete(await office.pending(subject)))
      expect(await codeOfPromise(office.publish(subject))).toBe('trust/threshold')
    await signed(subject, office, false)
    for (const { subject: other } of drafted.along) await signed(other, office, false)
    const published = await codeOfPromise(office.publish(subject))
    if (published !== 'ok') {
      expect(published).toBe('trust/threshold')
      // It gives a role other keys: that role is signed for them, and both take effect together.
      const role = 'role' in edit ? edit.role : ''
      await office.propose(String(role), {
        kind: 'expires',
        date: `2031-01-01T00:00:${String(made.size % 60).padStart(2, '0')}Z`,
      })
      await signed(String(role), office, false)
      await office.publish(subject)
    }
    await office.remember()
    await office.client()
    made.set(edit.kind, (made.get(edit.kind) ?? 0) + 1)
  }
  expect([...office.repository.source.files.keys()].filter((name) => name.startsWith('metadata/pending/'))).toEqual([])
  expect(Object.fromEntries(made)).toMatchObject({
    'target-set': expect.any(Number),
    'key-add': expect.any(Number),
    block: expect.any(Number),
  })
  expect([...made.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(steps / 2)
}, 600_000)
