// The keys on tokens as signers: listed from what is plugged in, signing in the process that owns the tokens.
import { AppError } from '../../core/error.ts'
import type { Asks, KnownSigner, Purpose, Signer } from '../../core/signer.ts'
import type { Token, TokenList, TokenSlot } from '../../core/token.ts'
import { tokenLabel } from '../../core/token-words.ts'
import { type FidoName, parseFidoName } from '../fido/name.ts'
import type { SignRequest } from '../tokens.ts'
import type { TokenHost } from './client.ts'

export function isTokenSigner(signerId: string): boolean {
  return /^(piv|pkcs11|fido):/.test(signerId)
}

interface Place {
  token: Token
  slot: TokenSlot
  known: KnownSigner
}

/** What could sign, as far as is known: nobody is asked anything. */
export function knownSigners(list: TokenList): KnownSigner[] {
  return placesOf(list).map(({ known }) => known)
}

/** The one key that is meant; undefined when it is not here. `purpose` says what it will sign. */
export function tokenSigner(list: TokenList, id: string, host: TokenHost, purpose: Purpose): Signer | undefined {
  const place = placeOf(placesOf(list), id)
  return place === undefined ? undefined : signing(place.known, host, purpose)
}

function placesOf({ tokens }: TokenList): Place[] {
  return tokens.flatMap((token) =>
    token.slots.flatMap((slot) => {
      const known = knownSigner(token, slot)
      return known === undefined ? [] : [{ token, slot, known }]
    }),
  )
}

/** Another FIDO2 token that opens the same key changes the ids of both, and what was named before stays good. */
function placeOf(places: readonly Place[], id: string): Place | undefined {
  const exact = places.find(({ known }) => known.id === id)
  const wanted = parseFidoName(id)
  if (exact !== undefined || wanted === undefined) return exact
  const fitting = places.filter(({ token, slot }) => token.kind === 'fido' && isMeant(token, slot, wanted))
  const [only, other] = fitting
  if (other === undefined) return only
  throw new AppError({
    code: 'usage/invalid',
    message: `${fitting.length} tokens here can open key ${wanted.name}`,
    hint: `unplug all but one, or name the token: ${fitting.map(({ known }) => known.id).join(' or ')}`,
    data: { name: wanted.name, count: fitting.length },
  })
}

function isMeant({ serial, reader }: Token, { id }: TokenSlot, { name, token }: FidoName): boolean {
  return id === name && (token === undefined || token === serial || token === reader)
}

function knownSigner(token: Token, slot: TokenSlot): KnownSigner | undefined {
  const { key, signerId } = slot
  if (key === undefined || signerId === undefined) return undefined
  const label = `${tokenLabel(token)}, slot ${slot.id}`
  return { id: signerId, label, key, rehearsal: token.rehearsal, asks: asksOf(slot) }
}

function signing(known: KnownSigner, host: TokenHost, purpose: Purpose): Signer {
  const { id: signerId, key, rehearsal } = known
  const signAll = (messages: readonly Uint8Array[], signal: AbortSignal): Promise<Uint8Array[]> =>
    host.call('sign', { signerId, key, messages, rehearsal, ...purposeOf(messages, purpose) }, signal)
  return {
    ...known,
    signAll,
    sign: async (message, signal) => {
      const [signature] = await signAll([message], signal)
      if (signature !== undefined) return signature
      throw new AppError({ code: 'signer/failed', message: 'the token answered without a signature' })
    },
  }
}

function purposeOf(messages: readonly Uint8Array[], purpose: Purpose): Pick<SignRequest, 'purpose' | 'purposes'> {
  if (typeof purpose === 'string') return { purpose }
  return { purpose: purpose.all, purposes: messages.map((message) => purpose.of(message)) }
}

function asksOf({ pinPolicy, touchPolicy }: TokenSlot): Asks {
  const touches = touchPolicy !== undefined && touchPolicy !== 'never'
  if (pinPolicy === 'never') return touches ? 'touch' : 'nothing'
  return touches ? 'pin-and-touch' : 'pin'
}
