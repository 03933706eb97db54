// Approvals, which come before the signature that publishes.
import { describe, expect, test } from 'vitest'
import { approve } from '../../../../src/core/approve.ts'
import { toBase64, toHex, utf8 } from '../../../../src/core/bytes.ts'
import { isMet } from '../../../../src/core/proposal.ts'
import { pendingName, sendingName } from '../../../../src/core/systems/warg/files.ts'
import { wargSystem } from '../../../../src/core/systems/warg/system.ts'
import type { Approvers } from '../../../../src/core/systems/warg/waiting/candidate.ts'
import { codeOfPromise, faultOfPromise } from '../../../support/thrown.ts'
import { contextOf, seconds } from '../../../support/warg/folder.ts'
import { signerOf } from '../../../support/warg/keys.ts'
import { again, agreed, ana, bo, cy, eve, http, op, propose, record, release, scene } from './stage.ts'

describe('approvals', () => {
  const team = (): Approvers => ({
    threshold: 2,
    keys: [
      { name: 'Cy', key: cy },
      { name: 'Eve', key: eve },
      { name: 'Op', key: op },
    ],
  })
  const options = () => agreed(team())

  test('come first: the key that publishes signs once enough have agreed', async () => {
    const made = await scene()
    const { source, system, proposal } = await propose(made, [release('1.1.0')], options())
    const context = contextOf(made)
    expect(proposal.quorums.map(({ name, threshold }) => [name, threshold])).toEqual([
      ['Approvals', 2],
      ['Who may sign this record', 1],
    ])
    expect(await faultOfPromise(approve(proposal.id, system, source, source, signerOf(bo), context))).toBe(
      'approvals-missing',
    )
    await approve(proposal.id, system, source, source, signerOf(cy), context)
    expect(await faultOfPromise(approve(proposal.id, system, source, source, signerOf(bo), context))).toBe(
      'approvals-missing',
    )
    await approve(proposal.id, system, source, source, signerOf(op), context)
    const { proposal: signed } = await approve(proposal.id, system, source, source, signerOf(bo), context)
    expect(signed.quorums.every(isMet)).toBe(true)
    // What is sent holds the record alone.
    const files = await system.publish(signed, [], source, context)
    expect(Object.keys(JSON.parse(new TextDecoder().decode(files.get(sendingName(http)) ?? undefined)))).toEqual([
      'packageName',
      'record',
    ])
  })

  test('of one package do not count for another', async () => {
    const made = await scene()
    await made.publish(
      'wasi:clocks',
      ana,
      [
        { kind: 'init', key: ana },
        { kind: 'grant', key: bo, permissions: ['release'] },
      ],
      { seconds: seconds - 999, nanos: 0 },
    )
    const { source, system, proposal } = await propose(made, [release('1.1.0')], options())
    await approve(proposal.id, system, source, source, signerOf(cy), contextOf(made))
    const [given] = await system.signatures(await again(system, source, contextOf(made)))
    const candidate = JSON.parse(new TextDecoder().decode(source.files.get(pendingName(http)) ?? undefined))
    candidate.log = 'wasi:clocks'
    const clocks = JSON.parse(new TextDecoder().decode(utf8(JSON.stringify(candidate))))
    clocks.contents = toBase64(await record(made, source, [release('1.1.0')], 'wasi:clocks'))
    source.files.set(pendingName('wasi:clocks'), utf8(JSON.stringify(clocks)))
    const { proposals } = await system.pending(source, contextOf(made))
    const other = proposals.find(({ subject }) => subject === 'wasi:clocks')
    expect(other?.quorums[0]?.keys.map(({ signed }) => signed)).toEqual([false, false, false])
    if (other === undefined || given === undefined) throw new Error('nothing waits')
    expect(await codeOfPromise(system.given(other, given))).toBe('trust/bad-signature')
  })

  test('that came along are told, and others than those set here block', async () => {
    const made = await scene()
    const { source } = await propose(made, [release('1.1.0')], options())
    const here = await again(wargSystem(), source, contextOf(made))
    expect(here.findings.map(({ code }) => code)).toContain('approvers-unset')
    const fewer = { ...team(), threshold: 1 }
    const stricter = await again(wargSystem(agreed(fewer)), source, contextOf(made))
    expect(stricter.blocked?.data?.fault).toBe('approvers-differ')
    const without = await propose(made, [release('1.1.0')])
    const left = await again(wargSystem(options()), without.source, contextOf(made))
    expect(left.blocked?.data?.fault).toBe('approvers-differ')
  })

  test('are of nobody who only bears the name of somebody known here', async () => {
    const made = await scene()
    const { source } = await propose(made, [release('1.1.0')], agreed(team()))
    const names = new Map([[toHex(ana.key.spki), 'Cy']])
    const shown = await again(wargSystem(), source, contextOf(made, { names }))
    expect(shown.findings.map(({ code }) => code)).toContain('approver-name-taken')
  })

  test('are not given by who publishes', async () => {
    const made = await scene()
    const both = { threshold: 1, keys: [{ name: 'Bo', key: bo }] }
    const { proposal } = await propose(made, [release('1.1.0')], agreed(both))
    expect(proposal.quorums[1]?.keys.flatMap(({ ids }) => ids)).toEqual([ana.id])
  })
})
