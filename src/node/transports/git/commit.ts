// One commit from plumbing, without a working tree, and its push: the remote takes it only if the event is still what it was.
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../core/error.ts'
import type { Files } from '../../../core/transport.ts'
import type { GitAddress } from './address.ts'
import { git, servedBy } from './command.ts'
import type { Mirror } from './mirror.ts'
import type { Tree } from './tree.ts'

/** On top of `parent`, whose files `tree` are; null removes a file. */
export async function makeCommit(
  gitDir: string,
  parent: string,
  tree: Tree,
  files: Files,
  message: string,
  signal: AbortSignal,
): Promise<string> {
  const index = join(gitDir, `index-${randomBytes(8).toString('hex')}`)
  const call = { gitDir, index, signal }
  try {
    await git(['read-tree', parent], call)
    const lines: string[] = []
    for (const [name, bytes] of files) {
      if (bytes === null) lines.push(`0 ${'0'.repeat(parent.length)}\t${name}\0`)
      else lines.push(`${tree.get(name)?.mode ?? '100644'} ${await blob(gitDir, bytes, signal)}\t${name}\0`)
    }
    await git(['update-index', '-z', '--index-info'], { ...call, input: new TextEncoder().encode(lines.join('')) })
    const made = line((await git(['write-tree'], call)).out)
    const input = new TextEncoder().encode(await signedOff(gitDir, message, signal))
    return line((await git(['commit-tree', made, '-p', parent, '-F', '-'], { gitDir, input, signal })).out)
  } finally {
    for (const name of [index, `${index}.lock`]) await rm(name, { force: true })
  }
}

async function blob(gitDir: string, input: Uint8Array, signal: AbortSignal): Promise<string> {
  return line((await git(['hash-object', '-w', '--stdin', '--no-filters'], { gitDir, input, signal })).out)
}

/** Developer Certificate of Origin, as `git commit --signoff` writes it. */
async function signedOff(gitDir: string, message: string, signal: AbortSignal): Promise<string> {
  const ident = line((await git(['var', 'GIT_COMMITTER_IDENT'], { gitDir, signal })).out)
  return `${message}\n\nSigned-off-by: ${ident.replace(/ \d+ [+-]\d{4}$/, '')}\n`
}

export type Pushed = 'taken' | 'overtaken'

/** `expected`: what the branch pointed at when it was read; absent where there was none. */
export async function push(
  { gitDir, limits }: Mirror,
  to: GitAddress,
  event: string,
  commit: string,
  expected: string | undefined,
  signal: AbortSignal,
): Promise<Pushed> {
  const { scheme, url } = to
  const options = ['--porcelain', '--no-verify', '--no-follow-tags', '--recurse-submodules=no']
  const lease = `--force-with-lease=refs/heads/${event}:${expected ?? ''}`
  const args = ['push', ...options, lease, ...servedBy('receive-pack', scheme)]
  const { code, out, err } = await git([...args, '--end-of-options', url, `${commit}:refs/heads/${event}`], {
    ...{ gitDir, scheme, signal, remote: url, timeoutMs: limits.pushMs },
    accept: [1],
  })
  if (code === 0) return 'taken'
  const said = new TextDecoder().decode(out)
  // Somebody was faster, whether the remote saw it or this end did.
  if (/\[rejected\]|cannot lock ref|failed to update ref|reference already exists|fetch first/i.test(`${said} ${err}`))
    return 'overtaken'
  const reason = /\[remote rejected\] \((.*)\)/.exec(said)?.[1] ?? err
  throw new AppError({
    code: 'source/rejected',
    message: `${url} does not take the change: ${reason
      .replace(/\p{C}+/gu, ' ')
      .trim()
      .slice(0, 300)}`,
    hint: 'if you may not push there, name a fork of yours: countersign events SOURCE --fork ADDRESS',
    cause: new Error(err),
  })
}

/** A commit that the remote did not take stays here, under a name of its own. */
export async function keepCommit(gitDir: string, event: string, commit: string, signal: AbortSignal): Promise<string> {
  const ref = `refs/kept/${event}/${commit.slice(0, 12)}`
  await git(['update-ref', ref, commit], { gitDir, signal })
  return ref
}

function line(out: Uint8Array): string {
  return new TextDecoder().decode(out).trim()
}
