// What the window says of a ceremony beyond its script: where it stands, whose tokens are here, whose turn it is.
import { expect, test } from 'vitest'
import type { RunPerson, RunStep, RunToken, RunView } from '../../src/ipc/contract.ts'
import {
  keyOf,
  leftOut,
  placeOf,
  stepNow,
  times,
  tokensHere,
  whereItStands,
} from '../../src/renderer/views/ceremony/ceremony-words.ts'
import { signing, turnAt, turnOf } from '../../src/renderer/views/ceremony/turns.ts'
import { acts, change, people, summaries } from '../support/fake-ceremony-data.ts'

const steps = acts.map((act) => ({
  title: act.title,
  steps: act.steps.map((one): RunStep => ({ ...one, state: 'later' })),
}))

test('a step is counted over all acts; when all are done there is none', () => {
  expect(placeOf({ acts: steps, now: 'say' })).toEqual({ step: 4, of: 10, act: 2 })
  expect(placeOf({ acts: steps })).toEqual({ step: 10, of: 10, act: 8 })
  expect(stepNow({ acts: steps, now: 'sign' })?.kind).toBe('sign')
  expect(stepNow({ acts: steps })).toBe(undefined)
  expect([1, 2, 3].map(times)).toEqual(['once', 'twice', '3 times'])
})

test('every state of a ceremony has words of its own', () => {
  const words = summaries.map((one) => whereItStands(one).text)
  expect(new Set(words).size).toBe(words.length)
  const [first] = summaries
  expect(
    whereItStands({ ...first, ceremonyId: '', title: '', repository: '', rehearsal: false, phase: 'break' }).tone,
  ).toBe('warn')
})

const token = (signerId: string, serial: string, owner?: string): RunToken => ({
  ...{ signerId, label: signerId, serial, rehearsal: false },
  ...(owner === undefined ? {} : { owner }),
})

test('a token with several keys is one, by the key that the script knows; a key file of nobody is none', () => {
  const here = tokensHere([
    token('piv:1/9a', '1'),
    token('piv:1/9c', '1', 'Ana Ruiz'),
    token('piv:1/9d', '1'),
    token('piv:2/9c', '2'),
    token('file:mine', ''),
    token('file:hers', '', 'Ben Cole'),
  ])
  expect(here.map(({ signerId }) => signerId)).toEqual(['piv:1/9c', 'piv:2/9c', 'file:hers'])
  expect(
    keyOf(
      here.map((one) => ({ ...one })),
      'Ana Ruiz',
    )?.signerId,
  ).toBe('piv:1/9c')
  expect(keyOf([], 'Ana Ruiz')).toBe(undefined)
})

function view(patch: (one: RunPerson) => Partial<RunPerson>, signed: readonly string[] = []): RunView {
  return {
    ...{
      ceremonyId: '',
      title: '',
      purpose: '',
      repository: '',
      rehearsal: false,
      startedAt: '',
      scriptHash: '',
      scriptWords: [],
    },
    ...{ folder: '', phase: 'running', acts: steps, gates: [], tokens: [], compared: [], devicesAsked: 2 },
    ...{ exported: [], deviations: [], lines: 1, interruptions: 0 },
    people: people.map((one) => ({ ...one, ...patch(one) })),
    change: change(signed),
  }
}

const sign = steps.flatMap((act) => act.steps).find(({ kind }) => kind === 'sign')

test('only who agreed signs; whoever has signed is done; when enough have, nobody is called but who is picked', () => {
  if (sign === undefined) throw new Error('no such step')
  const begun = view(({ name }) => ({ agreed: name !== 'Ana Ruiz' && name !== 'Wim de Vries' }))
  expect(signing(begun, sign).map(({ name, mayNot }) => [name, mayNot])).toEqual([
    ['Ana Ruiz', true],
    ['Ben Cole', false],
    ['Cleo Haddad', false],
  ])
  expect(turnAt(begun, sign, '')).toBe('Ben Cole')
  expect(turnAt(begun, sign, 'Cleo Haddad')).toBe('Cleo Haddad')
  expect(turnAt(begun, sign, 'Ana Ruiz')).toBe('Ben Cole')
  const enough = view(({ name }) => ({ agreed: true, signed: name !== 'Cleo Haddad' }), ['Ana Ruiz', 'Ben Cole'])
  expect(turnAt(enough, sign, '')).toBe(undefined)
  expect(turnAt(enough, sign, 'Cleo Haddad')).toBe('Cleo Haddad')
  expect(turnOf([{ name: 'Ana Ruiz', done: true, state: 'signed' }], 'Ana Ruiz')).toBe(undefined)
})

test('who would be left out for good is said before the roll call or the agreement ends', () => {
  const at = (kind: RunStep['kind']) => steps.flatMap((act) => act.steps).find((one) => one.kind === kind)
  const nobody = view(() => ({ hasKey: true, present: { serial: '1', attestation: 'none' }, agreed: true }))
  expect(leftOut(nobody, at('roll-call'))).toBe(undefined)
  expect(leftOut(nobody, at('agree'))).toBe(undefined)
  const ben = view(({ name }) =>
    name === 'Ben Cole' ? { hasKey: true, agreed: false } : { hasKey: false, agreed: true },
  )
  expect(leftOut(ben, at('roll-call'))).toContain('Ben Cole')
  expect(leftOut(ben, at('agree'))).toContain('Ben Cole')
  expect(leftOut(ben, at('sign'))).toBe(undefined)
})
