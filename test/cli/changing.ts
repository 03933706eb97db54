// A repository in which people make changes through the command line, and the client that decides whether they got what
// the preview promised: one that nobody here wrote.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Updater } from 'tuf-js'
import { expect } from 'vitest'
import type { Effects, Sight } from '../../src/core/systems/tuf/effect.ts'
import { answerOf } from '../support/cli.ts'
import { serveFolder } from '../support/file-server.ts'
import { Stage } from './stage.ts'

export interface Drafted {
  id: string
  subject: string
  digest: string
  title: string
  effects: Effects
  along: { subject: string }[]
  changes: { path: string }[]
  findings: { code: string }[]
  quorums: { name: string; threshold: number; met: boolean; keys: { owner?: string; signed: boolean }[] }[]
  sentence?: string
  signedWith?: string[]
}

export class Changing extends Stage {
  /** `keys`: rehearsal keys that are made on the spot; one of them may sign for root and targets. */
  async found(keys: readonly string[] = ['Ana', 'Ben'], ...more: readonly string[]): Promise<void> {
    mkdirSync(this.home, { recursive: true })
    const named = keys.flatMap((name) => ['--key', name])
    await answerOf(['init', this.repository, '--rehearsal', ...named, '--threshold', '1', ...more], this.options)
    this.keep()
  }

  /** People who hold no key of this repository yet. */
  async people(...names: readonly string[]): Promise<void> {
    const elsewhere = mkdtempSync(join(this.folder, 'other-'))
    const named = names.flatMap((name) => ['--key', name])
    await answerOf(['init', join(elsewhere, 'r'), '--rehearsal', ...named], this.options)
    await answerOf(['forget', join(elsewhere, 'r')], this.options)
    this.keep()
  }

  draft(command: string, ...args: readonly string[]): Promise<Drafted> {
    return answerOf<Drafted>([command, this.repository, ...args], this.options)
  }

  async publish(): Promise<void> {
    await answerOf(['publish', this.repository], this.options)
  }

  /** What each of these paths is for tuf-js, starting from the first root. */
  async peerSees(paths: readonly string[]): Promise<Map<string, Sight['kind'] | string>> {
    const folder = mkdtempSync(join(this.folder, 'peer-'))
    writeFileSync(join(folder, 'root.json'), readFileSync(this.path('metadata/1.root.json')))
    const server = await serveFolder(this.repository)
    try {
      const updater = new Updater({
        metadataDir: folder,
        metadataBaseUrl: `${server.url}/metadata`,
        targetDir: folder,
        targetBaseUrl: `${server.url}/targets`,
      })
      await updater.refresh()
      const seen = new Map<string, string>()
      for (const path of paths) seen.set(path, await sightOf(updater, path, folder))
      return seen
    } finally {
      await server.end()
    }
  }

  /** The preview says what a client gets; before and after `act` the peer gets exactly that. */
  async keepsPromise({ effects }: Drafted, act: () => Promise<void>): Promise<void> {
    const { shown, changed } = effects
    expect(shown.filter(({ before, after }) => plain(before) !== plain(after)).length).toBe(changed)
    const paths = shown.map(({ path }) => path)
    expect(await this.peerSees(paths)).toEqual(new Map(shown.map(({ path, before }) => [path, plain(before)])))
    await act()
    expect(await this.peerSees(paths)).toEqual(new Map(shown.map(({ path, after }) => [path, plain(after)])))
  }

  /** What clients find is none of this change's business: before and after `act` the peer gets the same. */
  async keepsSights(paths: readonly string[], act: () => Promise<void>): Promise<void> {
    const before = await this.peerSees(paths)
    expect([...before.values()].every((sight) => /^\d+ /.test(sight))).toBe(true)
    await act()
    expect(await this.peerSees(paths)).toEqual(before)
  }

  /** The content of a release, as a folder beside the repository. */
  files(contents: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(this.folder, 'files-'))
    for (const [name, content] of Object.entries(contents)) {
      mkdirSync(join(folder, name, '..'), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    return folder
  }
}

async function sightOf(updater: Updater, path: string, folder: string): Promise<string> {
  try {
    const info = await updater.getTargetInfo(path)
    if (info === undefined) return 'absent'
    const file = join(folder, encodeURIComponent(path))
    // What is promised must also be there to be fetched.
    expect(readFileSync(await updater.downloadTarget(info, file)).length).toBe(info.length)
    return `${info.length} ${info.hashes.sha256}`
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'AssertionError') throw thrown
    return 'refused'
  }
}

function plain(sight: Sight): string {
  return sight.kind === 'found' ? `${sight.length} ${sight.hashes.sha256}` : sight.kind
}
