// The person's own editor: what it leaves is checked, shown with the line that is wrong, and asked for again.
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { editedText } from '../../src/cli/editor.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { AppError } from '../../src/core/error.ts'
import { parseJson } from '../../src/core/json.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

/** An editor that writes one text after the other. */
function editor(...texts: readonly string[]): NodeJS.ProcessEnv {
  const folder = temporaryFolder()
  for (const [at, text] of texts.entries()) writeFileSync(join(folder, `${at}`), text)
  writeFileSync(join(folder, 'next'), '0')
  const script = join(folder, 'an editor')
  const body = 'n=$(cat "$0.d/next"); cp "$0.d/$n" "$2"; echo $((n+1)) > "$0.d/next"'
  writeFileSync(script, `#!/bin/sh\n${body.replaceAll('$0.d', folder)}\n`)
  chmodSync(script, 0o700)
  return { VISUAL: `'${script}' --wait` }
}

function edit(environment: NodeJS.ProcessEnv, answers: string[], notes: string[] = []): Promise<string> {
  return editedText({
    ...{ name: 'a/b', text: '{"version": 1}', environment },
    check: async (text) => void parseJson(utf8(text)),
    io: {
      signal: new AbortController().signal,
      note: (line) => void notes.push(line),
      ask: async () => answers.shift() ?? expect.fail('asked once too often'),
    },
  })
}

test('a text that can be used is taken', async () => {
  expect(await edit(editor('{"version": 2}'), [])).toBe('{"version": 2}')
})

test('one that cannot is shown with its line, and edited again or given up', async () => {
  const notes: string[] = []
  const broken = '{\n "version": 2,\n "x" 1}'
  expect(await edit(editor(broken, '{"x": 1}'), [''], notes)).toBe('{"x": 1}')
  expect(notes.join('\n')).toMatch(/line 3: {2}"x" 1}/)
  expect(await codeOfPromise(edit(editor(broken), ['stop']))).toBe('format/malformed')
})

test('nothing changed, and an editor that fails, propose nothing; no text is left behind', async () => {
  expect(await codeOfPromise(edit(editor('{"version": 1}'), []))).toBe('user/cancelled')
  expect(await codeOfPromise(edit({ EDITOR: 'false' }, []))).toBe('usage/invalid')
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('countersign-edit-'))).toEqual([])
})

test('what is no fault of the text is not asked again', async () => {
  const bug = editedText({
    ...{ name: 'x', text: '{}', environment: editor('{"a":1}') },
    check: () => Promise.reject(new AppError({ code: 'source/unreachable', message: 'no' })),
    io: { signal: new AbortController().signal, note: () => {}, ask: () => expect.fail('asked') },
  })
  expect(await codeOfPromise(bug)).toBe('source/unreachable')
})
