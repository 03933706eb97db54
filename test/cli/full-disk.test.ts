// A disk that is full in the middle of publishing: on a real small disk where one can be mounted, and everywhere with each
// write of the publication failing in turn.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { openDesk } from '../../src/node/desk.ts'
import { answerOf, isRoot } from '../support/cli.ts'
import { faultyFileSystem } from '../support/faulty-file-system.ts'
import { noTokens } from '../support/no-tokens.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'
import { Stage } from './stage.ts'

const stage = new Stage()
const { signal } = new AbortController()

beforeAll(async () => {
  await stage.create()
  await stage.propose('targets', stage.next('metadata/1.targets.json'))
  await stage.sign('targets', 'Ana', 'Ben')
  stage.keep()
})
beforeEach(() => stage.restore())

const publish = (): string[] => ['publish', stage.repository, 'targets']
const page = 4096

/** A disk of its own in the place of the repository; undefined where this user may not mount one. */
function smallDisk(): { fill(pagesLeft: number): void; empty(): void } | undefined {
  const aside = join(stage.folder, 'aside')
  cpSync(stage.repository, aside, { recursive: true })
  const size = ['-o', `size=${64 * page}`]
  if (!isRoot || spawnSync('mount', ['-t', 'tmpfs', ...size, 'tmpfs', stage.repository]).status !== 0) return undefined
  onTestFinished(() => {
    spawnSync('umount', [stage.repository])
  })
  cpSync(aside, stage.repository, { recursive: true })
  const filler = join(stage.repository, 'filler')
  return {
    fill: (pagesLeft) => {
      let pages = 0
      try {
        for (; ; pages++) writeFileSync(filler, new Uint8Array(page), { flag: 'a' })
      } catch {
        truncateSync(filler, (pages - pagesLeft) * page)
      }
    },
    empty: () => rmSync(filler),
  }
}

test('nothing is written, and with room again it is published', async () => {
  const disk = smallDisk()
  if (disk !== undefined) {
    // Room for the plan and the first file, not for the second.
    disk.fill(2)
    await stage.refused('source/rejected', publish())
    disk.empty()
  }
  await answerOf(publish(), stage.options)
  expect(existsSync(stage.path('metadata/2.snapshot.json'))).toBe(true)
})

test('the same for every single write', async () => {
  const prompt = {
    pin: async () => {
      throw new Error('rehearsal keys have no passphrase')
    },
    touch: () => () => {},
  }
  const run = async (fs: ReturnType<typeof faultyFileSystem>): Promise<unknown> => {
    const desk = openDesk({ tokens: noTokens(), dataDir: stage.home, prompt, now: () => new Date(), fs })
    const [pinned] = await desk.workspace.sources()
    const source = await desk.open(pinned?.id ?? '')
    const { proposals } = await desk.pending(source, signal)
    return desk.publish(source, proposals.find(({ subject }) => subject === 'targets')?.id ?? '', signal)
  }
  const whole = faultyFileSystem(-1, { kind: 'error', errno: 'ENOSPC' })
  await run(whole)
  const writes = whole.log.flatMap((call, at) => (call.startsWith('write ') ? [at] : []))
  // The plan, targets, snapshot and timestamp.
  expect(writes).toHaveLength(4)
  for (const at of writes) {
    stage.restore()
    const before = everythingIn(stage.repository)
    const fs = faultyFileSystem(at, { kind: 'error', errno: 'ENOSPC' })
    expect(await codeOfPromise(run(fs))).toBe('source/rejected')
    expect(fs.struck).toBe(true)
    expect(everythingIn(stage.repository)).toEqual(before)
  }
})
