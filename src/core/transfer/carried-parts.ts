// Changes that were carried here each with what it needs beside it: of one whose moment is over something is said, and it hides no other.
import { AppError } from '../error.ts'
import type { Finding } from '../proposal.ts'

export function overFinding({ subject, error }: { subject: string; error: AppError }): Finding {
  const sentence = `What was carried here for ${subject} does not count any more: ${error.message}`
  return { code: 'carried-does-not-count', risk: 'notable', sentence }
}

export function nothingLeft(): AppError {
  return new AppError({
    code: 'source/not-found',
    message: 'nothing that was carried here is left',
    hint: 'bring a request here again',
  })
}
