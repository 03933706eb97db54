// release SOURCE FOLDER --at PATH: the files of a folder as a release of an asfaload project, listed in an index that is signed.
import { AppError } from '../../../core/error.ts'
import { countOf } from '../../../core/phrases.ts'
import { forgeAt, publicAddress } from '../../../node/asfaload/public-address.ts'
import { lookAtRelease, releaseEdit, releaseFolder } from '../../../node/asfaload/release.ts'
import { openProjectSource } from '../../asfaload/project-source.ts'
import type { Answer, Io, Parsed } from '../../command.ts'
import { grouped, leftOutLines, progressOn, withLeftOut } from '../../drafting.ts'
import { proposeEdit } from '../../propose-edit.ts'
import { deskFor } from '../../session.ts'
import { wrapped } from '../../text.ts'

export async function releaseOfFolder(parsed: Parsed, wanted: string, io: Io, dataDir: string): Promise<Answer> {
  const [, folder = '', ...more] = parsed.positionals
  if (folder === '' || more.length > 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'release with --at takes one folder, in which the files of the release are',
      hint: 'for example: countersign release loom dist --at releases/download/v1.0',
    })
  }
  const path = releaseFolder(wanted)
  const desk = deskFor(io, dataDir)
  const source = await openProjectSource(desk, parsed, io.signal)
  const address = parsed.text('url') ?? publicAddress(source.pinned.location, path)
  if (address === undefined) throw addressMissing(source.pinned.location)
  const look = await lookAtRelease(folder, { signal: io.signal, progress: progressOn(io, `Reading ${folder}`) })
  if (look.files.length === 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: `there is no file in ${folder} that can be released`,
      hint: ['name the folder in which the files of the release are', ...leftOutLines(look)].join('; '),
    })
  }
  io.note(`${countOf(look.files.length, 'file')}, ${grouped(look.totalBytes)} bytes`)
  const at = io.now()
  const edit = releaseEdit(path, look.files, { mirroredOn: at, publishedOn: at, source: address })
  const said = withLeftOut(await proposeEdit(desk, source, edit, parsed, io), look)
  const warning = parsed.text('url') === undefined ? unusualPath(source.pinned.location, path, address) : undefined
  if (warning === undefined) return said
  return {
    ...said,
    data: { ...(said.data as object), warning },
    lines: [...said.lines, '', ...wrapped([`! ${warning}`])],
  }
}

/** On GitHub what people download lies in one place; an address elsewhere is possible, and seldom meant. */
function unusualPath(location: string, path: string, address: string): string | undefined {
  if (forgeAt(location)?.host !== 'github.com' || path.startsWith('releases/download/')) return undefined
  return `the files would be fetched from ${address}, and GitHub keeps those of a release below releases/download/TAG: --at releases/download/${path.split('/').at(-1)}; where they are elsewhere, say it with --url`
}

function addressMissing(location: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `where people download the files cannot be told from ${location}`,
    hint: 'say it: --url https://HOST/USER/REPOSITORY/releases/download/v1.0/',
  })
}
