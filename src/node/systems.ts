// The trust systems that have repositories here. Everything above core asks this registry for one by its id; a further system is one
// more entry, and a form in core.
import { AppError } from '../core/error.ts'
import type { SystemId } from '../core/proposal.ts'
import type { Anchor, TrustSystem } from '../core/system.ts'
import { asfaloadForm } from '../core/systems/asfaload/carried-form.ts'
import { merkleForm } from '../core/systems/merkle/carried-form.ts'
import { tufForm } from '../core/systems/tuf/carried-form.ts'
import { wargForm } from '../core/systems/warg/carried-form.ts'
import { carriedWarg } from '../core/systems/warg/carry/carried.ts'
import type { CarriedForm, CarriedForms } from '../core/transfer/carried-form.ts'
import { isAsfaload, type LaterAnchor, lookAtSigners } from './asfaload/first-look.ts'
import { openAsfaload } from './asfaload/place.ts'
import { carriedFolder, isCarriedLocation } from './carried/address.ts'
import { isMerkle, lookAtBlocks } from './merkle/first-look.ts'
import { openMerkle } from './merkle/place.ts'
import { lookAtRoot } from './oldest-root.ts'
import { openPlace, type Place, type PlaceOptions } from './place.ts'
import { directoryTransport } from './transports/directory.ts'
import { agreedHere } from './warg/agreed.ts'
import { isWarg, lookAtOperator } from './warg/first-look.ts'
import { openWarg } from './warg/place.ts'

export interface KnownSystem {
  /** How its changes cross an air gap, and how its anchor is read. */
  form: CarriedForm
  open(location: string, options: PlaceOptions): Promise<Place>
  /** Over what was carried here, where this machine knows more of it than its form does. */
  carried?(dataDir: string): TrustSystem
  /** How changes of it are made, for whoever asks for what TUF alone has. */
  changedBy?: string
  /** Whether what lies there is of this system, false where that cannot be found out; absent: whatever no other one recognises. */
  recognises?(location: string, options: PlaceOptions): Promise<boolean>
  /** The anchor that a place shows to whoever trusts nothing of it yet; `name`: what it calls itself; `later`: what followed the anchor. */
  look(
    location: string,
    now: Date,
    signal: AbortSignal,
    options: PlaceOptions,
  ): Promise<{ anchor: Anchor; name?: string; later?: readonly LaterAnchor[] }>
}

export interface Systems {
  forms: CarriedForms
  /** What was pinned before there were several is of the first one. */
  of(id: SystemId | undefined): KnownSystem
  /** Of a place that nobody has said a system of. */
  at(location: string, options: PlaceOptions): Promise<KnownSystem>
}

const tuf: KnownSystem = { form: tufForm, open: openPlace, look: lookAtRoot }

const asfaload: KnownSystem = {
  form: asfaloadForm,
  open: openAsfaload,
  changedBy:
    'changes of an asfaload project are made with: countersign signers, countersign release --at, countersign revoke',
  recognises: isAsfaload,
  look: lookAtSigners,
}

/** By whom changes are made, told to whoever asks for what TUF alone has. */
const wargChanges =
  'changes of a Warg registry are made with: countersign warg init, release, yank, grant or revoke SOURCE; what is in it: countersign warg show SOURCE'

const warg: KnownSystem = {
  form: wargForm,
  open: openWarg,
  changedBy: wargChanges,
  recognises: isWarg,
  look: lookAtOperator,
  carried: (dataDir) => carriedWarg(agreedHere(dataDir)),
}

const merkle: KnownSystem = {
  form: merkleForm,
  open: openMerkle,
  changedBy:
    'repositories of blocks are changed with: countersign edit, roles, delegate or release SOURCE; more: countersign merkle --help',
  recognises: isMerkle,
  look: lookAtBlocks,
}

export function systemsOf(first: KnownSystem, ...others: readonly KnownSystem[]): Systems {
  const all = [first, ...others]
  return {
    forms: all.map(({ form }) => form),
    of: (id = first.form.system.id) => {
      const found = all.find(({ form }) => form.system.id === id)
      if (found !== undefined) return found === first ? first : { ...found, open: openedBy(found) }
      throw new AppError({
        code: 'format/unsupported',
        message: `this repository was pinned by a newer version of Countersign, as one of ${id}`,
        hint: 'update Countersign',
      })
    },
    at: async (location, options) => {
      for (const one of others) if (await one.recognises?.(location, options)) return one
      return first
    },
  }
}

function openedBy({ form, open, carried, changedBy }: KnownSystem): KnownSystem['open'] {
  return async (location, options) => {
    if (!isCarriedLocation(location)) return told(await open(location, options), changedBy)
    const { dataDir, fs } = options
    const where = { create: true, private: true, ...(fs === undefined ? {} : { fs }) }
    return {
      transport: directoryTransport(carriedFolder(dataDir, location), where),
      system: carried?.(dataDir) ?? form.system,
      carried: true,
      elsewhere: { how: 'carry the signatures back; the change is published where the request came from' },
    }
  }
}

function told<P extends Place>(place: P, changedBy: string | undefined): P {
  return changedBy === undefined ? place : { ...place, changedBy }
}

export const houseSystems = systemsOf(tuf, asfaload, warg, merkle)
