// What is said once a key has signed: by whom, and what is done next.
import { impossibility, isReady, type Proposal } from '../core/proposal.ts'
import type { Signer } from '../core/signer.ts'
import type { Desk, OpenSource } from '../node/desk.ts'
import { pushedLines } from './git.ts'
import { wayOut } from './not-yet.ts'
import { publishWay } from './standing.ts'

export function signedLine({ title }: Proposal, signer: Signer): string {
  return `signed ${title} with ${signer.label}${signer.rehearsal ? ' (practice)' : ''}`
}

export function wayBack(again: string): string {
  return `to carry the signature back: countersign export ${again} --to FILE`
}

/** Where the result was written, and the words by which this call named its repository. */
export interface Where {
  to: string | undefined
  again: string
}

export async function nextSteps(
  proposals: readonly Proposal[],
  { to, again }: Where,
  desk: Desk,
  source: OpenSource,
): Promise<string[]> {
  if (to !== undefined) return [`The signed candidate is in ${to}.`]
  const needs = proposals.flatMap((one) => one.needs ?? [])
  const pushed = await desk.destination(source)
  if (pushed !== undefined)
    return [...pushedLines(pushed, proposals.every(isReady)), ...needs.map(({ sentence }) => `${sentence}.`)]
  const never = proposals.flatMap((one) => {
    const sentence = impossibility(one)
    return sentence === undefined ? [] : [`${sentence}; ${wayOut(one, again, source.layout)}`]
  })
  if (never.length > 0) return never
  const { elsewhere, carried } = source
  const rstuf = source.layout?.rstuf
  if (carried === true) return [`T${wayBack(again).slice(1)}, or --qr`]
  const ready = proposals.find(isReady)
  if (ready !== undefined) return [`Enough keys have signed: ${publishWay(ready, source, again)}`]
  const [need] = needs
  if (need !== undefined) return [`${need.sentence}.`]
  if (elsewhere === undefined || rstuf === undefined) return ['More signatures are needed before it can be published.']
  // What a service hands out is taken back to it by each who signs, and not by the last one alone.
  const isEach = rstuf === 'answer' || rstuf === 'update'
  return [`More signatures are needed${isEach ? ': ' : '; then '}${elsewhere.how}`]
}
