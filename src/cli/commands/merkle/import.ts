// merkle import: a plain TUF repository as one of blocks, with what became of each of its documents.

import type { Pair } from '../../../core/systems/merkle/bridge/from-tuf.ts'
import { visible } from '../../../core/visible.ts'
import { importTuf } from '../../../node/merkle/import.ts'
import { tufSource } from '../../../node/open-source.ts'
import { type Answer, answer } from '../../command.ts'
import { parseCount } from '../../parse.ts'
import { wrapped } from '../../text.ts'
import { type Call, openNamed } from './call.ts'
import { begunLines, rowsOf } from './words.ts'

const day = 86_400_000
/** Of everything that may be many, so many are shown; --json has all. */
const shown = 6

export async function importFrom(call: Call): Promise<Answer> {
  const { desk, io, parsed, words } = call
  const [named = '', folder = ''] = words
  const expiryDays = parsed.text('expires') === undefined ? undefined : parseCount(parsed, 'expires', 365, 1, 3650)
  const { source, context } = await openNamed(call, named)
  const expires = expiryDays === undefined ? {} : { expires: new Date(io.now().getTime() + expiryDays * day) }
  const imported = await importTuf(desk, tufSource(source), folder, expires, context)
  const { pinned, files, digest, correspondence } = imported
  const { pairs } = correspondence
  return answer(
    { location: pinned.location, files, root: digest, documents: pairs },
    `${visible(source.pinned.name)} as content-addressed blocks, in ${pinned.location}:`,
    '',
    ...tableOf(pairs),
    ...pairs.flatMap(contentLines),
    ...pairs.flatMap(aboutLines),
    '',
    ...wrapped([
      'Signatures are not carried over, for other bytes are signed: the same keys sign each document again.',
      'Files of targets were not copied: each link is made of the sha256 in the metadata. Snapshot and timestamp are made when it is published.',
    ]),
    ...begunLines(imported),
  )
}

function tableOf(pairs: readonly Pair[]): string[] {
  const rows = pairs.map(({ role, tuf, height, pid, content }) => [
    visible(role),
    tuf === undefined ? 'no document' : `version ${tuf.version}`,
    tuf === undefined ? '' : `${tuf.sha256.slice(0, 12)}…`,
    `height ${height}`,
    `${pid.slice(0, 7)}…${pid.slice(-12)}`,
    role === 'root' ? '' : String(content.length),
  ])
  return rowsOf([['Document', 'In TUF', 'sha256', 'In blocks', 'Payload id', 'Targets'], ...rows])
}

function contentLines({ role, content }: Pair): string[] {
  if (content.length === 0) return []
  const some = content.slice(0, shown)
  return [
    '',
    `Files of ${visible(role)}, by sha256 and by link:`,
    ...some.flatMap(({ path, sha256, cid }) => [`  ${visible(path)}`, `    ${sha256}`, `    ${cid}`]),
    ...moreLines(content.length),
  ]
}

function aboutLines({ role, dropped, keyIds, expires, bins, tuf }: Pair): string[] {
  const lines = [
    ...(tuf === undefined ? ['  had no document; begins with an empty one'] : []),
    ...(expires === undefined ? [] : [`  expires: ${expires.before} is ${expires.after} now`]),
    ...(bins === undefined ? [] : [`  ${bins} bins that were told in one line have a delegation each`]),
    ...(dropped.length === 0 ? [] : [`  left out, as it has no place in blocks (${dropped.length}):`]),
    ...dropped.slice(0, shown).map((name) => `    ${visible(name)}`),
    ...moreLines(dropped.length),
    ...(keyIds.length === 0 ? [] : [`  the same keys under other ids (${keyIds.length}):`]),
    ...keyIds
      .slice(0, shown)
      .map(({ before, after }) => `    ${visible(before.slice(0, 16))}… is ${after.slice(0, 16)}…`),
    ...moreLines(keyIds.length),
  ]
  return lines.length === 0 ? [] : ['', `Of ${visible(role)}:`, ...lines]
}

function moreLines(count: number): string[] {
  return count > shown ? [`    and ${count - shown} more (--json has all)`] : []
}
