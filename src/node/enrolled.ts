// Whose keys the tokens hold: holders by name, each with the keys that are theirs, and the proof that came with a key.
import { AppError, type ErrorData, toAppError } from '../core/error.ts'
import { isSameKey } from '../core/key.ts'
import type { PublicKey } from '../core/signer.ts'
import { touchPolicyWords } from '../core/token.ts'
import type { Transport } from '../core/transport.ts'
import {
  damaged,
  type EnrolledKey,
  fileName,
  type Holder,
  isHolderName,
  isSameName,
  parseHolders,
  toHoldersBytes,
} from './enrolled-file.ts'
import { fidoKeyId } from './fido/name.ts'
import { verifyAttestation } from './piv/attestation.ts'
import type { VendorRoots } from './vendor-roots.ts'

export interface EnrolledKeys {
  list(signal: AbortSignal): Promise<Holder[]>
  /** A key more for a name that is known is a spare token. Capital letters make no other person. */
  add(name: string, key: EnrolledKey, signal: AbortSignal): Promise<Holder>
  /** The key stays on its token. With the last key goes the name. */
  remove(name: string, signerId: string, signal: AbortSignal): Promise<void>
}

const maxFileBytes = 4 * 1024 * 1024

export function enrolledKeys(files: Transport): EnrolledKeys {
  async function read(signal: AbortSignal): Promise<{ holders: Holder[]; bytes: Uint8Array | null }> {
    const bytes = await files.read(fileName, maxFileBytes, signal)
    return bytes === undefined ? { holders: [], bytes: null } : { holders: parseHolders(bytes), bytes }
  }

  async function write(holders: readonly Holder[], base: Uint8Array | null, note: string, signal: AbortSignal) {
    const content = toHoldersBytes(holders)
    try {
      parseHolders(content)
    } catch (cause) {
      const why = toAppError(cause).message
      throw new AppError({ code: 'internal/bug', message: `this could not be read again: ${why}`, cause })
    }
    await files.write(new Map([[fileName, content]]), new Map([[fileName, base]]), note, signal)
  }

  return {
    list: async (signal) => (await read(signal)).holders,

    add: async (name, given, signal) => {
      const key = { ...given, signerId: fidoKeyId(given.signerId) }
      if (!isHolderName(name)) {
        throw refused(
          'this cannot be the name of a key holder',
          'use 1 to 64 visible characters, no space at either end',
        )
      }
      const { holders, bytes } = await read(signal)
      for (const holder of holders) {
        for (const known of holder.keys) {
          const isTheirs = isSameName(holder.name, name)
          if (isSameKey(known.key, key.key) && (!isTheirs || known.signerId === key.signerId)) {
            throw refused(
              `this key is enrolled already, for ${holder.name}`,
              'a key belongs to one person: choose another',
            )
          }
          if (known.signerId === key.signerId) {
            throw refused(
              `${key.signerId} is enrolled for ${holder.name} with another key`,
              'remove that entry first: its key is no longer in this place',
            )
          }
        }
      }
      const before = holders.find((holder) => isSameName(holder.name, name))
      const after: Holder = { name: before?.name ?? name, keys: [...(before?.keys ?? []), key] }
      const next = before === undefined ? [...holders, after] : holders.map((one) => (one === before ? after : one))
      await write(next, bytes, `enrol a key of ${after.name}`, signal)
      return after
    },

    remove: async (name, signerId, signal) => {
      // As it is called with whatever else is plugged in, and as it stands in the file.
      const isIt = (key: EnrolledKey): boolean => fidoKeyId(key.signerId) === fidoKeyId(signerId)
      const { holders, bytes } = await read(signal)
      const holder = holders.find((one) => isSameName(one.name, name))
      if (holder?.keys.some(isIt) !== true) {
        throw refused(`${signerId} is not enrolled for this name`, 'list the tokens again')
      }
      const keys = holder.keys.filter((key) => !isIt(key))
      const left = holders.flatMap((one) => (one !== holder ? [one] : keys.length === 0 ? [] : [{ ...one, keys }]))
      await write(left, bytes, `remove a key of ${holder.name}`, signal)
    },
  }
}

/** For people: what is known of where the key was made. */
export function attestedSentence(
  entry: Pick<EnrolledKey, 'rehearsal' | 'touchPolicy' | 'attestation' | 'attestationProblem'>,
): string {
  if (entry.rehearsal) return 'a practice key: no device protects it'
  if (entry.attestationProblem !== undefined) return `its proof does not hold: ${entry.attestationProblem.message}`
  if (entry.attestation === undefined) return 'adopted: nobody can prove where this key was made'
  if (entry.attestation.verdict !== 'verified') return 'its proof leads to a root that is not known here'
  const touch = entry.touchPolicy === undefined ? '' : `, ${touchPolicyWords(entry.touchPolicy)}`
  return `made on this device${touch}`
}

/** In the words in which it is said wherever holders would be shown. */
export function unreadHolders(problem: ErrorData): ErrorData {
  return { ...problem, message: `whose keys these are cannot be read: ${problem.message}` }
}

/** For the board of those who must agree: what is known of the tokens a key is on. */
export function attestedOf(key: PublicKey, holders: readonly Holder[]): string | undefined {
  const found = holders.flatMap(({ keys }) => keys).filter((entry) => isSameKey(entry.key, key))
  return found.length === 0 ? undefined : [...new Set(found.map(attestedSentence))].join('; ')
}

export interface RecheckTrust {
  roots: VendorRoots
  rehearsalRoot?: Uint8Array
  now: Date
}

/**
 * The entry with the verdict of today: roots may have been added since. Refuses a stored proof that does not fit its entry.
 */
export async function recheckEnrolled(entry: EnrolledKey, trust: RecheckTrust): Promise<EnrolledKey> {
  const stored = entry.attestation
  if (stored === undefined) return entry
  const [statement, device, ...intermediates] = stored.certificates
  if (statement === undefined || device === undefined) throw damaged('a proof is not whole')
  const said = await verifyAttestation({
    ...trust,
    ...{ statement, device, intermediates, key: entry.key, slot: entry.slot },
    ...(entry.serial === undefined ? {} : { serial: Number(entry.serial) }),
  })
  const same =
    said.pinPolicy === entry.pinPolicy && said.touchPolicy === entry.touchPolicy && said.firmware === entry.firmware
  if (!same || (entry.rehearsal && said.verdict === 'verified')) {
    throw new AppError({
      code: 'trust/changed',
      message: `what is kept of ${entry.signerId} is not what its proof says`,
      hint: 'remove this entry, and enrol the key again',
      data: { signerId: entry.signerId },
    })
  }
  // The practice root is known only while the practice token is plugged in.
  const verdict = entry.rehearsal ? 'rehearsal' : said.verdict
  return { ...entry, attestation: { ...stored, verdict, root: said.root ?? stored.root } }
}

function refused(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
