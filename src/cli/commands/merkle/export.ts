// merkle export: a repository of blocks as documents of plain TUF that wait for signatures.
import { visible } from '../../../core/visible.ts'
import { type Exported, exportPlain } from '../../../node/merkle/export.ts'
import { type Answer, answer } from '../../command.ts'
import { quoted, wrapped } from '../../text.ts'
import { type Call, openBlocks } from './call.ts'
import { rowsOf } from './words.ts'

export async function exportTo(call: Call): Promise<Answer> {
  const { source, context } = await openBlocks(call)
  const exported = await exportPlain(call.desk, source, call.words[1] ?? '', context)
  const { location, follows, files, pairs } = exported
  const rows = pairs.map(({ role, version, tuf, same, targets }) => [
    visible(role),
    `version ${version}`,
    `version ${tuf.version}`,
    `${tuf.sha256.slice(0, 12)}…`,
    role === 'root' ? '' : String(targets),
    same ? 'says it already' : 'waits',
  ])
  return answer(
    { location, files, documents: pairs, ...(follows === undefined ? {} : { follows: follows.name }) },
    `${visible(source.pinned.name)} as plain TUF, in ${location}:`,
    '',
    ...rowsOf([['Document', 'In blocks', 'In TUF', 'sha256', 'Targets', ''], ...rows]),
    '',
    ...wrapped(nextLines(exported)),
  )
}

function nextLines({ location, follows, files }: Exported): string[] {
  if (files.length === 0) return ['The plain repository says all of it already: nothing was written.']
  const unsigned = 'Nothing is signed: other bytes are signed than in blocks, so the same keys sign again.'
  const content =
    'Files of targets were not copied: put them under targets/, each below its sha256, before it is published.'
  if (follows === undefined) {
    return [
      unsigned,
      'No root is trusted there yet, so nothing can be pinned before Root 1 is signed: it waits in metadata/pending/root.json, to be signed and published as metadata/1.root.json; then targets, snapshot and timestamp.',
      `Where a plain repository of the same people is pinned here already, name it instead of ${quoted(location)}: then its versions go on.`,
      content,
    ]
  }
  const name = quoted(follows.name)
  return [
    unsigned,
    `Next: countersign review ${name} ID, countersign sign ${name} ID --key KEY, countersign publish ${name}`,
    content,
  ]
}
