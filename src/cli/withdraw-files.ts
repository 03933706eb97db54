// withdraw where a change that waits is nothing but files: these, and nothing else, are taken away.
import { AppError } from '../core/error.ts'
import type { TrustSystem } from '../core/system.ts'
import { shortKeyId } from '../core/systems/warg/encoding/key.ts'
import { maxBytes, pendingName } from '../core/systems/warg/files.ts'
import { claimedKeys, parseCandidate } from '../core/systems/warg/waiting/candidate.ts'
import { snapshot } from '../core/transport.ts'
import type { Desk, OpenSource } from '../node/desk.ts'
import { unwatchUnclaimed } from '../node/warg/watch-list.ts'
import { type Answer, answer, type Io, type Parsed } from './command.ts'
import { digitsToLook, pickProposal } from './pick-proposal.ts'
import { contextOf } from './session.ts'
import { wrapped } from './text.ts'

export type Withdraw = NonNullable<TrustSystem['withdraw']>

/** `agree`: whoever signed it is named, and a person says that it goes all the same. */
export async function withdrawFiles(
  withdraw: Withdraw,
  parsed: Parsed,
  desk: Desk,
  source: OpenSource,
  io: Io,
  agree: (names: readonly string[], title: string, subject: string) => Promise<void>,
): Promise<Answer> {
  const { carried, backend, pinned, transport } = source
  if (carried === true || backend !== undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: `what waits for ${pinned.name} is not kept here, and cannot be given up from here`,
      hint:
        carried === true ? 'give it up where it came from' : 'ask whoever keeps the backend; do not sign it meanwhile',
    })
  }
  const [, id = ''] = parsed.positionals
  const context = contextOf(source, io)
  const { problems } = await desk.pending(source, io.signal)
  const isProblem = problems.some(({ subject }) => subject === id)
  const claimed = isProblem && !parsed.flag('yes') ? await claimedIn(source, id, io) : undefined
  const isBroken = isProblem && (parsed.flag('yes') || claimed !== undefined)
  const waiting = isBroken ? undefined : await pickProposal(desk, source, id, io.signal, digitsToLook)
  const { subject, title } = waiting ?? { subject: id, title: id }
  const signed = (waiting?.quorums ?? []).flatMap(({ keys }) => keys.filter((entry) => entry.signed))
  const names = [...new Set([...signed.map(({ owner, label }) => owner ?? label), ...(claimed ?? [])])]
  if (names.length > 0) await agree(names, title, subject)
  const read = snapshot(transport)
  const files = await withdraw(subject, read, context)
  for (const name of files.keys()) await read.read(name, maxFileBytes, io.signal)
  await transport.write(files, read.seen(files.keys()), `withdraw ${title}`, io.signal)
  const gone = [...files.keys()]
  const unwatched = await unwatchUnclaimed(source, subject, context)
  const data = { withdrawn: waiting?.id ?? id, files: gone, signedBy: names, ...(unwatched ? { unwatched } : {}) }
  return answer(
    data,
    ...wrapped([
      `gave up ${title}; these files are gone:`,
      ...gone.map((name) => `  ${name}`),
      ...(unwatched ? [`${subject} is no longer watched here: nobody has claimed it`] : []),
    ]),
  )
}

/** Of a record that can be read, and does not count any more, as when its log went on: keys that it says have signed it. */
async function claimedIn({ registry, transport }: OpenSource, id: string, io: Io): Promise<string[] | undefined> {
  if (registry === undefined) return undefined
  const name = pendingName(id)
  const bytes = await transport.read(name, maxBytes.candidate, io.signal)
  try {
    return bytes === undefined ? undefined : claimedKeys(parseCandidate(bytes, name)).map(shortKeyId)
  } catch (thrown) {
    // What cannot be read is given up with --yes, as its own fault says.
    if (thrown instanceof AppError) return undefined
    throw thrown
  }
}

const maxFileBytes = 64 * 1024 * 1024
