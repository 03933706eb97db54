// What Countersign remembers between two starts: which repositories were opened, the anchor each was pinned to, and what was
// trusted last. All of it is readable by this user only, and all changes are all or nothing.
import { createHash, randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { toHex, utf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import type { SystemId } from '../core/proposal.ts'
import { type Files, type Transport, within } from '../core/transport.ts'
import { asFields, type Fields, list, parseJsonObject, text } from './json-file.ts'
import { isEqualFast } from './steady.ts'
import { type DirectoryOptions, directoryTransport } from './transports/directory.ts'

interface NewSource {
  name: string
  /** An absolute path or a web address. */
  location: string
  /** The trust system that rules there; absent, as in all that was written before there were two: TUF. */
  system?: SystemId
}

export interface PinnedSource extends NewSource {
  id: string
  /** RFC 3339, UTC. */
  pinnedAt: string
}

export interface Trust {
  /** The anchor a person pinned, as received. */
  anchor: Uint8Array
  /** The anchor in force when the source was last read; absent before that. */
  successor?: Uint8Array
  /** What the trust system asked to be remembered. */
  memory: Files
}

export interface Workspace {
  directory: string
  sources(): Promise<PinnedSource[]>
  add(source: NewSource, anchor: Uint8Array): Promise<PinnedSource>
  /** Another anchor in the place of the one that was pinned, under the same id: what was trusted by that one is forgotten with it. */
  repin(id: string, name: string, anchor: Uint8Array): Promise<PinnedSource>
  remove(id: string): Promise<void>
  trust(id: string): Promise<Trust>
  /** Replaces successor and memory in one step; writes only what is different. */
  remember(id: string, trusted: { successor: Uint8Array; memory: Files }): Promise<void>
  /** Where the key store keeps its files. */
  keys: Transport
  /** Where rehearsal keys are kept. */
  rehearsal: Transport
  /** The folder itself: small files of our own, each known to one module. */
  files: Transport
}

const listName = 'workspace.json'
const format = 'countersign workspace 1'
const limits = { listBytes: 4 * 1024 * 1024, fileBytes: 256 * 1024 * 1024 }

/** The folder for this user's data; COUNTERSIGN_HOME overrides it. */
export function dataDirectory(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const chosen = env.COUNTERSIGN_HOME
  if (chosen !== undefined && chosen !== '') {
    if (isAbsolute(chosen)) return chosen
    throw new AppError({
      code: 'usage/invalid',
      message: 'COUNTERSIGN_HOME is not an absolute path',
      hint: 'set it to a path that begins at the root of the disk',
    })
  }
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Countersign')
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'Countersign')
  // XDG Base Directory Specification: a relative path is to be ignored.
  const shared = env.XDG_DATA_HOME
  return join(shared !== undefined && isAbsolute(shared) ? shared : join(home, '.local', 'share'), 'countersign')
}

interface Entry extends PinnedSource {
  anchorSha256: string
}

/** The folder is made by the first change. */
export function openWorkspace(directory: string, options: Pick<DirectoryOptions, 'fs'> = {}): Workspace {
  const files = directoryTransport(directory, { ...options, create: true, private: true })
  const { signal } = new AbortController()

  async function readList(): Promise<{ entries: Entry[]; bytes: Uint8Array | null }> {
    const bytes = await files.read(listName, limits.listBytes, signal)
    return bytes === undefined ? { entries: [], bytes: null } : { entries: parseList(bytes), bytes }
  }

  async function find(id: string): Promise<Entry> {
    const entry = (await readList()).entries.find((one) => one.id === id)
    if (entry !== undefined) return entry
    throw new AppError({
      code: 'source/not-found',
      message: 'this repository is not open here any more',
      hint: 'open it again and pin it',
    })
  }

  async function readMemory(id: string): Promise<Map<string, Uint8Array>> {
    const folder = within(files, `${folderOf(id)}memory/`)
    const names = await folder.list('', signal)
    const memory = new Map<string, Uint8Array>()
    for (const name of names) {
      const bytes = await folder.read(name, limits.fileBytes, signal)
      if (bytes !== undefined) memory.set(name, bytes)
    }
    return memory
  }

  return {
    directory,
    keys: within(files, 'keys/'),
    rehearsal: files,
    files,

    sources: async () => (await readList()).entries.map(({ anchorSha256: _, ...source }) => source),

    add: async ({ name, location, system = 'tuf' }, anchor) => {
      const { entries, bytes } = await readList()
      if (entries.some((entry) => entry.location === location)) {
        throw new AppError({
          code: 'usage/invalid',
          message: `${location} is open already`,
          hint: 'forget it first if you want to pin it anew',
        })
      }
      const source = {
        id: toHex(randomBytes(8)),
        name,
        location,
        pinnedAt: momentNow(),
        // An older version reads the file as long as it knows all that is in it.
        ...(system === 'tuf' ? {} : { system }),
      }
      const changes = new Map([
        [`${folderOf(source.id)}anchor`, anchor],
        [listName, toListBytes([...entries, { ...source, anchorSha256: sha256Hex(anchor) }])],
      ])
      await files.write(changes, new Map([[listName, bytes]]), `open ${name}`, signal)
      return source
    },

    repin: async (id, name, anchor) => {
      const { entries, bytes } = await readList()
      const { anchorSha256: _, ...before } = await find(id)
      const source = { ...before, name, pinnedAt: momentNow() }
      const entry = { ...source, anchorSha256: sha256Hex(anchor) }
      const changes = new Map<string, Uint8Array | null>()
      for (const file of await files.list(folderOf(id), signal)) changes.set(file, null)
      changes.set(`${folderOf(id)}anchor`, anchor)
      changes.set(listName, toListBytes(entries.map((one) => (one.id === id ? entry : one))))
      await files.write(changes, new Map([[listName, bytes]]), `pin ${name} anew`, signal)
      return source
    },

    remove: async (id) => {
      const entry = await find(id)
      const { entries, bytes } = await readList()
      const changes = new Map<string, Uint8Array | null>()
      changes.set(listName, toListBytes(entries.filter((one) => one.id !== id)))
      for (const name of await files.list(folderOf(id), signal)) changes.set(name, null)
      await files.write(changes, new Map([[listName, bytes]]), `forget ${entry.name}`, signal)
    },

    trust: async (id) => {
      const entry = await find(id)
      const anchor = await files.read(`${folderOf(id)}anchor`, limits.fileBytes, signal)
      if (anchor === undefined || sha256Hex(anchor) !== entry.anchorSha256) {
        throw new AppError({
          code: 'format/malformed',
          message: `what was pinned of ${entry.name} was lost or changed on this computer`,
          hint: 'restore it from a backup, or forget the repository and pin it again',
          data: { name: entry.name },
        })
      }
      const successor = await files.read(`${folderOf(id)}successor`, limits.fileBytes, signal)
      return { anchor, ...(successor === undefined ? {} : { successor }), memory: await readMemory(id) }
    },

    remember: async (id, trusted) => {
      const entry = await find(id)
      const folder = folderOf(id)
      const wanted = new Map<string, Uint8Array>([[`${folder}successor`, trusted.successor]])
      for (const [name, bytes] of trusted.memory) if (bytes !== null) wanted.set(`${folder}memory/${name}`, bytes)
      const changes = new Map<string, Uint8Array | null>()
      for (const name of (await readMemory(id)).keys()) {
        if (!wanted.has(`${folder}memory/${name}`)) changes.set(`${folder}memory/${name}`, null)
      }
      for (const [name, bytes] of wanted) {
        const present = await files.read(name, limits.fileBytes, signal)
        if (present === undefined || !isEqualFast(present, bytes)) changes.set(name, bytes)
      }
      if (changes.size > 0) await files.write(changes, new Map(), `remember ${entry.name}`, signal)
    },
  }
}

const folderOf = (id: string): string => `sources/${id}/`

function momentNow(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function parseList(bytes: Uint8Array): Entry[] {
  const object = parseJsonObject(bytes, listName, ['format', 'sources'])
  if (text(object, 'format', listName) !== format) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${listName} was written by another version of Countersign`,
      hint: 'update Countersign',
    })
  }
  const entries = list(object, 'sources', listName).map((value): Entry => {
    const fields = asFields(value, listName, ['id', 'name', 'location', 'pinnedAt', 'anchorSha256', 'system?'])
    const id = text(fields, 'id', listName)
    // It becomes part of a path.
    if (!/^[0-9a-f]{16}$/.test(id)) throw damagedList('an id is not an id')
    return {
      id,
      name: text(fields, 'name', listName),
      location: text(fields, 'location', listName),
      pinnedAt: text(fields, 'pinnedAt', listName),
      anchorSha256: text(fields, 'anchorSha256', listName),
      ...systemIn(fields),
    }
  })
  if (new Set(entries.map((entry) => entry.id)).size !== entries.length) throw damagedList('an id stands twice')
  return entries
}

/** One that this version does not know stays what it is: only opening it is refused. */
function systemIn(fields: Fields): Pick<PinnedSource, 'system'> {
  return fields.has('system') ? { system: text(fields, 'system', listName) as SystemId } : {}
}

function damagedList(why: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${listName} is damaged: ${why}`,
    hint: 'restore the file from a backup, or move it away to start anew',
  })
}

function toListBytes(entries: readonly Entry[]): Uint8Array {
  return utf8(`${JSON.stringify({ format, sources: entries }, undefined, 2)}\n`)
}
