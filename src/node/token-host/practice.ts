// Practice tokens: software cards in a reader of their own, one at a time. Their finger is a button; what each holds stays in one file.
import { AppError } from '../../core/error.ts'
import type { Transport } from '../../core/transport.ts'
import { type RehearsalCard, rehearsalCard } from '../rehearsal-card/card.ts'
import { rehearsalReaders } from '../rehearsal-card/readers.ts'
import type { Authorities } from '../signers/piv/attesting.ts'
import { pivTokens } from '../signers/piv/driver.ts'
import { noVendorRoots } from '../vendor-roots.ts'

const maxFileBytes = 4 * 1024 * 1024
const readerName = 'Practice reader'
const firstSerial = 90_000_001

/** A card of a rehearsal, which stands in for somebody's token; the others know only one. */
export interface PracticeCard {
  /** The id of the ceremony, in whose folder it lies. */
  run: string
  /** From 1. */
  number: number
}

export interface Practice {
  driver: ReturnType<typeof pivTokens>
  /** Another card that is plugged in is pulled first. */
  plug(plugged: boolean, which?: PracticeCard): Promise<void>
  touch(touched: boolean): void
}

function fileOf(which: PracticeCard | undefined): string {
  if (which === undefined) return 'practice-token.json'
  if (/^[\w-]{1,40}$/.test(which.run)) return `ceremonies/${which.run}/card-${which.number}.json`
  throw new AppError({
    code: 'usage/invalid',
    message: 'there is no such practice token',
    hint: 'open the ceremony again',
  })
}

/** Its own, and no vendor's: a practice token must never pass for a real one. */
function authorities(card: RehearsalCard | undefined): Authorities {
  if (card === undefined) return { roots: noVendorRoots }
  const { attestationRoot, attestationIntermediates } = card
  return { roots: noVendorRoots, rehearsalRoot: attestationRoot, intermediates: attestationIntermediates }
}

export function practice(files: Transport, signal: AbortSignal): Practice {
  const readers = rehearsalReaders()
  let card: RehearsalCard | undefined
  let finger: ((touched: boolean) => void) | undefined
  let saving: Promise<void> = Promise.resolve()
  let fileName = ''

  async function pull(): Promise<void> {
    readers.remove(readerName)
    // First what it learned last: without a card there is nothing to save.
    await saving
    card = undefined
  }

  function save(): void {
    saving = saving.then(async () => {
      const bytes = card?.save()
      if (bytes === undefined) return
      const base = (await files.read(fileName, maxFileBytes, signal)) ?? null
      await files.write(new Map([[fileName, bytes]]), new Map([[fileName, base]]), 'practice token', signal)
    })
    // A token that could not be saved is as it was before, the next time it is plugged in.
    saving.catch(() => undefined)
  }

  return {
    driver: pivTokens({ readers, rehearsal: true, authorities: async () => authorities(card) }),
    plug: async (plugged, which) => {
      const wanted = fileOf(which)
      const isIn = card !== undefined
      if (isIn && (!plugged || wanted !== fileName)) await pull()
      if (!plugged || (isIn && wanted === fileName)) return
      fileName = wanted
      const saved = await files.read(fileName, maxFileBytes, signal)
      card = rehearsalCard({
        serial: firstSerial + (which?.number ?? 0),
        touch: (stop) =>
          new Promise((resolve) => {
            const mine = (touched: boolean): void => {
              // The card waits no more: a press from now on is for nothing, and is told so.
              if (finger === mine) finger = undefined
              resolve(touched)
            }
            finger = mine
            stop.addEventListener('abort', () => mine(false), { once: true })
          }),
        ...(saved === undefined ? {} : { saved }),
        onChange: save,
      })
      if (saved === undefined) save()
      readers.insert(readerName, card)
    },
    touch: (touched) => {
      if (finger === undefined) {
        throw new AppError({
          code: 'usage/invalid',
          message: 'the practice token does not wait for a touch',
          hint: 'sign something first',
        })
      }
      finger(touched)
    },
  }
}
