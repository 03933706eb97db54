// That everybody who trusts any of the signers files before it will accept a complete change of signers: each is taken as pinned.

import { toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import { type Proposal, signedCount } from '../../proposal.ts'
import type { Context, Proof, Walk } from '../../system.ts'
import { overlay, type Transport } from '../../transport.ts'
import { verifyChain } from './chain.ts'
import { type Forge, oldSignersName, signersName } from './names.ts'
import { openProject } from './project.ts'
import { publishedFiles } from './publish.ts'
import type { SignersFile } from './signers-file.ts'

interface Place {
  folder: string
  forge: Forge | undefined
}

export async function provenSigners(
  { folder, forge }: Place,
  proposal: Proposal,
  source: Transport,
  context: Context,
): Promise<Proof> {
  if (proposal.subject !== 'signers') {
    throw new AppError({
      code: 'usage/invalid',
      message: `${proposal.title} is no change of signers, and only of those it is worked out what others make of it`,
      hint: 'publish it: everything is verified before anything is written',
    })
  }
  if (proposal.blocked !== undefined) throw new AppError(proposal.blocked)
  const files = await publishedFiles(folder, proposal, source, context)
  const project = await openProject(folder, source, context, forge)
  const isThere = project.has(project.isOld ? oldSignersName : signersName)
  const starts = isThere ? await verifyChain(project, context) : undefined
  const after = overlay(source, files)
  const walks: Walk[] = []
  const all = starts?.files ?? []
  // The first generation keeps no history: whoever trusts an older file than the last must be told anew, today as well.
  const reachable = project.isOld ? all.slice(-1) : all
  for (const file of reachable) {
    const at = (starts?.first ?? 1) + all.indexOf(file)
    walks.push(await walkFrom(file, at, { folder, forge }, after, context))
  }
  if (!isThere)
    await verifyChain(await openProject(folder, after, context, forge), { ...context, anchor: proposal.after })
  const written = [...files].flatMap(([name, bytes]) => (bytes === null ? [] : [[name, bytes] as const]))
  return {
    quorums: proposal.quorums.map((one) => ({ name: one.name, threshold: one.threshold, signed: signedCount(one) })),
    client: sentenceOf(proposal.title, walks),
    walks,
    files: new Map(written),
  }
}

async function walkFrom(
  file: SignersFile,
  at: number,
  { folder, forge }: Place,
  after: Transport,
  context: Context,
): Promise<Walk> {
  const fresh = { anchor: file.bytes, now: context.now, signal: context.signal }
  const chain = await verifyChain(await openProject(folder, after, fresh, forge), fresh)
  return {
    from: { title: `signers ${at}`, version: at, digest: toHex(await sha256(file.bytes)) },
    steps: chain.files.slice(1).map((_, step) => at + step + 1),
  }
}

function sentenceOf(title: string, walks: readonly Walk[]): string {
  const [first] = walks
  const last = walks.at(-1)
  if (first === undefined || last === undefined) return `whoever pins ${title} accepts its own signatures`
  if (first === last) return `whoever trusts ${first.from.title} was led to ${title}`
  return `whoever trusts any of signers ${first.from.version} to ${last.from.version} was led to ${title}`
}
