// One commit's files: listed once with their sizes, read by what they are and not by their paths.
import { AppError } from '../../../core/error.ts'
import { checkSize } from '../../../core/transport.ts'
import { verifyName, visible } from '../../safe-name.ts'
import { type GitResult, git } from './command.ts'

export interface TreeEntry {
  mode: string
  oid: string
  bytes: number
}

export type Tree = ReadonlyMap<string, TreeEntry>

export async function readTree(gitDir: string, commit: string, signal: AbortSignal): Promise<Tree> {
  const { out } = await git(['ls-tree', '-r', '-z', '-l', '--full-tree', commit], { gitDir, signal })
  const entries = new Map<string, TreeEntry>()
  for (const line of new TextDecoder().decode(out).split('\0')) {
    // "100644 blob 3f78... 1234<tab>metadata/root.json"; a submodule has no size.
    const match = /^(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(line)
    const [, mode = '', , oid = '', size = '', name = ''] = match ?? []
    if (name !== '') entries.set(name, { mode, oid, bytes: Number(size) || 0 })
  }
  return entries
}

/** Only a plain file is read: a link or another repository in its place is an answer to another question. */
export function checkPlain(name: string, { mode }: TreeEntry): void {
  if (mode === '100644' || mode === '100755') return
  const what = mode === '120000' ? 'a symbolic link' : mode === '160000' ? 'another repository' : `of the mode ${mode}`
  throw new AppError({
    code: 'source/rejected',
    message: `${visible(name)} is ${what}, where a file is expected`,
    hint: 'ask who put it there; nothing of it was used',
    data: { name: visible(name) },
  })
}

/** Refused by its size before a byte of it is read. */
export function checkEntry(name: string, entry: TreeEntry, maxBytes: number): void {
  verifyName(name)
  checkPlain(name, entry)
  checkSize(name, entry.bytes, maxBytes)
}

interface Wanted {
  oid: string
  bytes: number
  done(bytes: Uint8Array): void
  fail(reason: unknown): void
}

/** Reads that are asked for together are answered by one process. */
export function blobReader(gitDir: string): (entry: TreeEntry, signal: AbortSignal) => Promise<Uint8Array> {
  let waiting: Wanted[] = []

  async function answer(wanted: readonly Wanted[], signal: AbortSignal): Promise<void> {
    try {
      const input = new TextEncoder().encode(wanted.map(({ oid }) => `${oid}\n`).join(''))
      const maxOutputBytes = wanted.reduce((sum, { bytes }) => sum + bytes + 128, 0)
      const result = await git(['cat-file', '--batch'], { gitDir, input, maxOutputBytes, signal })
      deal(wanted, result)
    } catch (thrown) {
      for (const { fail } of wanted) fail(thrown)
    }
  }

  return ({ oid, bytes }, signal) =>
    new Promise((done, fail) => {
      waiting.push({ oid, bytes, done, fail })
      if (waiting.length > 1) return
      setImmediate(() => {
        const all = waiting
        waiting = []
        void answer(all, signal)
      })
    })
}

function deal(wanted: readonly Wanted[], { out }: GitResult): void {
  let at = 0
  for (const { oid, bytes, done } of wanted) {
    const line = out.indexOf(0x0a, at)
    const header = new TextDecoder().decode(out.subarray(at, line))
    if (header !== `${oid} blob ${bytes}`) {
      throw new AppError({
        code: 'source/rejected',
        message: `the copy of the repository lacks the object ${oid}`,
        hint: 'remove the folder "git" in the data folder of Countersign, then repeat',
      })
    }
    done(new Uint8Array(out.subarray(line + 1, line + 1 + bytes)))
    at = line + 1 + bytes + 1
  }
}
