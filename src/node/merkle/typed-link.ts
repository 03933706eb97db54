// A link that a person typed: what is wrong with it is for them to mend, and no fault of a file.
import { AppError, isVerdict } from '../../core/error.ts'
import { type Link, parseLink } from '../../core/systems/merkle/cid.ts'

export function typedLink(text: string, what: string, hint: string): Link {
  try {
    return parseLink(text, what)
  } catch (cause) {
    if (!(cause instanceof AppError) || !isVerdict(cause)) throw cause
    const data = cause.data === undefined ? {} : { data: cause.data }
    throw new AppError({ code: 'usage/invalid', message: cause.message, hint, cause, ...data })
  }
}
