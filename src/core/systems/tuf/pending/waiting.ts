// The candidates that wait in a source, each read and parsed at most once.
import { isVerdict } from '../../../error.ts'
import type { Context } from '../../../system.ts'
import type { Transport } from '../../../transport.ts'
import { stepTo } from '../delegation.ts'
import type { Candidate, Layout } from '../layout.ts'
import type { Metadata, Root, Targets } from '../metadata.ts'
import { typeOf } from '../names.ts'
import type { ParseMetadata } from '../parsed.ts'
import { parseRotate, type RotateFile } from '../projects/rotate.ts'
import { limitOf, parseSubject } from '../subject.ts'

export interface Waiting {
  /** All of it takes effect in one step. */
  atOnce: boolean
  candidates: readonly Candidate[]
  /** As it lies there; undefined when it went away since it was listed. */
  bytes(name: string, subject: string): Promise<Uint8Array | undefined>
  /** Candidates that say who may sign for others once they take effect; what cannot be read says nothing here. */
  delegators(): Promise<readonly Delegator[]>
}

export type Delegator =
  | { kind: 'root'; metadata: Metadata<Root> }
  | { kind: 'targets'; role: string; metadata: Metadata<Targets> }
  | { kind: 'keys'; rotate: RotateFile }

export async function readWaiting(
  layout: Layout,
  source: Transport,
  context: Context,
  parseMetadata: ParseMetadata,
): Promise<Waiting> {
  const candidates = await layout.candidates(source, context.signal)
  let parsed: Promise<readonly Delegator[]> | undefined
  const read = new Map<string, Promise<Uint8Array | undefined>>()
  const bytes = (name: string, subject: string): Promise<Uint8Array | undefined> => {
    const known = read.get(name) ?? source.read(name, limitOf(subject), context.signal)
    read.set(name, known)
    return known
  }

  async function parse(candidate: Candidate): Promise<Delegator[]> {
    if ('problem' in candidate) return []
    const { role: subject, name } = candidate
    try {
      const found = await bytes(name, subject)
      if (found === undefined) return []
      const about = parseSubject(subject)
      if (about.kind === 'keys') return [{ kind: 'keys', rotate: parseRotate(found, name) }]
      if (about.kind === 'configuration') return []
      const type = typeOf(subject)
      if (type === 'root') return [{ kind: 'root', metadata: parseMetadata(found, 'root', name) }]
      if (type !== 'targets') return []
      const metadata = parseMetadata(found, 'targets', name)
      return metadata.signed.delegations === undefined ? [] : [{ kind: 'targets', role: subject, metadata }]
    } catch (thrown) {
      // It is a problem of its own in the list of what waits.
      if (isVerdict(thrown)) return []
      throw thrown
    }
  }

  async function all(): Promise<readonly Delegator[]> {
    return (await Promise.all(candidates.map(parse))).flat()
  }

  return {
    // A service takes each change by itself, as soon as enough have signed it; what was carried belongs to any repository.
    atOnce: layout.elsewhere !== undefined && layout.rstuf === undefined && layout.carried !== true,
    candidates,
    bytes,
    delegators: () => {
      parsed ??= all()
      return parsed
    },
  }
}

export function delegatedTo(metadata: Metadata<Targets>, role: string) {
  const { delegations } = metadata.signed
  return delegations === undefined ? undefined : stepTo(role, delegations)
}
