// A Warg registry on the command line, called as functions against a folder of one: looking, every kind of record, approvals before the
// signature that publishes, what is refused, and what is carried: mirrors, records in files, requests over an air gap.
import { scryptSync } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { Answer, Command } from '../../src/cli/command.ts'
import { revokeCommand } from '../../src/cli/commands/asfaload/revoke.ts'
import { combineCommand } from '../../src/cli/commands/carry/combine.ts'
import { exportCommand } from '../../src/cli/commands/carry/export.ts'
import { importCommand } from '../../src/cli/commands/carry/import.ts'
import { withdrawCommand } from '../../src/cli/commands/edit.ts'
import { keysCommand } from '../../src/cli/commands/keys.ts'
import { forgetCommand, pinCommand } from '../../src/cli/commands/pin.ts'
import { publishCommand } from '../../src/cli/commands/publish.ts'
import { releaseCommand } from '../../src/cli/commands/release.ts'
import { pendingCommand, reviewCommand, statusCommand } from '../../src/cli/commands/review.ts'
import { signCommand } from '../../src/cli/commands/sign.ts'
import { stateCommand } from '../../src/cli/commands/state.ts'
import { verifyCommand } from '../../src/cli/commands/verify.ts'
import { wargCommand } from '../../src/cli/commands/warg.ts'
import { ListedError } from '../../src/cli/listed-error.ts'
import { helpOf, parseCommand } from '../../src/cli/parse.ts'
import { toBase64, utf8 } from '../../src/core/bytes.ts'
import { AppError } from '../../src/core/error.ts'
import { parsePublicKeyPem } from '../../src/core/key.ts'
import { type WargKey, wargKey } from '../../src/core/systems/warg/encoding/key.ts'
import { parseSigned } from '../../src/core/systems/warg/encoding/wire.ts'
import { pageName } from '../../src/core/systems/warg/files.ts'
import { parseCandidate } from '../../src/core/systems/warg/waiting/candidate.ts'
import { calls } from '../support/calls.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { historyOf, now, writeFolder } from '../support/warg/folder.ts'
import type { History } from '../support/warg/history.ts'
import { person } from '../support/warg/keys.ts'
import { content } from '../support/warg/records.ts'

vi.mock('../../src/node/stretch.ts', () => ({
  stretch: async (secret: Uint8Array, { salt }: { salt: Uint8Array }, length: number) =>
    new Uint8Array(scryptSync(secret, salt, length, { N: 2 })),
}))

const http = 'wasi:http'
const [operator, boss] = [person('operator'), person('boss')]

interface Room extends ReturnType<typeof calls> {
  scene: History
  warg: (...args: string[]) => Promise<Answer>
  error: (command: Command, ...args: string[]) => Promise<AppError>
  sign: (id: string, key: string) => Promise<Answer>
  keys: ReadonlyMap<string, WargKey>
  write: (folder?: string, ...from: number[]) => Promise<void>
}

/** A registry with one package of Boss, in which Ana may release and yank; its folder is pinned as `reg`. */
async function room(people: readonly string[] = ['ana']): Promise<Room> {
  const stage = calls({ clock: now })
  const { at, call } = stage
  const keys = new Map<string, WargKey>()
  for (const name of people) {
    await call(keysCommand, 'create', name, '--type', 'p256')
    const pem = await call(keysCommand, 'export', name)
    keys.set(name, wargKey(parsePublicKeyPem(textOf(pem))))
  }
  const scene = await historyOf(operator)
  await scene.publish(http, boss, [{ kind: 'init', key: boss }])
  const ana = keys.get('ana')
  if (ana !== undefined)
    await scene.publish(http, boss, [{ kind: 'grant', key: ana, permissions: ['release', 'yank'] }])
  await scene.publish(http, boss, [{ kind: 'release', version: '1.0.0', digest: content }])
  const write = async (folder = at('reg'), ...from: number[]): Promise<void> => {
    writeFolder(folder, scene, ...from)
  }
  await write()
  writeFileSync(at('operator.json'), scene.anchor)
  await call(pinCommand, at('reg'), '--root', at('operator.json'), '--digest', digestOf(scene))
  const error = (command: Command, ...args: string[]): Promise<AppError> =>
    call(command, ...args).then(
      () => Promise.reject(new Error(`not refused: ${args.join(' ')}`)),
      (thrown: unknown) => (thrown instanceof AppError ? thrown : Promise.reject(thrown)),
    )
  return {
    ...{ ...stage, scene, keys, write, error },
    warg: (...args) => call(wargCommand, ...args),
    sign: (id, key) => call(signCommand, 'reg', id, '--key', key),
  }
}

const digestOf = ({ initId }: History): string => initId.slice('sha256:'.length)

const textOf = ({ lines }: Answer): string => lines.join('\n')
const faultOf = ({ data }: AppError): unknown => data?.fault

describe('looking', () => {
  test('the registry at a glance, a log of it, and the general commands', async () => {
    const { call, warg, error, at } = await room()
    const all = await warg('show', 'reg')
    expect(all.data).toMatchObject({
      checkpoint: { logLength: 4 },
      logs: [
        { subject: 'operator', length: 1, namespaces: [{ namespace: 'wasi' }, { registry: 'other.example' }] },
        { subject: http, length: 3, releases: [{ version: '1.0.0' }] },
      ],
    })
    expect(textOf(all)).toContain('may release: ')
    const log = await warg('show', 'reg', http)
    expect(log.data).toMatchObject({
      length: 3,
      records: [{ number: 3 }, { number: 2 }, { number: 1 }],
      holdings: [{ permission: 'release' }, { permission: 'yank' }, { owner: 'ana' }, { owner: 'ana' }],
    })
    expect(textOf(log)).toMatch(/Log, the newest first:[\s\S]*Releases \(1\)[\s\S]*Who may do what:/)
    const only = textOf(await warg('show', 'reg', http, '--releases'))
    expect([only.includes('Releases (1)'), only.includes('Log,'), only.includes('Who may')]).toEqual([
      true,
      false,
      false,
    ])
    expect(textOf(await warg('show', 'reg', 'operator', '--permissions'))).toContain('commit since record 1')
    expect((await warg('show', 'reg', http)).lines.filter((line) => line.length > 112)).toEqual([])

    expect((await call(statusCommand, 'reg')).data).toMatchObject({ roles: [{ name: 'Operator' }, { name: http }] })
    expect((await call(stateCommand, 'reg')).data).toMatchObject({ logs: [{}, { subject: http }] })
    expect((await call(stateCommand, 'reg', http)).data).toMatchObject({ subject: http, length: 3 })
    expect((await error(stateCommand, 'reg', '--limit', '3')).code).toBe('usage/invalid')

    const missing = await error(wargCommand, 'show', 'reg', 'wasi:htpp')
    expect([missing.code, missing.data]).toEqual(['source/not-found', { similar: http, isMirror: true }])
    // Also where a record of it is wanted.
    expect((await error(wargCommand, 'yank', 'reg', 'wasi:htpp', '1.0.0')).data).toMatchObject({ similar: http })
    expect(existsSync(at('reg/pending'))).toBe(false)
  })

  test('what is in a log is history, and each verb has a help of its own', async () => {
    const { warg, scene, write, at } = await room()
    const before = scene.length
    await scene.publish(http, boss, [{ kind: 'yank', version: '1.0.0' }])
    await write(at('reg'), before)
    const log = textOf(await warg('show', 'reg', http))
    expect([log.includes('Yanks 1.0.0 for ever'), log.includes('DANGEROUS')]).toEqual([true, false])
    const help = (verb: string): string[] => {
      const about = wargCommand.about?.(parseCommand(wargCommand, [verb, '--help']))
      return about === undefined ? [] : helpOf(about)
    }
    expect(help('grant')[0]).toBe('countersign warg grant SOURCE PACKAGE|operator KEY PERMISSION...')
    expect([help('grant').join().includes('--also'), help('age').join().includes('--also')]).toEqual([true, false])
    expect(help('frobnicate')).toEqual([])
  })

  test('packages are watched when they are there, all or none; how old a checkpoint may be', async () => {
    const { warg, error } = await room()
    expect((await error(wargCommand, 'watch', 'reg', http, 'wasi:htp')).code).toBe('source/not-found')
    expect((await error(wargCommand, 'unwatch', 'reg', 'wasi:htp')).code).toBe('usage/invalid')
    expect((await warg('watch', 'reg', http)).data).toEqual({ watched: [http], packages: [http] })
    expect(((await warg('show', 'reg')).data as { watched: unknown }).watched).toEqual([http])
    expect((await warg('unwatch', 'reg', http)).data).toEqual({ unwatched: [http], packages: [] })
    expect(faultOf(await error(wargCommand, 'watch', 'reg', 'wаsi:http'))).toBe('look-alike-name')
    expect((await error(wargCommand, 'watch', 'reg', 'operator')).code).toBe('usage/invalid')

    expect((await warg('age', 'reg')).data).toMatchObject({ days: 7 })
    expect((await error(wargCommand, 'age', 'reg', '0')).code).toBe('usage/invalid')
    expect((await warg('age', 'reg', '30')).data).toMatchObject({ days: 30 })
    expect((await warg('age', 'reg')).data).toMatchObject({ days: 30 })
  })

  test('a downloaded file is told by its content: released, yanked since, or not from there', async () => {
    const { at, call, scene, write } = await room([])
    writeFileSync(at('hello.wasm'), 'hello')
    const digest = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
    const verify = (): Promise<Answer> => call(verifyCommand, at('hello.wasm'), '--from', 'reg')
    const before = scene.length
    expect([(await verify()).data, (await verify()).failed?.code]).toMatchObject([{ kind: 'unknown' }, 'trust/changed'])
    await scene.publish(http, boss, [{ kind: 'release', version: '1.1.0', digest }])
    await write(at('reg'), before)
    const found = await verify()
    expect([found.data, found.failed]).toMatchObject([
      { kind: 'listed', digest, size: 5, releases: [{ package: http, version: '1.1.0' }] },
      undefined,
    ])
    await scene.publish(http, boss, [{ kind: 'yank', version: '1.1.0' }])
    await write(at('reg'), before + 1)
    expect([(await verify()).data, (await verify()).failed?.code]).toMatchObject([{ kind: 'yanked' }, 'trust/changed'])
  })

  test('a file that one package yanked is not made good by another one, unless that is meant', async () => {
    const { at, call, scene, write, error } = await room([])
    writeFileSync(at('hello.wasm'), 'hello')
    const digest = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
    const verify = (...more: string[]): Promise<Answer> =>
      call(verifyCommand, at('hello.wasm'), '--from', 'reg', ...more)
    const told = async (...more: string[]) => {
      const { data, failed } = await verify(...more)
      return [(data as { kind: string }).kind, failed?.code]
    }
    const other = 'wasi:other'
    const before = scene.length
    await scene.publish(http, boss, [{ kind: 'release', version: '1.1.0', digest }])
    await scene.publish(http, boss, [{ kind: 'yank', version: '1.1.0' }])
    await scene.publish(other, operator, [
      { kind: 'init', key: operator },
      { kind: 'release', version: '9.0.0', digest },
    ])
    await write(at('reg'), before)
    expect(await told()).toEqual(['yanked', 'trust/changed'])
    expect(await told('--package', http)).toEqual(['yanked', 'trust/changed'])
    expect(await told('--package', other)).toEqual(['listed', undefined])
    expect(await told('--package', 'wasi:nothing')).toEqual(['unknown', 'trust/changed'])
    expect((await error(verifyCommand, at('hello.wasm'), '--from', 'reg', '--package', 'operator')).code).toBe(
      'usage/invalid',
    )
    // The same people took a version back, and stand by its content in another one.
    const then = scene.length
    await scene.publish(http, boss, [{ kind: 'release', version: '1.1.1', digest }])
    await write(at('reg'), then)
    expect(await told()).toEqual(['listed', undefined])
  })

  test('a log in files needs no registry: of either version, and either kind', async () => {
    const { at, warg, error, scene } = await room()
    const page = at(`reg/${pageName(http, 1)}`)
    expect((await warg('verify', page)).data).toMatchObject({ kind: 'package', version: '0', length: 3 })
    const own = at(`reg/${pageName('operator', 1)}`)
    expect((await warg('verify', own, '--operator')).data).toMatchObject({ kind: 'operator', length: 1 })
    expect((await warg('verify', at('operator.json'), '--operator')).data).toMatchObject({ length: 1 })
    expect((await error(wargCommand, 'verify', own)).code).toMatch(/^(format|trust)\//)
    const bytes = readFileSync(page, 'utf8')
      .replace('"keyId":"sha256:', '"keyId":"sha256:0')
      .replace(/(0[0-9a-f]{63})[0-9a-f]"/, '$1"')
    writeFileSync(at('bad.json'), bytes)
    expect(await error(wargCommand, 'verify', at('bad.json'))).toMatchObject({
      code: expect.stringMatching(/^trust\//),
    })
    writeFileSync(at('empty.json'), '[]')
    expect((await error(wargCommand, 'verify', at('empty.json'))).code).toBe('format/malformed')
    writeFileSync(at('mixed.json'), JSON.stringify([seedInit()]))
    expect((await warg('verify', at('mixed.json'))).data).toMatchObject({ version: '0.1.0', length: 1 })
    expect((await error(wargCommand, 'verify', at('mixed.json'), page)).code).toBe('usage/invalid')
    expect(scene.logs.size).toBe(2)
  })
})

/** By its own key, as version 0.1.0 writes it. */
function seedInit() {
  const key = boss.text.replace('ecdsa-p256:', 'ECDSA:')
  const entry = utf8(
    JSON.stringify({ version: '0.1.0', time: '2022-12-16T20:05:20Z', init: { algorithm: 'SHA256', key } }),
  )
  const signature = boss.sign(entry)
  return { entry: toBase64(entry), key, signature: `ECDSA:${toBase64(signature)}` }
}

describe('proposing', () => {
  test('a name is claimed, two of three approve, the key that publishes signs last, and the record is saved', async () => {
    const { at, call, warg, error, sign, scene } = await room(['ana', 'bo', 'cy', 'di'])
    const fresh = 'wasi:clocks'
    const people = ['bo=bo', 'cy=cy', 'Dia=di']
    expect((await error(wargCommand, 'approvers', 'reg', http, '4', ...people)).code).toBe('usage/invalid')
    expect((await error(wargCommand, 'approvers', 'reg', http, '1', 'bo=bo', 'bo=cy')).code).toBe('usage/invalid')
    expect((await warg('approvers', 'reg', fresh)).data).toMatchObject({ approvers: null })
    const claim = ['init', 'reg', fresh, 'ana']
    // A name that nobody has claimed is misspelt, unless the claim waits here.
    const strange = await error(wargCommand, 'approvers', 'reg', 'wasi:htp', '2', ...people)
    expect([strange.code, strange.hint]).toEqual(['source/not-found', expect.stringContaining(`mean ${http}`)])
    const { data: claimed } = await warg(...claim, '--sentence', `claim ${fresh} for ever`)
    // What is in a folder is what somebody watched.
    expect(claimed).toMatchObject({ takenUnknown: true })
    expect((await warg('approvers', 'reg', fresh, '2', ...people)).data).toMatchObject({ waits: true })
    expect((await warg('approvers', 'reg', fresh)).data).toMatchObject({
      approvers: { threshold: 2, keys: [{ name: 'bo' }, { name: 'cy' }, { name: 'Dia' }] },
    })

    const list = { threshold: 2, keys: [{ name: 'bo' }, { name: 'cy' }, { name: 'Dia' }] }
    expect((await warg('show', 'reg', fresh)).data).toMatchObject({ length: 0, waits: true, approvers: list })
    expect((await warg('show', 'reg', http)).data).toMatchObject({ length: 3, waits: false, approvers: null })
    const glance = await warg('show', 'reg')
    expect(glance.data).toMatchObject({ waiting: [fresh], approvers: { [fresh]: list } })
    expect(textOf(glance)).toContain(`countersign review reg ${fresh}`)
    // It was watched for the claim alone.
    expect((await call(withdrawCommand, 'reg', fresh)).data).toMatchObject({ signedBy: [], unwatched: true })
    expect((await error(wargCommand, 'unwatch', 'reg', fresh)).code).toBe('usage/invalid')
    const before = everythingIn(at('reg'))
    expect((await error(wargCommand, ...claim)).data).toMatchObject({ sentence: `claim ${fresh} for ever` })
    expect((await error(wargCommand, ...claim, '--sentence', 'claim it')).code).toBe('usage/invalid')
    expect((await warg(...claim, '--dry-run')).data).toMatchObject({
      dryRun: true,
      sentence: `claim ${fresh} for ever`,
    })
    expect(everythingIn(at('reg'))).toEqual(before)
    const said = await warg(...claim, '--sentence', `claim ${fresh} for ever`)
    expect(said.data).toMatchObject({
      subject: fresh,
      permissions: [{ owner: 'ana', before: [], after: ['release', 'yank'] }],
    })
    expect(textOf(said)).toContain(`${fresh} is watched here`)
    expect(textOf(said)).toMatch(/Who may do what +before +after/)
    writeFileSync(at('clocks.wasm'), 'clocks')
    // The sentence was typed when the name was claimed.
    const both = await warg('release', 'reg', fresh, '0.1.0', at('clocks.wasm'), '--also')
    expect((both.data as { changes: { path: string }[] }).changes.map(({ path }) => path.split('/')[0])).toEqual([
      'init',
      'releases',
      'time',
    ])

    expect(faultOf(await error(signCommand, 'reg', fresh, '--key', 'ana'))).toBe('approvals-missing')
    await sign(fresh, 'bo')
    expect((await error(wargCommand, 'release', 'reg', fresh, '0.2.0', at('clocks.wasm'), '--also')).code).toBe(
      'usage/invalid',
    )
    expect(faultOf(await error(signCommand, 'reg', fresh, '--key', 'ana'))).toBe('approvals-missing')
    const notYet = await error(wargCommand, 'save', 'reg', fresh, at('clocks.json'))
    expect([notYet.code, notYet instanceof ListedError ? notYet.lines : []]).toEqual([
      'trust/threshold',
      [`  ${fresh} 1: 1 of 2 approvals, waits for cy or di; 0 of 1 signatures, waits for ana`],
    ])
    await sign(fresh, 'di')
    expect(textOf(await sign(fresh, 'ana'))).toContain(`countersign warg save reg ${fresh} FILE`)
    expect((await error(publishCommand, 'reg')).code).toBe('usage/invalid')
    await warg('save', 'reg', fresh, at('clocks.json'))
    expect((await error(wargCommand, 'save', 'reg', fresh, at('clocks.json'))).code).toBe('usage/invalid')
    // With what was approved, which whoever sends it asks for.
    expect(parseCandidate(readFileSync(at('clocks.json')), 'the record')).toMatchObject({
      subject: fresh,
      approvals: [{}, {}],
    })
    expect((await warg('verify', at('clocks.json'))).data).toMatchObject({
      length: 1,
      releases: [{ version: '0.1.0' }],
    })
    // What was typed elsewhere is not sent to a mirror.
    expect((await error(wargCommand, 'send', 'reg', at('clocks.json'))).code).toBe('usage/invalid')
    expect((await call(withdrawCommand, 'reg', fresh, '--yes')).data).toMatchObject({
      files: ['pending/wasi+clocks.json'],
    })
    expect((await call(pendingCommand, 'reg')).data).toEqual({ proposals: [], problems: [] })
    await expect(warg('approvers', 'reg', fresh, '--none')).rejects.toThrow('asked')
    // It counts until somebody takes it away, and goes with the pin.
    expect((await warg('approvers', 'reg', fresh)).data).toMatchObject({ approvers: { threshold: 2 } })
    const forgotten = await call(forgetCommand, 'reg')
    expect(forgotten.data).toMatchObject({ lost: { approvers: [fresh], waiting: [] } })
    expect(textOf(forgotten)).toContain(`who must approve changes of ${fresh}`)
    await call(pinCommand, at('reg'), '--digest', `sha256:${await digestOf(scene)}`)
    expect((await warg('approvers', 'reg', fresh, '--none')).data).toMatchObject({ approvers: null })
  })

  test('keys are named by name, id, text and file; permissions are given and taken; several entries make one record', async () => {
    const { at, call, warg, error, keys, sign } = await room(['ana', 'bo', 'cy'])
    const { text = '', id = '' } = keys.get('bo') ?? {}
    const pem = await call(keysCommand, 'export', 'cy')
    writeFileSync(at('cy.pem'), `${textOf(pem)}\n`)
    writeFileSync(at('bo.pub'), `${text}\n`)
    for (const key of ['bo', text, id, at('bo.pub')]) {
      const { data } = await warg('grant', 'reg', http, key, 'release', '--dry-run')
      expect([key, data]).toEqual([
        key,
        expect.objectContaining({
          permissions: expect.arrayContaining([{ keyId: id, owner: 'bo', before: [], after: ['release'] }]),
        }),
      ])
    }
    // Nobody here knows Boss, whose key stands in the log, and who holds it already.
    expect((await error(wargCommand, 'grant', 'reg', http, boss.id, 'release')).code).toBe('usage/invalid')
    await warg('grant', 'reg', http, at('cy.pem'), 'release', 'yank')
    await warg('revoke', 'reg', http, 'ana', 'yank', '--also')
    const review = await call(reviewCommand, 'reg', http)
    expect((review.data as { changes: unknown[] }).changes).toHaveLength(4)
    await sign(http, 'ana')
    expect(await call(pendingCommand, 'reg')).toMatchObject({ data: { proposals: [{ subject: http }] } })
  })

  test('whose key nobody here may sign with is told, and a key as two people compare it', async () => {
    const { at, call, warg, error, keys } = await room(['bo'])
    const { id = '', text = '' } = keys.get('bo') ?? {}
    expect((await warg('key', 'bo')).data).toEqual({ owner: 'bo', id, text })
    writeFileSync(at('boss.pub'), `${boss.text}\n`)
    expect((await warg('key', at('boss.pub'))).data).toEqual({ id: boss.id, text: boss.text })
    expect((await call(keysCommand, 'list')).data).toMatchObject({ keys: [{ name: 'bo', wargId: id }] })
    expect((await error(wargCommand, 'key', 'nobody')).code).toBe('signer/absent')
    const release = ['release', 'reg', http, '1.1.0', '--digest', content]
    expect(textOf(await warg(...release))).toContain('No key here may sign this record.')
    await warg('approvers', 'reg', http, '1', 'Bo=bo')
    expect(textOf(await warg(...release))).toContain('No key here may sign this record, only approve it.')
    expect(textOf(await warg('init', 'reg', 'wasi:own', 'bo', '--sentence', 'claim wasi:own for ever'))).not.toContain(
      'No key here',
    )
  })

  test('a release names the file as it is, which is kept for the registry; a digest only where it is said to be typed', async () => {
    const { at, warg, error, folder } = await room()
    writeFileSync(at('http.wasm'), 'http')
    const digest = 'sha256:e0603c499aae47eb89343ad0ef3178e044c62e70eb2309b35591d1d49a3211fb'
    const wish = ['release', 'reg', http, '1.1.0']
    expect((await error(wargCommand, ...wish)).code).toBe('usage/invalid')
    const dry = await warg(...wish, at('http.wasm'), '--dry-run')
    const { content: found } = dry.data as { content: { digest: string; size: number } }
    expect(found.size).toBe(4)
    expect(existsSync(join(folder, 'home/content'))).toBe(false)
    expect((await error(wargCommand, ...wish, at('http.wasm'), '--digest', digest)).code).toBe('usage/invalid')
    expect((await error(wargCommand, 'release', 'reg', http, '1.0.0', at('http.wasm'))).code).toBe('usage/invalid')
    expect(existsSync(join(folder, 'home/content'))).toBe(false)
    await warg(...wish, at('http.wasm'), '--digest', found.digest)
    expect(readdirSync(join(folder, 'home/content'))).toEqual([found.digest.slice(7)])
    expect((await warg('release', 'reg', http, '1.1.0', '--digest', digest)).data).toMatchObject({
      content: { digest, typed: true },
    })
  })

  test('records of the operator are signed and saved, and sent nowhere', async () => {
    const { at, call, warg, error, scene, keys, write, sign } = await room()
    const ana = keys.get('ana')
    if (ana === undefined) throw new Error('nobody')
    const permissions = ['commit', 'define-namespace', 'import-namespace'] as const
    const before = scene.length
    await scene.publish('operator', operator, [{ kind: 'grant', key: ana, permissions }])
    await write(at('reg'), before)
    expect((await error(wargCommand, 'define', 'reg', 'Wasi')).code).toBe('usage/invalid')
    expect((await error(wargCommand, 'define', 'reg', 'wasi')).code).toBe('usage/invalid')
    expect((await error(wargCommand, 'import', 'reg', 'ba', 'no host')).code).toBe('usage/invalid')
    await warg('define', 'reg', 'acme')
    const { data } = await warg('import', 'reg', 'ba', 'ba.example', '--also')
    expect((data as { changes: unknown[] }).changes).toHaveLength(3)
    await sign('operator', 'ana')
    await warg('save', 'reg', 'operator', at('record.json'))
    parseSigned(readFileSync(at('record.json')), 'the record')
    expect((await error(publishCommand, 'reg')).code).toBe('usage/invalid')
    expect((await call(pendingCommand, 'reg')).data).toMatchObject({ proposals: [{ subject: 'operator' }] })
  })
})

test('a record that does not follow its log any more is given up: at once, or, where somebody signed it, on purpose', async () => {
  const { at, call, warg, error, scene, write, sign } = await room()
  const before: number[] = []
  const goOn = async (version: string): Promise<void> => {
    before.push(scene.length)
    await scene.publish(http, boss, [{ kind: 'release', version, digest: content }])
    await write(at('reg'), ...before)
  }
  const propose = () => warg('yank', 'reg', http, '1.0.0', '--sentence', `yank 1.0.0 of ${http} for ever`)
  await propose()
  await goOn('1.1.0')
  expect(faultOf(await error(reviewCommand, 'reg', http))).toBe('log-went-on')
  expect((await call(withdrawCommand, 'reg', http)).data).toMatchObject({ withdrawn: http, signedBy: [] })
  await propose()
  await sign(http, 'ana')
  await goOn('1.2.0')
  await expect(call(withdrawCommand, 'reg', http)).rejects.toThrow('asked')
  expect((await call(withdrawCommand, 'reg', http, '--yes')).data).toMatchObject({ withdrawn: http })
  expect((await call(pendingCommand, 'reg')).data).toEqual({ proposals: [], problems: [] })
  // It is there, and watched still.
  expect((await warg('show', 'reg')).data).toMatchObject({ watched: [http], waiting: [] })
})

describe('refused, before anything is written', () => {
  test('names, keys, permissions and versions that are not right', async () => {
    const { at, call, error } = await room(['ana', 'bo'])
    await call(keysCommand, 'create', 'ed')
    writeFileSync(at('http.wasm'), 'http')
    const before = everythingIn(at('reg'))
    for (const [wanted, ...args] of [
      ['look-alike-name', 'grant', 'reg', 'wasi:httр', 'bo', 'release'],
      ['bad-name', 'init', 'reg', 'wasi', 'bo'],
      ['usage/invalid', 'release', 'reg', http, '1.0', at('http.wasm')],
      ['usage/invalid', 'release', 'reg', http, '1.0.0', at('http.wasm')],
      ['usage/invalid', 'release', 'reg', http, '1.1.0', '--digest', 'sha256:ABC'],
      ['usage/invalid', 'yank', 'reg', http, '2.0.0'],
      ['usage/invalid', 'revoke', 'reg', http, 'bo', 'release'],
      ['usage/invalid', 'grant', 'reg', http, 'ana', 'yank'],
      ['usage/invalid', 'grant', 'reg', http, 'bo', 'relase'],
      ['usage/invalid', 'grant', 'reg', 'operator', 'bo', 'release'],
      ['usage/invalid', 'grant', 'reg', http, 'bo'],
      ['usage/invalid', 'init', 'reg', http, 'ana'],
      ['usage/invalid', 'yank', 'reg', http, '1.0.0'],
      ['usage/invalid', 'show', 'reg', http, '--also'],
      ['usage/invalid', 'approvers', 'reg', http, '1', 'ana=ana', `boss=${boss.text}`],
      ['usage/invalid', 'approvers', 'reg', http, '1', ' =bo'],
      ['usage/invalid', 'approvers', 'reg', http, '1', `${'b'.repeat(201)}=bo`],
      ['usage/invalid', 'approvers', 'reg', http, '1', boss.text],
      ['usage/invalid', 'frobnicate', 'reg'],
      ['signer/unsupported', 'grant', 'reg', http, 'ed', 'release'],
      ['signer/unsupported', 'approvers', 'reg', http, '1', 'ed'],
      ['signer/absent', 'grant', 'reg', http, 'nobody', 'release'],
      ['signer/absent', 'grant', 'reg', http, `sha256:${'0'.repeat(64)}`, 'release'],
      ['source/not-found', 'release', 'reg', 'wasi:new', '1.0.0', at('http.wasm')],
      ['source/not-found', 'yank', 'reg', http, '1.0.0', '--also', '--sentence', 'x'],
    ] as const) {
      const thrown = await error(wargCommand, ...args)
      expect([args, faultOf(thrown) ?? thrown.code]).toEqual([args, wanted])
    }
    expect(everythingIn(at('reg'))).toEqual(before)
  })

  test('what is done in other repositories points to what is done here', async () => {
    const { error, at } = await room()
    writeFileSync(at('x'), 'x')
    for (const [hint, command, ...args] of [
      ['warg release reg', releaseCommand, 'reg', 'targets', 'add', 'x'],
      ['warg release reg', releaseCommand, 'reg', 'x'],
      ['warg revoke', revokeCommand, 'reg', 'x', '--key', 'ana'],
      ['leave it out', verifyCommand, at('x'), '--from', 'reg', '--release', 'v1'],
    ] as const) {
      const thrown = await error(command, ...args)
      expect([args, thrown.code, thrown.hint]).toEqual([args, 'usage/invalid', expect.stringContaining(hint)])
    }
  })
})

describe('carried', () => {
  test('a mirror is pinned and verified elsewhere; an older one is led on; what is no mirror stays as it is', async () => {
    const { at, call, warg, error, scene, write } = await room()
    await warg('revoke', 'reg', http, 'ana', 'release')
    const { data } = await warg('mirror', 'reg', at('stick'))
    expect(data).toMatchObject({ packages: [http], logLength: 4 })
    expect(existsSync(at('stick/pending'))).toBe(false)
    await call(pinCommand, at('stick'), '--digest', digestOf(scene), '--name', 'copy')
    await call(statusCommand, 'copy')
    const older = calls({ clock: now })
    await write(at('old'))
    await scene.publish(http, boss, [{ kind: 'yank', version: '1.0.0' }])
    await write(at('reg'))
    expect(faultOf(await error(wargCommand, 'mirror', 'reg', at('stick')))).toBe('proof-missing')
    expect((await call(statusCommand, 'copy')).data).toMatchObject({ roles: [{}, { version: 3 }] })
    // Also by somebody who never saw what the older one shows.
    const newcomer = calls({ clock: now })
    await newcomer.call(pinCommand, at('reg'), '--digest', digestOf(scene))
    const led = newcomer.call(wargCommand, 'mirror', 'reg', at('stick')).catch(faultOf)
    expect(await led).toBe('proof-missing')
    await write(at('reg'), 4)
    expect((await warg('mirror', 'reg', at('stick'))).data).toMatchObject({ before: 4, logLength: 5 })
    expect((await call(statusCommand, 'copy')).data).toMatchObject({ roles: [{}, { version: 4 }] })
    await call(statusCommand, 'reg')
    // Nobody is led back, by an older state of the same registry.
    await older.call(pinCommand, at('old'), '--digest', digestOf(scene))
    expect(await older.call(wargCommand, 'mirror', 'old', at('stick')).catch(faultOf)).toBe('checkpoint-rolled-back')
    // Who comes back to it after two of them is led on still.
    await scene.publish(http, boss, [{ kind: 'release', version: '3.0.0', digest: content }])
    await write(at('reg'), 4, 5)
    await warg('mirror', 'reg', at('stick'))
    expect(existsSync(at('stick/proofs/consistency/4-6.json'))).toBe(true)
    expect(existsSync(at('stick/proofs/consistency/4-5.json'))).toBe(false)

    mkdirSync(at('full'))
    writeFileSync(at('full/mine.txt'), 'mine')
    expect((await error(wargCommand, 'mirror', 'reg', at('full'))).code).toBe('usage/invalid')
    expect((await error(wargCommand, 'mirror', 'reg', at('reg'))).code).toBe('usage/invalid')
    const other = await historyOf(boss)
    writeFolder(at('other'), other)
    expect(faultOf(await error(wargCommand, 'mirror', 'reg', at('other')))).toBe('operator-not-pinned')
  })

  test('a request crosses an air gap and comes back as a reply', async () => {
    const here = await room(['ana', 'bo'])
    const { at, call, warg, scene } = here
    await warg('yank', 'reg', http, '1.0.0', '--sentence', `yank 1.0.0 of ${http} for ever`)
    mkdirSync(at('usb'))
    await call(exportCommand, 'reg', http, '--to', at('usb/request.json'))
    const there = calls({ clock: now })
    // The key is on the other machine alone.
    const offline = (command: Command, ...args: string[]): Promise<Answer> => there.call(command, ...args)
    mkdirSync(there.at('home'), { recursive: true })
    cpSync(join(here.folder, 'home/keys'), there.at('home/keys'), { recursive: true })
    await offline(importCommand, at('usb/request.json'), '--digest', digestOf(scene))
    const { data } = await offline(pendingCommand, 'reg')
    const [{ id = '' } = {}] = (data as { proposals: { id: string }[] }).proposals
    expect(id.startsWith(`${http}/`)).toBe(true)
    expect(await there.refused(wargCommand, 'show', 'reg')).toBe('usage/invalid')
    expect(await there.refused(withdrawCommand, 'reg', http, '--yes')).toBe('usage/invalid')
    // What is set where nothing but requests ever arrives counts there.
    await offline(wargCommand, 'approvers', 'reg', http, '1', 'Bo=bo')
    expect(await there.refused(signCommand, 'reg', http, '--key', 'ana')).toBe('trust/changed')
    expect(await there.refused(wargCommand, 'approvers', 'reg', 'wasi:other', '1', 'Bo=bo')).toBe('source/not-found')
    await offline(wargCommand, 'approvers', 'reg', http, '--none', '--yes')
    await offline(signCommand, 'reg', http, '--key', 'ana')
    await offline(exportCommand, 'reg', http, '--to', at('usb/reply.json'))
    // The replies of several people lie side by side on one stick.
    const named = await offline(exportCommand, 'reg', http, '--to', at('usb'))
    expect((named.data as { file: string }).file).toMatch(/-ana\.reply\.json$/)
    const combined = await call(combineCommand, 'reg', at('usb/reply.json'))
    expect(combined.data).toMatchObject({ replies: [{ signatures: [{ outcome: 'added' }] }] })
    await warg('save', 'reg', http, at('yank.json'))
    // Behind the log that it goes on.
    const log = [at(`reg/${pageName(http, 1)}`), at('yank.json')]
    expect((await warg('verify', ...log)).data).toMatchObject({ length: 4, releases: [{ yanked: { record: 4 } }] })
  })

  test('three approve at computers of their own, and the key that publishes signs last, where the registry is', async () => {
    const here = await room(['ana', 'bo', 'cy', 'di'])
    const { at, call, warg, scene, sign } = here
    const list = ['2', 'Bo=bo', 'Cy=cy', 'Di=di']
    await warg('approvers', 'reg', http, ...list)
    await warg('release', 'reg', http, '1.1.0', '--digest', content)
    mkdirSync(at('usb'))
    const asked = await call(exportCommand, 'reg', http, '--to', at('usb'))
    const { file } = asked.data as { file: string }
    for (const who of ['bo', 'cy', 'di']) {
      const there = calls({ clock: now })
      mkdirSync(there.at('home'), { recursive: true })
      cpSync(join(here.folder, 'home/keys'), there.at('home/keys'), { recursive: true })
      // Who has the registry pinned finds what was carried beside it, under a name of its own.
      const name = who === 'bo' ? 'reg (carried)' : 'reg'
      if (who === 'bo') {
        cpSync(at('reg'), there.at('reg'), { recursive: true })
        rmSync(there.at('reg/pending'), { recursive: true })
        await there.call(pinCommand, there.at('reg'), '--digest', await digestOf(scene))
        await there.call(wargCommand, 'approvers', 'reg', http, ...list)
        await there.call(importCommand, file)
      } else await there.call(importCommand, file, '--digest', `sha256:${await digestOf(scene)}`)
      await there.call(signCommand, name, http, '--key', who)
      await there.call(exportCommand, name, http, '--to', at('usb'))
    }
    const replies = readdirSync(at('usb')).filter((one) => one.endsWith('.reply.json'))
    expect(replies).toHaveLength(3)
    expect(faultOf(await here.error(signCommand, 'reg', http, '--key', 'ana'))).toBe('approvals-missing')
    await call(combineCommand, 'reg', ...replies.map((one) => at(`usb/${one}`)))
    await sign(http, 'ana')
    await warg('save', 'reg', http, at('record.json'))
    expect(parseCandidate(readFileSync(at('record.json')), 'it').approvals).toHaveLength(3)
  })
})
