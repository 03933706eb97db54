// serve: a folder becomes a repository for a team.
import { AppError } from '../../core/error.ts'
import type { Signer } from '../../core/signer.ts'
import { authorityOf } from '../../core/systems/tuf/authority.ts'
import { parseMetadata } from '../../core/systems/tuf/metadata.ts'
import { signersFor } from '../../core/systems/tuf/online.ts'
import { visible } from '../../core/visible.ts'
import type { Desk } from '../../node/desk.ts'
import { inspectRepository } from '../../node/inspect.ts'
import { parseLocation } from '../../node/location.ts'
import { checkOnline } from '../../node/offline.ts'
import { unlockedSigner } from '../../node/signers/software.ts'
import type { PinnedSource } from '../../node/workspace.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { signerFor } from '../find-key.ts'
import { readNamed } from '../input.ts'
import { parseCount, tokenOptions } from '../parse.ts'
import { askingOnce, deskFor } from '../session.ts'

const defaultPort = 8470
const maxPemBytes = 1024 * 1024

export const serveCommand: Command = {
  name: 'serve',
  usage: 'serve DIR [--online-key KEY ...] [--host HOST] [--port N] [--name NAME ...]',
  summary: 'Serves the repository in DIR to clients, and to a team that proposes and signs changes over the network.',
  details: [
    'DIR is a folder that "countersign init" made. Clients read below /metadata/ and /targets/; the team opens the',
    'same address in the window, or pins it here. There are no accounts: what counts is the signature on a change.',
    'What enough keys have signed is published at once, and snapshot and timestamp are made anew in time: their keys',
    'are key files here, or named by --online-key. Each passphrase is asked for once, at the start.',
    'Without --host only this computer can reach it. It runs until it is stopped with Ctrl-C.',
  ],
  options: {
    'online-key': {
      form: '--online-key KEY',
      text: 'a key of snapshot and timestamp; a key file, or the address of a key in a PKCS#11 module',
      type: 'string',
      multiple: true,
    },
    host: { form: '--host HOST', text: 'the address to listen on; 127.0.0.1 when left out', type: 'string' },
    port: { form: '--port N', text: `the port; ${defaultPort} when left out, 0 for any that is free`, type: 'string' },
    name: {
      form: '--name NAME',
      text: 'a name under which it is asked for, besides that of this computer',
      type: 'string',
      multiple: true,
    },
    'tls-cert': { form: '--tls-cert FILE', text: 'a certificate chain in PEM: serve https', type: 'string' },
    'tls-key': { form: '--tls-key FILE', text: 'the private key of the certificate, in PEM', type: 'string' },
    ...tokenOptions,
  },
  arity: [1, 1],
  run: (parsed, io, dataDir) => askingOnce(io, (once) => run(parsed, once, dataDir)),
}

async function run(parsed: Parsed, io: Io, dataDir: string): Promise<Answer> {
  checkOnline('a team')
  const desk = deskFor(io, dataDir)
  const port = parseCount(parsed, 'port', defaultPort, 0, 65_535)
  const tls = tlsOf(parsed)
  const names = parsed.texts('name')
  for (const one of names) if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(one)) throw noHostName(one)
  const { name, folder, anchor } = await placeOf(parsed.positionals[0] ?? '', desk, io)
  const online = await onlineSigners(parsed, desk, anchor, name, io)
  // No other command needs a web server, and each of them starts without it.
  const { serve } = await import('../../repository/serve.ts')
  const serving = await serve({
    ...{ name, folder, anchor, online, port, ...(tls === undefined ? {} : { tls }) },
    names,
    host: parsed.text('host') ?? '127.0.0.1',
    now: io.now,
    log: (line) => void process.stderr.write(`${io.now().toISOString().slice(0, 19)}Z ${visible(line)}\n`),
  })
  io.out(parsed.flag('json') ? JSON.stringify({ serving: serving.url }) : `serving ${name} at ${serving.url}`)
  await stopped(io.signal)
  await serving.close()
  return answer({ stopped: true }, 'stopped')
}

/** Ctrl-C, or the service manager. */
function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    signal.addEventListener('abort', () => done(), { once: true })
    process.once('SIGTERM', done)
    if (signal.aborted) done()
  })
}

/** What is pinned here is trusted from its pinned root; another folder from the oldest root that it holds. */
async function placeOf(
  text: string,
  desk: Desk,
  io: Io,
): Promise<{ name: string; folder: string; anchor: Uint8Array }> {
  const sources = await desk.workspace.sources()
  const named = sources.find((one) => one.name === text || one.id === text)
  const folder = named?.location ?? parseLocation(text)
  if (/^[a-z+]+:\/\//i.test(folder)) throw notFolder(text)
  const pinned = named ?? sources.find((one) => one.location === folder)
  if (pinned?.system !== undefined && pinned.system !== 'tuf') throw notServed(pinned)
  if (pinned !== undefined) return { name: pinned.name, folder, anchor: (await desk.workspace.trust(pinned.id)).anchor }
  const { suggestedName, bytes } = await inspectRepository(folder, io.now(), io.signal)
  return { name: suggestedName, folder, anchor: bytes }
}

function notServed({ name, system }: Pick<PinnedSource, 'name' | 'system'>): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${name} is no TUF repository of files, and only such are served`,
    hint:
      system === 'merkle'
        ? 'blocks need no program of their own: let any web server show the folder'
        : 'publish it where its users look for it',
  })
}

function notFolder(text: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${text} is no folder, and only a folder is served`,
    hint: 'name the folder that holds the repository',
  })
}

function noHostName(text: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${visible(text)} is not the name of a computer, and nobody could ever ask for it`,
    hint: 'give a name such as packages.example.org, without http:// and without a port',
  })
}

/** Those that are named; else the key files here that stand in snapshot or timestamp. */
async function onlineSigners(
  parsed: Parsed,
  desk: Desk,
  anchor: Uint8Array,
  name: string,
  io: Io,
): Promise<readonly Signer[]> {
  const purpose = `sign snapshot and timestamp of ${name}`
  const named = parsed.texts('online-key')
  const found: Signer[] = []
  for (const key of named) found.push(await signerFor(desk, key, io, purpose))
  const files = named.length > 0 ? found : await keyFiles(desk, anchor, purpose, io)
  const signers: Signer[] = []
  for (const signer of files) {
    if (/^(piv|fido|ssh):/.test(signer.id)) throw personal(signer)
    if (!signer.id.startsWith('file:')) {
      signers.push(signer)
      continue
    }
    const open = await unlockedSigner(signer, desk.keys, io.prompt, purpose, io.signal)
    io.atEnd(async () => open.forget())
    signers.push(open.signer)
  }
  return signers
}

async function keyFiles(desk: Desk, anchor: Uint8Array, purpose: string, io: Io): Promise<Signer[]> {
  const known = (await desk.signers(io.signal)).filter(({ id }) => /^(file|rehearsal):/.test(id))
  const all = await Promise.all(known.map(({ id }) => desk.signer(id, io.signal, purpose)))
  const root = parseMetadata(anchor, 'root', 'root')
  const machine = (['snapshot', 'timestamp'] as const).map((type) => signersFor(authorityOf(root, type), all))
  return [...new Set(machine.flatMap((signers) => [...signers.values()]))]
}

function personal({ label }: Signer): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${label} is a person’s, and what signs day and night is nobody’s`,
    hint: 'use a key file made for nothing else, or a key in a PKCS#11 module',
  })
}

function tlsOf(parsed: Parsed): { cert: Uint8Array; key: Uint8Array } | undefined {
  const [cert, key] = [parsed.text('tls-cert'), parsed.text('tls-key')]
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${cert === undefined ? '--tls-cert' : '--tls-key'} is missing`,
      hint: 'give both, or neither',
    })
  }
  return { cert: readNamed(cert, maxPemBytes), key: readNamed(key, maxPemBytes) }
}
