// One session with a PKCS#11 token: what it holds, the login, and signatures. The module that it belongs to is started elsewhere.
import { parseUtf8 } from '../../core/bytes.ts'
import type { Calls } from '../pkcs11-module.ts'
import { attempt, ckr, ckrOf, fromCkr } from './ckr.ts'
import { maxObjects, type Pkcs11Object, type Pkcs11ObjectKind, type Pkcs11Pin, type Pkcs11Session } from './port.ts'
import { mechanismOf, toBoolean, toNumber, trim } from './values.ts'

const maxSignatureBytes = 2048

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
/** CKM_SHA256, CKG_MGF1_SHA256, and a salt as long as the digest; `type` is the native package's name of the structure. */
const pssParameters = { hashAlg: 0x250, mgf: 2, saltLen: 32 }
const user = { normal: 1, forThisSignature: 2 } as const
const authorityCategory = 2

export function openedSession(library: Calls, session: Buffer, pssType: number): Pkcs11Session {
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
    const template: Parameters<Calls['C_FindObjectsInit']>[1] = [{ type: attribute.class, value: classOf[kind] }]
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
