// What every verb of `warg` works with: the desk, the words that follow the verb, SOURCE as an open registry, and PACKAGE.
import { AppError } from '../../../core/error.ts'
import type { Context } from '../../../core/system.ts'
import { operatorSubject, parseSubject } from '../../../core/systems/warg/files.ts'
import type { Transport } from '../../../core/transport.ts'
import type { Desk, OpenSource } from '../../../node/desk.ts'
import { keptPlace } from '../../../node/warg/agreed.ts'
import { changeKept, readKept, type WargKept } from '../../../node/warg/kept.ts'
import type { Answer, Io, Parsed } from '../../command.ts'
import { contextOf, openSource } from '../../session.ts'
import { sourceAgain } from '../../source-again.ts'

export interface Call {
  desk: Desk
  io: Io
  dataDir: string
  /** Without the verb: SOURCE comes first. */
  parsed: Parsed
  /** The words after SOURCE. */
  words: readonly string[]
}

export type Verb = (call: Call) => Promise<Answer>

export interface Registry {
  source: OpenSource
  /** What this machine keeps of it. */
  kept: Transport
  context: Context
}

/** Also what was carried here: what is set for it stays on this machine like anything else. */
export async function openAnyRegistry(call: Call): Promise<Registry> {
  const { desk, parsed, io } = call
  const source = await openSource(desk, parsed, io.signal)
  if (source.system.id !== 'warg' || source.carried !== true) return registryIn(source, io)
  return { source, kept: keptPlace(desk.workspace.files, source.pinned.id), context: contextOf(source, io) }
}

export async function openRegistrySource({ desk, parsed, io }: Call): Promise<Registry> {
  return registryIn(await openSource(desk, parsed, io.signal), io)
}

function registryIn(source: OpenSource, io: Io): Registry {
  const { registry, pinned, system, carried } = source
  if (registry !== undefined) return { source, kept: registry.kept, context: contextOf(source, io) }
  if (system.id === 'warg' && carried === true) {
    throw usage(
      `${pinned.name} was carried here: it is reviewed and signed here, and nothing else is done with it`,
      'do this where the registry is; here: countersign review SOURCE, countersign sign SOURCE ID --key KEY',
    )
  }
  throw usage(
    `${pinned.name} is no Warg registry, and this is done in those alone`,
    'name a registry: pin it with countersign pin warg+https://HOST/, or the folder of a mirror of it',
  )
}

/** The name of a package, or "operator". */
export function subjectOf(text = ''): string {
  parseSubject(text)
  return text
}

export function packageOf(text = ''): string {
  if (text === operatorSubject) throw usage('this is done with packages, and not with the operator', 'name a package')
  return subjectOf(text)
}

export async function keptOf({ kept, context }: Registry): Promise<WargKept> {
  return readKept(kept, context.signal)
}

/** Of a registry that is pinned: what is said of another would be forgotten at once. */
export async function changeHere(
  { source, kept, context }: Registry,
  change: (now: WargKept) => WargKept,
): Promise<WargKept> {
  if (source.pinned.id !== '') return changeKept(kept, change, context.signal)
  throw usage(
    'nothing is kept of a registry that is trusted for one call',
    'pin it first: countersign pin SOURCE --root FILE',
  )
}

export function againOf({ parsed }: Call): string {
  return sourceAgain(parsed)
}

export function usage(message: string, hint = 'see: countersign warg --help'): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
