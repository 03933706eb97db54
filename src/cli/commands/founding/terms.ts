// What a new repository is to be like, from the options of init: how long things last, and what there is below targets.
import { AppError } from '../../../core/error.ts'
import type { Structure } from '../../../core/systems/tuf/structure.ts'
import { foundingDefaults, structureOf, twice } from '../../../node/founding.ts'
import type { Parsed } from '../../command.ts'
import { parseCount } from '../../parse.ts'

export interface Terms {
  threshold: number
  expiryDays: number
  signingDays?: number
  snapshotDays: number
  timestampDays: number
}

/** Checked before keys are made: a call that is not right leaves nothing behind. */
export function termsOf(parsed: Parsed): Terms {
  const named = parsed.texts('key')
  if (new Set(named).size < named.length) throw twice()
  const count = Math.max(1, named.length)
  const threshold = parseCount(parsed, 'threshold', count, 1, count)
  const expiryDays = parseCount(parsed, 'expires', foundingDefaults.expiryDays, 1, 3650)
  return { threshold, expiryDays, ...timesOf(parsed, expiryDays) }
}

function timesOf(
  parsed: Parsed,
  expiryDays: number,
): { signingDays?: number; snapshotDays: number; timestampDays: number } {
  const { signingDays, snapshotDays, timestampDays } = foundingDefaults
  const online =
    parsed.text('online-days') === undefined ? undefined : parseCount(parsed, 'online-days', snapshotDays, 1, 3650)
  return {
    snapshotDays: online ?? snapshotDays,
    timestampDays: online ?? timestampDays,
    ...(parsed.text('signing') === undefined
      ? {}
      : { signingDays: parseCount(parsed, 'signing', signingDays, 1, expiryDays) }),
  }
}

export function readStructure(parsed: Parsed): Structure {
  const kind = parsed.text('structure') ?? 'none'
  const isBins = kind === 'succinct' || kind === 'prefixes'
  if (parsed.text('bits') !== undefined && !isBins) {
    throw new AppError({
      code: 'usage/invalid',
      message: `--bits is about bins, and --structure is ${kind}`,
      hint: 'leave it out, or say --structure succinct',
    })
  }
  if (isBins) return structureOf(kind, parseCount(parsed, 'bits', foundingDefaults.bitLength, 1, 16))
  if (kind === 'none' || kind === 'projects') return structureOf(kind)
  throw new AppError({
    code: 'usage/invalid',
    message: `--structure is none, projects, succinct or prefixes, not ${kind}`,
    hint: 'leave it out for none; see: countersign init --help',
  })
}
