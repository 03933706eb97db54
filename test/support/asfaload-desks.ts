// Two computers with an air gap between them: a desk beside the folder of an asfaload project, and one that has nothing.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { approve } from '../../src/core/approve.ts'
import { toHex, utf8 } from '../../src/core/bytes.ts'
import { sha512 } from '../../src/core/crypto.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import type { Generation } from '../../src/core/systems/asfaload/signers-file.ts'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { parseReply, type TransferReply } from '../../src/core/transfer/reply.ts'
import type { Arrival } from '../../src/node/carried/arrival.ts'
import { replyFor, requestFor } from '../../src/node/carried/departure.ts'
import { combine, type ReplyOutcome } from '../../src/node/carried/replies.ts'
import { takeIn } from '../../src/node/carried/taking-in.ts'
import { type Desk, openDesk } from '../../src/node/desk.ts'
import type { OpenSource } from '../../src/node/open-source.ts'
import {
  type FilePlan,
  founded,
  type Person,
  type Project,
  project,
  signersText,
} from '../core/systems/asfaload/people.ts'
import { noTokens } from './no-tokens.ts'
import { never } from './repository.ts'
import { temporaryFolder } from './temporary-folder.ts'

export const today = new Date('2026-11-30T12:00:00Z')

function newDesk(): Desk {
  return openDesk({
    ...{ dataDir: temporaryFolder(), tokens: noTokens(), now: () => today },
    prompt: { pin: async () => utf8('unused'), touch: () => () => {} },
  })
}

/** Where the signers file came from, as the newest generation has it signed along. */
export async function originText(of: Uint8Array): Promise<Uint8Array> {
  const url = 'https://github.com/u/r'
  const verified_content = { retrieval_url: `${url}/raw/main/x.json`, content_hash: toHex(await sha512(of)) }
  const forge = { kind: 'Github', url, verified_content, retrieved_at: '2026-02-01T00:00:00Z' }
  return utf8(JSON.stringify({ data: { Forge: forge } }))
}

async function waitingFirst(generation: Generation, plan: FilePlan): Promise<Project> {
  const made = project()
  await made.draft('signers', signersText(generation, plan))
  return made
}

/** `all`: who has signed the first signers; nobody: they wait. */
export async function twoDesks(generation: Generation, plan: FilePlan, ...all: readonly Person[]) {
  const folder = temporaryFolder()
  const put = (name: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  const made = all.length === 0 ? await waitingFirst(generation, plan) : await founded(generation, plan, ...all)
  for (const name of made.names()) put(name, made.held(name) ?? utf8(''))
  const first = signersText(generation, plan)
  const [home, away] = [newDesk(), newDesk()]
  const { id } = await home.workspace.add({ name: 'tool', system: 'asfaload', location: folder }, first)
  const source = await home.open(id)
  /** With what is remembered by now. */
  const opened = (): Promise<OpenSource> => home.open(id)
  const one = async (subject: string): Promise<Proposal> => {
    const { proposals, problems } = await home.pending(await opened(), never)
    const found = proposals.find((proposal) => proposal.subject === subject)
    if (found !== undefined) return found
    throw problems.find((problem) => problem.subject === subject)?.error ?? new Error(`${subject} does not wait`)
  }
  return {
    ...{ home, away, source, first, one, put },
    /** Every file below the folder, to see that nothing was touched. */
    files: () =>
      new Map(
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
          .map((name) => [name, readFileSync(name, 'latin1')] as const),
      ),
    draft: async (subject: string, document: Uint8Array) => {
      const there = await opened()
      const files = await there.system.draft({ subject, document }, there.transport, home.context(there, never))
      await there.transport.write(files, new Map(), '', never)
    },
    request: async (subject: string) =>
      requestFor(await opened(), await one(subject), { reason: 'it is time', at: today }, home, never),
    take: (bytes: Uint8Array, replace = false): Promise<Arrival> =>
      takeIn({ name: 'the request', bytes }, away, {
        ...{ replace, now: today, signal: never },
        pin: async () => ({ name: 'tool', anchor: first }),
      }),
    reply: async ({ source: there, proposal }: Arrival): Promise<TransferReply> =>
      parseReply(await replyFor(there, proposal, away, never), 'the reply', carriedForms),
    combine: async (...replies: readonly TransferReply[]): Promise<ReplyOutcome['signatures']> => {
      const given = replies.map((reply) => ({ name: 'a reply', reply }))
      return (await combine(given, source, home, never)).outcomes.flatMap(({ signatures }) => signatures)
    },
  }
}

export async function signAt(desk: Desk, source: OpenSource, { id }: Proposal, ...some: readonly Person[]) {
  const { system, transport } = source
  for (const { signer } of some) await approve(id, system, transport, transport, signer, desk.context(source, never))
}
