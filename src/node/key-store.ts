// Software keys as files, one a key: <folder>/<name in lower case>.json. Their secrets never rest unencrypted.
import { utf8 } from '../core/bytes.ts'
import { AppError, toAppError } from '../core/error.ts'
import { parsePublicKeyPem, toPem } from '../core/key.ts'
import { isKeyName, keyFileName } from '../core/key-name.ts'
import type { PublicKey } from '../core/signer.ts'
import { createSoftwareKey, type SoftwareKey, type SoftwareScheme, signWithSecret } from '../core/software-key.ts'
import type { Transport } from '../core/transport.ts'
import {
  type KeyFile,
  type KeyHead,
  maxKeyFileBytes,
  openWithPassphrase,
  openWithWrappingKey,
  type Protection,
  parseKeyFile,
  sealWithPassphrase,
  sealWithWrappingKey,
  toKeyFileText,
} from './key-file.ts'
import { type Keychain, systemKeychain } from './keychain.ts'

export interface StoredKey {
  name: string
  key: PublicKey
  created: string
  protection: Protection
}

export type NewProtection = { kind: 'passphrase'; passphrase: Uint8Array } | { kind: 'keychain' }

export interface KeyStore {
  /** Sorted by name. A damaged file does not hide the others: it is a problem of its own. */
  list(signal: AbortSignal): Promise<{ keys: StoredKey[]; problems: AppError[] }>
  create(name: string, scheme: SoftwareScheme, protection: NewProtection, signal: AbortSignal): Promise<StoredKey>
  /** A key that was made elsewhere. The name is looked at first; what `take` gives is zeroed here, its protection too. */
  adopt(
    name: string,
    take: () => Promise<{ made: SoftwareKey; protection: NewProtection }>,
    signal: AbortSignal,
  ): Promise<StoredKey>
  exportPem(name: string, signal: AbortSignal): Promise<string>
  /** A public key without its secret, to recognise and show it. */
  importPublic(name: string, pem: string, signal: AbortSignal): Promise<StoredKey>
  /**
   * The file is removed, not overwritten: on flash disks and journaling file systems overwriting promises what it cannot
   * keep. What may be left on the disk is encrypted.
   */
  delete(name: string, signal: AbortSignal): Promise<void>
  /** `passphrase` is asked for only if the key has one. */
  sign(
    name: string,
    message: Uint8Array,
    passphrase: () => Promise<Uint8Array>,
    signal: AbortSignal,
  ): Promise<Uint8Array>
  /** For a service that signs without a person: the secret stays in memory until it is forgotten. */
  unlock(name: string, passphrase: () => Promise<Uint8Array>, signal: AbortSignal): Promise<UnlockedKey>
}

export interface UnlockedKey {
  sign(message: Uint8Array): Promise<Uint8Array>
  forget(): void
}

const minPassphraseBytes = 8

/** Of a new key. */
export function verifyPassphrase(passphrase: Uint8Array): void {
  if (passphrase.length >= minPassphraseBytes) return
  throw new AppError({
    code: 'usage/invalid',
    message: `the passphrase is shorter than ${minPassphraseBytes} characters`,
    hint: 'choose a longer one: whoever gets the file can try passphrases without limit',
  })
}

/** The folder as a transport: its writes are all or nothing, and a name is taken by exactly one. */
export function keyStore(files: Transport, chain: Keychain = systemKeychain()): KeyStore {
  async function find(name: string, signal: AbortSignal): Promise<KeyFile> {
    const fileName = keyFileName(name)
    const bytes = await files.read(fileName, maxKeyFileBytes, signal)
    if (bytes === undefined) {
      throw new AppError({
        code: 'signer/absent',
        message: `there is no key ${name} here`,
        hint: 'list the keys to see their names',
        data: { name },
      })
    }
    return parseNamed(bytes, fileName)
  }

  async function add(file: KeyFile, signal: AbortSignal): Promise<StoredKey> {
    const fileName = keyFileName(file.name)
    const content = new Map([[fileName, utf8(toKeyFileText(file))]])
    try {
      await files.write(content, new Map([[fileName, null]]), `add key ${file.name}`, signal)
    } catch (thrown) {
      const error = toAppError(thrown)
      // The name was taken in between. A conflict without a name is another program at work.
      if (error.code === 'source/conflict' && error.data?.name !== undefined) throw taken(file.name, error)
      throw error
    }
    return stored(file)
  }

  async function refuseTaken(name: string, signal: AbortSignal): Promise<void> {
    if ((await files.list(keyFileName(name), signal)).includes(keyFileName(name))) throw taken(name)
  }

  async function keep(
    name: string,
    { key, secret }: SoftwareKey,
    protection: NewProtection,
    signal: AbortSignal,
  ): Promise<StoredKey> {
    const head: KeyHead = { name, key, created: `${new Date().toISOString().slice(0, 19)}Z` }
    if (protection.kind === 'passphrase') {
      return add({ ...head, seal: await sealWithPassphrase(head, secret, protection.passphrase) }, signal)
    }
    const wrappingKey = await chain.readOrCreate()
    try {
      return await add({ ...head, seal: sealWithWrappingKey(head, secret, wrappingKey) }, signal)
    } finally {
      wrappingKey.fill(0)
    }
  }

  return {
    list: async (signal) => {
      const names = (await files.list('', signal)).filter((name) => /^[^/]+\.json$/.test(name))
      const keys: StoredKey[] = []
      const problems: AppError[] = []
      for (const name of names) {
        try {
          const bytes = await files.read(name, maxKeyFileBytes, signal)
          if (bytes !== undefined) keys.push(stored(parseNamed(bytes, name)))
        } catch (thrown) {
          const error = toAppError(thrown)
          if (error.code === 'user/cancelled' || error.code === 'internal/bug') throw error
          problems.push(error)
        }
      }
      return { keys, problems }
    },

    create: async (name, scheme, protection, signal) => {
      if (protection.kind === 'passphrase') verifyPassphrase(protection.passphrase)
      await refuseTaken(name, signal)
      const made = await createSoftwareKey(scheme)
      try {
        return await keep(name, made, protection, signal)
      } finally {
        made.secret.fill(0)
      }
    },

    adopt: async (name, take, signal) => {
      await refuseTaken(name, signal)
      const { made, protection } = await take()
      try {
        if (protection.kind === 'passphrase') verifyPassphrase(protection.passphrase)
        return await keep(name, made, protection, signal)
      } finally {
        made.secret.fill(0)
        if (protection.kind === 'passphrase') protection.passphrase.fill(0)
      }
    },

    exportPem: async (name, signal) => toPem((await find(name, signal)).key),

    importPublic: async (name, pem, signal) => {
      const created = `${new Date().toISOString().slice(0, 19)}Z`
      await refuseTaken(name, signal)
      return add({ name, key: parsePublicKeyPem(pem), created, seal: { kind: 'public-only' } }, signal)
    },

    delete: async (name, signal) => {
      const fileName = keyFileName(name)
      if ((await files.read(fileName, maxKeyFileBytes, signal)) === undefined) await find(name, signal)
      await files.write(new Map([[fileName, null]]), new Map(), `delete key ${name}`, signal)
    },

    unlock: async (name, passphrase, signal) => {
      const file = await find(name, signal)
      const secret = await open(file, passphrase, chain)
      return {
        sign: (message) => signWithSecret(file.key, secret, message),
        forget: () => void secret.fill(0),
      }
    },

    sign: async (name, message, passphrase, signal) => {
      const file = await find(name, signal)
      const secret = await open(file, passphrase, chain)
      try {
        return await signWithSecret(file.key, secret, message)
      } finally {
        secret.fill(0)
      }
    },
  }
}

async function open(file: KeyFile, passphrase: () => Promise<Uint8Array>, chain: Keychain): Promise<Uint8Array> {
  if (file.seal.kind === 'public-only') {
    throw new AppError({
      code: 'signer/unsupported',
      message: `key ${file.name} is only a public key`,
      hint: 'sign on the computer or token that holds its secret',
      data: { name: file.name },
    })
  }
  const unlock = file.seal.kind === 'passphrase' ? await passphrase() : await chain.read()
  try {
    return file.seal.kind === 'passphrase'
      ? await openWithPassphrase(file, unlock ?? new Uint8Array(0))
      : openWithWrappingKey(file, unlock)
  } finally {
    unlock?.fill(0)
  }
}

function stored(file: KeyFile): StoredKey {
  return { name: file.name, key: file.key, created: file.created, protection: file.seal.kind }
}

function parseNamed(bytes: Uint8Array, fileName: string): KeyFile {
  const file = parseKeyFile(bytes, `key file ${fileName}`)
  if (isKeyName(file.name) && keyFileName(file.name) === fileName) return file
  throw new AppError({
    code: 'format/malformed',
    message: `key file ${fileName} holds a key of another name`,
    hint: `give the file back its name, <key name in lower case>.json`,
  })
}

function taken(name: string, cause?: unknown): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `there is already a key ${name.toLowerCase()}`,
    hint: 'choose another name; capital letters make no difference',
    data: { name },
    cause,
  })
}
