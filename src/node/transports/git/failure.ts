// What git says when it fails, in our words: translated here once, its own words kept as the cause.
import { AppError, type ErrorCode } from '../../../core/error.ts'

/** The first that fits. In git's English: every call asks for it. */
const meanings: readonly (readonly [RegExp, ErrorCode, string, string])[] = [
  [
    /authentication failed|could not read (username|password)|terminal prompts disabled|permission denied|http basic: access denied|returned error: 40[13]|host key verification failed/i,
    'source/rejected',
    'does not let you in',
    'sign in with git first (a credential helper, or a key in your ssh agent), then repeat',
  ],
  [
    /dubious ownership/i,
    'source/rejected',
    'belongs to another user of this computer',
    'clone it as yourself, or tell git that you trust it: git config --global --add safe.directory FOLDER',
  ],
  [
    /couldn't find remote ref refs\/heads\/main|does not appear to be a git repository|repository .*not found|does not exist|returned error: 404/i,
    'source/not-found',
    'is not a git repository with a branch "main", or you may not see it',
    'check the address; private repositories need you to be signed in with git',
  ],
  [
    /redirect/i,
    'source/rejected',
    'sends us to another address, which is not followed',
    'ask where the repository is now, and open it there',
  ],
  [
    /no space left|disk quota/i,
    'source/rejected',
    'could not be copied: the disk is full',
    'free some space, then repeat; nothing was changed',
  ],
  [
    /fsck|error in (tag|commit|tree|blob)|bad object|index-pack failed|not a valid object|object corrupt|inflate/i,
    'source/rejected',
    'sent objects that git refuses',
    'ask the repository admin; nothing of it was used',
  ],
  // The process that unpacks was ended by the limit on its file, and says nothing more.
  [
    /invalid index-pack output|file too large|pack exceeds maximum/i,
    'source/too-large',
    'sends more than is taken from one repository',
    'ask the repository admin why it grew; nothing of it was used',
  ],
  [
    /transport '.*' not allowed|protocol .* not supported/i,
    'source/rejected',
    'wants to be reached in a way that is not allowed',
    'open it by its https, ssh or file address',
  ],
  [
    /please tell me who you are|auto-detection is disabled|empty ident|no email was given|no name was given/i,
    'usage/invalid',
    'needs to know who you are before you can sign there',
    'tell git: git config --global user.name NAME, and user.email ADDRESS',
  ],
  [
    /could not resolve|connection (refused|timed out|reset|closed)|unable to (access|connect)|early eof|hung up|network is unreachable|no route|could not read from remote|operation too slow|unexpected disconnect|rpc failed/i,
    'source/unreachable',
    'cannot be reached',
    'check the connection and the address, then repeat',
  ],
]

export function translateGit(said: string, remote: string, command: string, exitCode: number): AppError {
  const found = meanings.find(([pattern]) => pattern.test(said))
  const cause = new Error(`git ${command} ended with ${exitCode}: ${said.trim().slice(0, 2000)}`)
  if (found !== undefined) {
    const [, code, what, hint] = found
    return new AppError({ code, message: `${remote} ${what}`, hint, cause })
  }
  const words = said
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 300)
  return new AppError({
    code: 'source/rejected',
    message: `git could not finish (${command}) for ${remote}: ${words || `exit code ${exitCode}`}`,
    hint: 'read what git says, mend it, then repeat; nothing was changed',
    cause,
  })
}

/** undefined when it is something else. */
export function gitMissing(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'ENOENT') return undefined
  return new AppError({
    code: 'source/unreachable',
    message: 'the program git is not on this computer',
    hint: 'install git, then repeat',
    cause: thrown,
  })
}
