// A git repository as a Transport: the states that matter as folders of names, a change as one commit on a signing event.
import { AppError } from '../../core/error.ts'
import { byCodePoint, checkUnchanged, type Files, type Transport } from '../../core/transport.ts'
import { checkCancelled } from '../cancel.ts'
import { verifyPathName, visible } from '../safe-name.ts'
import type { GitAddress } from './git/address.ts'
import { keepCommit, makeCommit, push } from './git/commit.ts'
import {
  type Commits,
  changedNames,
  fetchRefs,
  findCommits,
  isAncestor,
  type Mirror,
  mirrorLimits,
  type Refs,
} from './git/mirror.ts'
import { blobReader, checkEntry, readTree, type Tree } from './git/tree.ts'

export interface GitOptions {
  /** Of the mirror. */
  gitDir: string
  /** Where a person pushes when they may not push to the repository itself. */
  fork?(): Promise<GitAddress | undefined>
  limits?: Mirror['limits']
  /** What a commit is called, from the note that a write brings. */
  message?(note: string): string
}

/**
 * Names begin with the state that they are read from: published/ is what clients are served, good/ where the event left the
 * branch "main", event/ the event itself, and changed/ lists what the event touches. Only event/ is written.
 */
export const gitFolders = ['published/', 'good/', 'event/', 'changed/'] as const

interface View {
  mirror: Mirror
  refs: Refs
  commits: Commits
  tree(folder: 'published' | 'good' | 'event', signal: AbortSignal): Promise<Tree>
  changed(signal: AbortSignal): Promise<readonly string[]>
}

/** Listing an event looks at the remote anew; everything else stays with what was seen then. */
export function gitTransport(remote: GitAddress, options: GitOptions): Transport {
  const { gitDir, fork, limits = mirrorLimits, message = (note) => note } = options
  const read = blobReader(gitDir)
  let current: Promise<View> | undefined
  let latest: View | undefined

  async function openMirror(): Promise<Mirror> {
    const own = await fork?.()
    return { gitDir, remote, limits, ...(own === undefined ? {} : { fork: own }) }
  }

  function look(signal: AbortSignal): Promise<View> {
    const looking = openMirror().then(async (mirror) => {
      latest = await openView(mirror, remote.event, latest, signal)
      return latest
    })
    current = looking
    looking.catch(() => {
      if (current === looking) current = undefined
    })
    return looking
  }

  async function bytesOf(
    tree: Tree,
    name: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    const entry = tree.get(name)
    if (entry === undefined) return undefined
    checkEntry(name, entry, maxBytes)
    return read(entry, signal)
  }

  /** Every name is still what it was when it was read. */
  async function checkBase(tree: Tree, base: Files, signal: AbortSignal): Promise<void> {
    for (const [full, was] of base) {
      const name = inEvent(full)
      const entry = tree.get(name)
      // Of another length it is another file: no need to read it.
      const isOther = entry !== undefined && was !== null && entry.bytes !== was.length
      const is = isOther
        ? new Uint8Array(0)
        : ((await bytesOf(tree, name, was?.length ?? entry?.bytes ?? 0, signal)) ?? null)
      if (isOther) checkUnchanged(full, was, null)
      else checkUnchanged(full, was, is)
    }
  }

  async function tryWrite(
    files: Files,
    base: Files,
    note: string,
    signal: AbortSignal,
  ): Promise<'taken' | 'overtaken'> {
    const { mirror, refs, commits, tree } = await look(signal)
    const { event: name } = remote
    const { event, upstream } = commits
    if (name === undefined || event === undefined || upstream === undefined) throw noEvent(remote)
    const now = await tree('event', signal)
    await checkBase(now, base, signal)
    const inside: Files = new Map([...files].map(([full, bytes]) => [inEvent(full), bytes]))
    const commit = await makeCommit(gitDir, event, now, inside, message(note), signal)
    checkCancelled(signal)
    const target = mirror.fork ?? remote
    const expected = mirror.fork === undefined ? upstream : refs.own.get(name)
    // What a push to the fork takes the place of stays here: it may hold a signature that nobody has merged.
    if (mirror.fork !== undefined && expected !== undefined && !(await isAncestor(gitDir, expected, commit, signal)))
      await keepCommit(gitDir, name, expected, signal)
    const pushed = await push(mirror, target, name, commit, expected, signal)
    if (pushed === 'overtaken') await keepCommit(gitDir, name, commit, signal)
    current = undefined
    return pushed
  }

  return {
    list: async (prefix, signal) => {
      checkCancelled(signal)
      const isAnew = prefix === '' || prefix.startsWith('event/')
      const view = await (isAnew ? look(signal) : (current ?? look(signal)))
      const names: string[] = []
      for (const folder of gitFolders) {
        if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) continue
        const inside =
          folder === 'changed/' ? await view.changed(signal) : (await view.tree(folderOf(folder), signal)).keys()
        for (const name of inside) if (`${folder}${name}`.startsWith(prefix)) names.push(`${folder}${name}`)
      }
      return names.sort(byCodePoint)
    },

    read: async (full, maxBytes, signal) => {
      checkCancelled(signal)
      const view = await (current ?? look(signal))
      const folder = gitFolders.find((one) => full.startsWith(one))
      if (folder === undefined) return undefined
      const name = full.slice(folder.length)
      return bytesOf(await view.tree(folderOf(folder), signal), name, maxBytes, signal)
    },

    write: async (files, base, note, signal) => {
      checkCancelled(signal)
      if (files.size === 0) return
      for (const full of [...files.keys(), ...base.keys()]) verifyPathName(inEvent(full))
      // Whoever changed other files in the meantime is no conflict: on top of theirs, once more.
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        if ((await tryWrite(files, base, note, signal)) === 'taken') return
      }
      throw new AppError({
        code: 'source/conflict',
        message: `the signing event changed ${maxAttempts} times while this was written; nothing was changed there`,
        hint: 'review the change again, then repeat',
      })
    },
  }
}

const maxAttempts = 4

function folderOf(folder: (typeof gitFolders)[number]): 'published' | 'good' | 'event' {
  if (folder === 'published/') return 'published'
  return folder === 'good/' ? 'good' : 'event'
}

function inEvent(full: string): string {
  if (full.startsWith('event/')) return full.slice('event/'.length)
  throw new AppError({
    code: 'source/rejected',
    message: `${visible(full)} is not in a signing event, and nothing else is written here`,
    hint: 'open a signing event of this repository, and make the change there',
  })
}

function noEvent({ url }: GitAddress): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${url} was opened without a signing event, and changes are made in one`,
    hint: 'name it after the address, for example #sign/root-v3; see what is open: countersign events SOURCE',
  })
}

/** `before`: what was seen last; where no branch has moved since, it is seen again. */
async function openView(
  mirror: Mirror,
  event: string | undefined,
  before: View | undefined,
  signal: AbortSignal,
): Promise<View> {
  const refs = await fetchRefs(mirror, signal)
  const isSame = (of: (refs: Refs) => string | undefined): boolean =>
    before !== undefined && of(before.refs) === of(refs)
  const branches = [
    ({ main }: Refs) => main,
    ({ events }: Refs) => events.get(event ?? ''),
    ({ own }: Refs) => own.get(event ?? ''),
  ]
  if (before !== undefined && mirror.fork?.url === before.mirror.fork?.url && branches.every(isSame)) return before
  const commits = await findCommits(mirror, refs, event, signal)
  const { gitDir } = mirror
  const trees = new Map<string, Tree>()
  return {
    mirror,
    refs,
    commits,
    tree: async (folder, stop) => {
      const commit = commits[folder]
      if (commit === undefined) return new Map()
      const tree = trees.get(commit) ?? (await readTree(gitDir, commit, stop))
      trees.set(commit, tree)
      return tree
    },
    changed: async (stop) => {
      const { good, event: tip } = commits
      return good === undefined || tip === undefined ? [] : changedNames(gitDir, good, tip, stop)
    },
  }
}
