// The second checker of records, in Python and written from the documents: what it says of many records, held against what ours says.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import { checkRecord, isGood } from '../../src/core/ceremony/check.ts'
import { requestJudge } from '../../src/core/ceremony/judge.ts'
import { AppError } from '../../src/core/error.ts'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { never } from './repository.ts'

export interface Case {
  name: string
  record: Uint8Array
  script?: Uint8Array
  previous?: Uint8Array
  files?: readonly Uint8Array[]
  /** What both must say, where that is known. */
  good?: boolean
}

interface Answer {
  ok: boolean
  fingerprint: string | null
  problems: { line: number | null; what: string }[]
}

const judge = requestJudge(carriedForms, never)
const checker = join(import.meta.dirname, 'record_checker.py')
const base64 = (bytes: Uint8Array | undefined): string | null =>
  bytes === undefined ? null : Buffer.from(bytes).toString('base64')

/** All in one process: python takes longer to start than to check one. */
function pythonSays(cases: readonly Case[]): Answer[] {
  const input = JSON.stringify(
    cases.map(({ record, script, previous, files = [] }) => ({
      record: base64(record),
      script: base64(script),
      previous: base64(previous),
      files: files.map(base64),
    })),
  )
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
  const { stdout, stderr, error } = spawnSync('python3', [checker, '--many'], {
    ...{ input, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  })
  expect(error).toBeUndefined()
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

async function productSays({ record, script, previous, files = [] }: Case): Promise<{ ok: boolean; why: string }> {
  const evidence = {
    ...(script === undefined ? {} : { script }),
    ...(previous === undefined ? {} : { previous }),
    artifacts: files.map((bytes, at) => ({ name: `file ${at}`, bytes })),
    judge,
  }
  try {
    const checked = await checkRecord(record, 'it', evidence)
    const failing = checked.results.filter(({ outcome }) => outcome === 'fails')
    return { ok: isGood(checked), why: failing.map(({ sentence, line }) => `${line}: ${sentence}`).join('; ') }
  } catch (thrown) {
    if (thrown instanceof AppError) return { ok: false, why: thrown.message }
    throw thrown
  }
}

export async function compare(cases: readonly Case[]): Promise<void> {
  const answers = pythonSays(cases)
  expect(answers).toHaveLength(cases.length)
  const wrong: string[] = []
  for (const [at, one] of cases.entries()) {
    const ours = await productSays(one)
    const theirs = answers[at]
    const isExpected = one.good === undefined || one.good === ours.ok
    if (ours.ok === theirs?.ok && isExpected) continue
    wrong.push(`${one.name}: ours ${ours.ok} (${ours.why}), python ${theirs?.ok} ${JSON.stringify(theirs?.problems)}`)
  }
  expect(wrong).toEqual([])
}
