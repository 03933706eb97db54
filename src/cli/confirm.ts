// The last look before a signature in a terminal.
import { parseHex } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import { toWords } from '../core/words.ts'
import type { Io } from './command.ts'
import { reviewLines } from './show.ts'

/** A finger on Enter must not sign: the change is shown, and a word of it typed. */
export async function confirm(proposal: Proposal, io: Io): Promise<void> {
  for (const line of reviewLines(proposal)) io.note(line)
  const [word = ''] = toWords(parseHex(proposal.digest, 'the digest'))
  const typed = await io.ask('To sign this, type word 1 of its fingerprint: ', 'in a script there is --yes')
  if (typed.trim().toLowerCase() === word.toLowerCase()) return
  throw new AppError({
    code: 'user/cancelled',
    message: 'that is not word 1; nothing was signed',
    hint: 'read the change again, then repeat',
  })
}
