// What a service says about itself, as it can stand in a sentence of ours.
import { AppError } from '../../core/error.ts'
import { visible } from '../../core/visible.ts'

const mostWords = 300

/** To stand in our quotes: a sentence of a stranger has quotes of its own, and must not end ours with them. */
export function shortWords(words: string): string {
  const text = visible(words.replace(/\s+/g, ' ').replace(/[“”]/g, '"').trim())
  return text.length > mostWords ? `${text.slice(0, mostWords)}…` : text
}

/** A service that is down, or too busy, with what it said of that. */
export function outage(what: string, { code, hint, data }: AppError, said: string): AppError {
  return new AppError({
    code,
    message: `${what} (status ${data?.status ?? ''})${said === '' ? '' : `: “${said}”`}`,
    ...(hint === undefined ? {} : { hint }),
    ...(data === undefined ? {} : { data }),
  })
}
