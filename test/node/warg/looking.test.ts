// What was verified of a registry on the way to something else is held against the next look.
import { expect, onTestFinished, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import type { Pending } from '../../../src/core/system.ts'
import { checkpointName, headName } from '../../../src/core/systems/warg/files.ts'
import { houseSystems, systemsOf } from '../../../src/node/systems.ts'
import { logFacts } from '../../../src/node/warg/facts.ts'
import { looking } from '../../../src/node/warg/looking.ts'
import { pin, testApp } from '../../support/app-handlers.ts'
import { never, now } from '../../support/repository.ts'
import { codeOfPromise } from '../../support/thrown.ts'
import { wargPackages } from '../../support/warg/served/packages.ts'

const warg = houseSystems.of('warg')
const name = headName('acme:hello')

async function room(pending?: Partial<Pending>) {
  const packages = await wargPackages({ now: () => now })
  onTestFinished(() => packages.registry.close())
  const open: typeof warg.open = async (location, options) => {
    const place = await warg.open(location, options)
    const { system } = place
    if (pending === undefined || place.layout !== undefined) return place
    return { ...place, system: { ...system, pending: async () => ({ proposals: [], problems: [], ...pending }) } }
  }
  const app = testApp({ systems: systemsOf(houseSystems.of('tuf'), { ...warg, open }) })
  const sourceId = await pin(app, `warg+${packages.registry.url}`, 'Acme')
  const remembered = async () => (await app.desk.workspace.trust(sourceId)).memory
  const source = await app.desk.open(sourceId)
  return { ...packages, ...app, source, remembered, context: app.desk.context(source, never) }
}

test('what a trust system verified on the way to what waits is remembered, also where that is not there', async () => {
  const memory = new Map([[name, utf8('{"id":"sha256:…","length":4}')]])
  const { desk, source, remembered } = await room({ memory })
  expect((await remembered()).has(name)).toBe(false)
  await desk.pending(source, never)
  expect(await remembered()).toEqual(memory)
  memory.set(name, utf8('further'))
  expect(await codeOfPromise(desk.proposal(source, 'acme:hello/1', never))).toBe('trust/changed')
  expect(await remembered()).toEqual(memory)
  for (const ask of ['approve', 'publish'] as const) {
    memory.set(name, utf8(ask))
    const asked =
      ask === 'approve'
        ? desk.approve(source, 'acme:hello/1', 'file:x', source.transport, never)
        : desk.publish(source, 'acme:hello/1', never)
    expect(await codeOfPromise(asked)).toBe('trust/changed')
    expect(await remembered()).toEqual(memory)
  }
})

test('and nothing is forgotten where it says nothing of it', async () => {
  const { desk, source, remembered } = await room({})
  const before = await remembered()
  expect(before.has(checkpointName)).toBe(true)
  await desk.pending(source, never)
  expect(await remembered()).toEqual(before)
})

test('a look is held against the one before it, of the same opening too, and remembered where what it was for fails', async () => {
  const { registry, hello, ana, source, context, remembered } = await room()
  await registry.publish(hello, ana, [{ kind: 'yank', version: '1.1.0' }])
  const refused = looking(source, context, async ({ log }) => {
    await log(hello)
    throw new AppError({ code: 'usage/invalid', message: 'not like this' })
  })
  expect(await codeOfPromise(refused)).toBe('usage/invalid')
  expect((await remembered()).has(name)).toBe(true)
  // The context is from before.
  registry.lie('rolled-back', 1)
  expect(await codeOfPromise(logFacts(source, hello, context))).toBe('trust/rollback')
})
