// A change that waits is given up for another one only by somebody who knows what is lost with it.
import { AppError } from './error.ts'
import { listOf } from './phrases.ts'
import type { Proposal } from './proposal.ts'
import { visible } from './visible.ts'

export function hasSignatures({ quorums }: Proposal): boolean {
  return quorums.some(({ keys }) => keys.some(({ signed }) => signed))
}

export function othersSigned({ title, quorums }: Proposal): AppError {
  const signed = quorums.flatMap(({ keys }) => keys.filter((entry) => entry.signed))
  const names = [...new Set(signed.map(({ owner, label }) => owner ?? label))]
  return new AppError({
    code: 'usage/invalid',
    message: `${title} waits already, signed by ${visible(listOf(names))}`,
    hint: 'publish it first; or give it up, with its signatures: --replace',
  })
}
