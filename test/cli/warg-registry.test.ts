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
import { wargKey } from '../../src/core/systems/warg/key.ts'
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
  await warg('init', 'reg', fresh, 'mia', '--sentence', `claim ${fresh} for ever`)
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
  expect(await refused(wargCommand, 'send', 'reg', at('record.json'))).toBe('trust/changed')
  await warg('approvers', 'reg', hello, '--none')
  await warg('yank', 'reg', hello, '1.1.0', '--sentence', `yank 1.1.0 of ${hello} for ever`)
  expect(await refused(wargCommand, 'send', 'reg', at('record.json'))).toBe('usage/invalid')
  expect((await warg('send', 'reg', at('record.json'), '--replace')).data).toMatchObject({ published: `${hello} 5` })
  expect((await warg('show', 'reg', hello)).data).toMatchObject({ length: 5, releases: [{ version: '2.0.0' }, {}, {}] })
  expect(await refused(wargCommand, 'send', 'reg', at('record.json'))).toBe('usage/invalid')
})
