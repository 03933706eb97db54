// What people want a record to say, entry by entry, as the change that says it: on top of the log as it stands, or of the record
// that waits.
import { AppError } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import { kindOf, maxBytes, operatorSubject, pendingName } from '../../core/systems/warg/files.ts'
import { diffRecord } from '../../core/systems/warg/log/diff.ts'
import type { LogState } from '../../core/systems/warg/log/log-state.ts'
import { type Entry, parseRecord } from '../../core/systems/warg/log/record.ts'
import { signersOf } from '../../core/systems/warg/log/signers.ts'
import { parseCandidate } from '../../core/systems/warg/waiting/candidate.ts'
import { nextRecord, sentenceFor } from '../../core/systems/warg/waiting/edit.ts'
import { namer } from '../../core/systems/warg/waiting/named.ts'
import { checkWish } from '../../core/systems/warg/waiting/wish.ts'
import type { DocumentEdit } from '../document-edit.ts'
import type { OpenSource } from '../open-source.ts'
import { looking } from './looking.ts'

export interface RecordWish {
  subject: string
  entries: readonly Entry[]
  /** Behind those of the record that waits, which it takes the place of. */
  also?: boolean
}

export interface RecordEdit extends DocumentEdit {
  /** What a person types first, where nothing can take it back. */
  sentence?: string
  /** The log as it is, and with this record. */
  before: LogState
  after?: LogState
}

export async function recordEdit(source: OpenSource, wish: RecordWish, context: Context): Promise<RecordEdit> {
  const { subject } = wish
  const { state } = await looking(source, context, async ({ operator, log }) =>
    subject === operatorSubject ? operator : log(subject),
  )
  const waiting = wish.also === true ? await waitingEntries(source, subject, context) : []
  const entries = [...waiting, ...wish.entries]
  checkBegun(subject, state.length, entries, source)
  const named = entries.flatMap((entry) => ('key' in entry ? [entry.key] : []))
  const nameOf = namer([...state.keys.values(), ...named], context.names)
  checkWish(subject, state, { entries: wish.entries, waiting }, nameOf)
  const document = nextRecord(state, entries, context.now)
  const record = parseRecord(state.kind, document, `the record for ${subject}`)
  const [signer] = signersOf(state, record).keys
  // What nobody may sign is refused when it is drafted, with the reason.
  const diff =
    signer === undefined ? undefined : diffRecord(state, record, signer.ids[0] ?? '', { subject, now: context.now })
  // What waited was typed when it was made.
  const sentence = diff === undefined ? undefined : sentenceFor(subject, wish.entries, diff)
  return {
    subject,
    document,
    before: state,
    ...(sentence === undefined ? {} : { sentence }),
    ...(diff === undefined ? {} : { after: diff.after }),
  }
}

/** A name is claimed on purpose, and only once. */
function checkBegun(subject: string, length: number, entries: readonly Entry[], { elsewhere }: OpenSource): void {
  const begins = entries.some(({ kind }) => kind === 'init')
  if (length === 0 && !begins) {
    throw new AppError({
      code: 'source/not-found',
      message:
        elsewhere === undefined ? `the registry has no package ${subject}` : `this folder does not hold ${subject}`,
      hint: `check the name; to claim it for ever: countersign warg init SOURCE ${subject} KEY`,
      data: { absent: subject },
    })
  }
  if (length > 0 && begins) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${subject} is there already, with ${length} records`,
      hint: `ask who may grant you a permission: countersign warg show SOURCE ${subject}`,
    })
  }
}

async function waitingEntries(
  { transport }: OpenSource,
  subject: string,
  { signal }: Context,
): Promise<readonly Entry[]> {
  const name = pendingName(subject)
  const bytes = await transport.read(name, maxBytes.candidate, signal)
  if (bytes === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: `no record waits for ${subject}, to which something could be added`,
      hint: 'leave out --also',
    })
  }
  const { contents } = parseCandidate(bytes, name)
  return parseRecord(kindOf(subject), contents, name).entries
}
