// A registry that is reached, on the command line: pinned by its address, watched, and given records whose content it asks for; and
// records that were signed elsewhere.
import { scryptSync } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, expect, test, vi } from 'vitest'
import type { Answer } from '../../src/cli/command.ts'
import { withdrawCommand } from '../../src/cli/commands/edit.ts'
import { keysCommand } from '../../src/cli/commands/keys.ts'
import { pinCommand } from '../../src/cli/commands/pin.ts'
import { publishCommand } from '../../src/cli/commands/publish.ts'
import { pendingCommand, statusCommand } from '../../src/cli/commands/review.ts'
import { signCommand } from '../../src/cli/commands/sign.ts'
import { wargCommand } from '../../src/cli/commands/warg.ts'
import { parsePublicKeyPem } from '../../src/core/key.ts'
import { wargKey } from '../../src/core/systems/warg/encoding/key.ts'
import { calls } from '../support/calls.ts'
import { type WargPackages, wargPackages } from '../support/warg/served/packages.ts'

vi.mock('../../src/node/stretch.ts', () => ({
  stretch: async (secret: Uint8Array, { salt }: { salt: Uint8Array }, length: number) =>
    new Uint8Array(scryptSync(secret, salt, length, { N: 2 })),
}))

const open: WargPackages['registry'][] = []
afterAll(() => Promise.all(open.map((one) => one.close())))

/** Pinned as `reg`; Mia, who is here, may release and yank hello. */
async function room() {
  const packages = await wargPackages({ namespaces: ['acme', 'wasi'] })
  const { registry, ana, hello } = packages
  open.push(registry)
  const stage = calls({ clock: new Date() })
  const { call } = stage
  await call(keysCommand, 'create', 'mia', '--type', 'p256')
  const pem = await call(keysCommand, 'export', 'mia')
  const mia = wargKey(parsePublicKeyPem(pem.lines.join('\n')))
  await registry.publish(hello, ana, [{ kind: 'grant', key: mia, permissions: ['release', 'yank'] }])
  const digest = registry.history.initId.slice('sha256:'.length)
  await call(pinCommand, `warg+${registry.url}`, '--digest', digest, '--name', 'reg')
  const warg = (...args: string[]): Promise<Answer> => call(wargCommand, ...args)
  return { ...stage, ...packages, warg, mia }
}

const textOf = ({ lines }: Answer): string => lines.join('\n')

test('packages are watched, a name is claimed, a file released and uploaded, and yanked', async () => {
  const { at, call, refused, registry, hello, warg } = await room()
  expect(textOf(await warg('show', 'reg'))).toContain('No package is watched here')
  expect(await refused(wargCommand, 'watch', 'reg', hello, 'acme:hallo')).toBe('source/not-found')
  await warg('watch', 'reg', hello)
  expect((await warg('show', 'reg')).data).toMatchObject({
    watched: [hello],
    logs: [{}, { subject: hello, length: 4 }],
  })
  expect((await call(statusCommand, 'reg')).data).toMatchObject({ roles: [{}, { name: hello, version: 4 }] })
  expect((await warg('unwatch', 'reg', hello)).data).toMatchObject({ packages: [] })
  expect((await call(statusCommand, 'reg')).data).toMatchObject({ roles: [{ name: 'Operator' }] })

  const fresh = 'wasi:clocks'
  // What waits would be gone with the call.
  writeFileSync(at('operator.json'), registry.history.anchor)
  const once = [`warg+${registry.url}`, fresh, 'mia', '--root', at('operator.json')]
  expect(await refused(wargCommand, 'init', ...once, '--dry-run')).toBe('usage/invalid')
  expect((await warg('show', `warg+${registry.url}`, '--root', at('operator.json'))).data).toMatchObject({
    watched: [],
  })
  writeFileSync(at('clocks.wasm'), 'clocks')
  const claimed = await warg('init', 'reg', fresh, 'mia', '--sentence', `claim ${fresh} for ever`)
  expect(claimed.data).not.toHaveProperty('takenUnknown')
  await warg('release', 'reg', fresh, '0.1.0', at('clocks.wasm'), '--also')
  expect(registry.askedFor('package/').filter(({ method }) => method !== 'GET')).toEqual([])
  await call(signCommand, 'reg', fresh, '--key', 'mia')
  // Made elsewhere, it comes without its content; the registry has the record by then, and waits.
  rmSync(at('home/content'), { recursive: true })
  expect(await refused(publishCommand, 'reg')).toBe('source/not-found')
  writeFileSync(at('other.wasm'), 'other')
  expect((await warg('content', 'reg', at('clocks.wasm'), at('other.wasm'))).data).toMatchObject({
    kept: [{ size: 6, releasedBy: [`${fresh} 1`] }, { releasedBy: [] }],
  })
  const said = await call(publishCommand, 'reg')
  expect(said.data).toMatchObject({ published: [{ title: `${fresh} 1` }] })
  expect(textOf(said)).toContain('the registry has it in its log')
  expect(registry.asked.filter(({ method, path }) => method === 'POST' && path.endsWith('/record'))).toHaveLength(1)
  expect([...registry.taking.contents.values()].map((bytes) => Buffer.from(bytes).toString())).toContain('clocks')
  expect((await call(pendingCommand, 'reg')).data).toEqual({ proposals: [], problems: [] })
  // Nobody had to watch it: whoever changes a package looks at it.
  expect((await call(statusCommand, 'reg')).data).toMatchObject({ roles: [{}, { name: fresh, version: 1 }] })
  expect(await refused(wargCommand, 'init', 'reg', fresh, 'mia')).toBe('usage/invalid')

  await warg('yank', 'reg', fresh, '0.1.0', '--sentence', `yank 0.1.0 of ${fresh} for ever`)
  await call(signCommand, 'reg', fresh, '--key', 'mia')
  await call(publishCommand, 'reg', fresh)
  expect((await warg('show', 'reg', fresh)).data).toMatchObject({ releases: [{ yanked: { record: 2 } }] })
})

test('a record that was signed elsewhere is verified, and sent', async () => {
  const { at, ana, call, refused, warg, hello } = await room()
  writeFileSync(at('hello.wasm'), 'hello')
  expect((await warg('mirror', 'reg', at('stick'))).data).toMatchObject({ packages: [] })
  await warg('watch', 'reg', hello)
  expect((await warg('mirror', 'reg', at('stick'))).data).toMatchObject({ packages: [hello] })
  await warg('release', 'reg', hello, '2.0.0', at('hello.wasm'))
  await call(signCommand, 'reg', hello, '--key', 'mia')
  await warg('save', 'reg', hello, at('record.json'))
  // As it comes where only the file of the record is.
  await call(withdrawCommand, 'reg', hello, '--yes')
  const record = readFileSync(at('record.json'), 'utf8')
  const other = JSON.parse(record) as { packageName: string; record: { signature: string } }
  writeFileSync(at('other.json'), JSON.stringify({ ...other, packageName: 'acme:tools' }))
  expect(await refused(wargCommand, 'send', 'reg', at('other.json'))).toBe('trust/changed')
  const [last = ''] = /[A-Za-z0-9](?==*$)/.exec(other.record.signature) ?? []
  const wrong = other.record.signature.replace(new RegExp(`${last}(?==*$)`), last === 'A' ? 'Q' : 'A')
  writeFileSync(at('bad.json'), JSON.stringify({ ...other, record: { ...other.record, signature: wrong } }))
  expect(await refused(wargCommand, 'send', 'reg', at('bad.json'))).toMatch(/^(trust|format)\//)
  expect((await call(pendingCommand, 'reg')).data).toEqual({ proposals: [], problems: [] })

  // Approvals do not come along in such a file.
  await warg('approvers', 'reg', hello, '1', `Ana=${ana.text}`)
  expect(await refused(wargCommand, 'send', 'reg', at('record.json'))).toBe('trust/threshold')
  await warg('approvers', 'reg', hello, '--none', '--yes')
  await warg('yank', 'reg', hello, '1.1.0', '--sentence', `yank 1.1.0 of ${hello} for ever`)
  expect(await refused(wargCommand, 'send', 'reg', at('record.json'))).toBe('usage/invalid')
  expect((await warg('send', 'reg', at('record.json'), '--replace')).data).toMatchObject({ published: `${hello} 5` })
  expect((await warg('show', 'reg', hello)).data).toMatchObject({ length: 5, releases: [{ version: '2.0.0' }, {}, {}] })
  expect(await refused(wargCommand, 'send', 'reg', at('record.json'))).toBe('usage/invalid')
})

test.each<[string, (stage: Awaited<ReturnType<typeof room>>) => Promise<unknown>]>([
  ['show', ({ warg }) => warg('show', 'reg')],
  ['show of a package', ({ warg, hello }) => warg('show', 'reg', hello)],
  ['watch', ({ warg, hello }) => warg('watch', 'reg', hello)],
  ['a record', ({ warg, hello }) => warg('grant', 'reg', hello, 'mia', 'release', '--dry-run').catch(() => undefined)],
  ['a mirror', ({ warg, at }) => warg('mirror', 'reg', at('stick'))],
])('what %s verified is remembered, and nobody leads back behind it', async (_, look) => {
  const stage = await room()
  const { call, refused, registry, hello, ana, warg } = stage
  // As it was pinned, this would not be seen.
  await registry.publish(hello, ana, [{ kind: 'yank', version: '1.1.0' }])
  await look(stage)
  registry.lie('rolled-back', 1)
  expect(await refused(statusCommand, 'reg')).toBe('trust/rollback')
  expect(await refused(wargCommand, 'show', 'reg')).toBe('trust/rollback')
  registry.beHonest()
  await call(statusCommand, 'reg')
  // What was only looked at can be forgotten as well.
  await warg('show', 'reg', hello)
  expect((await warg('unwatch', 'reg', hello)).data).toMatchObject({ packages: [] })
  expect((await call(statusCommand, 'reg')).data).toMatchObject({ roles: [{ name: 'Operator' }] })
})

test('what a registry says that it published waits here until its log shows it', async () => {
  const { at, call, refused, registry, hello, warg } = await room()
  const { taking } = registry
  const honest = taking.stateOf.bind(taking)
  taking.stateOf = async (_, recordId) => ({ recordId, state: 'published', registryIndex: 3 })
  await warg('yank', 'reg', hello, '1.1.0', '--sentence', `yank 1.1.0 of ${hello} for ever`)
  await call(signCommand, 'reg', hello, '--key', 'mia')
  const said = await call(publishCommand, 'reg')
  expect(said).toMatchObject({ data: { published: [], sent: [{ title: `${hello} 5` }] } })
  expect(said.failed).toMatchObject({ code: 'source/conflict', data: { isSent: true } })
  expect(textOf(said)).not.toContain('the registry has it in its log')
  expect((await call(pendingCommand, 'reg')).data).toMatchObject({ proposals: [{ title: `${hello} 5` }] })
  await warg('save', 'reg', hello, at('record.json'))
  const sent = await warg('send', 'reg', at('record.json'))
  expect([sent.data, sent.failed?.code]).toMatchObject([{ sent: `${hello} 5` }, 'source/conflict'])

  // The log can only be looked at with what was trusted: then nothing is said to be published, either.
  await call(statusCommand, 'reg')
  taking.stateOf = async (_, recordId) => {
    registry.lie('rolled-back', 1)
    return { recordId, state: 'published', registryIndex: 3 }
  }
  expect(await refused(publishCommand, 'reg')).toBe('trust/rollback')
  registry.beHonest()
  taking.stateOf = honest
  expect((await call(publishCommand, 'reg')).data).toMatchObject({ published: [{ title: `${hello} 5` }] })
  expect((await call(pendingCommand, 'reg')).data).toEqual({ proposals: [], problems: [] })
  expect(await refused(withdrawCommand, 'reg', hello, '--yes')).toBe('source/not-found')
})

test('a record that another one followed at once is in the log as well', async () => {
  const { call, registry, hello, ana, warg } = await room()
  await warg('yank', 'reg', hello, '1.1.0', '--sentence', `yank 1.1.0 of ${hello} for ever`)
  await call(signCommand, 'reg', hello, '--key', 'mia')
  const { taking } = registry
  const honest = taking.stateOf.bind(taking)
  taking.stateOf = async (logId, recordId) => {
    const state = await honest(logId, recordId)
    if ('state' in state && state.state === 'published')
      await registry.publish(hello, ana, [{ kind: 'grant', key: registry.clerk, permissions: ['yank'] }])
    return state
  }
  expect((await call(publishCommand, 'reg')).data).toMatchObject({ published: [{ title: `${hello} 5` }] })
  expect((await call(pendingCommand, 'reg')).data).toEqual({ proposals: [], problems: [] })
})

test('a record that was approved elsewhere is sent with its approvals, and with these alone', async () => {
  const { at, ana, call, refused, warg, hello } = await room()
  writeFileSync(at('hello.wasm'), 'hello')
  await call(keysCommand, 'create', 'bo', '--type', 'p256')
  await warg('approvers', 'reg', hello, '1', 'Bo=bo', `Ana=${ana.text}`)
  await warg('release', 'reg', hello, '2.0.0', at('hello.wasm'))
  await call(signCommand, 'reg', hello, '--key', 'bo')
  await call(signCommand, 'reg', hello, '--key', 'mia')
  await warg('save', 'reg', hello, at('record.json'))
  await call(withdrawCommand, 'reg', hello, '--yes')
  const saved = JSON.parse(readFileSync(at('record.json'), 'utf8')) as { registry: string; approvals: unknown[] }
  const send = (change: object): Promise<unknown> => {
    writeFileSync(at('other.json'), JSON.stringify({ ...saved, ...change }))
    return refused(wargCommand, 'send', 'reg', at('other.json'))
  }
  expect(await send({ registry: `sha256:${'0'.repeat(64)}` })).toBe('trust/changed')
  expect(await send({ approvals: [] })).toBe('trust/threshold')
  expect(await send({ approvers: undefined })).toBe('trust/changed')
  expect(await send({ signed: undefined })).toBe('trust/threshold')
  expect(await send({ format: 'countersign warg candidate 2' })).toBe('format/unsupported')
  expect((await call(pendingCommand, 'reg')).data).toEqual({ proposals: [], problems: [] })
  expect((await warg('send', 'reg', at('record.json'))).data).toMatchObject({ published: `${hello} 5` })
  expect((await warg('show', 'reg', hello)).data).toMatchObject({ length: 5, releases: [{ version: '2.0.0' }, {}, {}] })
})
