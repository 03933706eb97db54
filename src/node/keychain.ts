// The keychain of the operating system: the only importer of its native module. It holds one 32-byte wrapping key for
// this user; the keys it wraps lie in files.
import { randomBytes } from 'node:crypto'
import { AppError, toAppError } from '../core/error.ts'

// Not the keytar-compatible entry of the module: it makes its entries without options, and on Linux an entry without
// options falls back in silence to the kernel's keyring, which forgets everything when the computer restarts.
const options = { linux: { store: 'secret-service' } } as const
const service = 'countersign'
const account = 'wrapping-key'
const wrappingKeyBytes = 32

export interface KeychainState {
  available: boolean
  /** For people. */
  sentence: string
}

type Trouble = 'absent' | 'locked' | 'denied' | 'broken'

const troubles: Readonly<Record<Trouble, { code: 'signer/absent' | 'signer/failed'; sentence: string; hint: string }>> =
  {
    absent: {
      code: 'signer/absent',
      sentence: 'this computer has no keychain service running for this user',
      hint: 'start one (gnome-keyring, KWallet or KeePassXC), or protect the key with a passphrase',
    },
    locked: {
      code: 'signer/absent',
      sentence: 'the keychain of this computer is locked',
      hint: 'unlock the login keychain, then repeat, or protect the key with a passphrase',
    },
    denied: {
      code: 'signer/failed',
      sentence: 'the keychain of this computer refuses access to Countersign',
      hint: 'allow Countersign in the settings of the keychain, or protect the key with a passphrase',
    },
    broken: {
      code: 'signer/failed',
      sentence: 'the keychain of this computer does not answer as it should',
      hint: 'protect the key with a passphrase',
    },
  }

interface Entry {
  getSecret(): Promise<number[] | null>
  setSecret(secret: Uint8Array): Promise<void>
}

async function openEntry(): Promise<Entry> {
  const { AsyncEntry } = await import('@napi-rs/keyring')
  return new AsyncEntry(service, account, options)
}

/** The module's errors have no codes, so its texts are read here, and only here. */
function troubleOf(thrown: unknown): Trouble {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  if (/denied|not allowed|not permitted|-25293|-34018|errSecAuthFailed/i.test(text)) return 'denied'
  if (/locked|dismissed|cancel|interaction|-25308|-128/i.test(text)) return 'locked'
  if (/D-?Bus|\.service files|no such interface|cannot find module|native binding|ERR_DLOPEN/i.test(text))
    return 'absent'
  if (/platform failure/i.test(text)) return 'absent'
  return 'broken'
}

function translate(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const { code, sentence, hint } = troubles[troubleOf(thrown)]
  return new AppError({ code, message: sentence, hint, cause: thrown })
}

/**
 * The person may need time to unlock the keychain; but gnome-keyring has been seen to drop a prompt without a word, and
 * then a call never ends.
 */
async function inTime<T>(limitMs: number, call: (entry: Entry) => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`locked: no answer for ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([openEntry().then(call), late])
  } catch (thrown) {
    throw translate(thrown)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Whether keys can be kept here. If a wrapping key is there and locked away, the system may ask the person to unlock it.
 * A locked keychain that holds nothing of ours cannot be told from an open one before something is stored.
 */
export async function keychainState(limitMs = 5_000): Promise<KeychainState> {
  try {
    const secret = await inTime(limitMs, (entry) => entry.getSecret())
    secret?.fill(0)
    return { available: true, sentence: 'the keychain of this computer can protect keys' }
  } catch (thrown) {
    return { available: false, sentence: toAppError(thrown).message }
  }
}

export interface Keychain {
  /** The wrapping key; undefined when there is none. The caller zeroes it. */
  read(): Promise<Uint8Array | undefined>
  /** The same, made if there is none. */
  readOrCreate(): Promise<Uint8Array>
}

export function systemKeychain(limitMs = 60_000): Keychain {
  async function read(): Promise<Uint8Array | undefined> {
    const secret = await inTime(limitMs, (entry) => entry.getSecret())
    if (secret === null) return undefined
    const bytes = Uint8Array.from(secret)
    secret.fill(0)
    if (bytes.length === wrappingKeyBytes) return bytes
    throw new AppError({
      code: 'signer/failed',
      message: `the wrapping key in the keychain has ${bytes.length} bytes where ${wrappingKeyBytes} are expected`,
      hint: 'restore the keychain from a backup; keys protected by it cannot be used until then',
    })
  }

  async function readOrCreate(): Promise<Uint8Array> {
    const present = await read()
    if (present !== undefined) return present
    const made = randomBytes(wrappingKeyBytes)
    try {
      await inTime(limitMs, (entry) => entry.setSecret(made))
    } finally {
      made.fill(0)
    }
    // What is stored counts: of two programs that do this at once, one has overwritten the other.
    const stored = await read()
    if (stored !== undefined) return stored
    throw translate(new Error('the keychain forgot what it was given'))
  }

  return { read, readOrCreate }
}
