// What whoever carries a request could put into it, against the machine that takes it in.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { jcsBytes } from '../../src/core/jcs.ts'
import { answerOf, refusalOf } from '../support/cli.ts'
import { inDays, type Reviewed, Stage } from './stage.ts'

const stage = new Stage()
const island = { home: join(stage.folder, 'island') }
const stick = join(stage.folder, 'stick')
const repository = stage.repository

interface Request {
  digest: string
  madeAt: string
  reason: string
  files: Record<string, string>
}

beforeAll(() => stage.create())
beforeEach(() => {
  stage.restore()
  for (const folder of [island.home, stick]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
  }
  cpSync(join(stage.home, 'rehearsal-keys.json'), join(island.home, 'rehearsal-keys.json'))
})

const exported = async (subject: string, name: string): Promise<string> => {
  const to = join(stick, name)
  await answerOf(['export', repository, subject, '--to', to], stage.options)
  return to
}

/** The request in `file`, altered by whoever carries it. */
function altered(file: string, alter: (request: Request) => void): string {
  const request = JSON.parse(readFileSync(file, 'utf8')) as Request
  alter(request)
  const to = `${file}.altered.json`
  writeFileSync(to, jcsBytes({ ...request }))
  return to
}

async function pinned(file: string): Promise<string[]> {
  const { anchor } = await answerOf<{ anchor: { digest: string } }>(['inspect', file], island)
  return ['import', file, '--digest', anchor.digest, '--name', 'far']
}

test('no request says for another that its words were compared', async () => {
  const second = await exported('root', 'second.json')
  const id = createHash('sha256').update(readFileSync(second)).digest('hex')
  const first = altered(second, (request) => {
    request.reason = 'the first of two'
    request.files[`compared/${id}.json`] = '{}\n'
  })
  expect((await refusalOf(['inspect', first], island)).code).toBe('format/malformed')
  const { anchor } = await answerOf<{ anchor: { digest: string } }>(['inspect', second], island)
  const trusting = ['--digest', anchor.digest, '--name', 'far']
  expect((await refusalOf(['import', first, ...trusting], island)).code).toBe('format/malformed')
  await answerOf(['import', second, ...trusting], island)
  await answerOf(['sign', 'far', 'root', '--key', 'Ana'], island)
  const reply = join(stick, 'reply.json')
  await answerOf(['export', 'far', 'root', '--to', reply], island)
  expect((await answerOf<{ secondScreen: string }>(['inspect', reply], island)).secondScreen).toBe('skipped')
})

test('who gives up one change gives up no other, whatever the request brings along', async () => {
  const file = await exported('root', 'first.json')
  await answerOf(await pinned(file), island)
  await answerOf(['sign', 'far', 'root', '--key', 'Ana'], island)
  await answerOf(['withdraw', repository, 'root', '--yes'], stage.options)
  await stage.proposeRoot({ expires: inDays(200) })
  await stage.proposeTarget('x.txt', 'x')
  const other = altered(await exported('targets', 'targets.json'), (request) => {
    request.files['metadata/pending/root.json'] = readFileSync(stage.path('metadata/pending/root.json'), 'utf8')
  })
  // What it does not need is left out of it.
  await answerOf(['import', other, '--replace'], island)
  expect((await answerOf<{ proposals: Reviewed[] }>(['pending', 'far'], island)).proposals).toHaveLength(2)
  const { quorums } = await answerOf<Reviewed>(['review', 'far', 'root'], island)
  expect(quorums[0]?.signed).toBe(1)
})

test('the request that came last is the one that both screens show, whatever date another says', async () => {
  const file = await exported('root', 'root.json')
  const later = altered(file, (request) => {
    request.madeAt = '9999-12-31T23:59:59Z'
  })
  await answerOf(await pinned(later), island)
  await answerOf(['import', file], island)
  await answerOf(['sign', 'far', 'root', '--key', 'Ana'], island)
  const reply = join(stick, 'reply.json')
  await answerOf(['export', 'far', 'root', '--to', reply], island)
  const { request } = await answerOf<{ request: string }>(['inspect', reply], island)
  expect(request).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'))
  const [place = ''] = readdirSync(join(island.home, 'carried'))
  expect(readdirSync(join(island.home, 'carried', place, 'requests'))).toEqual([`${request}.json`])
})

test('an older repository is refused also where the import of a newer one was cut off before it was remembered', async () => {
  await stage.proposeTarget('x.txt', 'x')
  const older = await exported('targets', 'older.json')
  await answerOf(await pinned(older), island)
  await answerOf(['renew', repository], stage.options)
  const newer = await exported('targets', 'newer.json')
  const kept = join(stage.folder, 'kept')
  cpSync(join(island.home, 'sources'), kept, { recursive: true })
  await answerOf(['import', newer], island)
  rmSync(join(island.home, 'sources'), { recursive: true })
  cpSync(kept, join(island.home, 'sources'), { recursive: true })
  expect((await refusalOf(['import', older], island)).code).toBe('trust/rollback')
})

test('no place stays of a request that could not be taken in', async () => {
  const file = altered(await exported('root', 'root.json'), (request) => {
    request.digest = '0'.repeat(64)
  })
  expect((await refusalOf(['import', file], stage.options)).code).toMatch(/^(trust|format)\//)
  expect(readFileSync(join(stage.home, 'workspace.json'), 'utf8')).not.toContain('carried:')
})

test('a root that replaces the key of timestamp is taken in where an older repository was carried before', async () => {
  await stage.proposeTarget('x.txt', 'x')
  const targets = await exported('targets', 'targets.json')
  await answerOf(await pinned(targets), island)
  await answerOf(['sign', 'far', 'targets', '--key', 'Ana'], island)
  await answerOf(['withdraw', repository, 'root', '--yes'], stage.options)
  const replace = ['roles', repository, 'replace-key', 'timestamp', 'Online', 'Cleo', '--sign', 'no']
  await answerOf(replace, stage.options)
  await stage.sign('root', 'Ana', 'Ben')
  await answerOf(['publish', repository, 'root'], stage.options)
  await stage.propose('root', stage.next('metadata/2.root.json', { expires: inDays(300) }))
  const to = join(stick, 'root-3.json')
  await answerOf(['export', repository, 'root', '--to', to, '--from', '1'], stage.options)
  await answerOf(['import', to], island)
  const { quorums } = await answerOf<Reviewed>(['review', 'far', 'root'], island)
  expect(quorums).toHaveLength(2)
  await answerOf(['sign', 'far', 'root', '--key', 'Ana'], island)
  // What waited below is judged again as soon as there is something to judge it by, with its signature.
  const again = join(stick, 'targets-again.json')
  await answerOf(['export', repository, 'targets', '--to', again, '--from', '1'], stage.options)
  await answerOf(['import', again], island)
  expect((await answerOf<Reviewed>(['review', 'far', 'targets'], island)).quorums[0]?.signed).toBe(1)
})
