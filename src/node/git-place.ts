// A git repository of this machine's user: where its copy is kept, how commits are called, and where they go.
import { AppError } from '../core/error.ts'
import type { Transport } from '../core/transport.ts'
import { visible } from './safe-name.ts'
import { readSettings, type SignSettings } from './sign-settings.ts'
import { type GitAddress, isEventName, parseGitAddress } from './transports/git/address.ts'
import { git } from './transports/git/command.ts'
import { push } from './transports/git/commit.ts'
import { fetchRefs, type Mirror, mirrorFolder, mirrorLimits } from './transports/git/mirror.ts'
import { gitTransport } from './transports/git.ts'

export function openGit(location: string, dataDir: string): Transport {
  const address = parseGitAddress(location)
  return gitTransport(address, {
    gitDir: mirrorFolder(dataDir, address),
    fork: async () => (await readSettings(address, dataDir)).fork,
    message: commitMessage,
  })
}

/** As tuf-on-ci calls its own commits: people and CI look for these words. */
export function commitMessage(note: string): string {
  const [, title = '', owner = ''] = /^sign (.+?)(?: as (@[\w-]+))?$/s.exec(note) ?? []
  if (title !== '') return owner === '' ? `Signature for ${title}` : `Signature from ${owner}`
  const [, proposed = ''] = /^propose (.+) \d+$/s.exec(note) ?? []
  if (proposed === '') return note
  const role = /^(Root|Targets)$/.test(proposed) ? proposed.toLowerCase() : proposed.replace(/^Role /, '')
  return `'${role}' role/delegation change`
}

/** Commits need a name: said before anybody signs, or a touch would be for nothing. */
export async function checkIdentity(signal: AbortSignal): Promise<void> {
  await git(['var', 'GIT_COMMITTER_IDENT'], { remote: 'git', signal })
}

export interface EventList {
  /** By name. */
  events: readonly string[]
  /** Branches that would be events, with names that no reviewer should have to read. */
  unreadable: number
  settings: SignSettings
}

export async function listEvents(location: string, dataDir: string, signal: AbortSignal): Promise<EventList> {
  const { mirror, settings } = await mirrorOf(location, dataDir)
  const { events, unreadable } = await fetchRefs(mirror, signal)
  return { events: [...events.keys()].sort(), unreadable, settings }
}

/** A new branch, where "main" is now; what is written there makes it an event. */
export async function startEvent(location: string, dataDir: string, event: string, signal: AbortSignal): Promise<void> {
  if (!isEventName(event)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${visible(event)} is no name for a signing event`,
      hint: 'begin it with sign/, for example sign/targets-v4',
    })
  }
  const { mirror } = await mirrorOf(location, dataDir)
  const { main, events } = await fetchRefs(mirror, signal)
  const isTaken = events.has(event) || (await push(mirror, mirror.remote, event, main, undefined, signal)) !== 'taken'
  if (!isTaken) return
  throw new AppError({
    code: 'source/conflict',
    message: `the signing event ${visible(event)} is open already`,
    hint: 'choose another name, or make your change in that event',
    data: { event },
  })
}

async function mirrorOf(location: string, dataDir: string): Promise<{ mirror: Mirror; settings: SignSettings }> {
  const { event: _, ...remote } = parseGitAddress(location)
  const settings = await readSettings(remote, dataDir)
  const { fork } = settings
  const gitDir = mirrorFolder(dataDir, remote)
  return { mirror: { gitDir, remote, limits: mirrorLimits, ...(fork === undefined ? {} : { fork }) }, settings }
}

/** Where signatures go, and what a person opens next to hand them in. */
export interface Destination {
  event: string
  /** As git takes it. */
  url: string
  isFork: boolean
  /** Of a fork: the page that opens a pull request to the event. */
  compareUrl?: string
}

export async function destinationOf(location: string, event: string, dataDir: string): Promise<Destination> {
  const repository = parseGitAddress(location)
  const { fork } = await readSettings(repository, dataDir)
  if (fork === undefined) return { event, url: repository.url, isFork: false }
  const compareUrl = comparePage(repository, fork, event)
  return { event, url: fork.url, isFork: true, ...(compareUrl === undefined ? {} : { compareUrl }) }
}

/** As tuf-on-ci-sign opens it; other forges have other pages. */
function comparePage(repository: GitAddress, fork: GitAddress, event: string): string | undefined {
  const [base, own] = [repository, fork].map(({ url }) =>
    /^(?:https|ssh):\/\/(?:git@)?github\.com\/([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(url),
  )
  if (base?.[1] === undefined || own?.[1] === undefined) return undefined
  const branch = event.split('/').map(encodeURIComponent).join('/')
  const page = `https://github.com/${base[1]}/${base[2]}/compare/${branch}...${own[1]}:${branch}`
  return `${page}?quick_pull=1&title=${encodeURIComponent(`Signatures for ${event}`)}&template=signing_event.md`
}
