// What a person does at their desk, the same for window and terminal: open repositories, see what waits, sign, publish.
import { type Approval, approve, findProposal, openEntries, publish, renew } from '../core/approve.ts'
import { AppError } from '../core/error.ts'
import { isMet, isReady, type Proposal, waitsFor } from '../core/proposal.ts'
import type { KnownSigner, Prompt, Purpose, Signer } from '../core/signer.ts'
import type { Context, Pending, TrustedState } from '../core/system.ts'
import { type Files, type Transport, within } from '../core/transport.ts'
import { type AccessStore, accessStore, originOf } from './access-store.ts'
import { renameContent } from './artifacts/rename.ts'
import { sendingKey, sendingTo } from './asfaload/asking.ts'
import { withAwaited } from './awaited.ts'
import { type Drafting, drafting } from './drafting.ts'
import type { FileSystem } from './file-system.ts'
import { checkIdentity, type Destination, destinationOf, type EventList, listEvents } from './git-place.ts'
import { type Acceptance, invite, prepareAcceptance } from './invitation.ts'
import { keyNames } from './key-names.ts'
import { type KeyStore, keyStore } from './key-store.ts'
import type { Keychain } from './keychain.ts'
import { checkIsolated } from './offline-setting.ts'
import type { OpenSource, TufSource } from './open-source.ts'
import { remembering, rememberingSystem } from './remembering.ts'
import { openInside } from './repository-view.ts'
import { keepAddress } from './saved-keys.ts'
import { rehearsalSigners } from './signers/rehearsal.ts'
import { softwareSigners } from './signers/software.ts'
import { agentSigner, knownAgentSigner } from './signers/ssh-agent.ts'
import { isAgentSigner, type SshAgent, sshAgent } from './ssh-agent/agent.ts'
import { type Same, sameBytes, steadyReads } from './steady.ts'
import { checkMay, stewardOf } from './steward.ts'
import { houseSystems, type Systems } from './systems.ts'
import { type TokenDesk, tokenDesk } from './token-desk.ts'
import type { TokenHost } from './token-host/client.ts'
import { isTokenSigner, knownSigners, tokenSigner } from './token-host/signers.ts'
import { isGitLocation, withEvent } from './transports/git/address.ts'
import { settleRecord } from './warg/settled.ts'
import { openWorkspace, type PinnedSource, type Workspace } from './workspace.ts'

export type { EditedSource, OpenSource, TufSource } from './open-source.ts'

export interface DeskOptions {
  dataDir: string
  prompt: Prompt
  now(): Date
  /** Without the browser's sandbox only rehearsal keys sign. */
  rehearsalOnly?: boolean
  /** The process that owns the tokens; it starts when it is needed. */
  tokens: TokenHost
  /** Where the wrapping key is; the one of the operating system when nothing is said. */
  keychain?: Keychain
  /** Whose keys can sign as well; the one of this session when nothing is said. */
  agent?: SshAgent
  /** How folders are read: a window must stay awake, a command may wait for its disk, which is faster. */
  fs?: FileSystem
  /** The trust systems that have repositories here; those of this program when nothing is said. */
  systems?: Systems
  /** What was made of large documents is kept for the next question, as long as their bytes are the same. */
  keepsDocuments?: boolean
}

export interface Desk {
  workspace: Workspace
  systems: Systems
  keys: KeyStore
  access: AccessStore
  /** What this machine calls the holders of keys. */
  names(signal: AbortSignal): Promise<ReadonlyMap<string, string>>
  /** Asks a person for the token of a server; the caller zeroes it. */
  askToken(location: string, signal: AbortSignal): Promise<Uint8Array>
  tokens: TokenDesk
  agent: SshAgent
  /** `event`: one of those that `events` lists. The signal is for asking a web address what it is. */
  open(sourceId: string, event?: string, signal?: AbortSignal): Promise<OpenSource>
  /** What a question about a source is asked with. */
  context(source: OpenSource, signal: AbortSignal): Context
  /** Signing events that are open; undefined where a repository does not keep its changes in events. */
  events(pinned: PinnedSource, signal: AbortSignal): Promise<EventList | undefined>
  /** Where a signature goes; undefined where it stays in the repository itself. */
  destination(source: OpenSource): Promise<Destination | undefined>
  /** What accepting an invitation would change, and a way to do it; nothing is signed or written by looking. */
  invitation(source: TufSource, user: string, signerId: string, signal: AbortSignal): Promise<Acceptance>
  invite(source: TufSource, user: string, roles: readonly string[], signal: AbortSignal): Promise<void>
  state(source: OpenSource, signal: AbortSignal): Promise<TrustedState>
  pending(source: OpenSource, signal: AbortSignal): Promise<Pending>
  proposal(source: OpenSource, proposalId: string, signal: AbortSignal): Promise<Proposal>
  /** Those that need no waiting: key files, the tokens that were heard of, the ssh-agent. `signer` answers one that signs. */
  signers(signal: AbortSignal): Promise<KnownSigner[]>
  /** One of them; a token is looked at anew. `purpose` says what it will sign, where that is known already. */
  signer(id: string, signal: AbortSignal, purpose?: Purpose): Promise<Signer>
  approve(
    source: OpenSource,
    proposalId: string,
    signerId: string,
    target: Transport,
    signal: AbortSignal,
  ): Promise<Approval>
  publish(source: OpenSource, proposalId: string, signal: AbortSignal): Promise<Approval>
  /** Changes that are being made. */
  drafts: Drafting
  /** New dates for what expires by itself; answers the files that were written. */
  renew(source: OpenSource, signal: AbortSignal): Promise<readonly string[]>
}

export function openDesk(options: DeskOptions): Desk {
  const { systems = houseSystems } = options
  const workspace = openWorkspace(options.dataDir)
  const keys = keyStore(workspace.keys, options.keychain)
  const access = accessStore(workspace.files, options.keychain)
  const tokens = tokenDesk(options.tokens, workspace.files, options.now)
  const { agent = sshAgent() } = options

  const same = options.keepsDocuments === true ? sameBytes() : undefined
  const parsed = same === undefined ? undefined : new WeakMap<Uint8Array, object>()

  const contextOf = (source: OpenSource, signal: AbortSignal): Context => ({
    anchor: source.trust.anchor,
    memory: source.trust.memory,
    now: options.now(),
    signal,
    ...(source.names === undefined ? {} : { names: source.names }),
    ...(parsed === undefined ? {} : { parsed }),
  })

  async function fileSigners(purpose: string, signal: AbortSignal): Promise<Signer[]> {
    const software = await softwareSigners(keys, options.prompt, purpose).list(signal)
    return [...software, ...(await rehearsalSigners(workspace.rehearsal).list(signal))]
  }

  async function present(id: string, purpose: Purpose, signal: AbortSignal): Promise<Signer | undefined> {
    if (isAgentSigner(id)) return agentSigner(agent, id, options.prompt, purpose, signal)
    if (!isTokenSigner(id))
      return (await fileSigners(typeof purpose === 'string' ? purpose : purpose.all, signal)).find(
        (one) => one.id === id,
      )
    return tokenSigner(await tokens.list(signal), id, options.tokens, purpose)
  }

  async function findSigner(id: string, purpose: Purpose, signal: AbortSignal): Promise<Signer> {
    const signer = await present(id, purpose, signal)
    if (signer === undefined) {
      if (isTokenSigner(id)) throw tokenAbsent(id)
      throw new AppError({
        code: 'signer/absent',
        message: `the key ${id} is not here`,
        hint: 'list the keys to see what is here',
      })
    }
    checkSandbox(signer, options.rehearsalOnly === true)
    await checkIsolated(workspace.files, signal)
    return signer
  }

  async function online(source: OpenSource, signal: AbortSignal): Promise<Signer[]> {
    await checkIsolated(workspace.files, signal)
    // A token or an agent is a person's, and never an online key.
    const isOfRoles = source.layout !== undefined || source.edits !== undefined
    const what = isOfRoles ? 'sign snapshot and timestamp' : 'publish changes'
    const signers = await fileSigners(`${what} of ${source.pinned.name}`, signal)
    return signers.filter((signer) => signer.rehearsal || options.rehearsalOnly !== true)
  }

  const namesHere = (signal: AbortSignal) => keyNames(keys, tokens, signal)

  return {
    workspace,
    systems,
    keys,
    tokens,
    agent,
    access,
    names: namesHere,
    askToken: (location, signal) => {
      const origin = originOf({ location })
      const device = `the server ${new URL(origin).host}`
      return options.prompt.pin(
        { device, secret: 'token', purpose: `whatever is asked of ${origin}, and of nobody else` },
        signal,
      )
    },
    context: contextOf,
    drafts: drafting(contextOf, findSigner, workspace),
    open: async (sourceId, event, signal) => {
      const pinned = (await workspace.sources()).find((one) => one.id === sourceId)
      if (pinned === undefined) throw notOpen()
      const location = event === undefined ? pinned.location : withEvent(pinned.location, event)
      const reached = await access.of(pinned)
      const { fs, dataDir } = options
      const kept = within(workspace.files, `sources/${sourceId}/kept/`)
      const how = { dataDir, access: reached, kept, ...(fs === undefined ? {} : { fs }) }
      const known = systems.of(pinned.system)
      const place = await known.open(location, signal === undefined ? how : { ...how, signal })
      const read = await workspace.trust(sourceId)
      const trust = same === undefined ? read : { ...read, memory: sameFiles(read.memory, same) }
      const names = place.layout === undefined ? await namesHere(signal ?? new AbortController().signal) : undefined
      return {
        pinned,
        ...remembering(place, trust, (memory) => workspace.remember(sourceId, { successor: trust.anchor, memory })),
        ...(names === undefined ? {} : { names }),
        transport: same === undefined ? place.transport : steadyReads(place.transport, same),
        trust,
        access: reached,
        ...(event === undefined ? {} : { event }),
      }
    },
    // Signing events are those of tuf-on-ci: in git another system keeps its changes in its own way.
    events: async ({ location, system = 'tuf' }, signal) =>
      system === 'tuf' && isGitLocation(location) ? listEvents(location, options.dataDir, signal) : undefined,
    destination: async ({ pinned, event }) =>
      event === undefined ? undefined : destinationOf(pinned.location, event, options.dataDir),
    invitation: async (source, user, signerId, signal) => {
      const purpose = `accept the invitation to ${source.pinned.name} as ${user}`
      await checkIdentity(signal)
      const signer = await findSigner(signerId, purpose, signal)
      return prepareAcceptance(source, user, signer, contextOf(source, signal))
    },
    invite: (source, user, roles, signal) => invite(source, user, roles, contextOf(source, signal)),
    state: async (source, signal) => {
      const state = await source.system.state(source.transport, contextOf(source, signal))
      // A repository trusted for one call only leaves no memory.
      if (source.pinned.id === '') return state
      const remember = source.registry?.remember
      if (remember !== undefined) await remember(state.memory)
      else await workspace.remember(source.pinned.id, { successor: state.anchor.bytes, memory: state.memory })
      return state
    },
    pending: async (source, signal) => {
      const pending = await rememberingSystem(source).pending(source.transport, contextOf(source, signal))
      return { ...pending, proposals: await withAwaited(pending.proposals, source.served, signal) }
    },
    proposal: async (source, proposalId, signal) => {
      const found = await findProposal(
        proposalId,
        rememberingSystem(source),
        source.transport,
        contextOf(source, signal),
      )
      const [proposal = found] = await withAwaited([found], source.served, signal)
      return proposal
    },
    signers: async (signal) => {
      const files = await fileSigners('', signal)
      const { keys } = await agent.known(signal)
      return [...files.map(known), ...knownSigners(options.tokens.latest()), ...keys.map(knownAgentSigner)]
    },
    signer: (id, signal, purpose = '') => findSigner(id, purpose, signal),

    approve: async (source, proposalId, signerId, target, signal) => {
      const { transport } = source
      const system = rememberingSystem(source)
      if (target === transport) await stewardOf(source).beforeSigning(signal)
      const reviewed = await findProposal(proposalId, system, transport, contextOf(source, signal))
      const purpose = `${reviewed.title}, ${source.pinned.name}: ${reviewed.headline}`
      const signer = await findSigner(signerId, purpose, signal)
      const find = (id: string, stop: AbortSignal, what: string) => findSigner(id, what, stop)
      const sender = target === transport ? sendingKey(source, [reviewed], signer, find) : undefined
      const to = sender === undefined ? target : sendingTo(source, sender)
      const approval = await approve(proposalId, system, transport, to, signer, contextOf(source, signal))
      const remark = source.event === undefined ? undefined : await keepAddress(signer, [reviewed], signal)
      return remark === undefined ? approval : { ...approval, remark }
    },

    publish: async (source, proposalId, signal) => {
      checkMay('publish', source)
      const { transport } = source
      const system = rememberingSystem(source)
      const context = contextOf(source, signal)
      const proposal = await findProposal(proposalId, system, transport, context)
      // Where nothing is published from here, nothing is put anywhere before that is said.
      const isHere = source.layout !== undefined && source.elsewhere === undefined
      if (isHere && isReady(proposal))
        await renameContent(proposal, source.pinned.location, () => openInside(source, context))
      const approval = await publish(proposalId, system, transport, transport, await online(source, signal), context)
      if (source.registry === undefined) return approval
      const remark = await settleRecord(source, proposal, contextOf(source, signal))
      return remark === undefined ? approval : { ...approval, remark }
    },
    renew: async (source, signal) => {
      checkMay('publish', source)
      return renew(source.system, source.transport, await online(source, signal), contextOf(source, signal))
    },
  }
}

/** What is remembered of a source is mostly what lies in it. */
function sameFiles(files: Files, same: Same): Files {
  return new Map([...files].map(([name, bytes]) => [name, bytes === null ? null : same(bytes)]))
}

function checkSandbox(signer: Signer, rehearsalOnly: boolean): void {
  if (!rehearsalOnly || signer.rehearsal) return
  throw new AppError({
    code: 'signer/unsupported',
    message: 'the browser of this window runs without its sandbox, so only rehearsal keys may sign',
    hint: 'start Countersign as an ordinary user, or sign on the command line',
  })
}

function tokenAbsent(id: string): AppError {
  const name = id.slice(id.indexOf(':') + 1)
  if (id.startsWith('fido:')) {
    return new AppError({
      code: 'signer/absent',
      message: `no FIDO2 token that opens key ${name} is plugged in, or there is no such key`,
      hint: 'insert the token; see what is here: countersign tokens list',
    })
  }
  const [token = '', slot = ''] = name.split('/')
  return new AppError({
    code: 'signer/absent',
    message: `token ${token} is not plugged in, or has no key in slot ${slot} that can sign here`,
    hint: `insert token ${token}, and see what it holds: countersign tokens list`,
  })
}

function notOpen(): AppError {
  return new AppError({
    code: 'source/not-found',
    message: 'this repository is not open here',
    hint: 'open it and pin it',
  })
}

/** Nobody said what it should sign: a question of it would say so neither. */
function known({ id, label, key, asks, rehearsal }: Signer): KnownSigner {
  return { id, label, key, asks, rehearsal }
}

/** Signers here that can sign this and have not. */
export function signersFor(proposal: Proposal, signers: readonly KnownSigner[]): KnownSigner[] {
  return signers.filter((signer) => {
    const quorums = proposal.quorums.filter((quorum) => waitsFor(quorum, proposal.quorums, isMet) === undefined)
    const open = openEntries({ quorums }, signer.key)
    const isRehearsal = proposal.quorums.every((quorum) => quorum.keys.every((entry) => entry.rehearsal))
    return open.length > 0 && (!signer.rehearsal || isRehearsal)
  })
}
