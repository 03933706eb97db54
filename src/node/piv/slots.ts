// The slots of a PIV token: their names for people, where their certificates lie, what they ask for by default.
import { AppError } from '../../core/error.ts'
import type { PinPolicy } from '../../core/token.ts'

export interface Slot {
  /** "9c" */
  id: string
  /** Key reference: P2 of the commands. */
  reference: number
  /** For people: "Digital signature" */
  name: string
  /** The data object that holds its certificate. */
  certificateObject: number
  /** What a key gets when it is made without saying. */
  defaultPinPolicy: PinPolicy
}

/** A key of the token itself, which signs what it says of keys made in other slots; it signs nothing else. */
export const attestationSlot: Slot = {
  id: 'f9',
  reference: 0xf9,
  name: 'Attestation',
  certificateObject: 0x5fff01,
  defaultPinPolicy: 'once',
}

const firstRetired = 0x82
const lastRetired = 0x95

function retiredSlots(): Slot[] {
  return Array.from({ length: lastRetired - firstRetired + 1 }, (_, index) => ({
    id: (firstRetired + index).toString(16),
    reference: firstRetired + index,
    name: `Retired key ${index + 1}`,
    certificateObject: 0x5fc10d + index,
    defaultPinPolicy: 'once',
  }))
}

/** In the order in which people look for keys. */
export const slots: readonly Slot[] = [
  { id: '9c', reference: 0x9c, name: 'Digital signature', certificateObject: 0x5fc10a, defaultPinPolicy: 'always' },
  { id: '9a', reference: 0x9a, name: 'Authentication', certificateObject: 0x5fc105, defaultPinPolicy: 'once' },
  { id: '9d', reference: 0x9d, name: 'Key management', certificateObject: 0x5fc10b, defaultPinPolicy: 'once' },
  { id: '9e', reference: 0x9e, name: 'Card authentication', certificateObject: 0x5fc101, defaultPinPolicy: 'never' },
  ...retiredSlots(),
]

const byId: ReadonlyMap<string, Slot> = new Map([...slots, attestationSlot].map((slot) => [slot.id, slot]))

export function isSlotId(id: string): boolean {
  return byId.has(id)
}

export function slotOf(id: string): Slot {
  const slot = byId.get(id)
  if (slot !== undefined) return slot
  throw new AppError({
    code: 'usage/invalid',
    message: 'a PIV token has no slot of this name',
    hint: 'name one of 9a, 9c, 9d, 9e, or 82 to 95',
  })
}
