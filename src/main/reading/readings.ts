// What the window asks of repositories: only read, verified and worked out, answered as plain data. It may take seconds for a
// role with a million artifacts, so it runs in a thread of its own; what signs, asks a person or writes stays in main.
import { toErrorData } from '../../core/error.ts'
import type { Change, Proposal } from '../../core/proposal.ts'
import type { KnownSigner, PublicKey } from '../../core/signer.ts'
import type { SubjectEdit } from '../../core/systems/tuf/edit/edit.ts'
import { typedPart } from '../../core/systems/tuf/editable.ts'
import type { Effects } from '../../core/systems/tuf/effect.ts'
import { maxBytes } from '../../core/systems/tuf/names.ts'
import { parseSubject } from '../../core/systems/tuf/subject.ts'
import type { TokenList } from '../../core/token.ts'
import type { Files } from '../../core/transport.ts'
import type {
  ClientAnswer,
  ConfigurationView,
  DraftView,
  EditableText,
  HistoryView,
  LogView,
  ProjectView,
  ProposalView,
  RawDocument,
  RegistryView,
  RepositoryView,
  SourceView,
  TargetPage,
  VersionsView,
} from '../../ipc/contract.ts'
import { type ProjectReleases, releases } from '../../node/artifacts/releases.ts'
import { askableKeys } from '../../node/asfaload/asking.ts'
import { type ProjectWish, wishedEdit } from '../../node/asfaload/edits.ts'
import { projectFacts } from '../../node/asfaload/project-facts.ts'
import { spreadOverBins } from '../../node/bins.ts'
import { configurationFacts } from '../../node/configuration-view.ts'
import type { Desk, EditedSource, OpenSource, TufSource } from '../../node/desk.ts'
import type { DraftRequest, ProposeRequest } from '../../node/drafting.ts'
import type { Holder } from '../../node/enrolled-file.ts'
import type { KeyedRole } from '../../node/known-keys.ts'
import { readBlocksHistory } from '../../node/merkle/history.ts'
import { readBlockTargets } from '../../node/merkle/inside.ts'
import { editedSource, isOfBlocks, tufSource } from '../../node/open-source.ts'
import { outcomeOf } from '../../node/outcome.ts'
import type { Prepared } from '../../node/prepared.ts'
import { readOnce } from '../../node/read-once.ts'
import { checkScope } from '../../node/release-edits.ts'
import { readHistory } from '../../node/repository-history.ts'
import { type Looked, openInside, openRoles, readTargets, type TargetQuery } from '../../node/repository-view.ts'
import { findDelegation, readKeyedRoles } from '../../node/repository-walk.ts'
import { isEqualFast } from '../../node/steady.ts'
import { stewardOf } from '../../node/steward.ts'
import { prepareTakingAway } from '../../node/withdrawing.ts'
import type { PinnedSource } from '../../node/workspace.ts'
import { reachedBy } from '../access-calls.ts'
import { openNamed, openProject, openToChange, openToDraft, openToEdit, openTuf } from '../named-source.ts'
import * as present from '../present.ts'
import * as presentRepository from '../present-repository.ts'
import type { WantedRecord } from '../registry-wishes.ts'
import { type Carrying, carriedView, carrying } from './carrying.ts'
import { type Inbox, readInbox } from './inbox.ts'
import { insideCache } from './inside-cache.ts'
import { merkleReadings } from './merkle-readings.ts'
import { registryReadings } from './registry-readings.ts'
import { withSendingCosts } from './sending-costs.ts'

/** What is to be remembered of a source that was read; writing it is main's. */
export interface Memory {
  sourceId: string
  successor: Uint8Array
  memory: Map<string, Uint8Array>
}

interface Trusted {
  successor: Uint8Array
  memory: Files
}

export interface SourceFacts {
  view: SourceView
  /** Absent when it is what is remembered already. */
  remember?: Memory
}

/** Which keys may sign a role of a source: "Example Packages: root". */
export interface Use {
  role: string
  keys: readonly PublicKey[]
}

interface OfSource {
  sourceId: string
}
interface OfProposal extends OfSource {
  id: string
}
interface Signers {
  signers: readonly KnownSigner[]
}
export interface Page {
  offset: number
  limit: number
}

export interface Readings extends Carrying {
  source(asked: { pinned: PinnedSource }, signal: AbortSignal): Promise<SourceFacts>
  uses(asked: undefined, signal: AbortSignal): Promise<Use[]>
  proposals(asked: Signers, signal: AbortSignal): Promise<Inbox>
  proposal(
    asked: OfProposal & Signers & { holders: readonly Holder[]; tokens: TokenList },
    signal: AbortSignal,
  ): Promise<ProposalView>
  proposalChanges(asked: OfProposal & Page, signal: AbortSignal): Promise<readonly Change[]>
  effects(asked: OfProposal, signal: AbortSignal): Promise<Effects>
  raw(asked: OfProposal, signal: AbortSignal): Promise<RawDocument>
  inside(asked: OfSource, signal: AbortSignal): Promise<RepositoryView>
  project(asked: OfSource & Signers & { release?: string | undefined }, signal: AbortSignal): Promise<ProjectView>
  targets(asked: OfSource & TargetQuery, signal: AbortSignal): Promise<TargetPage>
  history(asked: OfSource & { role: string }, signal: AbortSignal): Promise<HistoryView>
  releases(asked: OfSource, signal: AbortSignal): Promise<{ list: ProjectReleases[]; remember?: Memory }>
  keyedRoles(asked: OfSource, signal: AbortSignal): Promise<KeyedRole[]>
  configuration(asked: OfSource, signal: AbortSignal): Promise<ConfigurationView>
  text(asked: OfSource & { subject: string; onto?: string }, signal: AbortSignal): Promise<EditableText>
  /** The whole signed part, for a file. */
  whole(asked: OfSource & { subject: string }, signal: AbortSignal): Promise<Uint8Array>
  /** `file`: the whole signed part is what stands there. */
  preview(
    asked: OfSource & Signers & { request: DraftRequest; file?: string; tokens?: TokenList },
    signal: AbortSignal,
  ): Promise<DraftView>
  /** Of a project of an Asfaload mirror. */
  wished(asked: OfSource & Signers & { subject: string; wish: ProjectWish }, signal: AbortSignal): Promise<DraftView>
  registry(asked: OfSource, signal: AbortSignal): Promise<RegistryView>
  log(asked: OfSource & { subject: string }, signal: AbortSignal): Promise<LogView>
  /** Of a repository of blocks; `choice`: the older state of a client that is asked. */
  versions(asked: OfSource, signal: AbortSignal): Promise<VersionsView>
  askedVersions(asked: OfSource & { choice: string }, signal: AbortSignal): Promise<ClientAnswer>
  /** SVG. */
  versionsPicture(asked: OfSource & { choice?: string | undefined }, signal: AbortSignal): Promise<string>
  /** How many records the log of a package has, none where the registry has no such package. */
  recordCount(asked: OfSource & { subject: string }, signal: AbortSignal): Promise<number>
  /** Of a registry; `onto`: the digest of the record that waits, and is added to. */
  recorded(
    asked: OfSource & Signers & WantedRecord & { subject: string; onto?: string },
    signal: AbortSignal,
  ): Promise<DraftView>
  draftChanges(asked: OfSource & Page & { digest: string }, signal: AbortSignal): Promise<readonly Change[]>
  /** What a preview has shown, ready to be written. */
  prepared(asked: OfSource & { request: ProposeRequest }, signal: AbortSignal): Promise<Prepared>
  withdrawal(asked: OfProposal, signal: AbortSignal): Promise<Prepared>
  /** The same where the trust system says which files it is. */
  takingAway(asked: OfProposal, signal: AbortSignal): Promise<Prepared>
}

export type ReadingName = keyof Readings
export type Asked<K extends ReadingName> = Parameters<Readings[K]>[0]
export type Answered<K extends ReadingName> = Awaited<ReturnType<Readings[K]>>

/** So many changes that were shown are kept for their next pages. */
const maxShown = 4

export function readings(desk: Desk, now: () => Date): Readings {
  const inside = insideCache(desk)
  const shown = new Map<string, readonly Change[]>()

  const opened = async (source: TufSource, signal: AbortSignal) => openInside(source, desk.context(source, signal))
  const roles = async (source: EditedSource, signal: AbortSignal) => openRoles(source, desk.context(source, signal))
  const proposalOf = async ({ sourceId, id }: OfProposal, signal: AbortSignal) => {
    const source = await openNamed(desk, sourceId)
    const proposal = await desk.proposal(source, id, signal)
    keepShown(proposal, sourceId)
    return { source, proposal }
  }
  function keepShown({ id, changes }: Proposal, sourceId: string): void {
    const key = `${sourceId}:${id}`
    shown.delete(key)
    shown.set(key, changes)
    for (const old of [...shown.keys()].slice(0, -maxShown)) shown.delete(old)
  }

  return {
    ...carrying(desk, now),
    source: ({ pinned }, signal) => readSource(desk, pinned, now(), signal),
    uses: (_asked, signal) => readUses(desk, signal),
    proposals: ({ signers }, signal) => readInbox(desk, signers, signal),
    proposal: async ({ signers, holders, tokens, ...asked }, signal) => {
      const { source, proposal } = await proposalOf(asked, signal)
      const outcome =
        source.served === undefined ? undefined : await outcomeOf(source, proposal, desk.context(source, signal))
      const why = outcome?.kind === 'waits' ? outcome.why : undefined
      const served = outcome === undefined ? undefined : why === undefined ? {} : { why }
      const view = present.proposalView(source, proposal, signers, { holders, tokens }, served)
      if (source.carried === true) return { ...view, carried: await carriedView(source, proposal, desk, signal) }
      return source.backend === undefined ? view : withSendingCosts(view, source, proposal, signers, signal)
    },
    proposalChanges: async ({ offset, limit, ...asked }, signal) => {
      const known = shown.get(`${asked.sourceId}:${asked.id}`)
      const changes = known ?? (await proposalOf(asked, signal)).proposal.changes
      return changes.slice(offset, offset + limit)
    },
    effects: async ({ sourceId, id }, signal) => desk.drafts.effects(await openNamed(desk, sourceId), id, signal),
    raw: async (asked, signal) => present.rawDocument((await proposalOf(asked, signal)).proposal),

    inside: async ({ sourceId }, signal) => {
      const source = await openNamed(desk, sourceId)
      const { proposals } = await desk.pending(source, signal)
      return presentRepository.repositoryView(source.pinned, await inside(source, signal), proposals, now())
    },
    project: async ({ sourceId, signers, release }, signal) => {
      const source = await openProject(desk, sourceId)
      const context = desk.context(source, signal)
      const { pinned, unseen } = source
      const keys = unseen === undefined ? [] : await askableKeys(source, signers, context)
      const asking = unseen === undefined ? undefined : { sentence: unseen.sentence, keys }
      return presentRepository.projectView(pinned, await projectFacts(source, context, release), asking)
    },
    targets: async ({ sourceId, ...query }, signal) => {
      const source = await openNamed(desk, sourceId)
      const read = isOfBlocks(source) ? readBlockTargets : readTargets
      return presentRepository.targetPage(read(await inside(source, signal), query), query.offset)
    },
    history: async ({ sourceId, role }, signal) => {
      const source = await openNamed(desk, sourceId)
      const facts = isOfBlocks(source)
        ? await readBlocksHistory(role, source, desk.context(source, signal))
        : await readHistory(role, await opened(tufSource(source), signal))
      return presentRepository.historyView(facts)
    },
    releases: async ({ sourceId }, signal) => {
      const source = editedSource(await openNamed(desk, sourceId))
      let trusted: Trusted | undefined
      const remember = async (one: Trusted): Promise<void> => {
        trusted = one
      }
      const list = await releases(source, { now: now(), signal, remember })
      return { list, ...remembered(source, trusted) }
    },
    keyedRoles: async ({ sourceId }, signal) => {
      const source = await openToDraft(desk, sourceId, signal)
      if (source.layout !== undefined) return readKeyedRoles(await opened(source, signal))
      const { roles } = await source.system.state(source.transport, desk.context(source, signal))
      return roles.map(({ name, quorum }) => ({ name, keys: quorum.keys }))
    },
    configuration: async ({ sourceId }, signal) => {
      const { fields, version, isSigned } = await configurationFacts(
        await opened(await openToChange(desk, sourceId, signal), signal),
      )
      return { fields, ...(version === undefined || isSigned ? {} : { unsigned: version }) }
    },
    text: async ({ sourceId, subject, onto }, signal) =>
      desk.drafts.text(await openToEdit(desk, sourceId, signal), subject, signal, onto),

    whole: async ({ sourceId, subject }, signal) =>
      desk.drafts.whole(await openToEdit(desk, sourceId, signal), subject, signal),
    preview: async ({ sourceId, signers, request: wanted, file, tokens }, signal) => {
      const source = await openToEdit(desk, sourceId, signal)
      const request =
        file === undefined ? wanted : { ...wanted, edits: [...wanted.edits, await documentIn(file, signal)] }
      const { uploads = [], subject } = request
      if (uploads.length > 0 && subject !== 'targets') {
        const paths = uploads.map(({ path }) => path)
        checkScope(subject, paths, await findDelegation(subject, await roles(source, signal)))
      }
      const spread = await overBins(request, () => roles(source, signal))
      const draft = await desk.drafts.preview(source, spread, signal)
      return presentRepository.draftView(draft, signers, stewardOf(source).signedOnly ? tokens : undefined)
    },
    wished: async ({ sourceId, signers, subject, wish }, signal) => {
      const source = await openProject(desk, sourceId)
      const edit = await wishedEdit(subject, wish, desk, source, signal)
      return presentRepository.draftView(await desk.drafts.previewDocument(source, edit, signal), signers)
    },
    ...registryReadings(desk),
    ...merkleReadings(desk),
    draftChanges: async ({ sourceId, digest, offset, limit }, signal) => {
      const draft = desk.drafts.shown(await openToDraft(desk, sourceId, signal), digest)
      return draft?.proposal.changes.slice(offset, offset + limit) ?? []
    },
    prepared: async ({ sourceId, request }, signal) =>
      desk.drafts.prepare(await openToDraft(desk, sourceId, signal), request).prepared,
    takingAway: async ({ sourceId, id }, signal) => {
      const source = await openNamed(desk, sourceId)
      return prepareTakingAway(id, source, desk.context(source, signal))
    },
    withdrawal: async ({ sourceId, id }, signal) =>
      (await desk.drafts.withdrawing(await openTuf(desk, sourceId), id, signal)).prepared,
  }
}

/** Nobody names a bin: artifacts go where clients will look for them. */
async function overBins(request: DraftRequest, open: () => Promise<Looked>): Promise<DraftRequest> {
  const { subject, edits } = request
  if (subject === 'root' || parseSubject(subject).kind !== 'role') return request
  const [first, ...also] = await spreadOverBins(subject, edits, await open())
  return first === undefined ? request : { ...request, ...first, also }
}

/** Read here: main would have to hold it as one text. */
async function documentIn(file: string, signal: AbortSignal): Promise<SubjectEdit> {
  const bytes = await readOnce(file, maxBytes.targets, signal)
  return { kind: 'document', text: typedPart(bytes, file), keepTargets: false }
}

async function readSource(desk: Desk, pinned: PinnedSource, now: Date, signal: AbortSignal): Promise<SourceFacts> {
  const reached = await reachedBy(desk, pinned)
  try {
    const source = await desk.open(pinned.id, undefined, signal)
    const state = await source.system.state(source.transport, desk.context(source, signal))
    const trusted = { successor: state.anchor.bytes, memory: state.memory }
    return { view: { ...present.sourceView(pinned, state, now), ...reached }, ...remembered(source, trusted) }
  } catch (thrown) {
    signal.throwIfAborted()
    return { view: { ...present.sourceHead(pinned), ...reached, problem: toErrorData(thrown) } }
  }
}

/** Nothing where it is remembered already: it may be 150 MB, and would cross to main each time. */
function remembered({ pinned, trust }: OpenSource, trusted: Trusted | undefined): { remember?: Memory } {
  if (trusted === undefined) return {}
  const { successor } = trusted
  const memory = new Map([...trusted.memory].flatMap(([name, bytes]) => (bytes === null ? [] : [[name, bytes]])))
  const isSame = (was: Uint8Array | null | undefined, is: Uint8Array): boolean => was != null && isEqualFast(was, is)
  const isKnown =
    isSame(trust.successor, successor) &&
    trust.memory.size === memory.size &&
    [...memory].every(([name, bytes]) => isSame(trust.memory.get(name), bytes))
  return isKnown ? {} : { remember: { sourceId: pinned.id, successor, memory } }
}

async function readUses(desk: Desk, signal: AbortSignal): Promise<Use[]> {
  const usesIn = async (pinned: PinnedSource): Promise<Use[]> => {
    try {
      const source = await desk.open(pinned.id, undefined, signal)
      const { roles } = await source.system.state(source.transport, desk.context(source, signal))
      return roles.map(({ name, quorum }) => ({
        role: `${pinned.name}: ${name}`,
        keys: quorum.keys.flatMap(({ key }) => key ?? []),
      }))
    } catch {
      // A repository that cannot be read says so on its own screen; here it only has no uses to show.
      signal.throwIfAborted()
      return []
    }
  }
  return (await Promise.all((await desk.workspace.sources()).map(usesIn))).flat()
}
