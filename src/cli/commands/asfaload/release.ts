// release SOURCE FOLDER --at PATH: the files of a folder as a release of an asfaload project, listed in an index that is signed.
import { AppError } from '../../../core/error.ts'
import { countOf } from '../../../core/phrases.ts'
import { publicAddress } from '../../../node/asfaload/public-address.ts'
import { lookAtRelease, releaseEdit } from '../../../node/asfaload/release.ts'
import { openProjectSource, proposeEdit } from '../../asfaload/draft.ts'
import type { Answer, Io, Parsed } from '../../command.ts'
import { grouped, leftOutLines, progressOn } from '../../drafting.ts'
import { deskFor } from '../../session.ts'

export async function releaseOfFolder(parsed: Parsed, path: string, io: Io, dataDir: string): Promise<Answer> {
  const [, folder = '', ...more] = parsed.positionals
  if (folder === '' || more.length > 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'release with --at takes one folder, in which the files of the release are',
      hint: 'for example: countersign release loom dist --at releases/download/v1.0',
    })
  }
  const desk = deskFor(io, dataDir)
  const source = await openProjectSource(desk, parsed, io.signal)
  const address = parsed.text('url') ?? publicAddress(source.pinned.location, path)
  if (address === undefined) throw addressMissing(source.pinned.location)
  const look = await lookAtRelease(folder, { signal: io.signal, progress: progressOn(io, `Reading ${folder}`) })
  for (const line of leftOutLines(look)) io.note(line)
  if (look.files.length === 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: `there is no file in ${folder}`,
      hint: 'name the folder in which the files of the release are',
    })
  }
  io.note(`${countOf(look.files.length, 'file')}, ${grouped(look.totalBytes)} bytes`)
  const at = io.now()
  const edit = releaseEdit(path, look.files, { mirroredOn: at, publishedOn: at, source: address })
  return proposeEdit(desk, source, edit, parsed, io)
}

function addressMissing(location: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `where people download the files cannot be told from ${location}`,
    hint: 'say it: --url https://HOST/USER/REPOSITORY/releases/download/v1.0/',
  })
}
