// What every command that works on a repository starts with: the desk, and SOURCE as an open, pinned repository.
import { readFile } from 'node:fs/promises'
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import { rootQuorum } from '../core/systems/tuf/client.ts'
import { plainLayout } from '../core/systems/tuf/layouts/plain.ts'
import { parseMetadata } from '../core/systems/tuf/metadata.ts'
import { tufSystem } from '../core/systems/tuf/system.ts'
import { verifyQuorum } from '../core/systems/tuf/verify.ts'
import { type Desk, type OpenSource, openDesk } from '../node/desk.ts'
import { blockingFileSystem } from '../node/file-system.ts'
import { openLocation, parseLocation } from '../node/location.ts'
import type { Io, Option, Parsed } from './command.ts'

export const rootOption: Readonly<Record<string, Option>> = {
  root: { form: '--root FILE', text: 'trust this root file for this call, instead of the pinned one', type: 'string' },
}

export function deskFor(io: Io, dataDir: string): Desk {
  return openDesk({ dataDir, prompt: io.prompt, now: io.now, fs: blockingFileSystem })
}

/** SOURCE is the name, the id or the place of a pinned repository; with --root FILE any place, trusted from that file. */
export async function openSource(desk: Desk, parsed: Parsed): Promise<OpenSource> {
  const text = parsed.positionals[0] ?? ''
  const rootFile = parsed.text('root')
  if (rootFile !== undefined) return openTrusting(text, rootFile)
  const location = parseLocation(text)
  const found = (await desk.workspace.sources()).filter(
    (source) => source.location === location || source.name === text || source.id === text,
  )
  const [source, other] = found
  if (source !== undefined && other === undefined) return desk.open(source.id)
  throw new AppError({
    code: other === undefined ? 'source/not-found' : 'usage/invalid',
    message:
      other === undefined ? `the root of ${text} is not pinned here` : `${text} names ${found.length} repositories`,
    hint: other === undefined ? `pin it first: countersign pin ${text}` : 'name its folder instead',
  })
}

async function openTrusting(text: string, rootFile: string): Promise<OpenSource> {
  const bytes = await readFile(rootFile).catch((cause: unknown) => {
    throw new AppError({ code: 'source/not-found', message: `${rootFile} cannot be read`, cause })
  })
  const root = parseMetadata(new Uint8Array(bytes), 'root', rootFile)
  verifyQuorum(await rootQuorum(root, root), rootFile)
  const location = parseLocation(text)
  const pinned = { id: '', name: text, location, pinnedAt: '' }
  return {
    pinned,
    transport: openLocation(location, { fs: blockingFileSystem }),
    system: tufSystem(plainLayout),
    trust: { anchor: root.bytes, memory: new Map() },
  }
}

/** ID is a whole id, the subject ("root") when one change waits for it, or at least eight digits of a digest. */
export async function pickProposal(
  desk: Desk,
  source: OpenSource,
  id: string | undefined,
  signal: AbortSignal,
): Promise<Proposal> {
  const { proposals, problems } = await desk.pending(source, signal)
  const isNamed = ({ id: whole, subject, digest }: Proposal): boolean =>
    whole === id || subject === id || (id !== undefined && id.length >= 8 && digest.startsWith(id))
  const found = id === undefined ? proposals : proposals.filter(isNamed)
  const [proposal, other] = found
  if (proposal !== undefined && other === undefined) return proposal
  const problem = problems.find(({ subject }) => subject === id) ?? (id === undefined ? problems[0] : undefined)
  if (problem !== undefined) throw problem.error
  throw new AppError({
    code: other === undefined ? 'source/not-found' : 'usage/invalid',
    message:
      other === undefined
        ? `no change waits here${id === undefined ? '' : ` under ${id}`}`
        : `${found.length} changes wait here: ${found.map((one) => one.subject).join(', ')}`,
    hint: other === undefined ? 'see what waits: countersign pending SOURCE' : 'name one of them',
  })
}
