// Git repositories on disk for tests: a bare one as the forge holds it, written to as other tools write to it.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Files } from '../../src/core/transport.ts'
import { type GitAddress, parseGitAddress } from '../../src/node/transports/git/address.ts'
import { temporaryFolder } from './temporary-folder.ts'

const who = ['-c', 'user.name=Forge', '-c', 'user.email=forge@example.com', '-c', 'commit.gpgSign=false']

/** As this product must call it, with a name for its commits: the machine that tests run on may have none. */
export function nameForCommits(): void {
  process.env.GIT_AUTHOR_NAME = process.env.GIT_COMMITTER_NAME = 'Tess Tester'
  process.env.GIT_AUTHOR_EMAIL = process.env.GIT_COMMITTER_EMAIL = 'tess@example.com'
}

export function runGit(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', [...who, '-C', folder, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()
}

export interface Forge {
  /** The bare repository. */
  bare: string
  /** A clone of somebody else. */
  clone: string
  location: string
  address(event?: string): GitAddress
  /** One commit on a branch, made from `from` when it is new; null removes a file. Pushed. */
  commit(branch: string, files: Files, options?: { from?: string; message?: string }): string
  branches(): string[]
  /** Files of a branch. */
  names(branch: string): string[]
  /** Into main, as a forge merges a pull request. */
  merge(branch: string): void
  /** The text of a file on a branch. */
  show(branch: string, name: string): string
}

export function openForge(folder: string = temporaryFolder()): Forge {
  const [bare, clone] = [join(folder, 'forge.git'), join(folder, 'clone')]
  runGit(folder, 'init', '--quiet', '--bare', '--initial-branch=main', bare)
  runGit(folder, 'clone', '--quiet', bare, clone)
  runGit(clone, 'checkout', '--quiet', '-B', 'main')
  const location = `git+${pathToFileURL(bare).href}`
  return {
    bare,
    clone,
    location,
    address: (event) => parseGitAddress(event === undefined ? location : `${location}#${event}`),
    show: (branch, name) => execFileSync('git', ['-C', bare, 'show', `${branch}:${name}`], { encoding: 'utf8' }),
    branches: () => runGit(bare, 'for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads/').split('\n'),
    names: (branch) => runGit(bare, 'ls-tree', '-r', '--name-only', branch).split('\n'),
    merge: (branch) => {
      runGit(clone, 'fetch', '--quiet', 'origin')
      runGit(clone, 'checkout', '--quiet', '-B', 'main', 'origin/main')
      runGit(clone, 'merge', '--quiet', '--no-ff', '--message', `Merge ${branch}`, `origin/${branch}`)
      runGit(clone, 'push', '--quiet', 'origin', 'main', `:${branch}`)
    },
    commit: (branch, files, { from = 'main', message = 'a change' } = {}) => {
      const known = runGit(bare, 'for-each-ref', '--format=%(refname)', `refs/heads/${branch}`)
      if (known !== '') {
        runGit(clone, 'fetch', '--quiet', 'origin')
        runGit(clone, 'checkout', '--quiet', '-B', branch, `origin/${branch}`)
      } else if (branch !== 'main') runGit(clone, 'checkout', '--quiet', '-B', branch, `origin/${from}`)
      for (const [name, bytes] of files) {
        const path = join(clone, name)
        if (bytes === null) rmSync(path)
        else {
          mkdirSync(dirname(path), { recursive: true })
          writeFileSync(path, bytes)
        }
      }
      runGit(clone, 'add', '--all', '--force')
      runGit(clone, 'commit', '--quiet', '--allow-empty', '--message', message)
      runGit(clone, 'push', '--quiet', 'origin', branch)
      return runGit(clone, 'rev-parse', 'HEAD')
    },
  }
}
