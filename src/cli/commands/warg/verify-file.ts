// verify of a Warg registry: which release a downloaded file is, of the packages that are looked at here, and whether it was yanked.
import { AppError } from '../../../core/error.ts'
import { countOf } from '../../../core/phrases.ts'
import type { Desk, OpenSource } from '../../../node/desk.ts'
import { fileHash } from '../../../node/warg/file-hash.ts'
import { registryOverview } from '../../../node/warg/overview.ts'
import { type Answer, answer, type Io, type Parsed } from '../../command.ts'
import { grouped } from '../../drafting.ts'
import { progressLine } from '../../progress.ts'
import { contextOf, readState } from '../../session.ts'
import { quoted, wrapped } from '../../text.ts'
import { usage } from './call.ts'
import { momentText } from './words.ts'

export async function verifyInRegistry(parsed: Parsed, desk: Desk, source: OpenSource, io: Io): Promise<Answer> {
  const [file = ''] = parsed.positionals
  if (parsed.text('release') !== undefined)
    throw usage('--release is of an asfaload project, and this is a Warg registry', 'leave it out')
  const line = progressLine(file)
  const { digest, size } = await fileHash(file, { signal: io.signal, progress: line.show }).finally(line.end)
  const { logs, checkpoint } = await registryOverview(source, contextOf(source, io))
  // How far the logs go is kept, so that nobody can lead back behind it.
  await readState(desk, source, io)
  const found = logs.flatMap(({ subject, releases }) =>
    releases.flatMap((one) => (one.digest === digest ? [{ package: subject, ...one }] : [])),
  )
  const good = found.filter(({ yanked }) => yanked === undefined)
  const kind = good.length > 0 ? 'listed' : found.length > 0 ? 'yanked' : 'unknown'
  const name = source.pinned.name
  const packages = countOf(logs.filter(({ length }) => length > 0).length - 1, 'package')
  const head = {
    listed: `${file} is released by ${name}`,
    yanked: `REFUSED: ${file} is a release of ${name} that was yanked`,
    unknown: `NOT VERIFIED: none of the ${packages} of ${name} that are looked at here releases the content of ${file}`,
  }
  const lines = [
    head[kind],
    ...found.map(
      (one) =>
        `  ${one.package} ${one.version}, record ${one.record}, ${momentText(one.time)}${one.yanked === undefined ? '' : `; YANKED ${momentText(one.yanked.time)}`}`,
    ),
    `  ${grouped(size)} bytes, ${digest}`,
    `  as of the checkpoint of ${momentText(checkpoint.at)}`,
  ]
  const said = answer({ kind, digest, size, releases: found, checkpoint }, ...wrapped(lines))
  return kind === 'listed' ? said : { ...said, failed: failure(kind, file, name) }
}

function failure(kind: 'yanked' | 'unknown', file: string, name: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message:
      kind === 'yanked' ? `${file} is a release that was yanked` : `no package that is looked at releases ${file}`,
    hint:
      kind === 'yanked'
        ? 'do not use it; ask the people of the package why'
        : `do not use it; or look at its package first: countersign warg watch ${quoted(name)} PACKAGE`,
  })
}
