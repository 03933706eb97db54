// What a request says of itself in the words of whoever sent it; nobody vouches for them.
import type { TransferRequest } from '../../../core/transfer/request.ts'
import { inQuotes } from '../../../core/visible.ts'

export function askedLines({ askedBy, reason, madeAt, repository }: TransferRequest): string[] {
  const who = askedBy === '' ? 'Nobody says who asked' : `Asked, as it says, by “${inQuotes(askedBy)}”`
  return [
    `${who}, on ${madeAt.replace('T', ' ').replace('Z', ' UTC')}, for “${inQuotes(repository)}”.`,
    ...(reason === '' ? [] : [`The reason it gives: “${inQuotes(reason)}”.`]),
  ]
}
