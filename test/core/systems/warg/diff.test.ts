// What a record changes, told entry by entry, and what a person must know before signing it.
import { describe, expect, test } from 'vitest'
import { diffRecord, type RecordDiff } from '../../../../src/core/systems/warg/log/diff.ts'
import { verifyLog } from '../../../../src/core/systems/warg/log/log.ts'
import { LogState } from '../../../../src/core/systems/warg/log/log-state.ts'
import { type Entry, encodeRecord, type LogRecord, parseRecord } from '../../../../src/core/systems/warg/log/record.ts'
import { refusalOf, signersOf } from '../../../../src/core/systems/warg/log/signers.ts'
import { sentenceFor } from '../../../../src/core/systems/warg/waiting/edit.ts'
import { faultOf, faultOfCall } from '../../../support/thrown.ts'
import { type Person, person } from '../../../support/warg/keys.ts'
import { chained, content, moment } from '../../../support/warg/records.ts'

const people = (): [Person, Person, Person] => [person('ana'), person('bo'), person('cy')]

/** Ana holds everything, Bo may release; 1.0.0 is released. */
async function begun(): Promise<LogState> {
  const [ana, bo] = people()
  const init: Entry = { kind: 'init', key: ana }
  const log = chained(
    'package',
    [ana, [init, { kind: 'grant', key: bo, permissions: ['release'] }]],
    [bo, [{ kind: 'release', version: '1.0.0', digest: content }]],
  )
  return verifyLog('package', log)
}

function next({ kind, head }: LogState, entries: readonly Entry[]): LogRecord {
  const draft = { ...(head === undefined ? {} : { prev: head.id }), time: moment, entries }
  return parseRecord(kind, encodeRecord(kind, draft), 'it')
}

/** A minute after all of these records. */
const now = new Date((moment.seconds + 60) * 1000)
const told = ({ changes }: RecordDiff): string[] => changes.map(({ path, risk }) => `${path} ${risk}`)
const warned = ({ findings }: RecordDiff): string[] => findings.map(({ code, risk }) => `${code} ${risk}`)

describe('a record', () => {
  test('is told entry by entry, in order, with what there was before', async () => {
    const [ana, bo, cy] = people()
    const before = await begun()
    const entries: Entry[] = [
      { kind: 'release', version: '1.1.0', digest: content },
      { kind: 'grant', key: cy, permissions: ['release', 'yank'] },
      { kind: 'revoke', keyId: bo.id, permissions: ['release'] },
      { kind: 'yank', version: '1.0.0' },
    ]
    const diff = diffRecord(before, next(before, entries), ana.id, { subject: 'wasi:http', now })
    expect(told(diff)).toEqual([
      'releases/1.1.0 routine',
      `permissions/${cy.id}/release notable`,
      `permissions/${cy.id}/yank notable`,
      `permissions/${bo.id}/release notable`,
      'releases/1.0.0/yanked dangerous',
      'time routine',
    ])
    expect(diff.changes[0]).toMatchObject({ after: content })
    expect(diff.changes[3]).toMatchObject({ before: 'held' })
    expect(warned(diff)).toEqual([])
    expect(diff.after.permissions.holds(cy.id, 'yank')).toBe(true)
    expect([before.length, before.permissions.holds(cy.id, 'yank')]).toEqual([2, false])
  })

  test('that gives and takes the same is told both ways, and so is what was held before', async () => {
    const [ana, bo, cy] = people()
    const before = await begun()
    const both: Entry[] = [
      { kind: 'grant', key: cy, permissions: ['yank'] },
      { kind: 'grant', key: cy, permissions: ['yank'] },
      { kind: 'revoke', keyId: cy.id, permissions: ['yank'] },
      { kind: 'grant', key: bo, permissions: ['release'] },
      { kind: 'grant', key: bo, permissions: [] },
    ]
    expect(told(diffRecord(before, next(before, both), ana.id, { subject: 'wasi:http', now }))).toEqual([
      `permissions/${cy.id}/yank notable`,
      'entries/2 notable',
      `permissions/${cy.id}/yank notable`,
      'entries/4 notable',
      'entries/5 notable',
      'time routine',
    ])
  })

  test('that begins a log claims its name for ever', () => {
    const [ana] = people()
    const before = new LogState('package')
    const diff = diffRecord(before, next(before, [{ kind: 'init', key: ana }]), ana.id, {
      subject: 'wasi:http',
      nameOf: () => 'Ana',
      now,
    })
    expect(told(diff)).toEqual([`init/${ana.id} dangerous`, 'time routine'])
    expect(diff.changes[0]?.sentence).toContain('wasi:http for ever')
    expect(warned(diff)).toEqual([])
  })

  test('that begins a log under a name that is easily taken for another is told', () => {
    const [ana] = people()
    const before = new LogState('package')
    const begin = (subject: string): string[] =>
      warned(
        diffRecord(before, next(before, [{ kind: 'init', key: ana }]), ana.id, { subject, known: ['wasi:http'], now }),
      )
    expect(begin('was1:http')).toEqual(['look-alike-name dangerous'])
    expect(begin('wasi:ht-tp')).toEqual(['look-alike-name dangerous'])
    expect([begin('wasi:http'), begin('wasi:https')]).toEqual([[], []])
  })

  test('after which nobody holds a permission any more locks everybody out', async () => {
    const [ana, bo] = people()
    const before = await begun()
    const take = (keyId: string, ...permissions: ('release' | 'yank')[]): Entry => ({
      kind: 'revoke',
      keyId,
      permissions,
    })
    const of = (...entries: Entry[]): string[] =>
      warned(diffRecord(before, next(before, entries), ana.id, { subject: 'it', now }))
    expect(of(take(ana.id, 'release'))).toEqual([])
    expect(of(take(ana.id, 'yank'))).toEqual(['lock-out dangerous'])
    const sentence = (...entries: Entry[]) =>
      sentenceFor('a:b', entries, diffRecord(before, next(before, entries), ana.id, { subject: 'it', now }))
    expect(sentence(take(ana.id, 'yank'))).toBe('let nobody yank a:b any more')
    expect(sentence(take(bo.id, 'release'), take(ana.id, 'release'))).toBe('let nobody release a:b any more')
    expect(sentence(take(bo.id, 'release'), take(ana.id, 'release', 'yank'))).toBe('lock everybody out of a:b')
    expect(of(take(bo.id, 'release'), take(ana.id, 'release', 'yank'))).toEqual([
      'lock-out dangerous',
      'lock-out dangerous',
    ])
    const fresh = new LogState('package')
    const first = next(fresh, [{ kind: 'init', key: ana }, take(ana.id, 'release')])
    expect(warned(diffRecord(fresh, first, ana.id, { subject: 'it', now }))).toEqual(['lock-out dangerous'])
  })

  test('of somebody who may do nothing is an alarm, also where it changes nothing', async () => {
    const [, , cy] = people()
    const before = await begun()
    const idle = next(before, [{ kind: 'grant', key: cy, permissions: [] }])
    expect(warned(diffRecord(before, idle, cy.id, { subject: 'it', now }))).toEqual(['no-op-by-stranger dangerous'])
    const release = next(before, [{ kind: 'release', version: '2.0.0', digest: content }])
    expect(faultOfCall(() => diffRecord(before, release, cy.id, { subject: 'it', now }))).toBe('not-permitted')
  })

  test.each([
    ['the last moment that can be written', 253_402_300_799, ['time-to-come dangerous']],
    ['a clock that is wrong by more than a little', moment.seconds + 661, ['time-to-come dangerous']],
    ['a clock a little ahead', moment.seconds + 660, []],
  ])('of %s, after which no earlier one can follow', async (_, seconds, findings) => {
    const [ana] = people()
    const before = await begun()
    const entries: Entry[] = [{ kind: 'release', version: '2.0.0', digest: content }]
    const draft = { prev: before.head?.id ?? '', time: { seconds, nanos: 0 }, entries }
    const record = parseRecord('package', encodeRecord('package', draft), 'it')
    const diff = diffRecord(before, record, ana.id, { subject: 'it', now })
    expect(warned(diff)).toEqual(findings)
    expect(diff.changes.at(-1)).toMatchObject({ path: 'time', before: '2022-12-16T20:05:20.153436500Z' })
  })

  test.each<[Entry, string]>([
    [{ kind: 'define', namespace: 'wasi' }, 'namespaces/wasi notable'],
    [{ kind: 'import', namespace: 'wasi', registry: 'other.example\u202e' }, 'namespaces/wasi dangerous'],
  ])('of an operator', async (entry, path) => {
    const [ana, bo] = people()
    const before = await verifyLog('operator', chained('operator', [ana, [{ kind: 'init', key: ana }]]))
    const grant: Entry = { kind: 'grant', key: bo, permissions: ['commit'] }
    const diff = diffRecord(before, next(before, [entry, grant]), ana.id, { subject: 'it', now })
    expect(told(diff)).toEqual([path, `permissions/${bo.id}/commit dangerous`, 'time routine'])
    expect(diff.changes.map(({ sentence }) => sentence).join()).not.toContain('\u202e')
  })
})

describe('who may sign a record', () => {
  const who = (state: LogState, entries: readonly Entry[]): string[] =>
    signersOf(state, next(state, entries)).keys.flatMap(({ ids }) => ids)

  test('is any one key that holds all that it needs', async () => {
    const [ana, bo, cy] = people()
    const state = await begun()
    const release: Entry = { kind: 'release', version: '2.0.0', digest: content }
    expect(who(state, [release])).toEqual([ana.id, bo.id])
    expect(who(state, [release, { kind: 'yank', version: '1.0.0' }])).toEqual([ana.id])
    expect(who(state, [{ kind: 'grant', key: cy, permissions: ['yank'] }])).toEqual([ana.id])
    expect(who(state, [])).toEqual([])
    expect(who(new LogState('package'), [{ kind: 'init', key: cy }])).toEqual([cy.id])
  })

  test('is asked entry by entry: who gives a permission up cannot use it, and who takes one from others can', async () => {
    const [ana, bo] = people()
    const state = await begun()
    const take = (one: Person): Entry => ({ kind: 'revoke', keyId: one.id, permissions: ['release'] })
    const release: Entry = { kind: 'release', version: '2.0.0', digest: content }
    expect(who(state, [take(ana), release])).toEqual([bo.id])
    expect(who(state, [take(bo), release])).toEqual([ana.id])
    expect(who(state, [release, take(bo)])).toEqual([ana.id, bo.id])
    // What breaks a rule nobody may sign, and the rule is told.
    const again: Entry = { kind: 'release', version: '1.0.0', digest: content }
    expect(who(state, [again])).toEqual([])
    expect(faultOf(refusalOf(state, next(state, [again])))).toBe('released-twice')
  })

  test('of an operator needs commit to give anything', async () => {
    const [ana, bo, cy] = people()
    const give: Entry = { kind: 'grant', key: bo, permissions: ['define-namespace'] }
    const log = chained('operator', [ana, [{ kind: 'init', key: ana }, give]])
    const state = await verifyLog('operator', log)
    expect(who(state, [{ kind: 'define', namespace: 'wasi' }])).toEqual([ana.id, bo.id])
    expect(who(state, [{ kind: 'grant', key: cy, permissions: ['define-namespace'] }])).toEqual([ana.id])
  })
})
