// Which PKCS#11 modules a person configured: a module is a program that this one loads, so it is named by its whole path.
import { isAbsolute } from 'node:path'
import { utf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import type { Transport } from '../core/transport.ts'
import { asFields, list, parseJsonObject, text } from './json-file.ts'

const fileName = 'pkcs11-modules.json'
const format = 'countersign pkcs11 modules 1'
const maxFileBytes = 64 * 1024
const maxModules = 16

export async function readModules(files: Transport, signal: AbortSignal): Promise<string[]> {
  const bytes = await files.read(fileName, maxFileBytes, signal)
  if (bytes === undefined) return []
  const object = parseJsonObject(bytes, fileName, ['format', 'modules'])
  if (text(object, 'format', fileName) !== format) {
    throw new AppError({ code: 'format/unsupported', message: `${fileName} is not a file this version can read` })
  }
  const paths = list(object, 'modules', fileName).map((entry) =>
    text(asFields(entry, fileName, ['path']), 'path', fileName),
  )
  for (const path of paths) checkPath(path)
  return paths
}

export async function writeModules(files: Transport, paths: readonly string[], signal: AbortSignal): Promise<void> {
  for (const path of paths) checkPath(path)
  if (paths.length > maxModules) {
    throw new AppError({ code: 'usage/invalid', message: `at most ${maxModules} modules can be used` })
  }
  const base = (await files.read(fileName, maxFileBytes, signal)) ?? null
  const object = { format, modules: paths.map((path) => ({ path })) }
  const bytes = utf8(`${JSON.stringify(object, undefined, 2)}\n`)
  await files.write(new Map([[fileName, bytes]]), new Map([[fileName, base]]), 'PKCS#11 modules', signal)
}

function checkPath(path: string): void {
  if (isAbsolute(path) && !path.includes('\0')) return
  throw new AppError({
    code: 'usage/invalid',
    message: 'a PKCS#11 module is named by its whole path',
    hint: 'for example /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so',
  })
}
