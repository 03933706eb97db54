// A project at a backend of either generation, and what people do there by the use cases of the app.
import { approve } from '../../../../src/core/approve.ts'
import type { Proposal } from '../../../../src/core/proposal.ts'
import type { Context, Pending } from '../../../../src/core/system.ts'
import { asfaloadSystem } from '../../../../src/core/systems/asfaload/system.ts'
import type { Transport } from '../../../../src/core/transport.ts'
import { parseAsfaloadAddress } from '../../../../src/node/transports/asfaload/address.ts'
import { type ApiOptions, asfaloadApi } from '../../../../src/node/transports/asfaload/api.ts'
import type { Authorizer } from '../../../../src/node/transports/asfaload/authorization.ts'
import { type AsfaloadOptions, type AtBackend, asfaloadTransport } from '../../../../src/node/transports/asfaload.ts'
import { type FilePlan, type Person, signersText } from '../../../core/systems/asfaload/people.ts'
import { AsfaloadBackend } from '../../../support/asfaload-backend.ts'
import { never } from '../../../support/repository.ts'

export const path = 'releases/tag/v1/asfaload.index.json'
export const release = `release/${path}`

export interface Stage {
  backend: AsfaloadBackend
  generation: 1 | 2
  folder: string
  pin(bytes: Uint8Array): void
  /** As this person, or as anybody. */
  as(person?: Person, options?: ApiOptions, more?: AsfaloadOptions): Transport & AtBackend
  pending(source: Transport): Promise<Pending>
  one(subject: string, source: Transport): Promise<Proposal>
  sign(subject: string, person: Person, source?: Transport): Promise<void>
  context: Context
}

export function authorizer(person: Person, generation: 1 | 2, asks: Authorizer['asks'] = 'nothing'): Authorizer {
  const { signer } = person
  return {
    text: person.text(generation),
    label: signer.label,
    asks,
    sign: (message, _what, signal) => signer.sign(message, signal),
  }
}

export async function stage(generation: 1 | 2, options: { hasDigests?: boolean } = {}): Promise<Stage> {
  const backend = await AsfaloadBackend.start(generation, options)
  const folder = generation === 1 ? 'github.com/u/r/' : 'https/github.com/443/u/r/'
  backend.faults.project = folder.slice(0, -1)
  const system = asfaloadSystem(folder)
  const made: Stage = {
    ...{ backend, generation, folder },
    context: { anchor: new Uint8Array(), now: new Date(), signal: never },
    pin: (anchor) => {
      made.context = { ...made.context, anchor }
    },
    as: (person, options = {}, more = {}) => {
      const key = person === undefined ? {} : { authorizer: authorizer(person, generation) }
      return asfaloadTransport(
        asfaloadApi(parseAsfaloadAddress(`asfaload+${backend.origin}${folder}`), { ...key, ...options }),
        more,
      )
    },
    pending: (source) => system.pending(source, made.context),
    one: async (subject, source) => {
      const { proposals, problems } = await made.pending(source)
      const found = proposals.find((proposal) => proposal.subject === subject)
      if (found !== undefined) return found
      throw (
        problems.find((problem) => problem.subject === subject)?.error ?? new Error(`nothing called ${subject} waits`)
      )
    },
    sign: async (subject, person, source = made.as(person)) => {
      const { id } = await made.one(subject, source)
      await approve(id, system, source, source, person.signer, made.context)
    },
  }
  return made
}

/** With its first signers in force, and pinned. */
export async function founded(generation: 1 | 2, plan: FilePlan, ...all: readonly Person[]): Promise<Stage> {
  const made = await stage(generation)
  const first = signersText(generation, plan)
  made.backend.register(made.folder, first)
  for (const person of all) await made.sign('signers', person)
  made.pin(first)
  return made
}

/** The same once more, at a backend of its own. */
export async function again(
  { backend, generation, context }: Stage,
  options: { hasDigests?: boolean } = {},
): Promise<Stage> {
  const made = await stage(generation, options)
  for (const [name, bytes] of backend.files) made.backend.put(name, bytes)
  made.pin(context.anchor)
  return made
}
