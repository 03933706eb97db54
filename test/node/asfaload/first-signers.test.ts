// Where first signers may be made: where nobody is yet, and where nobody else is found in their place.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { firstPlace } from '../../../src/node/asfaload/first-signers.ts'
import { openWorkspace, type Workspace } from '../../../src/node/workspace.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

let place: string
let workspace: Workspace

beforeEach(() => {
  place = join(temporaryFolder(), 'mirror')
  workspace = openWorkspace(temporaryFolder())
})

function put(...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(place, name)), { recursive: true })
    writeFileSync(join(place, name), '{}')
  }
}

const first = (name: string, again = false) => firstPlace({ workspace }, join(place, name), { again }, never)
const refusal = (name: string, again = false) => codeOfPromise(first(name, again))

test('in a folder of its own, also beside others; named as it is wished, as it is pinned, or as its folder', async () => {
  put('github.com/u/other/asfaload.signers/index.json', 'github.com/u/notes.txt', 'root.json')
  const { pinned } = await first('github.com/u/r')
  expect(pinned).toMatchObject({ name: 'r', system: 'asfaload', location: join(place, 'github.com/u/r') })
  put('github.com/u/r/asfaload.signers.pending/index.json')
  await workspace.add({ name: 'Mine', location: join(place, 'github.com/u/r'), system: 'asfaload' }, utf8('{}'))
  expect((await first('github.com/u/r', true)).pinned.name).toBe('Mine')
})

test.each([
  'asfaload.signers/index.json',
  'asfaload.signers.pending/index.json',
  'asfaload.signers.json',
  'asfaload.signers.json.pending',
])('neither in a project nor around one, which %s tells', async (mark) => {
  put(`github.com/u/r/${mark}`, 'github.com/u/r/releases/v1/tool')
  for (const name of ['github.com/u/r/releases/v1', 'github.com/u/r/new/folder', 'github.com/u', 'github.com', ''])
    expect([name, await refusal(name)]).toEqual([name, 'usage/invalid'])
})

test.each(['metadata/root.json', 'metadata/1.root.json', 'metadata/timestamp.json', 'root.json', '7.root.json'])(
  'not where a TUF repository is, which %s tells',
  async (mark) => {
    put(`github.com/u/r/${mark}`)
    expect(await refusal('github.com/u/r')).toBe('usage/invalid')
  },
)

test('not where another one is pinned, whatever lies there now', async () => {
  await workspace.add({ name: 'Packages', location: join(place, 'p') }, utf8('root'))
  expect(await refusal('p')).toBe('usage/invalid')
  expect(await refusal('p', true)).toBe('usage/invalid')
})
