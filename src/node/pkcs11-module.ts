// PKCS#11 modules: the only importer of the native package that loads them.
// The package is optional: it needs a compiler when it is installed, and the app works without it.
import { isAbsolute } from 'node:path'
import type { PKCS11, Template } from 'pkcs11js'
import { parseUtf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import { visible } from '../core/visible.ts'
import { ckr, ckrOf, fromCkr, fromCkrOfModule } from './pkcs11/ckr.ts'
import {
  maxObjects,
  type Pkcs11,
  type Pkcs11Mechanism,
  type Pkcs11Module,
  type Pkcs11Object,
  type Pkcs11ObjectKind,
  type Pkcs11Pin,
  type Pkcs11Session,
  type Pkcs11Slot,
  type Pkcs11TokenInfo,
} from './pkcs11/port.ts'

const maxSignatureBytes = 2048

const tokenFlag = {
  loginRequired: 0x4,
  keypad: 0x100,
  initialized: 0x400,
  pinLow: 0x10000,
  finalTry: 0x20000,
  locked: 0x40000,
  pinToBeChanged: 0x80000,
} as const
const classOf = { certificate: 1, 'public-key': 2, 'private-key': 3 } as const
const attribute = {
  class: 0x0,
  label: 0x3,
  value: 0x11,
  certificateCategory: 0x87,
  keyType: 0x100,
  id: 0x102,
  sign: 0x108,
  modulus: 0x120,
  exponent: 0x122,
  local: 0x163,
  ecParams: 0x180,
  ecPoint: 0x181,
  alwaysAuthenticate: 0x202,
} as const
const mechanismOf = { 'rsa-pss-sha256': 0xd, ecdsa: 0x1041, eddsa: 0x1057 } as const
/** CKM_SHA256, CKG_MGF1_SHA256, and a salt as long as the digest; `type` is the native package's name of the structure. */
const pssParameters = { hashAlg: 0x250, mgf: 2, saltLen: 32 }
const user = { normal: 1, forThisSignature: 2 } as const
const serialSession = 0x4
const osLocking = 0x2
const authorityCategory = 2

type Calls = Pick<
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

function openedSession(library: Calls, session: Buffer, pssType: number): Pkcs11Session {
  /** One attribute a call: asked for several, a module that lacks one refuses them all. */
  function read(object: Buffer, type: number): Buffer | undefined {
    try {
      const value = library.C_GetAttributeValue(session, object, [{ type }])[0]?.value
      return Buffer.isBuffer(value) ? value : undefined
    } catch (thrown) {
      const number = ckrOf(thrown)
      if (number === ckr.attributeTypeInvalid || number === ckr.attributeSensitive) return undefined
      throw thrown
    }
  }

  function readObject(kind: Pkcs11ObjectKind, handle: Buffer): Pkcs11Object {
    const label = read(handle, attribute.label)
    const common = {
      handle,
      id: read(handle, attribute.id) ?? Buffer.alloc(0),
      label: trim(label?.toString('utf8') ?? ''),
    }
    if (kind === 'certificate') {
      const isAuthority = toNumber(read(handle, attribute.certificateCategory)) === authorityCategory
      return { ...common, value: read(handle, attribute.value), isAuthority }
    }
    const key = {
      ...common,
      keyType: toNumber(read(handle, attribute.keyType)),
      ecParams: read(handle, attribute.ecParams),
      ecPoint: read(handle, attribute.ecPoint),
      modulus: read(handle, attribute.modulus),
      exponent: read(handle, attribute.exponent),
    }
    if (kind === 'public-key') return key
    return {
      ...key,
      canSign: toBoolean(read(handle, attribute.sign)),
      alwaysAuthenticate: toBoolean(read(handle, attribute.alwaysAuthenticate)),
      local: toBoolean(read(handle, attribute.local)),
    }
  }

  function handlesOf(kind: Pkcs11ObjectKind, id: Uint8Array | undefined): Buffer[] {
    const template: Template = [{ type: attribute.class, value: classOf[kind] }]
    if (id !== undefined) template.push({ type: attribute.id, value: Buffer.from(id) })
    library.C_FindObjectsInit(session, template)
    try {
      const found: Buffer[] = []
      for (;;) {
        const some = library.C_FindObjects(session, 64)
        found.push(...some)
        if (some.length === 0 || found.length >= maxObjects) return found.slice(0, maxObjects)
      }
    } finally {
      library.C_FindObjectsFinal(session)
    }
  }

  function login(pin: Pkcs11Pin, as: number): void {
    // The native package takes the PIN as a string only: a copy that this language cannot zero, and that lives in this
    // process until its memory is used anew. It is made here, at the last moment, and kept nowhere. For a keypad the module
    // should get no PIN at all, which the package cannot express; modules take an empty one for it.
    library.C_Login(session, as, pin === 'keypad' ? '' : parseUtf8(pin, 'the PIN'))
  }

  return {
    find: (kind, id) =>
      attempt('reading its keys', () => handlesOf(kind, id).map((handle) => readObject(kind, handle))),
    login: (pin) =>
      attempt('checking the PIN', () => {
        try {
          login(pin, user.normal)
        } catch (thrown) {
          if (ckrOf(thrown) !== ckr.alreadyLoggedIn) throw thrown
          // Left over from a session that ended badly: this PIN has not been looked at yet.
          library.C_Logout(session)
          login(pin, user.normal)
        }
      }),
    logout: () => attempt('logging out', () => library.C_Logout(session)),
    sign: async (key, how, data, pin) => {
      const mechanism = { mechanism: mechanismOf[how] }
      const parameter = how === 'rsa-pss-sha256' ? { parameter: { type: pssType, ...pssParameters } } : {}
      // Both must outlive the call: the native thread reads and writes them without holding them.
      const input = Buffer.from(data)
      const output = Buffer.alloc(maxSignatureBytes)
      try {
        library.C_SignInit(session, { ...mechanism, ...parameter }, Buffer.from(key.handle))
        if (pin !== undefined) login(pin, user.forThisSignature)
        const signature = await library.C_SignAsync(session, input, output)
        input.fill(0)
        return Uint8Array.from(signature)
      } catch (thrown) {
        throw fromCkr(thrown, 'signing')
      }
    },
    close: () => {
      try {
        library.C_CloseSession(session)
      } catch {
        // The token is gone and took the session along.
      }
    },
  }
}

function attempt<T>(doing: string, call: () => T, translate = fromCkr): T {
  try {
    return call()
  } catch (thrown) {
    throw translate(thrown, doing)
  }
}

function handleOf(slot: Pkcs11Slot): Buffer {
  return Buffer.from(slot.handle, 'hex')
}

/** Fields of fixed size are filled up with spaces, by some modules with zeros. */
function trim(text: string): string {
  return text.replace(/\0[\s\S]*$/, '').trim()
}

/** A CK_ULONG: 8 bytes, on Windows 4, in the order of the machine, which is little-endian wherever we run. */
function toNumber(bytes: Buffer | undefined): number | undefined {
  if (bytes === undefined || (bytes.length !== 4 && bytes.length !== 8)) return undefined
  return bytes.readUInt32LE(0)
}

function toBoolean(bytes: Buffer | undefined): boolean | undefined {
  return bytes?.length === 1 ? bytes[0] !== 0 : undefined
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
