// A project on a mirror's web server, which cannot be listed: what has one fixed name is read there, and it is said that the rest is
// not known.
import { AppError } from '../../core/error.ts'
import {
  besideRelease,
  historyName,
  maxBytes,
  metadataNames,
  oldPendingSignatures,
  oldPendingSignersName,
  oldReleaseNames,
  oldSignatures,
  oldSignersName,
  pendingDirectory,
  pendingSignatures,
  pendingSignersName,
  signatureFileName,
  signaturesOf,
  signersDirectory,
  signersName,
} from '../../core/systems/asfaload/names.ts'
import { everyKey, parseSignersFile } from '../../core/systems/asfaload/signers-file.ts'
import { asfaloadSystem } from '../../core/systems/asfaload/system.ts'
import type { Transport } from '../../core/transport.ts'
import { byCodePoint } from '../../core/transport.ts'
import type { OtherPlace } from '../place.ts'
import { httpTransport } from '../transports/http.ts'
import type { Access } from '../web/send.ts'
import { forgeAt } from './public-address.ts'

export function webMirror(location: string, access: Access): OtherPlace {
  const server = httpTransport(location, { access })
  const system = asfaloadSystem('', forgeAt(location))
  return {
    transport: { ...server, list: (prefix, signal) => namesThere(server, prefix, signal) },
    system: {
      ...system,
      pending: async (source, context) => {
        const { proposals, problems } = await system.pending(source, context)
        return { proposals, problems: [...problems, { subject: 'releases', error: notListed(location) }] }
      },
    },
    elsewhere: { how: 'put the signature into the mirror’s git repository, and publish in a clone of it' },
  }
}

async function namesThere(server: Transport, prefix: string, signal: AbortSignal): Promise<string[]> {
  const wanted = [...fixedNames, ...(await signatureNames(server, signal))]
  return thereAmong(
    wanted.filter((name) => name.startsWith(prefix)),
    server,
    signal,
  )
}

const atOnce = 6

async function thereAmong(names: readonly string[], server: Transport, signal: AbortSignal): Promise<string[]> {
  const found: string[] = []
  for (let from = 0; from < names.length; from += atOnce) {
    const some = names.slice(from, from + atOnce)
    const bytes = await Promise.all(some.map((name) => server.read(name, maxBytes.history, signal)))
    found.push(...some.filter((_, at) => bytes[at] !== undefined))
  }
  return found.sort(byCodePoint)
}

/** With one release of which a person named the file: what can lie beside it has names that follow from its own. */
export function mirrorWith(mirror: Transport, index: string): Transport {
  const { copy, signatures } = oldReleaseNames(index)
  return {
    ...mirror,
    list: async (prefix, signal) => {
      const names = await mirror.list('', signal)
      const active = names.includes(oldSignersName)
        ? await mirror.read(oldSignersName, maxBytes.signers, signal)
        : undefined
      const keys = active === undefined ? [] : everyKey(parseSignersFile(active, oldSignersName))
      const beside = [
        ...besideRelease(index),
        ...(active === undefined ? [] : [copy, ...keys.map(({ text }) => signatures + signatureFileName(text))]),
      ]
      const all = [...names, ...(await thereAmong(beside, mirror, signal))]
      return [...new Set(all)].filter((name) => name.startsWith(prefix)).sort(byCodePoint)
    },
  }
}

const ofFolder = (folder: string, file: string, signatures: (name: string) => string): string[] =>
  [file, ...metadataNames.map((name) => folder + name)].flatMap((name) => [name, signatures(name)])

const fixedNames: readonly string[] = [
  ...ofFolder(signersDirectory, signersName, signaturesOf),
  ...ofFolder(pendingDirectory, pendingSignersName, pendingSignatures),
  ...[historyName, oldSignersName, oldPendingSignersName],
]

/** In the first generation each signature has a file, whose name says the key; nobody else's could count. */
async function signatureNames(server: Transport, signal: AbortSignal): Promise<string[]> {
  const names: string[] = []
  const files = [
    [oldSignersName, oldSignatures],
    [oldPendingSignersName, oldPendingSignatures],
  ] as const
  for (const [name] of files) {
    const bytes = await server.read(name, maxBytes.signers, signal)
    if (bytes === undefined) continue
    const keys = everyKey(parseSignersFile(bytes, name)).map(({ text }) => signatureFileName(text))
    names.push(...keys.flatMap((key) => files.map(([, folder]) => folder + key)))
  }
  return [...new Set(names)]
}

function notListed(location: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `${location} is a web server, which cannot be listed: releases and revocations that wait are not known`,
    hint: 'open a clone of the mirror in a folder',
  })
}
