// A file with other content: the old or the new, and nothing beside it.
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { replaceFile } from '../../src/node/replaced-file.ts'
import { codeOfPromise } from '../support/thrown.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replaced-'))
  file = join(folder, 'a')
  writeFileSync(file, 'old')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('holds the new content, with the rights that it had', async () => {
  chmodSync(file, 0o640)
  await replaceFile(file, utf8('old'), utf8('new'))
  expect(readFileSync(file, 'utf8')).toBe('new')
  expect(statSync(file).mode & 0o777).toBe(0o640)
  expect(readdirSync(folder)).toEqual(['a'])
})

test('through a link, what it leads to', async () => {
  symlinkSync('a', join(folder, 'link'))
  await replaceFile(join(folder, 'link'), utf8('old'), utf8('new'))
  expect(readFileSync(file, 'utf8')).toBe('new')
})

test('is left as it is when somebody else changed it, or it is gone', async () => {
  expect(await codeOfPromise(replaceFile(file, utf8('older'), utf8('new')))).toBe('source/conflict')
  expect(readFileSync(file, 'utf8')).toBe('old')
  expect(await codeOfPromise(replaceFile(join(folder, 'none'), utf8('old'), utf8('new')))).toBe('source/not-found')
  expect(readdirSync(folder)).toEqual(['a'])
})
