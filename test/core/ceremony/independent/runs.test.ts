// Runs in which one rule is broken, and others that look like it: our checker and the second one say the same of each.
import fc from 'fast-check'
import { beforeAll, test } from 'vitest'
import { type CeremonyRecord, recordBytes, redacted } from '../../../../src/core/ceremony/record.ts'
import { type Cast, castOf, change, goodRun, keyOf, recordOf, type Said, time } from '../../../support/ceremony.ts'
import { editsOf, gate, said } from '../../../support/run-edits.ts'
import { type Case, compare } from '../../../support/second-checker.ts'

/** Python works in plain integers, and these are many. */
const slow = { timeout: 180_000 }

let cast: Cast
let good: Said[]
let record: CeremonyRecord
let made: readonly Made[]

beforeAll(async () => {
  cast = await castOf()
  good = goodRun(cast)
  record = await recordOf(cast, good)
  made = await madeRuns()
})

/** Everything in it is chained, and signed by everybody: only what happened is out of order, or is not. */
function runs(): Record<string, readonly [Said[], boolean]> {
  const { at, again, without, before, altered, factOf } = editsOf(good)
  const resumed: Said = { kind: 'resumed', fact: { interruptedAfter: '00'.repeat(32), reason: 'power' } }
  const abandoned: Said = { kind: 'closed', fact: { outcome: 'abandoned', facts: 0 } }
  const end = good.length - 1
  return {
    'the good run': [good, true],
    '0: a gate by a person': [altered(at('gate'), { actor: 'Ada' }), false],
    '0: started by the machine': [altered(at('started'), { actor: 'machine' }), false],
    '0: signed by the machine': [altered(at('signed'), { actor: 'machine' }), false],
    '0: by somebody unknown': [altered(at('started'), { actor: 'Eve' }), false],
    '0: stopped by the administrator': [before(end, said('stopped', 'Ada')), false],
    '0: stopped by the witness, behind all signatures': [before(end, said('stopped', 'Wim')), true],
    '0: a step that is not in the script': [altered(at('agreed'), { step: 'dance' }), false],
    '1: not opened': [without(0), false],
    '1: opened twice': [before(3, again(0)), false],
    '1: opened late': [[again(1), again(0), ...good.slice(2)], false],
    '1: never closed': [good.slice(0, -1), false],
    '1: closed twice': [[...good, again(end)], false],
    '1: something after it was closed': [[...good, gate('network')], false],
    '1: nothing but the header': [[], false],
    '2: mono goes back': [altered(9, { mono: 1 }), false],
    '2: at goes back': [altered(9, { at: time(1) }), false],
    '2: a gate named clock goes back': [before(9, gate('clock', { at: time(1) })), true],
    '2: a gate named otherwise goes back': [before(9, gate('network', { at: time(1) })), false],
    '2: a gate goes back, the next one is named clock': [
      before(9, gate('network', { at: time(1) }), gate('clock', { at: time(2) })),
      true,
    ],
    '2: a fact goes back, the gate after it is named clock': [
      before(9, { ...said('started', 'Ada'), at: time(1) }, gate('clock', { at: time(2) })),
      true,
    ],
    '2: a fact goes back, a gate named clock comes later': [
      before(9, { ...said('started', 'Ada'), at: time(1) }, said('done', 'Ada'), gate('clock')),
      false,
    ],
    '2: a gate named clock comes before': [before(9, gate('clock'), { ...said('started', 'Ada'), at: time(1) }), false],
    '3: resumed after another line': [before(4, resumed), false],
    '4: not received': [without(at('received')), false],
    '4: another change received': [factOf(at('received'), { digest: 'd2'.repeat(32) }), false],
    '4: not compared': [without(at('compared')), false],
    '4: compared twice on one device': [factOf(at('compared', 1), { device: 'the signing machine' }), false],
    '4: compared another digest': [factOf(at('compared', 1), { digest: 'd2'.repeat(32) }), false],
    '4: one comparison skipped': [factOf(at('compared', 1), { outcome: 'skipped' }), false],
    '4: received again before the signature': [before(at('signed'), again(at('received'))), false],
    '4: received again between the signatures': [before(at('signed', 1), again(at('received'))), false],
    '4: another received between the signatures': [
      before(at('signed', 1), {
        ...again(at('received')),
        fact: { ...again(at('received')).fact, digest: change.replace('d', 'e') },
      }),
      false,
    ],
    '5: signed by the witness': [altered(at('signed'), { actor: 'Wim' }), false],
    '5: signed by the administrator': [altered(at('signed'), { actor: 'Ada' }), false],
    '5: signed with the key of another': [factOf(at('signed'), { key: keyOf(cast, 'Ben') }), false],
    '5: signed by somebody who was not present': [without(at('present')), false],
    '5: present only afterwards': [
      before(at('signed') + 1, again(at('present'))).filter((_, n) => n !== at('present')),
      false,
    ],
    '5: present with a key that is not theirs': [factOf(at('present'), { key: keyOf(cast, 'Cleo') }), false],
    '5: present as somebody unknown': [
      before(9, { ...again(at('present')), fact: { ...again(at('present')).fact, person: 'Eve' } }),
      false,
    ],
    '5: a key that was proven, and is not': [factOf(at('present'), { attestation: 'unknown-root' }), false],
    '5: a card of a rehearsal where there is none': [factOf(at('present'), { attestation: 'rehearsal' }), false],
    '6: compared as different': [factOf(at('compared'), { outcome: 'different' }), false],
    '6: one more, of another change, was different': [
      before(at('compared'), {
        ...again(at('compared')),
        fact: { ...again(at('compared')).fact, digest: 'd2'.repeat(32), outcome: 'different' },
      }),
      false,
    ],
    '6: stopped before the last signature': [before(at('signed', 1), said('stopped', 'Wim')), false],
    '7: not settled': [without(at('settled')), false],
    '7: settled by who noted it': [altered(at('settled'), { actor: 'Wim' }), false],
    '7: settled by both': [before(at('settled'), { ...again(at('settled')), actor: 'Wim' }), false],
    '7: the first number is 2': [factOf(at('deviation'), { number: 2 }), false],
    '7: agreed by somebody unknown': [factOf(at('settled'), { agreed: ['Ada', 'Eve'] }), false],
    '7: agreed by nobody': [factOf(at('settled'), { agreed: [] }), true],
    '7: settled another': [factOf(at('settled'), { number: 2 }), false],
    '7: settled before it was noted': [
      before(at('deviation'), again(at('settled'))).filter((_, n) => n !== at('settled') + 1),
      false,
    ],
    '7: noted again with the same number': [before(end, again(at('deviation'))), false],
    '7: not settled, and abandoned': [[...without(at('settled'), end), abandoned], true],
    '8: something in a break': [before(3, said('break', 'Ada')), false],
    '8: a break, and back': [before(3, said('break', 'Ada'), gate('network'), said('back', 'Ada')), true],
    '8: back from nothing': [before(3, said('back', 'Ada')), false],
    '8: closed in a break': [before(end, said('break', 'Ada')), false],
    '8: a break in a break': [before(3, said('break', 'Ada'), said('break', 'Ada'), said('back', 'Ada')), false],
    '9: a step begins too late': [before(end, again(at('started'))), false],
    '9: a step begins twice': [before(at('started') + 1, again(at('started'))), true],
    '9: a step is done that was not started': [without(at('started')), false],
    '11: judged from another root': [factOf(at('received'), { anchor: 'a1'.repeat(32) }), false],
    '11: judged from no root': [factOf(at('received'), { anchor: '' }), false],
    '10: nothing proved': [without(at('proved')), false],
    '10: too few signatures': [factOf(at('proved'), { quorums: [{ name: 'Root 1', threshold: 2, signed: 1 }] }), false],
    '10: proved before it was received': [
      editsOf(without(at('proved'))).before(at('received'), again(at('proved'))),
      false,
    ],
    '10: received again after it was proved': [before(end, again(at('received'))), false],
    '10: another change proved': [factOf(at('proved'), { digest: 'ee'.repeat(32) }), false],
    '10: nothing received and nothing signed': [
      good.filter(({ kind }) => kind !== 'received' && kind !== 'signed'),
      false,
    ],
    '10: no quorum': [factOf(at('proved'), { quorums: [] }), false],
    '10: proved again, with too few': [
      before(end, {
        ...again(at('proved')),
        fact: { ...again(at('proved')).fact, quorums: [{ name: 'Root 1', threshold: 2, signed: 1 }] },
      }),
      false,
    ],
    '10: too few, and abandoned': [[...without(at('proved'), end), abandoned], true],
  }
}

/** With `resumed`, whose clock begins anew. */
function resumedRuns(): Record<string, readonly [Said[], boolean]> {
  const { at, again } = editsOf(good)
  const resumedAt = (place: number, more: readonly Said[] = [], change_: Partial<Said> = {}): Said[] => {
    const resumed: Said = { kind: 'resumed', fact: { interruptedAfter: '', reason: 'power' }, ...change_ }
    const all = [...good.slice(0, place), resumed, ...more, ...good.slice(place)]
    return all.map((one, n) => (n < place ? one : { ...one, mono: (n - place) * 1000 }))
  }
  const anew = [again(at('compared')), again(at('compared', 1))]
  return {
    '3: resumed after the line before': [resumedAt(4), true],
    '4: resumed between comparing and signing': [resumedAt(at('signed')), false],
    '4: resumed, and compared anew': [resumedAt(at('signed'), anew), true],
    '4: resumed, and compared anew on one device': [resumedAt(at('signed'), anew.slice(1)), false],
    '4: resumed between the signatures': [resumedAt(at('signed', 1)), true],
    '4: resumed, and received anew, between the signatures': [
      resumedAt(at('signed', 1), [again(at('received'))]),
      false,
    ],
    '6: resumed after it was stopped': [resumedAt(at('signed'), [...anew, said('stopped', 'Wim')]), false],
    '9: resumed, and the steps from comparing on begin again': [
      resumedAt(at('signed'), [
        said('started', 'Wim', { step: 'compare' }),
        ...anew,
        said('started', 'Ana', { step: 'sign' }),
      ]),
      true,
    ],
    '9: resumed, and an earlier step begins after a later one': [
      resumedAt(at('signed'), [
        said('started', 'Ana', { step: 'sign' }),
        said('started', 'Wim', { step: 'compare' }),
        ...anew,
      ]),
      false,
    ],
    '2: resumed when the clock had gone back': [resumedAt(4, [gate('clock', { at: time(2) })], { at: time(1) }), true],
    '2: resumed when the clock had gone back, and nobody says so': [resumedAt(4, [], { at: time(1) }), false],
  }
}

interface Made extends Case {
  from: CeremonyRecord
}

async function madeRuns(): Promise<Made[]> {
  return Promise.all(
    Object.entries({ ...runs(), ...resumedRuns() }).map(async ([name, [run, isGoodRun]]) => {
      const from = await recordOf(cast, run)
      return { name, from, record: recordBytes(from), script: cast.bytes, good: isGoodRun }
    }),
  )
}

/** The same without the script, and for whoever may see less. */
function copies(): Case[] {
  return made.flatMap(({ name, from }) => [
    { name: `${name}, without the script`, record: recordBytes(from) },
    ...(['public', 'auditor'] as const).map((level) => ({
      name: `${name}, ${level}`,
      record: recordBytes(redacted(from, level)),
      script: cast.bytes,
    })),
  ])
}

/** Any fact may be withheld, whatever its level. */
function withheld(): Case[] {
  return fc
    .sample(fc.tuple(fc.constantFrom(...made), fc.array(fc.nat(40), { minLength: 1, maxLength: 12 })), 80)
    .map(([{ name, from }, hidden]) => {
      const facts = from.facts.map(({ open, ...line }, n) =>
        hidden.includes(n) || open === undefined ? line : { ...line, open },
      )
      const copy = recordBytes({ ...from, facts })
      return { name: `${name}, without ${hidden.join()}`, record: copy, script: cast.bytes }
    })
}

// All at once: copies of one record have the same signatures, and the second checker is slow at these.
test(
  'runs in which one rule is broken, some that look like it, and copies of them in which facts are withheld',
  slow,
  async () => {
    const shown = (['public', 'auditor', 'internal'] as const).map((level) => ({
      ...{ name: level, record: recordBytes(redacted(record, level)), script: cast.bytes, good: true },
    }))
    await compare([...made, ...copies(), ...withheld(), ...shown])
  },
)
