// What a Kubo node answers to dag/import: a line of JSON for each root, and one for how much there was.
import { parseUtf8, utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { isObject, type JsonObject, parseJson } from '../../core/json.ts'
import type { Link } from '../../core/systems/merkle/cid.ts'
import { shortWords } from '../web/words.ts'

export function parsed(bytes: Uint8Array, what: string): JsonObject[] {
  const lines = parseUtf8(bytes, what).split('\n')
  return lines.flatMap((line) => {
    if (line.trim() === '') return []
    const value = parseJson(utf8(line), what).value()
    if (isObject(value)) return [value]
    throw new AppError({
      code: 'format/malformed',
      message: `${what} answered with a line that is no object`,
      hint: 'check the address: it should be that of the interface of a Kubo node, …/api/v0/dag/import',
    })
  })
}

/** A failure in the middle comes with status 200, as a line of its own. */
export function verifyImported(
  lines: readonly JsonObject[],
  { cid }: Link,
  { pin, where }: { pin: boolean; where: string },
): void {
  const failed = lines.find(({ Type }) => Type === 'error')
  if (failed !== undefined) throw refused(where, String(failed.Message ?? ''), 'look into the log of the node')
  const roots = lines.flatMap(({ Root }) => (isObject(Root) ? [Root] : []))
  const other = roots.find(({ Cid }) => !isObject(Cid) || Cid['/'] !== cid)
  if (other !== undefined || (pin && roots.length === 0)) {
    throw refused(where, `it does not name ${cid}`, 'check the address; nothing is known of what it has')
  }
  const unpinned = roots.find(({ PinErrorMsg }) => PinErrorMsg !== undefined && PinErrorMsg !== '')
  if (unpinned === undefined) return
  throw refused(
    where,
    String(unpinned.PinErrorMsg),
    'a node keeps only what is there in whole: add the content first, or upload without pinning',
  )
}

function refused(where: string, said: string, hint: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${where} did not take the archive: “${shortWords(said)}”`,
    hint,
  })
}
