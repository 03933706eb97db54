// People with keys in every form, a project on a mirror in memory, and what they do there, by the use cases of the app.

import { approve, publish } from '../../../../src/core/approve.ts'
import { toBase64, toHex, utf8 } from '../../../../src/core/bytes.ts'
import { sha512 } from '../../../../src/core/crypto.ts'
import { toMinisignLine } from '../../../../src/core/minisign/public-key.ts'
import type { Proposal } from '../../../../src/core/proposal.ts'
import type { Signer } from '../../../../src/core/signer.ts'
import type { Context, Pending } from '../../../../src/core/system.ts'
import { asfaloadKeyText } from '../../../../src/core/systems/asfaload/keys.ts'
import type { Generation } from '../../../../src/core/systems/asfaload/signers-file.ts'
import { asfaloadSystem } from '../../../../src/core/systems/asfaload/system.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import { never, softwareSigner } from '../../../support/repository.ts'

export interface Person {
  name: string
  signer: Signer
  /** In the form of a generation. */
  text(generation: Generation): string
}

export async function person(name: string): Promise<Person> {
  const signer = await softwareSigner(name)
  const keyId = utf8(name.padEnd(8, '.').slice(0, 8))
  return {
    name,
    signer,
    text: (generation) => (generation === 2 ? asfaloadKeyText(signer.key) : toMinisignLine({ key: signer.key, keyId })),
  }
}

export async function people<T extends string>(...names: readonly T[]): Promise<Record<T, Person>> {
  const all = await Promise.all(names.map(async (name) => [name, await person(name)] as const))
  return Object.fromEntries(all) as Record<T, Person>
}

export type GroupPlan<T = Person> = readonly [threshold: number, ...members: readonly T[]]
export interface FilePlan<T = Person> {
  artifact: readonly GroupPlan<T>[]
  admin?: readonly GroupPlan<T>[]
  master?: readonly GroupPlan<T>[]
  revocation?: readonly GroupPlan<T>[]
  timestamp?: string
}

/** Who only stands in it needs no key that signs. */
export function signersText(generation: Generation, plan: FilePlan<Pick<Person, 'text'>>): Uint8Array {
  const [[threshold, ...members] = [1]] = plan.artifact
  if (generation === 0) {
    const signers = members.map((one) => ({ format: 'minisign', pubkey: one.text(0) }))
    return utf8(`${JSON.stringify({ threshold: { signatures_required: threshold }, signers }, null, 2)}\n`)
  }
  const groups = (list: readonly GroupPlan<Pick<Person, 'text'>>[] | undefined) =>
    list?.map(([threshold, ...some]) => ({
      signers: some.map((one) => ({
        kind: 'key',
        data: { ...(generation === 1 ? { format: 'minisign' } : {}), pubkey: one.text(generation) },
      })),
      threshold,
    }))
  const { timestamp = '2026-01-01T00:00:00Z' } = plan
  return utf8(
    JSON.stringify({
      version: 1,
      timestamp,
      artifact_signers: groups(plan.artifact),
      admin_keys: groups(plan.admin),
      master_keys: groups(plan.master),
      revocation_keys: groups(plan.revocation),
    }),
  )
}

export const indexText = (hash = 'ab'.repeat(32)): Uint8Array =>
  utf8(
    JSON.stringify({
      mirroredOn: '2026-11-01T00:00:00Z',
      publishedOn: '2026-11-01T00:00:00Z',
      version: 1,
      publishedFiles: [{ fileName: 'tool.tar.gz', algo: 'Sha256', source: 'https://example.org/SHA256SUMS', hash }],
    }),
  )

export async function revocationText(of: Uint8Array, by: Person, generation: Generation): Promise<Uint8Array> {
  const subject_digest = `sha512:${toHex(await sha512(of))}`
  return utf8(JSON.stringify({ timestamp: '2026-11-20T00:00:00Z', subject_digest, initiator: by.text(generation) }))
}

export const folder = 'github.com/u/r/'
export const at = new Date('2026-11-30T12:00:00Z')

export function project(anchor: Uint8Array = new Uint8Array()) {
  const system = asfaloadSystem(folder)
  const source = memoryTransport()
  let context: Context = { anchor, now: at, signal: never }
  const pending = (): Promise<Pending> => system.pending(source, context)
  const one = async (subject: string): Promise<Proposal> => {
    const { proposals, problems } = await pending()
    const found = proposals.find((proposal) => proposal.subject === subject)
    if (found !== undefined) return found
    throw problems.find((problem) => problem.subject === subject)?.error ?? new Error(`nothing called ${subject} waits`)
  }
  return {
    system,
    source,
    pending,
    one,
    get context() {
      return context
    },
    pin: (bytes: Uint8Array) => {
      context = { ...context, anchor: bytes }
    },
    later: (seconds: number) => {
      context = { ...context, now: new Date(context.now.getTime() + seconds * 1000) }
    },
    recall: (memory: Context['memory']) => {
      const { memory: _old, ...rest } = context
      context = memory === undefined ? rest : { ...rest, memory }
    },
    remember: async () => {
      context = { ...context, memory: (await system.state(source, context)).memory }
    },
    put: (name: string, bytes: Uint8Array | string) => {
      source.files.set(folder + name, typeof bytes === 'string' ? utf8(bytes) : bytes)
    },
    held: (name: string): Uint8Array | undefined => source.files.get(folder + name),
    names: (): string[] => [...source.files.keys()].map((name) => name.slice(folder.length)).sort(),
    draft: async (subject: string, document: Uint8Array, replace = false) => {
      const files = await system.draft({ subject, document, replace }, source, context)
      await source.write(files, new Map(), '', never)
    },
    sign: async (subject: string, ...some: readonly Person[]) => {
      for (const { signer } of some) await approve((await one(subject)).id, system, source, source, signer, context)
    },
    publish: async (subject: string) => publish((await one(subject)).id, system, source, source, [], context),
  }
}

export type Project = ReturnType<typeof project>

/** With its first signers in force, and pinned. */
export async function founded(generation: Generation, plan: FilePlan, ...all: readonly Person[]): Promise<Project> {
  const made = project()
  const first = signersText(generation, plan)
  await made.draft('signers', first)
  await made.sign('signers', ...all)
  await made.publish('signers')
  made.pin(first)
  return made
}

export const b64 = (text: string): string => toBase64(utf8(text))
