// What became of a record that was sent, where that is not simply that it was published: said so that nobody takes what is uncertain
// for a failure, and everybody knows what to do. `isSent`: the registry has the
// record, or may have it.
import { AppError } from '../../../core/error.ts'

const repeat = 'repeat: it is asked first what became of the record, and it is never published twice'

export function rejected(recordId: string, reason: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the registry rejected the record: “${reason}”`,
    hint: 'look again at the package, then make the change anew',
    data: { recordId },
  })
}

export function stillBusy(recordId: string, seconds: number): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: `the registry took the record, and was not done with it within ${seconds} seconds; nothing is certain`,
    hint: 'look again later at the package, or repeat: the record is not published twice',
    data: { recordId, isSent: true, seconds },
  })
}

export function stillOthers(packageName: string, seconds: number, cause: unknown): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `another record for ${packageName} was under way for ${seconds} seconds; nothing was taken`,
    hint: 'look again at the package when that one is done; what follows it must be made and signed anew',
    cause,
  })
}

export function uncertain(recordId: string, thrown: unknown): AppError {
  return new AppError({
    code: thrown instanceof AppError ? thrown.code : 'source/unreachable',
    message: `the record was sent; what became of it could not be seen: ${wordsOf(thrown)}`,
    hint: repeat,
    data: { recordId, isSent: true },
    cause: thrown,
  })
}

export function neverSeen(recordId: string, thrown: unknown): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: `the record was sent, and the registry does not know it: ${wordsOf(thrown)}; it may still arrive`,
    hint: repeat,
    data: { recordId, isSent: true },
    cause: thrown,
  })
}

export function forgotten(recordId: string): AppError {
  return new AppError({
    code: 'source/conflict',
    message: 'the registry took the record, and does not know it any more; nothing is certain',
    hint: 'look again at the package, and ask whoever runs the registry',
    data: { recordId, isSent: true },
  })
}

export function cancelledThere(recordId: string, cause: unknown): AppError {
  return new AppError({
    code: 'user/cancelled',
    message: 'cancelled while the record was on its way; it may be published nevertheless',
    hint: repeat,
    data: { recordId, isSent: true },
    cause,
  })
}

export function publishedButKept(thrown: unknown): unknown {
  if (!(thrown instanceof AppError)) return thrown
  return new AppError({
    code: thrown.code,
    message: `the record was published, and what waited for it here could not be put away: ${thrown.message}`,
    hint: 'look again at what waits before anything is signed once more',
    cause: thrown,
  })
}

// ---- content ------------------------------------------------------------------------------------------------------------

export function noContent(digest: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `the registry has the record and waits for the content ${digest}, which is not here`,
    hint: 'give the file that was released (countersign warg content SOURCE FILE), and repeat: the record is not sent again',
    data: { digest, isSent: true },
  })
}

/** Files for other releases, not yet public ones too, lie beside what this record names. */
export function notReleased(digest: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the registry has the record, and asks for the content ${digest}, which the record does not release; nothing was sent`,
    hint: 'do not send it; ask whoever runs the registry why it is asked for',
    data: { digest, isSent: true },
  })
}

/** The file is another one, or the place does not take it; the record stays where it is. */
export function notSent(digest: string, thrown: unknown): AppError {
  return new AppError({
    code: thrown instanceof AppError ? thrown.code : 'source/unreachable',
    message: `the registry has the record, and its content could not be sent: ${wordsOf(thrown)}`,
    hint: 'give the file that was released, and repeat: the record is not sent again',
    data: { digest, isSent: true },
    cause: thrown,
  })
}

export function noWay(digest: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `the registry waits for the content ${digest}, and names no way to send it that is known here`,
    hint: 'ask whoever runs the registry how content gets there',
    data: { digest, isSent: true },
  })
}

export function notKept(digest: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the registry said that it took the content ${digest}, and misses it still; nothing is certain`,
    hint: 'repeat later, and ask whoever runs the registry',
    data: { digest, isSent: true },
  })
}

function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
