// The time stamps of a record: that it was there by then, as far as the authority is believed.
import type { Certificate } from '../certificate.ts'
import { AppError, isVerdict } from '../error.ts'
import { isByAuthority } from '../time-stamp/authority.ts'
import { verifyTimeStamp } from '../time-stamp/verify.ts'
import { inQuotes } from '../visible.ts'
import { type CeremonyRecord, signedMessage } from './record.ts'
import { fails, holds, open, type Result } from './result.ts'

export async function stampsOf(
  { proofs }: CeremonyRecord,
  fingerprint: string,
  authorities: readonly Certificate[],
): Promise<Result[]> {
  const results = await Promise.all(
    proofs.map(({ token, line }) => stampOf(token, signedMessage(fingerprint), authorities, line)),
  )
  return results.flat()
}

async function stampOf(
  token: Uint8Array,
  message: Uint8Array,
  authorities: readonly Certificate[],
  line: number | undefined,
): Promise<Result[]> {
  try {
    const stamp = await verifyTimeStamp(token, message, 'the time stamp')
    const who = `“${inQuotes(stamp.authority)}”`
    const said = holds(`a time stamp over the fingerprint, of ${stamp.at.toISOString()}, signed by ${who}`, line)
    if (authorities.length === 0) return [said, open(`whether ${who} is an authority, and had the right time`, line)]
    return (await isByAuthority(stamp, authorities))
      ? [said, holds(`${who} is an authority that is trusted here`, line)]
      : [said, fails(`${who} is no authority that is trusted here`, line)]
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'format/unsupported') return [open(thrown.message, line)]
    if (isVerdict(thrown)) return [fails(thrown.message, line)]
    throw thrown
  }
}
