// Records that wait: signed, sent, refused, and of no use any more.
import { describe, expect, test } from 'vitest'
import { approve, publish } from '../../../../src/core/approve.ts'
import { isComplete } from '../../../../src/core/proposal.ts'
import { parseSending } from '../../../../src/core/systems/warg/encoding/wire.ts'
import { operatorSubject, pendingName, sendingName } from '../../../../src/core/systems/warg/files.ts'
import type { Entry } from '../../../../src/core/systems/warg/log/record.ts'
import { wargSystem } from '../../../../src/core/systems/warg/system.ts'
import { type Approvers, candidateBytes, parseCandidate } from '../../../../src/core/systems/warg/waiting/candidate.ts'
import { overlay } from '../../../../src/core/transport.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { contextOf, folderOf, seconds } from '../../../support/warg/folder.ts'
import { signerOf } from '../../../support/warg/keys.ts'
import { content, signedBy } from '../../../support/warg/records.ts'
import { again, agreed, ana, bo, cy, eve, http, op, propose, record, release, scene } from './stage.ts'

describe('a record that waits', () => {
  test('is signed by one key that may, and is sent', async () => {
    const made = await scene()
    const { source, system, proposal } = await propose(made, [release('1.1.0')])
    expect(proposal).toMatchObject({ system: 'warg', subject: http, title: `${http} 3`, risk: 'routine' })
    expect(proposal.quorums.map(({ name, keys }) => [name, keys.length])).toEqual([['Who may sign this record', 2]])
    expect(await codeOfPromise(approve(proposal.id, system, source, source, signerOf(eve), contextOf(made)))).toBe(
      'signer/wrong-key',
    )
    const { proposal: signed } = await approve(proposal.id, system, source, source, signerOf(bo), contextOf(made))
    expect(isComplete(signed)).toBe(true)
    const proof = await system.prove(signed, source, contextOf(made))
    expect(proof.walks).toEqual([{ from: expect.objectContaining({ version: 2 }), steps: [3] }])
    await publish(signed.id, system, source, source, [], contextOf(made))
    const sent = source.files.get(sendingName(http)) ?? new Uint8Array()
    expect(parseSending(sent, 'sent').envelope.keyId).toBe(bo.id)
    // Whether it is in the log, whoever sent it looks.
    expect(source.files.has(pendingName(http))).toBe(true)
  })

  test('of an operator is signed, and never sent', async () => {
    const made = await scene()
    const { source, system, proposal } = await propose(
      made,
      [{ kind: 'define', namespace: 'mine' }],
      {},
      operatorSubject,
    )
    const { proposal: signed } = await approve(proposal.id, system, source, source, signerOf(op), contextOf(made))
    expect(isComplete(signed)).toBe(true)
    expect(await codeOfPromise(publish(signed.id, system, source, source, [], contextOf(made)))).toBe('usage/invalid')
  })

  test('that begins a package is signed by the key that it names', async () => {
    const made = await scene()
    const { source, system, proposal } = await propose(made, [{ kind: 'init', key: cy }], {}, 'wasi:clocks')
    expect(proposal.risk).toBe('dangerous')
    const { proposal: signed } = await approve(proposal.id, system, source, source, signerOf(cy), contextOf(made))
    expect(isComplete(signed)).toBe(true)
    const other = await propose(made, [{ kind: 'init', key: cy }], {}, 'other:thing')
    expect(other.proposal.findings.map(({ code }) => code)).toContain('namespace-elsewhere')
  })

  const refused: readonly [string, string, readonly Entry[]][] = [
    ['trust/threshold', 'says nothing', []],
    ['trust/changed', 'begins it again', [{ kind: 'yank', version: '9.9.9' }]],
    ['trust/changed', 'releases twice', [release('1.0.0')]],
  ]
  test.each(refused)('%s: one that %s', async (code, _what, entries) => {
    const made = await scene()
    const source = folderOf(made)
    const document = await record(made, source, entries)
    expect(await codeOfPromise(wargSystem().draft({ subject: http, document }, source, contextOf(made)))).toBe(code)
  })

  test('is of no use once the log went on, and is gone once it stands in it', async () => {
    const made = await scene()
    const { source, system, proposal } = await propose(made, [release('1.1.0')])
    const { proposal: signed } = await approve(proposal.id, system, source, source, signerOf(bo), contextOf(made))
    const waiting = source.files.get(pendingName(http)) ?? new Uint8Array()
    await made.publish(http, ana, [release('2.0.0')])
    const later = folderOf(made)
    later.files.set(pendingName(http), waiting)
    const { proposals, problems } = await system.pending(later, contextOf(made))
    expect(proposals).toEqual([])
    expect(problems.map(({ error }) => error.data?.fault)).toEqual(['log-went-on'])
    expect(signed.subject).toBe(http)
  })

  test('that stands in the log already, behind others, is told by its number and not made again', async () => {
    const made = await scene()
    const { source, system } = await propose(made, [release('1.1.0')])
    const waiting = source.files.get(pendingName(http)) ?? new Uint8Array()
    const { contents } = parseCandidate(waiting, 'it')
    const envelope = signedBy(bo, 'package', contents)
    await made.append(http, envelope)
    await made.publish(http, ana, [release('2.0.0')], { seconds, nanos: 0 })
    const later = folderOf(made)
    later.files.set(pendingName(http), waiting)
    const { proposals, problems } = await system.pending(later, contextOf(made))
    expect(proposals).toEqual([])
    expect(problems.map(({ error }) => error.data)).toEqual([{ fault: 'in-the-log' }])
  })

  test('is of one registry: under another operator it is refused, and so is what approves it', async () => {
    const made = await scene()
    const team: Approvers = { threshold: 1, keys: [{ name: 'Cy', key: cy }] }
    const { source, system, proposal } = await propose(made, [release('1.1.0')], agreed(team))
    await approve(proposal.id, system, source, source, signerOf(cy), contextOf(made))
    const [approval] = await system.signatures(await again(system, source, contextOf(made)))
    const other = {
      ...parseCandidate(source.files.get(pendingName(http)) ?? new Uint8Array(), 'it'),
      registry: content,
    }
    source.files.set(pendingName(http), candidateBytes(other))
    const { problems } = await system.pending(source, contextOf(made))
    expect(problems.map(({ error }) => error.data?.fault)).toEqual(['other-registry'])
    if (approval === undefined) throw new Error('nobody approved')
    const elsewhere = { ...proposal, after: candidateBytes({ ...other, approvals: [] }) }
    expect(await codeOfPromise(system.given(elsewhere, approval))).toBe('trust/bad-signature')
  })

  test('says the worst that it does first', async () => {
    const made = await scene()
    const { proposal } = await propose(made, [release('1.1.0'), { kind: 'yank' as const, version: '1.0.0' }])
    const mixed = await propose(made, [release('1.2.0'), { kind: 'revoke', keyId: bo.id, permissions: ['release'] }])
    expect(proposal.headline).toContain('1.0.0')
    expect(mixed.proposal.headline).not.toContain('1.2.0')
  })

  test('not written as others write it is shown and signed by nobody', async () => {
    const made = await scene()
    const { source, system } = await propose(made, [release('1.1.0')])
    const document = await record(made, source, [release('1.1.0')])
    // The version, which goes without saying, said.
    const odd = new Uint8Array([...document, 0x10, 0x00])
    const files = await system.draft({ subject: http, document: odd, replace: true }, source, contextOf(made))
    const shown = await again(system, overlay(source, files), contextOf(made))
    expect(shown.blocked?.data?.fault).toBe('not-canonical')
  })
})
