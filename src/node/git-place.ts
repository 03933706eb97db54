// A git repository of this machine's user: where its copy is kept, how commits are called, and where they go.
import type { Transport } from '../core/transport.ts'
import { parseGitAddress } from './transports/git/address.ts'
import { mirrorFolder } from './transports/git/mirror.ts'
import { gitTransport } from './transports/git.ts'

export function openGit(location: string, dataDir: string): Transport {
  const address = parseGitAddress(location)
  return gitTransport(address, { gitDir: mirrorFolder(dataDir, address), message: commitMessage })
}

/** As tuf-on-ci calls its own commits: people and CI look for these words. */
export function commitMessage(note: string): string {
  const [, title = '', owner = ''] = /^sign (.+?)(?: as (@[\w-]+))?$/s.exec(note) ?? []
  if (title !== '') return owner === '' ? `Signature for ${title}` : `Signature from ${owner}`
  const [, proposed = ''] = /^propose (.+) \d+$/s.exec(note) ?? []
  if (proposed !== '')
    return `'${proposed.replace(/^Role /, '').replace(/^(Root|Targets)$/, lower)}' role/delegation change`
  return note
}

function lower(name: string): string {
  return name.toLowerCase()
}
