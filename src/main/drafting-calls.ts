// The calls of a window in which a change is being made, or a repository is seen from the inside.
import { AppError, toErrorData } from '../core/error.ts'
import type { KeyHolder } from '../core/systems/tuf/create.ts'
import type { TokenList } from '../core/token.ts'
import { maxDropped } from '../ipc/channel.ts'
import type {
  CreateRequest,
  contract,
  DraftView,
  KeyChoice,
  Notice,
  PreviewRequest,
  SourceView,
} from '../ipc/contract.ts'
import { download } from '../node/artifacts/download.ts'
import { verifyFile } from '../node/artifacts/verify-file.ts'
import { askingKey } from '../node/asfaload/asking.ts'
import { askedSource, projectAt } from '../node/asfaload/listing.ts'
import { verifyReleasedFile } from '../node/asfaload/verify.ts'
import type { Desk, EditedSource, OpenSource } from '../node/desk.ts'
import { emptyPlace, foundRepository, newFiles, structureOf } from '../node/founding.ts'
import { type KnownKey, knownKeys } from '../node/known-keys.ts'
import { saveArchive } from '../node/merkle/save.ts'
import { editedSource, tufSource } from '../node/open-source.ts'
import { outcomeOf } from '../node/outcome.ts'
import { put, stewardOf } from '../node/steward.ts'
import { watchProposed } from '../node/warg/watch-list.ts'
import type { PinnedSource } from '../node/workspace.ts'
import type { Alone } from './alone.ts'
import { choicesIn, editsOf } from './edit-data.ts'
import type { Handlers } from './ipc.ts'
import { openBlocks, openToDraft, shownAs } from './named-source.ts'
import { keyOption, quorumsOf, verdictView } from './present-repository.ts'
import { foundProject } from './project-wishes.ts'
import type { Reader } from './reading/reader.ts'
import type { Shell } from './shell.ts'
import { placeOf, rememberedLooks, saveNew } from './window-files.ts'
import { windowPlaces } from './window-places.ts'
import { isWholeEdit, wishedPreview } from './wished-previews.ts'

type Names = Extract<
  keyof typeof contract,
  | `repository.${string}`
  | `project.${string}`
  | `releases.${string}`
  | `drafts.${string}`
  | `files.${string}`
  | `versions.${string}`
>
type DraftingHandlers = Pick<Handlers<typeof contract>, Names>

export interface DraftingParts {
  desk: Desk
  reader: Reader
  shell: Pick<Shell, 'pickDirectory' | 'pickFiles'>
  /** What writes, or asks for a secret: one at a time, with a way to stop it. */
  alone: Alone
  /** A change by the id that the window knows it by. */
  sourceOf(proposalId: string): Promise<{ source: OpenSource; id: string }>
  viewSource(pinned: PinnedSource): Promise<SourceView>
  /** What is plugged in, as far as was heard. */
  tokens(): TokenList
  now(): Date
  notify(notice: Notice): void
  signal: AbortSignal
}

export function draftingCalls(parts: DraftingParts): DraftingHandlers {
  const { desk, reader, shell, alone, sourceOf, viewSource, now, notify, signal } = parts
  const places = windowPlaces(desk.workspace)
  const looks = rememberedLooks(places)
  const progress = (doing: string) => (doneBytes: number, totalBytes: number) =>
    notify({ kind: 'progress', doing, doneBytes, totalBytes })
  const asClient = (source: EditedSource, stop: AbortSignal) => ({
    ...{ now: now(), signal: stop },
    remember: (trusted: Parameters<typeof desk.workspace.remember>[1]) =>
      desk.workspace.remember(source.pinned.id, trusted),
  })

  /** Keys of this machine, and of the repository where one is named. */
  async function keysFor(sourceId: string | undefined, stop = signal): Promise<KnownKey[]> {
    const roles = sourceId === undefined ? [] : await reader.read('keyedRoles', { sourceId }, stop)
    return knownKeys(desk, roles, signal)
  }

  async function requestOf({ sourceId, subject, edits, onto }: PreviewRequest, stop: AbortSignal) {
    const data = edits.flatMap((one) => (isWholeEdit(one) ? [] : one))
    const keys = data.some((one) => choicesIn(one).length > 0) ? await keysFor(sourceId, stop) : []
    return { subject, ...editsOf(data, { keys, look: looks.files }), ...(onto === undefined ? {} : { onto }) }
  }

  /** A person waits for one preview: what they changed since, or left, is not worked out any further. */
  let previewing: AbortController | undefined
  async function preview(request: PreviewRequest): Promise<DraftView> {
    previewing?.abort()
    const mine = new AbortController()
    previewing = mine
    const wanted = request.edits.find(isWholeEdit)
    if (wanted !== undefined) {
      const how = { reader, look: looks.files, keysFor, signers: () => desk.signers(signal) }
      return wishedPreview(wanted, request, how, mine.signal)
    }
    const asked = { sourceId: request.sourceId, request: await requestOf(request, mine.signal) }
    const file = request.edits.find((one) => one.kind === 'document-file')
    const more = file === undefined ? {} : { file: await places.toRead(file.path) }
    const known = { signers: await desk.signers(signal), tokens: parts.tokens() }
    return reader.read('preview', { ...asked, ...more, ...known }, mine.signal)
  }

  return {
    'repository.create': (request) =>
      alone('a new repository', async (stop) => {
        const place = await emptyPlace(desk, await places.toCreate(request.location), stop)
        const founding = await foundingOf(request, desk, await keysFor(undefined), stop)
        const { pinned } = await foundRepository(desk, place, founding, now(), stop)
        return viewSource(pinned)
      }),
    'project.create': (request) =>
      alone('a new project', async (stop) => {
        const wanted = { ...request, location: await places.toCreate(request.location) }
        return viewSource(await foundProject(wanted, await keysFor(undefined, stop), desk, now(), stop))
      }),
    'project.get': async (asked) => reader.read('project', { ...asked, signers: await desk.signers(signal) }, signal),
    'project.ask': ({ sourceId, release, signerId }) =>
      alone('a question to the backend', async (stop) => {
        const opened = await desk.open(sourceId, undefined, stop)
        const by = signerId === undefined ? undefined : await askingHere(opened, signerId, desk, stop)
        const releases = release === undefined ? [] : [release]
        const { proposals, problems } = await desk.pending(await askedSource(opened, { releases, by }, stop), stop)
        notify({ kind: 'changed' })
        return {
          waits: proposals.length,
          problems: problems.map(({ subject, error }) => ({ subject, error: toErrorData(error) })),
        }
      }),
    'repository.get': (asked) => reader.read('inside', asked, signal),
    'repository.targets': ({ bins, ...asked }) =>
      reader.read('targets', { ...asked, withBins: bins === 'too' }, signal),
    'repository.history': (asked) => reader.read('history', asked, signal),
    'versions.get': (asked) => reader.read('versions', asked, signal),
    'versions.ask': (asked) => reader.read('askedVersions', asked, signal),
    'versions.save': async ({ path, ...asked }) => ({
      path: await saveNew(places, path, await reader.read('versionsPicture', asked, signal), ['.svg']),
    }),
    'versions.archive': ({ sourceId, path }) =>
      alone('the archive', async (stop) => {
        const source = await openBlocks(desk, sourceId)
        const whole = await placeOf(places, path, ['.car'])
        await saveArchive(source.transport, whole, { anchor: source.trust.anchor, signal: stop })
        return { path: whole }
      }),

    'releases.list': async (asked) => {
      const { list, remember } = await reader.read('releases', asked, signal)
      if (remember !== undefined) await desk.workspace.remember(asked.sourceId, remember)
      return list
    },
    'releases.verify': ({ sourceId, file, release }) =>
      alone('the check of a file', async (stop) => {
        const opened = await desk.open(sourceId, undefined, stop)
        const far = progress('Reading the file')
        if (opened.system.id === 'asfaload') {
          const project = await projectAt(opened, release, desk.context(opened, stop))
          return verdictView(await verifyReleasedFile(project, await places.toRead(file), { progress: far }), file)
        }
        const source = editedSource(opened)
        return verifyFile(source, await places.toRead(file), { ...asClient(source, stop), progress: far })
      }),
    'releases.download': ({ sourceId, path, folder }) =>
      alone('a download', async (stop) => {
        const source = editedSource(await desk.open(sourceId, undefined, stop))
        const options = { ...asClient(source, stop), progress: progress('Downloading') }
        const { file, resumedFrom } = await download(source, path, await places.toWrite(folder), options)
        return { file, resumedFrom }
      }),

    'drafts.preview': preview,
    'drafts.changes': (asked) => reader.read('draftChanges', asked, signal),
    'drafts.propose': ({ sourceId, digest, replace, sentence, signerId }) =>
      alone('the proposal of a change', async (stop) => {
        const source = await openToDraft(desk, sourceId, stop)
        const shown = shownAs(source).id
        const request = { previewed: digest, replace: replace === 'yes', ...(sentence === '' ? {} : { sentence }) }
        const prepared = await reader.read('prepared', { sourceId: shown, request }, stop)
        const how = { signWith: signerId, progress: progress('Copying artifacts') }
        const [signed] = (await desk.drafts.write(source, prepared, stop, how)) ?? []
        await watchProposed(source, prepared.ids, stop)
        const proposalIds = prepared.ids.map((id) => `${shown}:${id}`)
        const quorums = signed === undefined ? {} : { quorums: quorumsOf(signed, await desk.signers(stop)) }
        const byItself = signed === undefined ? undefined : await outcomeOf(source, signed, desk.context(source, stop))
        return { proposalIds, ...quorums, ...(byItself === undefined ? {} : { byItself }) }
      }),
    'drafts.text': (asked) => reader.read('text', asked, signal),
    'drafts.save': ({ sourceId, subject, path }) =>
      alone('the saving of a text', async (stop) => {
        const bytes = await reader.read('whole', { sourceId, subject }, stop)
        return { path: await saveNew(places, path, bytes) }
      }),
    'drafts.keys': async ({ sourceId }) => {
      const keys = await keysFor(sourceId === '' ? undefined : sourceId)
      return keys.map(keyOption)
    },
    'drafts.configuration': (asked) => reader.read('configuration', asked, signal),
    'drafts.withdraw': ({ proposalId, signerId }) =>
      alone('the withdrawal of a change', async (stop) => {
        const { source: named, id } = await sourceOf(proposalId)
        if (named.layout === undefined && stewardOf(named).refuses.withdraw === undefined)
          return put(named, await reader.read('takingAway', { sourceId: shownAs(named).id, id }, stop), stop)
        const source = tufSource(named)
        if (stewardOf(source).withdraw !== undefined) return desk.drafts.withdraw(source, id, stop, signerId)
        const prepared = await reader.read('withdrawal', { sourceId: shownAs(source).id, id }, stop)
        await put(source, prepared, stop)
      }),

    'files.look': ({ path, more = [], of = 'role' }) =>
      alone('the reading of files', async (stop) => {
        const { lookId, look } = await looks.look([path, ...more], of, stop, progress('Reading files'))
        const files = look.files.map(({ file: _, ...one }) => one)
        return { lookId, files, totalBytes: look.totalBytes, leftOut: look.leftOut }
      }),
    'files.pick': async ({ what }) => {
      if (what === 'files') return { paths: (await shell.pickFiles('Choose files')).slice(0, maxDropped) }
      const path = await shell.pickDirectory('Choose a folder')
      return { paths: path === undefined ? [] : [path] }
    },
    'files.save': async ({ path, text }) => ({ path: await saveNew(places, path, text) }),
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

async function askingHere(source: OpenSource, signerId: string, desk: Desk, signal: AbortSignal) {
  const signer = (await desk.signers(signal)).find(({ id }) => id === signerId)
  if (signer !== undefined) return askingKey(source, signer, desk.signer, desk.context(source, signal))
  throw new AppError({ code: 'signer/absent', message: `the key ${signerId} is not here`, hint: 'choose another one' })
}
