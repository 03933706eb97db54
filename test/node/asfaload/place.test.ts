// A project is recognised by its folder or its address, and the first signers file is what is shown to be pinned; on the web a
// release is found by its name.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { signingsSentence } from '../../../src/core/signings.ts'
import { projectAt } from '../../../src/node/asfaload/listing.ts'
import { openAsfaload } from '../../../src/node/asfaload/place.ts'
import { publicAddress } from '../../../src/node/asfaload/public-address.ts'
import { revocationEdit } from '../../../src/node/asfaload/revocation.ts'
import { verifyReleasedFile } from '../../../src/node/asfaload/verify.ts'
import { inspectRepository } from '../../../src/node/inspect.ts'
import { at, folder, founded, indexText, people, project, signersText } from '../../core/systems/asfaload/people.ts'
import { serveFolder } from '../../support/file-server.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

type Made = ReturnType<typeof project>

function written({ source }: Made): string {
  const mirror = temporaryFolder()
  for (const [name, bytes] of source.files) {
    mkdirSync(dirname(join(mirror, name)), { recursive: true })
    writeFileSync(join(mirror, name), bytes)
  }
  return mirror
}

const inspect = (place: string) => inspectRepository(place, at, never, { dataDir: '/nowhere' })
const release = 'releases/v1/asfaload.index.json'

/** Ana and Bo, then Cy too; a release by the first two. */
async function lived(generation: 0 | 1 | 2) {
  const { ana, bo, cy } = await people('ana', 'bo', 'cy')
  const first = signersText(generation, { artifact: [[2, ana, bo]] })
  const made = await founded(generation, { artifact: [[2, ana, bo]] }, ana, bo)
  const index = indexText('7cf1c6e2a4b3a5ea6b6a4f0ad3a9b2d2a8d3b6c6a1b8e5e4e9a2c3d4f5061728')
  await made.draft(`release/${release}`, index)
  await made.sign(`release/${release}`, ana, bo)
  await made.publish(`release/${release}`)
  return { made, first, ana, bo, cy }
}

test('a folder of a project, its history to the first signers; a mirror, a folder inside; a TUF repository beside it', async () => {
  const { made, first, ana, bo, cy } = await lived(1)
  await made.draft('signers', signersText(1, { artifact: [[2, ana, bo, cy]], timestamp: '2026-03-01T00:00:00Z' }))
  await made.sign('signers', ana, bo, cy)
  await made.publish('signers')
  const mirror = written(made)
  const root = join(mirror, folder)
  const found = await inspect(root)
  expect(found).toMatchObject({ system: 'asfaload', anchorWord: 'signers file', title: 'Signers 1', bytes: first })
  expect(found.quorums).toMatchObject([{ threshold: 2, keys: [{}, {}] }])
  for (const wrong of [mirror, join(root, 'releases')])
    expect(await codeOfPromise(inspect(wrong))).toBe('usage/invalid')
  mkdirSync(join(root, 'tuf/metadata'), { recursive: true })
  expect(await codeOfPromise(inspect(join(root, 'tuf')))).toBe('source/not-found')
  expect(await codeOfPromise(openAsfaload('git+https://example.com/r', {}))).toBe('usage/invalid')
  // What does not follow from the first is not offered.
  writeFileSync(
    join(root, 'asfaload.signers/index.json'),
    signersText(1, { artifact: [[1, cy]], timestamp: '2026-04-01T00:00:00Z' }),
  )
  expect(await codeOfPromise(inspect(root))).toBe('trust/threshold')
})

test('first signers that wait are pinned as they are, and no others in their place', async () => {
  const { ana, bo } = await people('ana', 'bo')
  const made = project()
  const first = signersText(1, { artifact: [[1, ana]] })
  await made.draft('signers', first)
  expect(await inspect(join(written(made), folder))).toMatchObject({ title: 'First signers', bytes: first })
  made.pin(first)
  made.recall(new Map())
  expect(await made.system.state(made.source, made.context)).toMatchObject({ anchor: { title: 'First signers' } })
  const one = await made.one('signers')
  const sentence = (system: Made['system'], signer: typeof ana) =>
    signingsSentence(one, system, { ...signer.signer, asks: 'touch' })
  expect(sentence(made.system, ana)).toContain('two touches')
  expect(sentence({ ...made.system, signings: () => 1 }, ana)).toBeUndefined()
  made.pin(signersText(1, { artifact: [[1, bo]] }))
  expect(await codeOfPromise(made.pending())).toBe('trust/changed')
  made.pin(first)
  made.recall(new Map([['signers.json', first]]))
  expect(await codeOfPromise(made.pending())).toBe('source/not-found')
})

test.each([0, 1, 2] as const)(
  'generation %i on the web: signers by their names, a release by the one that is named',
  async (generation) => {
    const { made, first, ana } = await lived(generation)
    const mirror = written(made)
    const server = await serveFolder(mirror)
    const address = `${server.url}/${folder}`
    expect(await inspect(address)).toMatchObject({ system: 'asfaload', bytes: first })
    const { transport, system } = await openAsfaload(address, {})
    const context = { anchor: first, now: at, signal: never }
    expect(await system.state(transport, context)).toMatchObject({ anchor: { version: 1 }, findings: [] })
    expect((await system.pending(transport, context)).problems).toMatchObject([{ subject: 'releases' }])
    const file = join(mirror, 'tool')
    writeFileSync(file, 'no such content')
    const asked = (path: string) => projectAt({ transport, pinned: { location: address } }, path, context)
    // The name is there with another content, so the index was found and read.
    writeFileSync(join(mirror, 'tool.tar.gz'), 'other')
    const named = join(mirror, 'tool.tar.gz')
    for (const [path, sameName] of [
      [named, [release]],
      [file, []],
    ] as const)
      expect((await verifyReleasedFile(await asked('releases/v1'), path)).verdict).toMatchObject({
        ...{ kind: 'unknown', sameName },
      })
    expect(await codeOfPromise(asked('releases/v2'))).toBe('source/not-found')
    expect(await codeOfPromise(asked('../x'))).toBe('format/malformed')
    // A revocation that waits is found with its signatures.
    const waits = ['', '.signatures.json.pending'].map((end) => `${release}.revocation.json.pending${end}`)
    for (const name of waits) writeFileSync(join(mirror, folder, name), '{}')
    expect(await (await asked('releases/v1')).transport.list(`${release}.rev`, never)).toEqual(waits)
    // Another signers file on the way up decides for other programs, and is found where nothing can be listed.
    if (generation > 0) {
      mkdirSync(join(mirror, folder, 'releases/asfaload.signers'))
      const other = signersText(generation, { artifact: [[1, ana]] })
      writeFileSync(join(mirror, folder, 'releases/asfaload.signers/index.json'), other)
      expect(await (await asked('releases/v1')).transport.list('releases/asfaload', never)).toHaveLength(1)
    }
    await server.end()
  },
)

test.each(['folder', 'web'])(
  'the index of the whole project, and a file that is signed alone, are named too: %s',
  async (kind) => {
    const { made, first, ana, bo } = await lived(2)
    for (const [path, bytes] of [
      ['asfaload.index.json', indexText()],
      ['releases/tool.bin', utf8('the tool')],
    ] as const) {
      await made.draft(`release/${path}`, bytes)
      await made.sign(`release/${path}`, ana, bo)
      await made.publish(`release/${path}`)
    }
    const mirror = written(made)
    const server = kind === 'web' ? await serveFolder(mirror) : undefined
    const location = server === undefined ? join(mirror, folder) : `${server.url}/${folder}`
    const source = { ...(await openAsfaload(location, {})), pinned: { location } }
    const context = { anchor: first, now: at, signal: never }
    const file = join(mirror, 'tool.bin')
    writeFileSync(file, 'the tool')
    const verdict = async (release: string) =>
      (await verifyReleasedFile(await projectAt(source, release, context), file)).verdict
    expect(await verdict('releases/tool.bin')).toMatchObject({ kind: 'listed', path: 'releases/tool.bin' })
    expect(await verdict('asfaload.index.json')).toMatchObject({ kind: 'unknown' })
    const { path } = await revocationEdit(source, 'asfaload.index.json', context, async () => ana.text(2))
    expect(path).toBe('asfaload.index.json')
    await server?.end()
  },
)

test('where people download the files is told from the folder of the mirror', () => {
  for (const [place, address] of [
    ['/m/github.com/u/r', 'https://github.com/u/r/releases/v1/'],
    ['/m/https/github.com/443/u/r', 'https://github.com/u/r/releases/v1/'],
    ['C:\\m\\gitlab.com\\u\\r', 'https://gitlab.com/u/r/releases/v1/'],
    ['/m/https/git.example/8443/a/b/c', 'https://git.example:8443/a/b/c/releases/v1/'],
    ['/m/http/git.example/80/u/r', 'http://git.example/u/r/releases/v1/'],
    ['/m/gitlab.com/group/sub/proj', 'https://gitlab.com/group/sub/proj/releases/v1/'],
    ['/m/gitlab.com/my.group/sub/proj', 'https://gitlab.com/my.group/sub/proj/releases/v1/'],
    ['/src/github.com/acme/mirror/github.com/u/r', 'https://github.com/u/r/releases/v1/'],
    ['/src/github.com/acme/mirror/https/github.com/443/u/r', 'https://github.com/u/r/releases/v1/'],
    ['https://mirror.example/github.com/u/r/', 'https://github.com/u/r/releases/v1/'],
    ['https://mirror.example/x/acme/', undefined],
    ['https://github.com/acme/mirror', undefined],
    ['https://github.com/acme/mirror/', undefined],
    ['/home/ana/acme.io/clones/webapp', undefined],
    ['/src/github.com/acme/mirror/codeberg.org/u/r', undefined],
    ['/m/u/r', undefined],
  ] as const)
    expect(publicAddress(place, 'releases/v1')).toBe(address)
})
