// A registry behind the four nouns: what is trusted of it, and what that goes on from.
import { describe, expect, test } from 'vitest'
import { checkpointName } from '../../../../src/core/systems/warg/files.ts'
import { wargSystem } from '../../../../src/core/systems/warg/system.ts'
import { faultOfPromise } from '../../../support/thrown.ts'
import { contextOf, folderOf } from '../../../support/warg/folder.ts'
import { ana, bo, http, scene } from './stage.ts'

describe('what is trusted', () => {
  test('is each log that lies there, and who can sign its next record', async () => {
    const made = await scene()
    const state = await wargSystem().state(folderOf(made), contextOf(made))
    expect(state.roles.map(({ name, version }) => [name, version])).toEqual([
      ['Operator', 1],
      [http, 2],
    ])
    expect(state.roles[1]?.quorum.keys.flatMap(({ ids }) => ids)).toEqual([ana.id, bo.id])
    expect([...state.memory.keys()]).toEqual([checkpointName, 'heads/operator.json', 'heads/wasi+http.json'])
  })

  test('goes on from what was trusted before, with a proof that it does', async () => {
    const made = await scene()
    const before = made.length
    const { memory } = await wargSystem().state(folderOf(made), contextOf(made))
    await made.publish(http, ana, [{ kind: 'yank', version: '1.0.0' }])
    const context = contextOf(made, { memory })
    const state = await wargSystem().state(folderOf(made, before), context)
    expect(state.roles[1]?.version).toBe(3)
    expect(await faultOfPromise(wargSystem().state(folderOf(made), context))).toBe('proof-missing')
  })
})
