// A script where a record is asked for, or the other way round: said by its name, with the command that was meant.
import { parseRecord } from '../../../core/ceremony/record.ts'
import { parseScript } from '../../../core/ceremony/script.ts'
import { AppError, isVerdict } from '../../../core/error.ts'
import type { Io } from '../../command.ts'
import { readInput } from '../../input.ts'
import { quoted } from '../../text.ts'

const maxBytes = 128 * 1024 * 1024

/** What is to be told of a failure: the failure itself, unless the file is of the other kind. */
export async function mistaken(thrown: unknown, verb: string, file: string, io: Io): Promise<unknown> {
  if (!isVerdict(thrown) || !thrown.code.startsWith('format/') || file === '-') return thrown
  const wantsScript = verb === 'run' || verb === 'rehearse' || verb === 'check'
  const wantsRecord = verb === 'verify' || verb === 'redact' || verb === 'stamp'
  if (!wantsScript && !wantsRecord) return thrown
  const bytes = await readInput(file, maxBytes, io.signal)
  if (wantsScript)
    return (await isWhole(async () => parseRecord(bytes, file)))
      ? usage(`${file} is the record of a ceremony, and a script is asked for`, 'verify', file)
      : thrown
  return (await isWhole(async () => parseScript(bytes, file)))
    ? usage(`${file} is the script of a ceremony, and a record is asked for`, 'check', file)
    : thrown
}

async function isWhole(parse: () => Promise<unknown>): Promise<boolean> {
  try {
    await parse()
    return true
  } catch (thrown) {
    if (isVerdict(thrown)) return false
    throw thrown
  }
}

function usage(message: string, verb: string, file: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message,
    hint: `to look at it: countersign ceremony ${verb} ${quoted(file)}`,
  })
}
