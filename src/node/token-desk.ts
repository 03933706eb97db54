// What a person does with tokens, the same for window and terminal: see them, make a key, prove it, enrol it for a name.
import { AppError, type ErrorData, toAppError, toErrorData } from '../core/error.ts'
import type { Attestation, Token, TokenList, TokenSlot } from '../core/token.ts'
import type { Transport } from '../core/transport.ts'
import { checkCancelled } from './cancel.ts'
import { enrolledKeys, recheckEnrolled } from './enrolled.ts'
import type { EnrolledKey, Holder } from './enrolled-file.ts'
import { readModules, writeModules } from './module-list.ts'
import type { TokenHost } from './token-host/client.ts'
import type { PracticeCard } from './token-host/practice.ts'
import { fromErrorData } from './token-host/protocol.ts'
import type { GenerateRequest } from './tokens.ts'
import { loadVendorRoots, type VendorRoots } from './vendor-roots.ts'

export interface TokenDesk {
  list(signal: AbortSignal): Promise<TokenList>
  /** The signer id of the one key that an RFC 7512 or "hsm:" address means. */
  findUri(uri: string, signal: AbortSignal): Promise<string>
  /** Refuses when the file, or a vendor root that is built in, is not what it should be. */
  holders(signal: AbortSignal): Promise<readonly Holder[]>
  /** The same where they are only shown: what cannot be read stops nobody from reviewing and signing. */
  knownHolders(signal: AbortSignal): Promise<KnownHolders>
  /** The key in the slot becomes that person's; if it was made there, with the proof of it. */
  enroll(name: string, tokenId: string, slot: string, signal: AbortSignal): Promise<Holder>
  /** The key stays on its token. */
  removeKey(name: string, signerId: string, signal: AbortSignal): Promise<void>
  generate(request: GenerateRequest, signal: AbortSignal): Promise<void>
  attest(tokenId: string, slot: string, signal: AbortSignal): Promise<Attestation>
  changeSecret(tokenId: string, which: 'pin' | 'puk', signal: AbortSignal): Promise<void>
  unblock(tokenId: string, signal: AbortSignal): Promise<void>
  wrapKey(name: string, scheme: 'ed25519' | 'ecdsa-p256-sha256', tokenId: string, signal: AbortSignal): Promise<void>
  addSpare(name: string, tokenId: string, signal: AbortSignal): Promise<void>
  /** Paths of the PKCS#11 modules that are used. */
  modules(signal: AbortSignal): Promise<readonly string[]>
  addModule(path: string, signal: AbortSignal): Promise<void>
  removeModule(path: string, signal: AbortSignal): Promise<void>
  practise(plugged: boolean, signal: AbortSignal, card?: PracticeCard): Promise<void>
  touchPractice(touched: boolean, signal: AbortSignal): Promise<void>
}

export interface KnownHolders {
  holders: readonly Holder[]
  problem?: ErrorData
}

/** What the file says of a proof is checked again: the file may be older than the roots, or altered. */
async function judged(entry: EnrolledKey, roots: VendorRoots, now: Date): Promise<EnrolledKey> {
  if (entry.attestation === undefined || entry.rehearsal) return entry
  try {
    return await recheckEnrolled(entry, { roots, now })
  } catch (thrown) {
    const error = toAppError(thrown)
    if (!/^(trust|format)\//.test(error.code)) throw error
    // It is no proof; but neither is the key one that never had any.
    const { attestation: _, ...rest } = entry
    return { ...rest, attestationProblem: toErrorData(error) }
  }
}

/** `vendorRoots`: another folder than the one that is built in. */
/** Older firmware tells policies in its proof only. */
function policiesOf(slot: TokenSlot, proof: Attestation | undefined): Pick<EnrolledKey, 'pinPolicy' | 'touchPolicy'> {
  const pinPolicy = slot.pinPolicy ?? proof?.pinPolicy
  const touchPolicy = slot.touchPolicy ?? proof?.touchPolicy
  return { ...(pinPolicy === undefined ? {} : { pinPolicy }), ...(touchPolicy === undefined ? {} : { touchPolicy }) }
}

function firmwareOf(token: Token, proof: Attestation | undefined): Pick<EnrolledKey, 'firmware'> {
  const firmware = proof?.firmware ?? token.firmware
  return firmware === undefined ? {} : { firmware }
}

export function tokenDesk(host: TokenHost, files: Transport, now: () => Date, vendorRoots?: string): TokenDesk {
  const enrolled = enrolledKeys(files)

  async function find(
    tokenId: string,
    slotId: string,
    signal: AbortSignal,
  ): Promise<{ token: Token; slot: TokenSlot }> {
    const { tokens } = await host.call('list', undefined, signal)
    const token = tokens.find(({ id }) => id === tokenId)
    if (token === undefined) {
      throw new AppError({
        code: 'signer/absent',
        message: `token ${tokenId.slice(tokenId.indexOf(':') + 1)} is not plugged in`,
        hint: 'insert it, and repeat',
      })
    }
    const slot = token.slots.find(({ id }) => id === slotId)
    if (slot?.key !== undefined) return { token, slot }
    throw new AppError({
      code: 'signer/wrong-key',
      message: slot === undefined ? `slot ${slotId} is empty` : `the key in slot ${slotId} cannot sign here`,
      hint: 'make a key there first, or choose another slot',
    })
  }

  /** Of a key that was made there; a proof that does not fit stops everything, one that cannot be had does not. */
  async function proofOf(token: Token, slot: TokenSlot, signal: AbortSignal): Promise<Attestation | undefined> {
    if (token.kind !== 'piv' || slot.origin === 'imported') return undefined
    try {
      return await host.call('attest', { tokenId: token.id, slot: slot.id }, signal)
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'signer/unsupported') return undefined
      throw error
    }
  }

  async function holders(signal: AbortSignal): Promise<readonly Holder[]> {
    const roots = await loadVendorRoots(vendorRoots)
    return Promise.all(
      (await enrolled.list(signal)).map(async ({ name, keys }) => ({
        name,
        keys: await Promise.all(keys.map((entry) => judged(entry, roots, now()))),
      })),
    )
  }

  async function withoutModule(path: string, signal: AbortSignal): Promise<void> {
    const now = await readModules(files, signal)
    await writeModules(
      files,
      now.filter((one) => one !== path),
      signal,
    )
  }

  return {
    list: (signal) => host.call('list', undefined, signal),
    findUri: (uri, signal) => host.call('findUri', { uri }, signal),
    holders,
    knownHolders: async (signal) => {
      try {
        return { holders: await holders(signal) }
      } catch (thrown) {
        checkCancelled(signal)
        return { holders: [], problem: toErrorData(thrown) }
      }
    },

    enroll: async (name, tokenId, slotId, signal) => {
      const { token, slot } = await find(tokenId, slotId, signal)
      const { key, signerId } = slot
      if (key === undefined || signerId === undefined) {
        throw new AppError({ code: 'internal/bug', message: 'a key without its place' })
      }
      const proof = await proofOf(token, slot, signal)
      const entry: EnrolledKey = {
        signerId,
        key,
        tokenName: token.name,
        slot: slot.id,
        rehearsal: token.rehearsal,
        enrolledAt: `${now().toISOString().slice(0, 19)}Z`,
        ...(token.serial === undefined ? {} : { serial: token.serial }),
        ...firmwareOf(token, proof),
        ...policiesOf(slot, proof),
        ...(proof === undefined
          ? {}
          : {
              attestation: {
                verdict: proof.verdict,
                root: proof.root ?? 'unknown',
                certificates: proof.certificates,
              },
            }),
      }
      return enrolled.add(name, entry, signal)
    },
    removeKey: (name, signerId, signal) => enrolled.remove(name, signerId, signal),

    generate: async (request, signal) => {
      await host.call('generate', request, signal)
    },
    attest: (tokenId, slot, signal) => host.call('attest', { tokenId, slot }, signal),
    changeSecret: (tokenId, which, signal) => host.call('changeSecret', { tokenId, which }, signal),
    unblock: (tokenId, signal) => host.call('unblock', { tokenId }, signal),
    wrapKey: async (name, scheme, tokenId, signal) => {
      await host.call('wrapKey', { name, scheme, tokenId }, signal)
    },
    addSpare: (name, tokenId, signal) => host.call('addSpare', { name, tokenId }, signal),

    modules: (signal) => readModules(files, signal),
    addModule: async (path, signal) => {
      const before = await readModules(files, signal)
      if (before.includes(path)) return
      await writeModules(files, [...before, path], signal)
      try {
        // The host reads the list anew each time.
        const { problems } = await host.call('list', undefined, signal)
        const problem = problems.find(({ module }) => module === path)
        if (problem !== undefined) throw fromErrorData(problem.error)
      } catch (thrown) {
        // One that does not load, hangs, or takes the host with it would do so each time; also when this was cancelled.
        await withoutModule(path, new AbortController().signal)
        throw thrown
      }
    },
    removeModule: async (path, signal) => {
      await withoutModule(path, signal)
      try {
        await host.call('list', undefined, signal)
      } catch {
        // It is removed; a host that still hangs in it is replaced by this very call. Whoever lists next hears what is left.
      }
    },
    practise: (plugged, signal, card) =>
      host.call('practise', card === undefined ? { plugged } : { plugged, card }, signal),
    touchPractice: (touched, signal) => host.call('touchPractice', { touched }, signal),
  }
}
