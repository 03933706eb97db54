// A plain TUF client: trusts a root, refreshes, downloads. What it trusts is kept unversioned in its metadata folder.
import { AppError } from '../../core/error.ts'
import type { ClientOptions } from '../../core/systems/tuf/check.ts'
import { refresh, rootQuorum } from '../../core/systems/tuf/client.ts'
import { downloadTarget, findTarget } from '../../core/systems/tuf/delegation.ts'
import { parseMetadata } from '../../core/systems/tuf/metadata.ts'
import { encodeRole, maxBytes } from '../../core/systems/tuf/names.ts'
import { verifyQuorum } from '../../core/systems/tuf/verify.ts'
import type { Transport } from '../../core/transport.ts'
import { openLocation } from '../../node/location.ts'
import { directoryTransport } from '../../node/transports/directory.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { readNamed } from '../input.ts'

export const clientCommand: Command = {
  name: 'client',
  usage: 'client --metadata-dir DIR (init ROOT | refresh | download)',
  summary: 'A plain TUF client: verifies a repository as its users do, and downloads from it.',
  details: [
    'countersign client --metadata-dir DIR init ROOT',
    'countersign client --metadata-dir DIR --metadata-url URL refresh',
    'countersign client --metadata-dir DIR --metadata-url URL --target-name NAME --target-base-url URL --target-dir DIR download',
  ],
  options: {
    'metadata-dir': { form: '--metadata-dir DIR', text: 'where trusted metadata is kept', type: 'string' },
    'metadata-url': { form: '--metadata-url URL', text: 'where the repository keeps its metadata', type: 'string' },
    'target-name': { form: '--target-name NAME', text: 'the target to download', type: 'string' },
    'target-base-url': {
      form: '--target-base-url URL',
      text: 'where the repository keeps its targets',
      type: 'string',
    },
    'target-dir': { form: '--target-dir DIR', text: 'where to put the downloaded target', type: 'string' },
  },
  arity: [1, 2],
  run: (parsed, io) => {
    const [verb, root] = parsed.positionals
    const store = directoryTransport(required(parsed, 'metadata-dir'), { create: true })
    if (verb === 'init') return initialise(root, store, io)
    if (verb === 'refresh') return update(parsed, store, io)
    if (verb === 'download') return download(parsed, store, io)
    throw new AppError({
      code: 'usage/invalid',
      message: `client does init, refresh or download, not ${verb}`,
      hint: 'see: countersign client --help',
    })
  },
}

function required(parsed: Parsed, name: string): string {
  const value = parsed.text(name)
  if (value !== undefined && value !== '') return value
  throw new AppError({ code: 'usage/invalid', message: `--${name} is missing`, hint: 'see: countersign client --help' })
}

function clientOptions(io: Io): ClientOptions {
  return { now: io.now(), signal: io.signal, expired: 'refuse' }
}

async function initialise(file: string | undefined, store: Transport, io: Io): Promise<Answer> {
  if (file === undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'init takes the root file to trust',
      hint: 'countersign client --metadata-dir DIR init ROOT',
    })
  }
  const root = parseMetadata(readNamed(file, maxBytes.root), 'root', file)
  verifyQuorum(await rootQuorum(root, root), file)
  await store.write(new Map([['root.json', root.bytes]]), new Map(), 'trust a root', io.signal)
  return answer({ root: root.signed.version }, `root ${root.signed.version} is trusted`)
}

async function update(parsed: Parsed, store: Transport, io: Io): Promise<Answer> {
  const remote = repositoryAt(required(parsed, 'metadata-url'))
  const set = await refresh(remote, store, clientOptions(io))
  const versions = Object.fromEntries(Object.entries(set).map(([role, metadata]) => [role, metadata.signed.version]))
  return answer(
    versions,
    Object.entries(versions)
      .map(([role, version]) => `${role} ${version}`)
      .join(', '),
  )
}

async function download(parsed: Parsed, store: Transport, io: Io): Promise<Answer> {
  const path = required(parsed, 'target-name')
  const targets = repositoryAt(required(parsed, 'target-base-url'))
  const folder = directoryTransport(required(parsed, 'target-dir'), { create: true })
  const remote = repositoryAt(required(parsed, 'metadata-url'))
  const options = clientOptions(io)
  const set = await refresh(remote, store, options)
  const found = await findTarget(path, set, remote, options, store)
  if (found === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: `the repository has no target ${path}`,
      hint: 'check the name: it is the whole path, and capital letters count',
      data: { path },
    })
  }
  const bytes = await downloadTarget(path, found.file, set, targets, io.signal)
  // One flat name for any path: nothing in a target's name can choose another folder.
  const name = encodeRole(path)
  await folder.write(new Map([[name, bytes]]), new Map(), `download ${path}`, io.signal)
  return answer(
    { name, length: bytes.length, role: found.role },
    `${name}, ${bytes.length} bytes, vouched for by ${found.role}`,
  )
}

function repositoryAt(url: string): Transport {
  return openLocation(url)
}
