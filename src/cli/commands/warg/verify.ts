// warg verify: a log in files, without any registry and without any pin: who may do what by it, what it releases, or its fault.
import { AppError } from '../../../core/error.ts'
import { jcsBytes } from '../../../core/jcs.ts'
import { isObject, type JsonValue } from '../../../core/json.ts'
import { parseAnswer } from '../../../core/systems/warg/encoding/answer.ts'
import type { Envelope } from '../../../core/systems/warg/encoding/envelope.ts'
import type { LogKind } from '../../../core/systems/warg/encoding/ids.ts'
import { parsePage, parseSigned } from '../../../core/systems/warg/encoding/wire.ts'
import { verifyLog } from '../../../core/systems/warg/log/log.ts'
import type { LogState } from '../../../core/systems/warg/log/log-state.ts'
import { parseSeedEnvelope, type SeedEnvelope, verifySeedLog } from '../../../core/systems/warg/seed/seed-log.ts'
import { stateFacts } from '../../../node/warg/facts.ts'
import { savedRecord } from '../../../node/warg/sent.ts'
import { type Answer, answer } from '../../command.ts'
import { readInput } from '../../input.ts'
import { wrapped } from '../../text.ts'
import type { Call } from './call.ts'
import { findingText, momentText, namespaceLines, permissionLines, recordsText, releaseLines } from './words.ts'

const maxFileBytes = 64 * 1024 * 1024

export async function verifyFiles(call: Call): Promise<Answer> {
  const { desk, io, parsed } = call
  const kind: LogKind = parsed.flag('operator') ? 'operator' : 'package'
  const records: Envelope[] = []
  const seeds: SeedEnvelope[] = []
  for (const file of parsed.positionals) {
    const bytes = await readInput(file, maxFileBytes, io.signal)
    const value = parseAnswer(bytes, file)
    const list = seedList(value)
    if (list === undefined) for (const one of recordsIn(value, bytes, file)) records.push(one)
    else
      for (const [at, one] of list.entries()) seeds.push(parseSeedEnvelope(jcsBytes(one), `entry ${at + 1} of ${file}`))
  }
  if (records.length > 0 && seeds.length > 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'these files are of two versions of the protocol, which no log mixes',
      hint: 'verify each log by itself',
    })
  }
  if (records.length + seeds.length === 0) throw empty(parsed.positionals)
  const state = await (seeds.length > 0 ? verifySeedLog(kind, seeds) : verifyLog(kind, records)).catch(
    (thrown: unknown) => {
      throw withWay(thrown, kind)
    },
  )
  return told(state, seeds.length > 0, await desk.names(io.signal))
}

function seedList(value: JsonValue): readonly JsonValue[] | undefined {
  if (!isObject(value)) return Array.isArray(value) ? value : undefined
  return Object.hasOwn(value, 'entry') ? [value] : undefined
}

/** A page of a log, or one record, as it was saved or as it is sent. */
function recordsIn(value: JsonValue, bytes: Uint8Array, file: string): Envelope[] {
  if (isObject(value) && Object.hasOwn(value, 'contentBytes')) return [parseSigned(bytes, file)]
  if (isObject(value) && (Object.hasOwn(value, 'record') || Object.hasOwn(value, 'format')))
    return [savedRecord(bytes, file).envelope]
  return parsePage(bytes, file)
}

function told(state: LogState, isSeed: boolean, names: ReadonlyMap<string, string>): Answer {
  const facts = stateFacts(state, names)
  const version = isSeed ? '0.1.0' : '0'
  const isOperator = state.kind === 'operator'
  return answer(
    { kind: state.kind, version, init: state.initId, ...facts },
    ...wrapped([
      `✓ ${recordsText(state.length)} of ${isOperator ? 'an operator' : 'a package'}, version ${version}, verified to the end`,
      `  begins with ${state.initId ?? 'nothing'}`,
      `  ends with ${facts.head ?? 'nothing'}, ${momentText(facts.headAt ?? '')}`,
      ...(isOperator ? [] : ['  which package this is of, the log does not say: only a registry proves that']),
      ...facts.findings.map(findingText),
      '',
      ...(isOperator ? namespaceLines(facts) : releaseLines(facts)),
      '',
      ...permissionLines(facts),
    ]),
  )
}

/** The two kinds look alike, and a record by itself is the end of a log whose beginning somebody else has. */
function withWay(thrown: unknown, kind: LogKind): unknown {
  if (!(thrown instanceof AppError)) return thrown
  const { code, message, hint = 'do not use this log', data } = thrown
  const other =
    kind === 'package' ? 'of the log of an operator? add --operator' : 'of the log of a package? leave out --operator'
  const way =
    data?.fault === 'not-init-first'
      ? 'name the pages of the log before it, from the first: countersign warg verify PAGE... FILE'
      : data?.fault === 'hash-algorithm'
        ? other
        : `${hint}; ${other}`
  return new AppError({ ...{ code, message, hint: way, cause: thrown }, ...(data === undefined ? {} : { data }) })
}

function empty(files: readonly string[]): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `there is no record in ${files.join(', ')}`,
    hint: 'name the files of a log, in their order',
  })
}
