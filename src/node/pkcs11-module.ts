// PKCS#11 modules: the only importer of the native package that loads them.
// The package is optional: it needs a compiler when it is installed, and the app works without it.
import { isAbsolute } from 'node:path'
import type { PKCS11 } from 'pkcs11js'
import { AppError } from '../core/error.ts'
import { visible } from '../core/visible.ts'
import { attempt, ckr, ckrOf, fromCkr, fromCkrOfModule } from './pkcs11/ckr.ts'
import type { Pkcs11, Pkcs11Mechanism, Pkcs11Module, Pkcs11Slot, Pkcs11TokenInfo } from './pkcs11/port.ts'
import { openedSession } from './pkcs11/session.ts'
import { mechanismOf, toNumber, trim } from './pkcs11/values.ts'

const tokenFlag = {
  loginRequired: 0x4,
  keypad: 0x100,
  initialized: 0x400,
  pinLow: 0x10000,
  finalTry: 0x20000,
  locked: 0x40000,
  pinToBeChanged: 0x80000,
} as const
const serialSession = 0x4
const osLocking = 0x2

/** The calls of the standard that we use, as the package makes them. */
export type Calls = Pick<
  PKCS11,
  | 'load'
  | 'C_Initialize'
  | 'C_Finalize'
  | 'C_GetInfo'
  | 'C_GetSlotList'
  | 'C_GetSlotInfo'
  | 'C_GetTokenInfo'
  | 'C_GetMechanismList'
  | 'C_OpenSession'
  | 'C_CloseSession'
  | 'C_FindObjectsInit'
  | 'C_FindObjectsFinal'
  | 'C_GetAttributeValue'
  | 'C_Login'
  | 'C_Logout'
  | 'C_SignInit'
  | 'C_SignAsync'
> & { C_FindObjects(session: Buffer, max: number): Buffer[] }

interface Library {
  calls: Calls
  /** By us, and not ended since. */
  isStarted: boolean
  pssType: number
}

/** What we use of the native package. */
export interface Native {
  PKCS11: new () => Calls
  CK_PARAMS_RSA_PSS: number
}

async function loadNative(): Promise<Native> {
  return (await import('pkcs11js')).default
}

/** One for the process: a module must not be started twice in it. */
export function nativePkcs11(load: () => Promise<Native> = loadNative): Pkcs11 {
  // Never unloaded: modules leave threads and exit handlers behind, and unloading them has crashed processes.
  const loaded = new Map<string, Library>()

  async function open(path: string): Promise<Pkcs11Module> {
    if (!isAbsolute(path)) {
      throw new AppError({
        code: 'usage/invalid',
        message: `a PKCS#11 module is named by its whole path, and this is not one: ${visible(path)}`,
        hint: 'give the path from the root of the disk',
      })
    }
    let native: Native
    try {
      native = await load()
    } catch (cause) {
      if (!isMissing(cause)) throw unloadable(cause)
      throw new AppError({
        code: 'signer/unsupported',
        message: 'PKCS#11 tokens cannot be used here: the optional package pkcs11js is not installed',
        hint: 'install a C++ compiler and Python, then install Countersign again; YubiKeys work without it',
        cause,
      })
    }
    let library = loaded.get(path)
    if (library === undefined) {
      library = { calls: new native.PKCS11(), isStarted: false, pssType: native.CK_PARAMS_RSA_PSS }
      try {
        library.calls.load(path)
      } catch (cause) {
        throw new AppError({
          code: 'signer/absent',
          message: `the PKCS#11 module ${visible(path)} does not load`,
          hint: 'check the path, and that the module was made for this kind of computer',
          data: { module: path },
          cause,
        })
      }
      loaded.set(path, library)
    }
    return startModule(library)
  }

  return { open }
}

function startModule(owned: Library): Pkcs11Module {
  const library = owned.calls
  attempt('starting', () => start(owned), fromCkrOfModule)
  const close = () => {
    // Started by other code in this process: its owner ends it.
    if (!owned.isStarted) return
    try {
      library.C_Finalize()
      owned.isStarted = false
    } catch {
      // It is ending; what it could still complain of has no one left to act on it.
    }
  }
  let about: ReturnType<PKCS11['C_GetInfo']>
  try {
    about = attempt('starting', () => library.C_GetInfo(), fromCkrOfModule)
  } catch (thrown) {
    close()
    throw thrown
  }
  return {
    library: {
      manufacturer: trim(about.manufacturerID),
      description: trim(about.libraryDescription),
      version: `${about.libraryVersion.major}.${about.libraryVersion.minor}`,
    },
    slots: () => {
      const found = attempt('looking for tokens', () => library.C_GetSlotList(true), fromCkrOfModule)
      return found.flatMap((slot) => readSlot(library, slot) ?? [])
    },
    mechanisms: (slot) => {
      const numbers = new Set(attempt('reading the token', () => library.C_GetMechanismList(handleOf(slot))))
      const all: readonly Pkcs11Mechanism[] = ['ecdsa', 'eddsa', 'rsa-pss-sha256']
      return new Set(all.filter((name) => numbers.has(mechanismOf[name])))
    },
    openSession: (slot) => {
      const session = attempt('opening the token', () => library.C_OpenSession(handleOf(slot), serialSession))
      return openedSession(library, session, owned.pssType)
    },
    close,
  }
}

function start(owned: Library): void {
  try {
    // Signatures run on another thread.
    owned.calls.C_Initialize({ flags: osLocking })
    owned.isStarted = true
  } catch (thrown) {
    const number = ckrOf(thrown)
    if (number === ckr.alreadyInitialized) return
    // Some modules have no locks of their own. We never call one from two threads at once.
    if (number !== ckr.cannotLock) throw thrown
    owned.calls.C_Initialize()
    owned.isStarted = true
  }
}

function readSlot(library: Calls, slot: Buffer): Pkcs11Slot | undefined {
  const handle = slot.toString('hex')
  const number = toNumber(slot) ?? -1
  try {
    const about = library.C_GetSlotInfo(slot)
    const names = { handle, number, description: trim(about.slotDescription), manufacturer: trim(about.manufacturerID) }
    try {
      const info = library.C_GetTokenInfo(slot)
      if ((info.flags & tokenFlag.initialized) === 0) return undefined
      return { ...names, token: toTokenInfo(info) }
    } catch (thrown) {
      // Taken out since the list of slots was made.
      if (ckrOf(thrown) === ckr.tokenNotPresent) return undefined
      return { ...names, problem: fromCkr(thrown, 'reading the token') }
    }
  } catch (thrown) {
    return {
      handle,
      number,
      description: `slot ${number}`,
      manufacturer: '',
      problem: fromCkr(thrown, 'reading the slot'),
    }
  }
}

function toTokenInfo(info: ReturnType<PKCS11['C_GetTokenInfo']>): Pkcs11TokenInfo {
  const has = (flag: number) => (info.flags & flag) !== 0
  return {
    label: trim(info.label),
    serial: trim(info.serialNumber),
    manufacturer: trim(info.manufacturerID),
    model: trim(info.model),
    firmware: `${info.firmwareVersion.major}.${info.firmwareVersion.minor}`,
    pin: { min: info.minPinLen, max: info.maxPinLen },
    loginRequired: has(tokenFlag.loginRequired),
    hasKeypad: has(tokenFlag.keypad),
    pinState: has(tokenFlag.locked)
      ? 'locked'
      : has(tokenFlag.finalTry)
        ? 'final-try'
        : has(tokenFlag.pinLow)
          ? 'low'
          : 'good',
    pinIsDefault: has(tokenFlag.pinToBeChanged),
  }
}

function handleOf(slot: Pkcs11Slot): Buffer {
  return Buffer.from(slot.handle, 'hex')
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && /MODULE_NOT_FOUND/.test(String(thrown.code))
}

function unloadable(cause: unknown): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: 'PKCS#11 tokens cannot be used here: the package pkcs11js is installed, but does not load',
    hint: 'install Countersign again; YubiKeys work without it',
    cause,
  })
}
