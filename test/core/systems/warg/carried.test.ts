// A record over an air gap: what goes with it, and what comes back.
import { describe, expect, test } from 'vitest'
import { accept, approve } from '../../../../src/core/approve.ts'
import { isComplete } from '../../../../src/core/proposal.ts'
import { wargForm } from '../../../../src/core/systems/warg/carried-form.ts'
import { wargSystem } from '../../../../src/core/systems/warg/system.ts'
import type { Approvers } from '../../../../src/core/systems/warg/waiting/candidate.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import { codeOfPromise, faultOfPromise } from '../../../support/thrown.ts'
import { contextOf, folderOf } from '../../../support/warg/folder.ts'
import { signerOf } from '../../../support/warg/keys.ts'
import { again, agreed, ana, bo, cy, http, propose, release, scene } from './stage.ts'

describe('over an air gap', () => {
  test('a record goes with what is needed to verify it, and its signatures come back', async () => {
    const made = await scene()
    await made.publish('wasi:clocks', ana, [{ kind: 'init', key: ana }])
    const team: Approvers = { threshold: 1, keys: [{ name: 'Cy', key: cy }] }
    const { source, system, proposal } = await propose(made, [release('1.1.0')], agreed(team))
    const carried = await system.carry(proposal, source, contextOf(made))
    expect([...carried.files.keys()].every((name) => wargForm.isName(name))).toBe(true)
    expect([...carried.files.keys()].some((name) => name.includes('clocks'))).toBe(false)
    const there = memoryTransport(carried.files)
    const anchor = carried.files.get(carried.anchor) ?? new Uint8Array()
    const context = { ...contextOf(made), anchor }
    await wargForm.checkLeadsFrom(carried.files, context)
    const state = await wargForm.system.state(there, context)
    expect([...state.memory.keys()].sort()).toEqual(['heads/operator.json', 'heads/wasi+http.json'])
    for (const one of [cy, bo]) await approve(proposal.id, wargForm.system, there, there, signerOf(one), context)
    const [signed] = (await wargForm.system.pending(there, context)).proposals
    if (signed === undefined) throw new Error('nothing waits')
    const back = await wargForm.system.signatures(signed)
    expect(back).toHaveLength(2)
    // None of them came along, and where it was carried to it is not given up.
    expect(await wargForm.system.signatures(wargForm.asItCame(signed, carried.files))).toEqual([])
    expect(await codeOfPromise(wargForm.system.withdraw?.(http, there, context) ?? Promise.resolve())).toBe(
      'usage/invalid',
    )
    for (const one of back.toReversed()) await accept(proposal.id, system, source, one, contextOf(made))
    expect(isComplete(await again(system, source, contextOf(made)))).toBe(true)
    // A request of before is told from what was seen since.
    await made.publish(http, ana, [release('3.0.0')])
    const newer = await wargSystem().state(folderOf(made), contextOf(made))
    const old = wargForm.system.state(there, { ...context, memory: newer.memory })
    expect(await faultOfPromise(old)).toBe('log-rolled-back')
  })
})
