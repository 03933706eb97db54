// tokens generate, wrap, add-spare: keys that a token makes or guards.
import { AppError } from '../../../core/error.ts'
import { keyLabel } from '../../../core/key.ts'
import type { PinPolicy, SlotAlgorithm, Token, TouchPolicy } from '../../../core/token.ts'
import { tokenLabel } from '../../../core/token-words.ts'
import { visible } from '../../../core/visible.ts'
import { slots } from '../../../node/piv/slots.ts'
import { type Answer, answer, type Option, type Parsed } from '../../command.ts'
import { again, type Call, slotId, slotIn, tokenOf, usage } from './call.ts'
import { digestWords, holderOf, placeWords, slotData, slotFacts } from './words.ts'

export const makeOptions: Readonly<Record<string, Option>> = {
  type: {
    form: '--type TYPE',
    text: 'generate: p256 (default), p384, ed25519, rsa2048, rsa3072, rsa4096; wrap: ed25519 (default), p256',
    type: 'string',
  },
  'pin-policy': {
    form: '--pin-policy WHEN',
    text: 'generate: the PIN once a sitting (once, the default), for every signature (always), or never',
    type: 'string',
  },
  touch: {
    form: '--touch WHEN',
    text: 'generate: a touch for every signature (always, the default), one for 15 seconds (cached), or never',
    type: 'string',
  },
  replace: {
    form: '--replace',
    text: 'generate: a key that is in the slot is lost for ever (a terminal asks for it)',
    type: 'boolean',
  },
}

const algorithms: ReadonlyMap<string, SlotAlgorithm> = new Map([
  ['p256', 'P-256'],
  ['p384', 'P-384'],
  ['ed25519', 'Ed25519'],
  ['rsa2048', 'RSA-2048'],
  ['rsa3072', 'RSA-3072'],
  ['rsa4096', 'RSA-4096'],
])
const pinPolicies: ReadonlyMap<string, PinPolicy> = new Map([
  ['once', 'once'],
  ['always', 'always'],
  ['never', 'never'],
])
const touchPolicies: ReadonlyMap<string, TouchPolicy> = new Map([
  ['always', 'always'],
  ['cached', 'cached'],
  ['never', 'never'],
])

function oneOf<T>(parsed: Parsed, name: string, known: ReadonlyMap<string, T>, fallback: string): T {
  const text = parsed.text(name) ?? fallback
  const found = known.get(text)
  if (found !== undefined) return found
  throw usage(`--${name} is ${[...known.keys()].join(', ')}, not ${text}`, `leave it out for ${fallback}`)
}

export async function generate(call: Call): Promise<Answer> {
  const { desk, io, parsed, words } = call
  const algorithm = oneOf(parsed, 'type', algorithms, 'p256')
  const pinPolicy = oneOf(parsed, 'pin-policy', pinPolicies, 'once')
  const touchPolicy = oneOf(parsed, 'touch', touchPolicies, 'always')
  const token = await tokenOf(call, 'piv')
  const slot = slotId(token, words[1] ?? '')
  // Not the slot with which the token proves where keys were made: nothing could bring that back.
  if (token.kind === 'piv' && !slots.some(({ id }) => id === slot)) {
    throw usage(`slot ${slot} is not one for keys of yours`, 'name one of 9a, 9c, 9d, 9e, or 82 to 95')
  }
  const replace = parsed.flag('replace') || (await confirmReplace(call, token, slot))
  await desk.tokens.generate({ tokenId: token.id, slot, algorithm, pinPolicy, touchPolicy, replace }, io.signal)
  const after = await tokenOf(call, 'piv')
  const made = slotIn(after, slot)
  if (made?.key === undefined) {
    throw new AppError({
      code: 'signer/failed',
      message: `the token said that it made a key in slot ${slot}, and shows none there`,
      hint: 'take it out, insert it again, and see: countersign tokens list',
    })
  }
  const more = again(call)
  return answer(
    { tokenId: token.id, slot: slotData(made, []) },
    `made a key in ${placeWords(token, slot)}: ${slotFacts(made)}`,
    `  ${digestWords(made.key)}`,
    'Say whose it is:',
    `  countersign tokens enroll NAME ${token.id} ${slot}${more}`,
  )
}

/** True when a person typed the slot whose key will be lost; false when there is nothing to lose. */
async function confirmReplace({ desk, io }: Call, token: Token, slot: string): Promise<boolean> {
  const there = slotIn(token, slot)
  if (there === undefined) return false
  const owner = holderOf(there.key, (await desk.tokens.knownHolders(io.signal)).holders)
  const what = `${placeWords(token, slot)} holds ${owner === undefined ? 'a' : `${owner}’s`} ${there.algorithm} key already`
  const question = `${what}. It is lost for ever when a new one is made.\nType the slot to replace it: `
  const typed = await io.ask(question, 'in a script there is --replace')
  if (typed.trim().toLowerCase() === slot) return true
  throw new AppError({
    code: 'user/cancelled',
    message: 'nothing was replaced',
    hint: `type ${slot} to replace the key, or choose another slot`,
  })
}

const wrapSchemes = new Map([
  ['ed25519', 'ed25519'],
  ['p256', 'ecdsa-p256-sha256'],
] as const)

export async function wrap(call: Call): Promise<Answer> {
  const { desk, io, parsed, words } = call
  const [name = ''] = words
  const scheme = oneOf<'ed25519' | 'ecdsa-p256-sha256'>(parsed, 'type', wrapSchemes, 'ed25519')
  const token = await tokenOf(call, 'fido', 1)
  await desk.tokens.wrapKey(name, scheme, token.id, io.signal)
  const made = slotIn(await tokenOf(call, 'fido', 1), name)
  return answer(
    { tokenId: token.id, name, ...(made === undefined ? {} : { slot: slotData(made, []) }) },
    visible(
      `made key ${name}${made?.key === undefined ? '' : ` (${keyLabel(made.key)})`}; only ${tokenLabel(token)} opens it`,
    ),
    ...(made?.key === undefined ? [] : [`  ${digestWords(made.key)}`]),
    'Before you rely on it, let a second token open it too:',
    `  countersign tokens add-spare ${name} TOKEN${again(call)}`,
  )
}

export async function addSpare(call: Call): Promise<Answer> {
  const { desk, io, words } = call
  const [name = ''] = words
  const token = await tokenOf(call, 'fido', 1)
  await desk.tokens.addSpare(name, token.id, io.signal)
  return answer({ tokenId: token.id, name }, visible(`${tokenLabel(token)} opens key ${name} as well`))
}
