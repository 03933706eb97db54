// Repositories of blocks that are carried: saved, loaded, uploaded in both forms, and read again where they came to.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { merkleCommand } from '../../src/cli/commands/merkle.ts'
import { pinCommand } from '../../src/cli/commands/pin.ts'
import { publishCommand } from '../../src/cli/commands/publish.ts'
import { statusCommand } from '../../src/cli/commands/review.ts'
import { AppError, exitCodeOf } from '../../src/core/error.ts'
import { codecs, linkOf } from '../../src/core/systems/merkle/cid.ts'
import { headName } from '../../src/core/systems/merkle/files.ts'
import { type People, people, Scene } from '../core/systems/merkle/scene.ts'
import { calls } from '../support/calls.ts'
import { blockServer } from '../support/merkle/gateway.ts'
import { digestOf, pinned, shownAt, written } from '../support/merkle/pinned.ts'
import { now } from '../support/merkle.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { codeOfPromise, faultOfPromise } from '../support/thrown.ts'

let who: People
beforeAll(async () => {
  who = await people()
})

async function room() {
  const scene = await Scene.of(who)
  await scene.addTargets({ p: [[who.pia]] })
  await scene.snap()
  const stage = calls({ clock: now })
  await written(scene, stage.at('blocks'))
  await pinned(stage, scene, stage.at('blocks'), 'blocks')
  return { ...stage, stage, scene, merkle: (...args: string[]) => stage.call(merkleCommand, ...args) }
}

function exitOf(promise: Promise<unknown>): Promise<number> {
  return promise.then(
    () => 0,
    (thrown: unknown) => (thrown instanceof AppError ? exitCodeOf(thrown) : -1),
  )
}

describe('merkle save and load', () => {
  test('into an empty folder: the same head, and the same archive again', async () => {
    const { merkle, at, call, scene } = await room()
    const saved = await merkle('save', 'blocks', at('a.car'))
    const loaded = await merkle('load', at('a.car'), at('copy'))
    const digest = await digestOf(scene)
    expect(loaded.data).toMatchObject({ kept: 0, root: digest })
    expect(readFileSync(at('copy/head.json'))).toEqual(readFileSync(at('blocks/head.json')))
    await call(pinCommand, at('copy'), '--digest', digest, '--name', 'copy')
    const again = await merkle('save', 'copy', at('b.car'))
    expect(again.data).toEqual({ ...(saved.data as object), saved: at('b.car') })
    expect(readFileSync(at('b.car'))).toEqual(readFileSync(at('a.car')))
    expect((await merkle('load', at('a.car'), 'copy')).data).toMatchObject({ added: 0 })
  })

  test('an archive is pinned as it is, and only read', async () => {
    const { merkle, at, stage, scene, call, refused } = await room()
    await merkle('save', 'blocks', at('a.car'))
    await pinned(stage, scene, at('a.car'), 'archive')
    expect((await call(statusCommand, 'archive')).data).toMatchObject({ roles: expect.anything() })
    expect((await merkle('ask', 'archive', '--from', '1')).failed).toBe(undefined)
    expect(await refused(publishCommand, 'archive')).toBe('usage/invalid')
    expect(await refused(merkleCommand, 'load', at('a.car'), 'archive')).toBe('usage/invalid')
  })

  test('one that was tampered with is refused at the block, and nothing is written', async () => {
    const { merkle, at } = await room()
    await merkle('save', 'blocks', at('a.car'))
    const bytes = readFileSync(at('a.car'))
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    writeFileSync(at('b.car'), bytes)
    for (const to of [at('copy'), 'blocks']) {
      const before = everythingIn(at('blocks'))
      expect(await faultOfPromise(merkle('load', at('b.car'), to))).toBe('block-hash')
      expect(await exitOf(merkle('load', at('b.car'), to))).toBe(5)
      expect(everythingIn(at('blocks'))).toEqual(before)
    }
    expect(existsSync(at('copy'))).toBe(false)
  })

  test('one that goes back behind what is trusted here is refused, and one that goes on is taken', async () => {
    const { merkle, at, scene, call } = await room()
    await merkle('save', 'blocks', at('old.car'))
    await scene.snap()
    await written(scene, at('blocks'))
    await call(statusCommand, 'blocks')
    await merkle('save', 'blocks', at('new.car'))
    expect(await faultOfPromise(merkle('load', at('old.car'), 'blocks'))).toBe('rolled-back')
    await merkle('load', at('old.car'), at('copy'))
    expect(await codeOfPromise(merkle('load', at('new.car'), at('copy')))).toBe('usage/invalid')
    await call(pinCommand, at('copy'), '--digest', await digestOf(scene), '--name', 'copy')
    expect((await merkle('load', at('new.car'), 'copy')).data).toMatchObject({ added: 2 })
    expect(readFileSync(at('copy/head.json'))).toEqual(readFileSync(at('blocks/head.json')))
  })

  test('nothing is written over a file, and what is no archive is refused', async () => {
    const { merkle, at } = await room()
    writeFileSync(at('there.car'), 'mine')
    expect(await codeOfPromise(merkle('save', 'blocks', at('there.car')))).toBe('usage/invalid')
    expect(await codeOfPromise(merkle('save', 'blocks', at('a.zip')))).toBe('usage/invalid')
    expect(readFileSync(at('there.car'), 'utf8')).toBe('mine')
    expect(await codeOfPromise(merkle('load', at('there.car'), at('copy')))).toMatch(/^format\//)
    expect(existsSync(at('copy'))).toBe(false)
  })
})

describe('merkle upload', () => {
  test.each([
    ['a service', '/upload', []],
    ['a Kubo node', '/api/v0/dag/import', ['--kubo']],
  ])('to %s, then pinned at its gateway and asked', async (_, path, form) => {
    const { merkle, scene, call } = await room()
    const server = await blockServer()
    const repo = `${server.url}/repo/`
    const args = ['--head', `${repo}head.json`, '--gateway', repo, ...form]
    const { data, failed } = await merkle('upload', 'blocks', server.url + path, ...args)
    expect([failed, data]).toMatchObject([undefined, { shown: { head: true } }])
    await call(pinCommand, `merkle+${repo}`, '--digest', await digestOf(scene), '--name', 'far')
    const asked = await merkle('ask', 'far', '--from', 'pinned', '--role', 'p')
    expect([asked.failed, asked.data]).toMatchObject([undefined, { accepted: true }])
  })

  test('a head that ours does not follow stays, and nothing is sent', async () => {
    const { merkle, scene } = await room()
    const server = await blockServer()
    await scene.snap()
    await shownAt(server, scene)
    const theirs = server.files.get(headName)
    const args = ['--head', `${server.url}/repo/head.json`]
    expect(await codeOfPromise(merkle('upload', 'blocks', `${server.url}/upload`, ...args))).toBe('source/conflict')
    expect(server.files.get(headName)).toBe(theirs)
    expect(server.asked.filter((one) => !one.startsWith('GET'))).toEqual([])
  })

  test('nor is one replaced that leads into another history, of which all blocks are here', async () => {
    const { merkle, scene, at } = await room()
    const fork = scene.snapshot.fork(1)
    const other = await fork.add(scene.store, [who.sam], { ...scene.snapFields({}), expires: '2027-05-01T00:00:00Z' })
    const theirs = await scene.head(other)
    await written(scene, at('blocks'))
    const server = await blockServer()
    server.files.set(headName, theirs)
    const args = ['--head', `${server.url}/repo/head.json`]
    expect(await codeOfPromise(merkle('upload', 'blocks', `${server.url}/upload`, ...args))).toBe('source/conflict')
    expect(server.files.get(headName)).toBe(theirs)
  })

  test('a service that forgets is found out by its gateway', async () => {
    const { merkle } = await room()
    const server = await blockServer()
    server.forgetful = true
    const said = await merkle('upload', 'blocks', `${server.url}/upload`, '--gateway', `${server.url}/repo/`)
    expect(said.failed?.code).toBe('source/rejected')
    expect(said.data).toMatchObject({ shown: { head: false, blocks: 0 } })
  })

  test('a folder that is shown as it is has its head at one place, and nothing is missing', async () => {
    const { merkle, scene } = await room()
    const server = await blockServer()
    await shownAt(server, scene)
    server.files.set(headName, await scene.head())
    server.forgetful = true
    server.blocks.delete(linkOf(await scene.head(), codecs.dagJson).cid)
    const said = await merkle('upload', 'blocks', `${server.url}/upload`, '--gateway', `${server.url}/repo/`)
    expect(said.failed).toBe(undefined)
  })

  test('never without encryption, but on this machine', async () => {
    const { merkle } = await room()
    expect(await codeOfPromise(merkle('upload', 'blocks', 'http://example.com/upload'))).toBe('usage/invalid')
  })
})
