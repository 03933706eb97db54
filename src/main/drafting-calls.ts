// The calls of a window in which a change is being made, or a repository is seen from the inside.
import { AppError } from '../core/error.ts'
import type { KeyHolder } from '../core/systems/tuf/create.ts'
import type { CreateRequest, contract, EditData, KeyChoice, Notice, SourceView } from '../ipc/contract.ts'
import { download } from '../node/artifacts/download.ts'
import { releases } from '../node/artifacts/releases.ts'
import { verifyFile } from '../node/artifacts/verify-file.ts'
import { configurationFacts } from '../node/configuration-view.ts'
import type { Desk, OpenSource } from '../node/desk.ts'
import type { DraftRequest } from '../node/drafting.ts'
import { emptyPlace, foundRepository, newFiles, structureOf } from '../node/founding.ts'
import { type KnownKey, knownKeys } from '../node/known-keys.ts'
import { checkScope } from '../node/release-edits.ts'
import { readHistory } from '../node/repository-history.ts'
import { changeMark, type Inside, openInside, readInside, readTargets } from '../node/repository-view.ts'
import { findDelegation, readKeyedRoles } from '../node/repository-walk.ts'
import type { PinnedSource } from '../node/workspace.ts'
import type { Alone } from './alone.ts'
import { choicesIn, editsOf } from './edit-data.ts'
import type { Handlers } from './ipc.ts'
import { openToChange, shownAs } from './named-source.ts'
import * as present from './present-repository.ts'
import type { Shell } from './shell.ts'
import { rememberedLooks, saveText } from './window-files.ts'
import { windowPlaces } from './window-places.ts'

type Names = Extract<
  keyof typeof contract,
  `repository.${string}` | `releases.${string}` | `drafts.${string}` | `files.${string}`
>
type DraftingHandlers = Pick<Handlers<typeof contract>, Names>

export interface DraftingParts {
  desk: Desk
  shell: Pick<Shell, 'pickDirectory'>
  /** What writes, or asks for a secret: one at a time, with a way to stop it. */
  alone: Alone
  /** A change by the id that the window knows it by. */
  sourceOf(proposalId: string): Promise<{ source: OpenSource; id: string }>
  viewSource(pinned: PinnedSource): Promise<SourceView>
  now(): Date
  notify(notice: Notice): void
  signal: AbortSignal
}

export function draftingCalls(parts: DraftingParts): DraftingHandlers {
  const { desk, shell, alone, sourceOf, viewSource, now, notify, signal } = parts
  const places = windowPlaces(desk.workspace)
  const looks = rememberedLooks(places)
  const inside = insideCache(parts)

  const contextOf = ({ trust }: OpenSource, stop: AbortSignal = signal) => ({
    ...{ anchor: trust.anchor, memory: trust.memory },
    ...{ now: now(), signal: stop },
  })
  const opened = (source: OpenSource) => openInside(source, contextOf(source))
  const progress = (doing: string) => (doneBytes: number, totalBytes: number) =>
    notify({ kind: 'progress', doing, doneBytes, totalBytes })
  const asClient = (source: OpenSource, stop: AbortSignal) => ({
    ...{ now: now(), signal: stop },
    remember: (trusted: Parameters<typeof desk.workspace.remember>[1]) =>
      desk.workspace.remember(source.pinned.id, trusted),
  })

  /** Keys of this machine, and of the repository where one is named. */
  async function keysFor(source: OpenSource | undefined): Promise<KnownKey[]> {
    const roles = source === undefined ? [] : await readKeyedRoles(await opened(source))
    return knownKeys(desk, roles, signal)
  }

  async function requestOf(source: OpenSource, subject: string, data: readonly EditData[]): Promise<DraftRequest> {
    const keys = data.some((one) => choicesIn(one).length > 0) ? await keysFor(source) : []
    const { edits, uploads } = editsOf(data, { keys, look: looks.files })
    if (uploads.length > 0 && subject !== 'targets') {
      const paths = uploads.map(({ path }) => path)
      checkScope(subject, paths, await findDelegation(subject, await opened(source)))
    }
    return { subject, edits, uploads }
  }

  return {
    'repository.create': (request) =>
      alone('a new repository', async (stop) => {
        const place = await emptyPlace(desk, await places.toCreate(request.location), stop)
        const founding = await foundingOf(request, desk, await keysFor(undefined), stop)
        const { pinned } = await foundRepository(desk, place, founding, now(), stop)
        return viewSource(pinned)
      }),
    'repository.get': async ({ sourceId }) => {
      const source = await desk.open(sourceId)
      const { proposals } = await desk.pending(source, signal)
      return present.repositoryView(source.pinned, await inside(source), proposals, now())
    },
    'repository.targets': async ({ sourceId, ...query }) =>
      present.targetPage(readTargets(await inside(await desk.open(sourceId)), query), query.offset),
    'repository.history': async ({ sourceId, role }) =>
      present.historyView(await readHistory(role, await opened(await desk.open(sourceId)))),

    'releases.list': async ({ sourceId }) => {
      const source = await desk.open(sourceId)
      return releases(source, asClient(source, signal))
    },
    'releases.verify': ({ sourceId, file }) =>
      alone('the check of a file', async (stop) => {
        const source = await desk.open(sourceId)
        const options = { ...asClient(source, stop), progress: progress('Reading the file') }
        return verifyFile(source, await places.toRead(file), options)
      }),
    'releases.download': ({ sourceId, path, folder }) =>
      alone('a download', async (stop) => {
        const source = await desk.open(sourceId)
        const options = { ...asClient(source, stop), progress: progress('Downloading') }
        const { file } = await download(source, path, await places.toWrite(folder), options)
        return { file }
      }),

    'drafts.preview': async ({ sourceId, subject, edits, onto }) => {
      const source = await openToChange(desk, sourceId, signal)
      const request = { ...(await requestOf(source, subject, edits)), ...(onto === undefined ? {} : { onto }) }
      return present.draftView(await desk.drafts.preview(source, request, signal), await desk.signers(signal))
    },
    'drafts.propose': ({ sourceId, digest, replace, sentence }) =>
      alone('the proposal of a change', async (stop) => {
        const source = await openToChange(desk, sourceId, signal)
        const request = { previewed: digest, replace: replace === 'yes', ...(sentence === '' ? {} : { sentence }) }
        const draft = await desk.drafts.propose(source, request, stop, progress('Copying artifacts'))
        return { proposalIds: [draft.proposal, ...draft.along].map(({ id }) => `${shownAs(source).id}:${id}`) }
      }),
    'drafts.text': async ({ sourceId, subject }) =>
      desk.drafts.text(await openToChange(desk, sourceId, signal), subject, signal),
    'drafts.keys': async ({ sourceId }) => {
      const keys = await keysFor(sourceId === '' ? undefined : await openToChange(desk, sourceId, signal))
      return keys.map(present.keyOption)
    },
    'drafts.configuration': async ({ sourceId }) => {
      const { fields, version, isSigned } = await configurationFacts(
        await opened(await openToChange(desk, sourceId, signal)),
      )
      return { fields, ...(version === undefined || isSigned ? {} : { unsigned: version }) }
    },
    'drafts.withdraw': ({ proposalId }) =>
      alone('the withdrawal of a change', async (stop) => {
        const { source, id } = await sourceOf(proposalId)
        await desk.drafts.withdraw(source, id, stop)
      }),

    'files.look': ({ path }) =>
      alone('the reading of files', async (stop) => {
        const { lookId, look } = await looks.look(path, stop, progress('Reading files'))
        const files = look.files.map(({ name, length, sha256 }) => ({ name, length, sha256 }))
        return { lookId, files, totalBytes: look.totalBytes, leftOut: look.leftOut }
      }),
    'files.pick': async ({ what }) => {
      // The shells can only ask for a folder; files are typed.
      const path = what === 'folder' ? await shell.pickDirectory('Choose a folder') : undefined
      return path === undefined ? {} : { path }
    },
    'files.save': async ({ path, text }) => ({ path: await saveText(places, path, text) }),
  }
}

// ---- a new repository ----------------------------------------------------------------------------------------------

async function foundingOf(
  request: CreateRequest,
  desk: Desk,
  known: readonly KnownKey[],
  signal: AbortSignal,
): Promise<Parameters<typeof foundRepository>[2]> {
  const { name, threshold, expiryDays, signingDays, snapshotDays, timestampDays } = request
  const times = { expiryDays, signingDays, snapshotDays, timestampDays }
  const holders: KeyHolder[] = []
  for (const choice of request.holders) holders.push(await holderOf(choice, desk, known, signal))
  const online = await holderOf(request.online, desk, known, signal)
  const structure = structureOf(request.structure, request.bitLength)
  return { name, holders, threshold, online, structure, ...times }
}

async function holderOf(
  choice: KeyChoice,
  desk: Desk,
  known: readonly KnownKey[],
  signal: AbortSignal,
): Promise<KeyHolder> {
  if (choice.from === 'pem') {
    throw new AppError({
      code: 'usage/invalid',
      message: `the key of ${choice.owner} is only a public key, and the first files are signed now`,
      hint: 'plug in the token, or begin without this key and add it later',
    })
  }
  const owner = known.find(({ id }) => id === choice.signerId)?.owner
  const signer = await desk.signer(choice.signerId, signal, newFiles)
  return { signer, ...(owner === undefined ? {} : { owner }) }
}

// ---- what was read already -----------------------------------------------------------------------------------------

/** A repository with a million artifacts is read once, and again when something in it has changed. */
const maxKept = 2

function insideCache({ now, signal }: DraftingParts): (source: OpenSource) => Promise<Inside> {
  const kept = new Map<string, { mark: string; inside: Inside }>()
  return async (source) => {
    const { id } = source.pinned
    const context = { anchor: source.trust.anchor, memory: source.trust.memory, now: now(), signal }
    const mark = await changeMark(source, context)
    const known = kept.get(id)
    kept.delete(id)
    const inside = known?.mark === mark ? known.inside : await readInside(source, context)
    kept.set(id, { mark, inside })
    for (const old of [...kept.keys()].slice(0, -maxKept)) kept.delete(old)
    return inside
  }
}
