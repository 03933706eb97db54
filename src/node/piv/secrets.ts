// PIN and PUK: how they are written into a command, and changing them. Every buffer of ours that held one is zeroed.
import { AppError } from '../../core/error.ts'
import { concatSecret, secretBytes } from '../../core/secret.ts'
import type { Applet } from './applet.ts'
import { type SecretName, status, statusError } from './status.ts'

export const secretLength = { min: 6, max: 8 } as const
/** Both fields of a command are this long, filled up with FF (SP 800-73-4 part 2, 2.4.3). */
const fieldBytes = 8
const filler = 0xff

/** P2 of VERIFY, CHANGE and GET METADATA. */
export const reference = { PIN: 0x80, PUK: 0x81 } as const

/** The field of a PIN or PUK; the caller zeroes it. Refused before the token counts a try. */
export function toSecretField(secret: Uint8Array, name: SecretName): Uint8Array<ArrayBuffer> {
  const { min, max } = secretLength
  if (secret.length < min || secret.length > max) {
    throw new AppError({
      code: 'usage/invalid',
      message: `a PIV ${name} has ${min} to ${max} characters, this has ${secret.length}`,
      hint: `enter the PIV ${name}; no try was used`,
    })
  }
  if (secret.includes(filler)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `the ${name} holds a character that no PIV ${name} can have`,
      hint: `use digits and letters; no try was used`,
    })
  }
  const field = secretBytes(fieldBytes).fill(filler)
  field.set(secret)
  return field
}

export async function changePin(piv: Applet, current: Uint8Array, next: Uint8Array): Promise<void> {
  await change(piv, { ins: 0x24, target: 'PIN', proof: 'PIN', doing: 'changing the PIN' }, current, next)
}

export async function changePuk(piv: Applet, current: Uint8Array, next: Uint8Array): Promise<void> {
  await change(piv, { ins: 0x24, target: 'PUK', proof: 'PUK', doing: 'changing the PUK' }, current, next)
}

/** A new PIN by means of the PUK; the count of PIN tries starts anew. */
export async function unblockPin(piv: Applet, puk: Uint8Array, next: Uint8Array): Promise<void> {
  await change(piv, { ins: 0x2c, target: 'PIN', proof: 'PUK', doing: 'unblocking the PIN' }, puk, next)
}

interface Change {
  ins: number
  /** The secret that changes. */
  target: SecretName
  /** The secret that allows it, and whose tries it counts. */
  proof: SecretName
  doing: string
}

async function change(piv: Applet, what: Change, proof: Uint8Array, next: Uint8Array): Promise<void> {
  const fields: Uint8Array[] = []
  try {
    fields.push(toSecretField(proof, what.proof))
    fields.push(toSecretField(next, what.target))
    const data = concatSecret(...fields)
    fields.push(data)
    const { sw } = await piv.exchange({ ins: what.ins, p1: 0, p2: reference[what.target], data, secret: true })
    if (sw === status.ok) return
    // Firmware 5.7 and later can be set to refuse simple PINs; it says so with the first, others with the second.
    if (sw === status.notSatisfied || sw === status.badData) {
      throw new AppError({
        code: 'usage/invalid',
        message: `the token refuses the new ${what.target}`,
        hint: `choose a ${what.target} that is not a simple row of digits`,
        data: { status: sw.toString(16) },
      })
    }
    throw statusError(sw, what.doing, what.proof)
  } finally {
    for (const field of fields) field.fill(0)
  }
}
