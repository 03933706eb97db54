// Which names may become paths. A name comes from a repository, so it is hostile until it passed here.
import { AppError } from '../core/error.ts'
import { visible as shown } from '../core/visible.ts'

const maxNameLength = 1024
const maxPartBytes = 255
/** Also with an extension, also in lower case (Windows opens a device instead of a file). */
const windowsDevice = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i

/** Files of ours: temporaries beside their targets, and the folder with lock and journal. */
export const ownPrefix = '.countersign'

const reasons: readonly (readonly [string, (name: string) => boolean])[] = [
  ['is empty', (name) => name === ''],
  ['is too long', (name) => name.length > maxNameLength],
  ['is absolute', (name) => name.startsWith('/') || /^[a-zA-Z]:[\\/]/.test(name)],
  ['has a backslash', (name) => name.includes('\\')],
  ['has a control character', (name) => /\p{Cc}/u.test(name)],
  // Bidi controls, joiners and the like: they hide what a name is, and HFS+ drops some of them.
  ['has an invisible character', (name) => /[\p{Cf}\p{Zl}\p{Zp}]/u.test(name)],
  ['has half a character', (name) => /\p{Cs}/u.test(name)],
  ['has an empty part', (name) => name.split('/').includes('')],
  ['leads upwards (. or .. in it)', (name) => name.split('/').some((part) => part === '.' || part === '..')],
  ['has a part too long', (name) => name.split('/').some((part) => Buffer.byteLength(part) > maxPartBytes)],
  ['has a part that ends in a dot or space', (name) => name.split('/').some((part) => /[. ]$/.test(part))],
  ['has a part that Windows reserves', (name) => name.split('/').some((part) => windowsDevice.test(part))],
]

/** Reasons that hold only for paths on a disk: .git/hooks and the like run what is written into them. */
const pathReasons: typeof reasons = [
  [
    'leads through a hidden folder',
    (name) =>
      name
        .split('/')
        .slice(0, -1)
        .some((part) => part.startsWith('.')),
  ],
  ['is reserved', (name) => isReserved(name.slice(name.lastIndexOf('/') + 1))],
]

const windowsReasons: typeof reasons = [['has a character Windows does not allow', (name) => /[<>:"|?*]/.test(name)]]

function isReserved(part: string): boolean {
  const folded = part.toLowerCase()
  return folded === '.git' || folded.startsWith(ownPrefix)
}

export function verifyName(name: string): void {
  refuseFor(reasons, name)
}

export function verifyPathName(name: string, platform: NodeJS.Platform = process.platform): void {
  refuseFor(reasons, name)
  refuseFor(pathReasons, name)
  if (platform === 'win32') refuseFor(windowsReasons, name)
}

/** Of a file that a person asked for, where they will find it: shells and other programs obey hidden ones (.bashrc, .envrc). */
export function verifyShownName(name: string): void {
  verifyPathName(name)
  if (!name.startsWith('.')) return
  throw new AppError({
    code: 'source/rejected',
    message: `${visible(name)} would be a hidden file, and programs obey such files without a question`,
    hint: 'leave it out, and ask its maintainers why its name begins with a dot',
    data: { name: visible(name) },
  })
}

function refuseFor(list: typeof reasons, name: string): void {
  const reason = list.find(([, holds]) => holds(name))
  if (reason === undefined) return
  throw new AppError({
    code: 'source/rejected',
    message: `the name ${visible(name)} ${reason[0]}`,
    hint: 'do not use this repository before its admin explained this name',
    data: { name: visible(name) },
  })
}

/** For messages: short, in quotes, and nothing in it that a terminal obeys or an eye misses. */
export function visible(name: string): string {
  const short = name.length > 120 ? `${name.slice(0, 120)}...` : name
  return JSON.stringify(shown(short))
}
