// What was received, signed and exported, worked out again from the request itself, and held against what the record says of it.
import { isEqualBytes, parseBase64, parseHex } from '../bytes.ts'
import { AppError } from '../error.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { Quorum } from '../proposal.ts'
import { transferKind } from '../transfer/kind.ts'
import { type Hashed, orFails } from './artifacts.ts'
import type { GivenSignature, Judge, JudgedChange } from './judge.ts'
import type { CeremonyRecord, FactLine } from './record.ts'
import { fails, holds, lineOf, open, type Result } from './result.ts'
import { textIn } from './rule.ts'
import { isSignature } from './signature.ts'

type Placed = FactLine & { line: number }

/** From one `received` to the next: all that was signed is signed for this one. */
interface Stretch {
  received: Placed
  facts: readonly Placed[]
}

export async function changesOf(
  { facts }: CeremonyRecord,
  artifacts: readonly Hashed[],
  judge: Judge | undefined,
): Promise<Result[]> {
  const results: Result[] = []
  for (const stretch of stretchesOf(facts)) {
    const judged = await judgedOf(stretch, artifacts, judge)
    if (judged === undefined) continue
    if ('outcome' in judged) results.push(judged)
    else results.push(...(await heldAgainst(stretch, judged, artifacts)))
  }
  return results
}

function stretchesOf(facts: readonly FactLine[]): Stretch[] {
  const placed = facts.map((fact, at) => ({ ...fact, line: lineOf(at) }))
  const begins = placed.flatMap(({ kind }, at) => (kind === 'received' ? [at] : []))
  return begins.flatMap((at, nth) => {
    const received = placed[at]
    return received === undefined ? [] : [{ received, facts: placed.slice(at + 1, begins[nth + 1]) }]
  })
}

/** The change, or why it cannot be worked out; undefined where nothing hangs on it. */
async function judgedOf(
  { received: { open: shown, line, at }, facts }: Stretch,
  artifacts: readonly Hashed[],
  judge: Judge | undefined,
): Promise<JudgedChange | Result | undefined> {
  const isSigned = facts.some(({ kind }) => kind === 'signed')
  const unknown = (why: string): Result | undefined =>
    isSigned ? open(`whether the signatures fit what was received is not known: ${why}`, line) : undefined
  if (shown === undefined) return unknown('what was received is withheld')
  const artifact = artifacts.find(({ hash }) => hash === shown.fact.request)
  if (artifact === undefined || judge === undefined) return unknown('the request is not here')
  const judged = await orFails(
    judge(artifact.bytes, artifact.name, new Date(at)),
    `${artifact.name} does not hold as a request`,
    line,
  )
  return judged ?? unknown(`${artifact.name} is no request`)
}

async function heldAgainst(
  { received, facts }: Stretch,
  change: JudgedChange,
  artifacts: readonly Hashed[],
): Promise<Result[]> {
  const given: GivenSignature[] = []
  const documents: string[] = []
  const results = [
    ...sameAs(received, change),
    ...(await signaturesIn(facts, change, given)),
    ...(await resultsIn(received, facts, change, artifacts, given, documents)),
  ]
  const quorums = await Promise.all(change.quorums.map((quorum) => counted(quorum, change, given)))
  return [...results, ...metBy(facts, quorums, documents), ...provedIn(facts, change, quorums)]
}

function sameAs({ open: shown, line }: Placed, change: JudgedChange): Result[] {
  const members = ['subject', 'digest', 'anchor'] as const
  const different = members.filter((name) => shown?.fact[name] !== change[name])
  if (different.length === 0)
    return [holds('the request asks for this change, from this root: it was worked out again here', line)]
  return different.map((name) =>
    fails(`the request has the ${name} ${change[name]}, and the record says ${String(shown?.fact[name])}`, line),
  )
}

async function signaturesIn(
  facts: readonly Placed[],
  { digest, payload, quorums }: JudgedChange,
  given: GivenSignature[],
): Promise<Result[]> {
  const results: Result[] = []
  for (const { kind, open: shown, actor, line } of facts) {
    if (kind !== 'signed') continue
    if (shown === undefined) {
      results.push(open(`the signature of ${actor} is withheld`, line))
      continue
    }
    const key = parseBase64(textIn(shown.fact, 'key') ?? '', 'a key')
    const value = parseHex(textIn(shown.fact, 'signature') ?? '', 'a signature')
    if (shown.fact.digest !== digest || !(await isSignature(key, payload, value))) {
      results.push(fails(`the signature of ${actor} does not fit the bytes of the change`, line))
      continue
    }
    results.push(holds(`the signature of ${actor} fits the bytes of the change`, line))
    const known = quorums.flatMap(({ keys }) => keys).find((one) => one.key && isEqualBytes(one.key.spki, key))?.key
    if (known === undefined)
      results.push(open(`the key of ${actor} stands nowhere in the change: it counts for nothing`, line))
    else given.push({ key: known, value })
  }
  return results
}

/** What was exported, and holds signatures under this change. */
async function resultsIn(
  received: Placed,
  facts: readonly Placed[],
  change: JudgedChange,
  artifacts: readonly Hashed[],
  given: GivenSignature[],
  documents: string[],
): Promise<Result[]> {
  const results: Result[] = []
  for (const { kind, open: shown, line } of facts) {
    const artifact = kind === 'exported' && artifacts.find(({ hash }) => hash === shown?.fact.digest)
    if (!artifact) continue
    const { name, bytes } = artifact
    const result = await orFails(change.resultIn(bytes, name), `${name} cannot be used`, line)
    if (result === undefined) {
      if (transferKind(bytes) === 'reply') results.push(fails(`${name} is a reply for another change`, line))
    } else if ('outcome' in result) {
      results.push(result)
    } else if (result.kind === 'reply' && result.request !== received.open?.fact.request) {
      results.push(fails(`${name} is a reply to another request`, line))
    } else {
      if (result.kind === 'document') documents.push(name)
      const fit = await Promise.all(
        result.signatures.map(({ key, value }) => isSignature(key.spki, change.payload, value)),
      )
      const good = result.signatures.filter((_, at) => fit[at])
      given.push(...good)
      const sentence = `${name} holds ${good.length} signatures that fit the bytes of the change`
      results.push(
        result.kind === 'reply' && good.length < fit.length
          ? fails(`${sentence}, of ${fit.length}`, line)
          : holds(sentence, line),
      )
    }
  }
  return results
}

interface Counted {
  name: string
  threshold: number
  signed: number
}

/** Each key once, whoever brought its signature: the request itself, the record, or what was exported. */
async function counted(
  { name, threshold, keys }: Quorum,
  { payload }: JudgedChange,
  given: readonly GivenSignature[],
): Promise<Counted> {
  const signed = await Promise.all(
    keys.map(async ({ key, signed: before }) => {
      if (before || key === undefined) return before
      const own = given.find((one) => isEqualBytes(one.key.spki, key.spki))
      return own !== undefined && (await isSignature(key.spki, payload, own.value))
    }),
  )
  return { name, threshold, signed: signed.filter(Boolean).length }
}

/** Enough keys, old and new. Short of that nothing is known while signatures may lie elsewhere; the signed document holds them all. */
function metBy(facts: readonly Placed[], quorums: readonly Counted[], documents: readonly string[]): Result[] {
  const isComplete = facts.at(-1)?.open?.fact.outcome === 'complete'
  return quorums.map(({ name, threshold, signed }) => {
    const sentence = `${signed} of the ${threshold} keys that ${name} asks for have signed the change`
    if (signed >= threshold) return holds(sentence)
    return isComplete && documents.length > 0
      ? fails(`${sentence}, and ${documents.join(', ')} is called complete`)
      : open(`${sentence}, as far as signatures are here`)
  })
}

function provedIn(facts: readonly Placed[], change: JudgedChange, quorums: readonly Counted[]): Result[] {
  const results: Result[] = []
  for (const { kind, open: shown, line } of facts) {
    if (kind !== 'proved' || shown === undefined) continue
    if (shown.fact.digest !== change.digest) results.push(fails('what was proved is another change', line))
    const said = Array.isArray(shown.fact.quorums) ? shown.fact.quorums.filter(isObject).map(quorumIn) : []
    for (const { name, threshold } of quorums)
      if (!said.some((one) => one.name === name && one.threshold === threshold))
        results.push(fails(`the change needs ${threshold} keys of ${name}, and that was not proved`, line))
    for (const { name, threshold } of said)
      if (!quorums.some((one) => one.name === name && one.threshold === threshold))
        results.push(fails(`the change does not ask for ${name} with ${threshold} keys`, line))
  }
  return results
}

function quorumIn({ name, threshold }: JsonObject): { name: string; threshold: number } {
  if (typeof name === 'string' && typeof threshold === 'number') return { name, threshold }
  throw new AppError({ code: 'internal/bug', message: 'a quorum of a record has no name or no threshold' })
}
