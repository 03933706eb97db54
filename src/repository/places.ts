// Where the content of a change would lie, before the change is taken: no artifact comes to be where another needs a folder, and
// no folder where another needs its file.
import { join } from 'node:path'
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import { namedContent } from '../core/systems/tuf/named-content.ts'
import { visible } from '../core/visible.ts'
import { fileSystem } from '../node/file-system.ts'
import { verifyPathName } from '../node/safe-name.ts'

/** A file of content is always named so, and a folder never: then neither gets in the way of the other, whoever comes first. */
const contentName = /^([0-9a-f]{64}|[0-9a-f]{128})?\./i

export async function checkPlaces(proposal: Proposal, folder: string): Promise<void> {
  const folders = new Set<string>()
  for (const { name } of namedContent(proposal)) {
    verifyPathName(`targets/${name}`)
    const parts = name.split('/').slice(0, -1)
    const odd = parts.find((part) => contentName.test(part))
    if (odd !== undefined) throw inTheWay(proposal, odd)
    parts.forEach((_, at) => {
      folders.add(parts.slice(0, at + 1).join('/'))
    })
    const stats = await fileSystem.lstatIfPresent(join(folder, 'targets', name)).catch(() => undefined)
    if (stats !== undefined && !stats.isFile()) throw taken(proposal, name)
  }
  for (const name of folders) {
    const stats = await fileSystem.lstatIfPresent(join(folder, 'targets', name)).catch(() => undefined)
    if (stats !== undefined && !stats.isDirectory()) throw taken(proposal, name)
  }
}

function inTheWay({ title }: Proposal, part: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${title} lists an artifact in a folder ${visible(part)}, and only the content of artifacts is named like that`,
    hint: 'give the folder a name that does not begin with a digest or a full stop',
    data: { name: visible(part) },
  })
}

function taken({ title }: Proposal, name: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${title} lists an artifact whose place is taken: targets/${visible(name)} is something else`,
    hint: 'give the artifact another name',
    data: { name: visible(name) },
  })
}
