// init --request and --from: a first root leaves to be signed by holders of whom only the public keys are here; and comes back.
import { AppError } from '../../../core/error.ts'
import { isSameKey } from '../../../core/key.ts'
import type { Signer } from '../../../core/signer.ts'
import { maxRequestBytes } from '../../../core/transfer/request.ts'
import { firstRequest } from '../../../node/carried/first.ts'
import type { Desk } from '../../../node/desk.ts'
import { foundUnder, readFirstRoot } from '../../../node/first-born.ts'
import { emptyPlace, type FoundingKey, nameOfFolder, newFiles } from '../../../node/founding.ts'
import { type KnownKey, knownKeys } from '../../../node/known-keys.ts'
import { writeNewFile } from '../../../node/new-file.ts'
import { createRehearsalKey } from '../../../node/signers/rehearsal.ts'
import { type Answer, answer, type Io, type Parsed } from '../../command.ts'
import { signerFor } from '../../find-key.ts'
import { readInput } from '../../input.ts'
import { plugPractice } from '../../practice.ts'
import { namedKey } from '../../role-keys.ts'
import { proposalData, reviewLines, stateLines } from '../../show.ts'
import { quoted } from '../../text.ts'
import { pathFor } from '../carry/export.ts'
import { readStructure, termsOf } from './terms.ts'

export async function requestFirstRoot(parsed: Parsed, io: Io, desk: Desk): Promise<Answer> {
  const terms = termsOf(parsed)
  await plugPractice(parsed, desk, io)
  const isRehearsal = parsed.flag('rehearsal')
  const known = (await knownKeys(desk, [], io.signal)).filter(({ rehearsal }) => rehearsal === isRehearsal)
  const named = parsed.texts('key')
  const names = named.length === 0 && isRehearsal ? ['You'] : named
  const find = (name: string): Promise<FoundingKey> => publicHolder(name, known, isRehearsal, desk, io)
  const holders: FoundingKey[] = []
  for (const name of names) holders.push(await find(name))
  const [first] = holders
  if (first === undefined) throw noHolder()
  const onlineName = parsed.text('online-key') ?? (isRehearsal ? 'Online' : undefined)
  const online = onlineName === undefined ? first : await find(onlineName)
  const name = nameOfFolder(parsed.positionals[0] ?? '')
  const founding = { name, holders, online, structure: { kind: 'none' }, ...terms } as const
  const askedBy = parsed.text('as')
  const asking = { reason: parsed.text('reason') ?? '', at: io.now(), ...(askedBy === undefined ? {} : { askedBy }) }
  const { bytes, proposal } = await firstRequest(founding, asking, desk, io.signal)
  const path = pathFor(parsed.text('request') ?? '', name, proposal, 'request')
  await writeNewFile(path, bytes)
  return answer(
    { file: path, kind: 'request', bytes: bytes.length, digest: proposal.digest, proposal: proposalData(proposal) },
    ...reviewLines(proposal),
    '',
    `${path}: the request to sign ${proposal.title}, ${bytes.length} bytes. Nothing is signed yet.`,
    'Carry it to where its holders meet: it is signed in a ceremony. On a second screen: countersign inspect FILE',
    `When enough have signed: countersign init ${quoted(parsed.positionals[0] ?? '')} --from FILE --key KEY --online-key KEY`,
  )
}

export async function foundFromRoot(parsed: Parsed, io: Io, desk: Desk): Promise<Answer> {
  const place = await emptyPlace(desk, parsed.positionals[0] ?? '', io.signal)
  const terms = termsOf(parsed)
  const structure = readStructure(parsed)
  const file = parsed.text('from') ?? ''
  const root = await readFirstRoot(await readInput(file, maxRequestBytes, io.signal), file, io.now())
  await plugPractice(parsed, desk, io)
  const targets: Signer[] = []
  for (const name of parsed.texts('key')) targets.push(await signerFor(desk, name, io, newFiles))
  const [first] = targets
  if (first === undefined) throw noHolder()
  const onlineName = parsed.text('online-key')
  const online = onlineName === undefined ? first : await signerFor(desk, onlineName, io, newFiles)
  const name = nameOfFolder(place.location)
  const { pinned, files } = await foundUnder(
    desk,
    place,
    { ...{ name, root, targets, online, structure }, ...terms },
    io.now(),
    io.signal,
  )
  const state = await desk.state(await desk.open(pinned.id), io.signal)
  return answer(
    { location: place.location, files, root: state.anchor.digest },
    `created ${place.location} under the root in ${file}`,
    ...stateLines(pinned.name, state, io.now()),
  )
}

/** Nobody is asked for a signature, so a token need not be plugged in; a rehearsal key is made when there is none of this name. */
async function publicHolder(
  wanted: string,
  known: readonly KnownKey[],
  isRehearsal: boolean,
  desk: Desk,
  io: Io,
): Promise<FoundingKey> {
  try {
    const { key, owner, rehearsal = false } = await namedKey(wanted, known, desk, io)
    if (rehearsal !== isRehearsal) throw otherKind(wanted, rehearsal)
    if (owner === undefined) throw noOwner(wanted)
    const id = known.find((one) => isSameKey(one.key, key))?.id ?? wanted
    return { signer: { id, key, rehearsal }, owner }
  } catch (thrown) {
    const isUnknown = thrown instanceof AppError && thrown.code === 'signer/absent'
    if (!isUnknown || !isRehearsal) throw thrown
    const { id, key } = await createRehearsalKey(desk.workspace.rehearsal, wanted, 'ed25519', io.signal)
    return { signer: { id, key, rehearsal: true }, owner: wanted }
  }
}

function noHolder(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'a repository needs at least one key',
    hint: 'name the holders: --key KEY; see who is known here: countersign keys list; countersign tokens holders',
  })
}

function noOwner(wanted: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `nobody is enrolled for ${wanted}, and a first root names people`,
    hint: 'say first whose key it is: countersign tokens enroll NAME TOKEN SLOT',
  })
}

function otherKind(wanted: string, isPractice: boolean): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: `${wanted} is ${isPractice ? 'for practice, and this is a real repository' : 'a real key, and this is a rehearsal'}`,
    hint: isPractice ? 'add --rehearsal, or name a real key' : 'leave out --rehearsal, or name a practice key',
  })
}
