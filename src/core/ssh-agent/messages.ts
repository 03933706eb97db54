// What is said to an ssh-agent, and what it answers: its list of keys, and a signature (draft-miller-ssh-agent, sections 3 and 5).
// A message here is without the length that stands before it on the line.
import { concatBytes } from '../bytes.ts'
import { badAnswer, readWire, wireNumber, wireString } from './wire.ts'

/** What OpenSSH's agent takes and gives at most. */
export const maxMessageBytes = 256 * 1024

/** More than anybody has, and few enough to be looked at. */
const maxKeys = 512

const kind = { failure: 5, listKeys: 11, keys: 12, sign: 13, signature: 14 } as const

export interface ListedKey {
  /** The public key as SSH writes it, which is its name in a request to sign. */
  blob: Uint8Array
  /** What its owner called it; says nothing for certain. */
  comment: string
}

export function listRequest(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(kind.listKeys)
}

/** No flags: they are for RSA. */
export function signRequest(blob: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(Uint8Array.of(kind.sign), wireString(blob), wireString(message), wireNumber(0))
}

/** Undefined where the agent refuses to list. */
export function parseKeyList(answer: Uint8Array): ListedKey[] | undefined {
  const what = 'the list of the ssh-agent’s keys'
  const wire = readWire(answer)
  const found = wire.byte(what)
  if (found === kind.failure) {
    wire.end('the ssh-agent’s refusal')
    return undefined
  }
  if (found !== kind.keys) return badAnswer(`the ssh-agent answered ${found} where its list of keys (12) is expected`)
  const count = wire.number(what)
  if (count > maxKeys) return badAnswer(`the ssh-agent lists ${count} keys where at most ${maxKeys} are read`)
  const keys: ListedKey[] = []
  for (let at = 0; at < count; at++) {
    const blob = wire.string(`key ${at + 1} of the ssh-agent`)
    // Comments are text for people, in whatever encoding their key file was written.
    const comment = new TextDecoder().decode(wire.string(`the comment of key ${at + 1} of the ssh-agent`))
    keys.push({ blob, comment })
  }
  wire.end(what)
  return keys
}

/** The signature as SSH writes it; undefined where the agent refuses, which it does without a reason. */
export function parseSignAnswer(answer: Uint8Array): Uint8Array | undefined {
  const wire = readWire(answer)
  const found = wire.byte('the ssh-agent’s answer')
  if (found === kind.failure) {
    wire.end('the ssh-agent’s refusal')
    return undefined
  }
  if (found !== kind.signature) return badAnswer(`the ssh-agent answered ${found} where a signature (14) is expected`)
  const signature = wire.string('the ssh-agent’s signature')
  wire.end('the ssh-agent’s signature')
  return signature
}
