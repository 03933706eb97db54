// The form in which tuf-on-ci writes, against files that it wrote itself and against python's own writer.
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../../../src/core/json.ts'
import { pythonJson } from '../../../../src/core/systems/tuf/layouts/tuf-on-ci/python-json.ts'
import { hasSigstoreRoots, sigstoreRoot } from '../../../support/sigstore.ts'
import { codeOfCall } from '../../../support/thrown.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

describe.skipIf(!hasSigstoreRoots)('real roots', () => {
  test.each([9, 10, 11, 12, 13, 14, 15])('root %i comes out as it is', (version) => {
    const bytes = sigstoreRoot(version)
    expect(text(pythonJson(parseJson(bytes).value()))).toBe(text(bytes))
  })
})

const values: readonly string[] = [
  '{}',
  '[]',
  '{"b":[],"a":{},"10":1,"9":{"x":[1,[2,{"y":null}]]}}',
  '{"é":"\u007f\u0080 ü 😀 \\u2028 \\" \\\\ / \\b\\f\\n\\r\\t\\u0001"}',
  '{"\u{10000}":1,"\uff5e":2,"A":true,"a":false,"":-3}',
]

test.each(values)('%s as python writes it', (json) => {
  const script =
    'import json,sys; sys.stdout.write(json.dumps(json.load(sys.stdin), indent=1, separators=(",", ": "), sort_keys=True))'
  const { stdout, error } = spawnSync('python3', ['-c', script], {
    input: json,
    encoding: 'utf8',
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  })
  expect(error).toBeUndefined()
  expect(text(pythonJson(parseJson(new TextEncoder().encode(json)).value()))).toBe(stdout)
})

test('a number that python writes otherwise is refused', () => {
  expect(codeOfCall(() => pythonJson({ a: 1.5 }))).toBe('format/unsupported')
})
