// A record of a ceremony (docs/formats/record.md), as a reader finds it: lines in one spelling, each holding the hash of all before it.
// Whether what it says is in order is for `check` to say.
import { isEqualBytes, parseBase64, parseHex, parseUtf8, toBase64, toHex, utf8 } from '../bytes.ts'
import { AppError } from '../error.ts'
import { jcsBytes } from '../jcs.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import {
  checkFields,
  malformed,
  matching,
  objectOf,
  parseStrictDocument,
  sha256Digits,
  textOf,
} from '../transfer/strict-document.ts'
import { chainOf, chainStart, leafOf } from './chain.ts'
import { type FactMeta, isFactKind, isFactOf, isTime, type Level, levels } from './facts.ts'

export const recordFormat = 'countersign record 1'

export interface RecordHeader {
  run: string
  /** sha256 of the script. */
  script: string
  program: string
  /** The fingerprint of the record before, or nothing. */
  previous: string
  rehearsal: boolean
  startedAt: string
}

export interface FactLine extends FactMeta {
  leaf: string
  chain: string
  /** Absent where it is withheld. */
  open?: { salt: string; fact: JsonObject }
}

export interface RecordSignature {
  person: string
  /** SubjectPublicKeyInfo, DER. */
  key: Uint8Array
  value: Uint8Array
  /** Where it stands, when it was read. */
  line?: number
}

export interface RecordProof {
  /** A time stamp token of RFC 3161, DER. */
  token: Uint8Array
  line?: number
}

export interface CeremonyRecord {
  header: RecordHeader
  facts: readonly FactLine[]
  signatures: readonly RecordSignature[]
  proofs: readonly RecordProof[]
}

const limits = { lineBytes: 1024 * 1024, lines: 100_000 }
const salt = /^[0-9a-f]{32}$/

export function headerLine({ rehearsal, ...texts }: RecordHeader): Uint8Array {
  return jcsBytes({ format: recordFormat, rehearsal, ...texts })
}

export function factLine({ open, ...line }: FactLine): Uint8Array {
  return jcsBytes({ ...line, ...open })
}

export function signatureLine({ person, key, value }: RecordSignature): Uint8Array {
  return jcsBytes({ signature: { person, key: toBase64(key), value: toHex(value) } })
}

export function proofLine({ token }: RecordProof): Uint8Array {
  return jcsBytes({ proof: { kind: 'rfc3161', token: toBase64(token) } })
}

/** What the participants sign when it is closed. */
export function signedMessage(fingerprint: string): Uint8Array {
  return utf8(`countersign ceremony record 1\n${fingerprint}\n`)
}

/** The chain is verified while it is read: a line that does not follow from those before it is refused with its number. */
export async function parseRecord(bytes: Uint8Array, what: string): Promise<CeremonyRecord> {
  const lines = linesOf(bytes, what)
  const [first] = lines
  if (first === undefined) throw malformed(what, 'it is empty')
  const header = parseHeader(first, `line 1 of ${what}`)
  const facts: FactLine[] = []
  const signatures: RecordSignature[] = []
  const proofs: RecordProof[] = []
  let chain = await chainStart(first)
  for (const [at, line] of lines.entries()) {
    if (at === 0) continue
    const where = `line ${at + 1} of ${what}`
    const value = parseStrictDocument(line, where, limits.lineBytes)
    if ('signature' in value) signatures.push({ ...parseSignature(value, where), line: at + 1 })
    else if ('proof' in value) proofs.push({ token: parseProof(value, where), line: at + 1 })
    else {
      if (signatures.length + proofs.length > 0) throw malformed(where, 'a fact stands behind what signs them all')
      const fact = parseFact(value, where)
      chain = await verifyLink(fact, chain, where)
      facts.push(fact)
    }
  }
  return { header, facts, signatures, proofs }
}

/** The number that stands for all of it, as far as it goes. */
export function fingerprintOf({ facts }: Pick<CeremonyRecord, 'facts'>): string | undefined {
  const last = facts.at(-1)
  return last?.kind === 'closed' ? last.chain : undefined
}

/** The same record for whoever may see less: every other fact is withheld, and the fingerprint stays. */
export function redacted(record: CeremonyRecord, most: Level): CeremonyRecord {
  const shown = levels.slice(0, levels.indexOf(most) + 1)
  const facts = record.facts.map(({ open, ...line }) =>
    open !== undefined && shown.includes(line.level) ? { ...line, open } : line,
  )
  return { ...record, facts }
}

export function recordBytes({ header, facts, signatures, proofs }: CeremonyRecord): Uint8Array {
  const lines = [headerLine(header), ...facts.map(factLine), ...signatures.map(signatureLine), ...proofs.map(proofLine)]
  return utf8(lines.map((line) => `${parseUtf8(line, 'a line')}\n`).join(''))
}

function linesOf(bytes: Uint8Array, what: string): Uint8Array[] {
  const lines: Uint8Array[] = []
  let from = 0
  while (from < bytes.length) {
    const to = bytes.indexOf(0x0a, from)
    if (to < 0) throw malformed(what, `line ${lines.length + 1} is cut off`)
    if (lines.length === limits.lines) throw malformed(what, `it has more than ${limits.lines} lines`)
    if (to - from > limits.lineBytes) throw malformed(what, `line ${lines.length + 1} is too long`)
    lines.push(bytes.subarray(from, to))
    from = to + 1
  }
  return lines
}

function parseHeader(line: Uint8Array, where: string): RecordHeader {
  const value = parseStrictDocument(line, where, limits.lineBytes)
  if (value.format !== recordFormat) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${where} is not the beginning of a ${recordFormat}`,
      hint: 'if it was written by a newer version of Countersign, update this one',
    })
  }
  checkFields(value, ['format', 'run', 'script', 'program', 'previous', 'rehearsal', 'startedAt'], where)
  if (typeof value.rehearsal !== 'boolean') throw malformed(where, 'rehearsal is neither true nor false')
  return {
    run: matching(value.run, salt, 'run', where),
    script: matching(value.script, sha256Digits, 'script', where),
    program: textOf(value.program, 'program', where, 200),
    previous: matching(value.previous, /^([0-9a-f]{64})?$/, 'previous', where),
    rehearsal: value.rehearsal,
    startedAt: timeOf(value.startedAt, 'startedAt', where),
  }
}

function parseFact(value: JsonObject, where: string): FactLine {
  const isOpen = 'fact' in value || 'salt' in value
  const names = ['at', 'mono', 'actor', 'kind', 'level', 'step', 'leaf', 'chain']
  checkFields(value, isOpen ? [...names, 'salt', 'fact'] : names, where)
  const { mono, kind, level } = value
  if (typeof mono !== 'number' || mono < 0) throw malformed(where, 'mono is not a number of milliseconds')
  if (!isFactKind(kind)) throw malformed(where, 'it is of a kind that is not known here')
  const known = levels.find((one) => one === level)
  if (known === undefined) throw malformed(where, 'its level is not known here')
  const line = {
    at: timeOf(value.at, 'at', where),
    mono,
    actor: textOf(value.actor, 'actor', where, 200),
    kind,
    level: known,
    step: textOf(value.step, 'step', where, 100),
    leaf: matching(value.leaf, sha256Digits, 'leaf', where),
    chain: matching(value.chain, sha256Digits, 'chain', where),
  }
  if (!isOpen) return line
  const open = { salt: matching(value.salt, salt, 'salt', where), fact: objectOf(value.fact, 'fact', where) }
  if (!isFactOf(kind, open.fact)) throw malformed(where, `its fact is not what is known of “${kind}”`)
  return { ...line, open }
}

function timeOf(value: JsonValue | undefined, field: string, where: string): string {
  const text = textOf(value, field, where, 24)
  if (!isTime(text)) throw malformed(where, `${field} is no time`)
  return text
}

async function verifyLink(line: FactLine, before: Uint8Array, where: string): Promise<Uint8Array> {
  const leaf = parseHex(line.leaf, 'leaf')
  if (line.open !== undefined && !isEqualBytes(await leafOf(line.open.salt, line.open.fact), leaf))
    throw broken(where, 'what it says is not what its hash stands for')
  const chain = await chainOf(before, line, leaf)
  if (!isEqualBytes(chain, parseHex(line.chain, 'chain')))
    throw broken(where, 'it does not follow from the lines before it')
  return chain
}

function broken(where: string, why: string): AppError {
  return new AppError({
    code: 'trust/bad-signature',
    message: `${where}: ${why}`,
    hint: 'this is not the record that was written; ask for the one whose fingerprint was read aloud',
  })
}

function parseSignature(value: JsonObject, where: string): RecordSignature {
  checkFields(value, ['signature'], where)
  const signature = objectOf(value.signature, 'signature', where)
  checkFields(signature, ['person', 'key', 'value'], where)
  return {
    person: textOf(signature.person, 'person', where, 200),
    key: parseBase64(textOf(signature.key, 'key', where, 4096), `the key in ${where}`),
    value: parseHex(matching(signature.value, /^([0-9a-f]{2}){1,1024}$/, 'value', where), `the value in ${where}`),
  }
}

function parseProof(value: JsonObject, where: string): Uint8Array {
  checkFields(value, ['proof'], where)
  const proof = objectOf(value.proof, 'proof', where)
  checkFields(proof, ['kind', 'token'], where)
  if (proof.kind !== 'rfc3161') throw malformed(where, 'a proof of a kind that is not known here')
  const token = textOf(proof.token, 'token', where, 65_536)
  if (token === '') throw malformed(where, 'its token is empty')
  return parseBase64(token, `the token in ${where}`)
}
