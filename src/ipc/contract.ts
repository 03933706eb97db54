// Every call between the window and main: its arguments, each with a parser, and its answer. Ids go in, data comes out.
import type { ErrorData } from '../core/error.ts'
import type { Change } from '../core/proposal.ts'
import type { Effects } from '../core/systems/tuf/effect.ts'
import { type SlotAlgorithm, slotAlgorithms, type TouchPolicy } from '../core/token.ts'
import { choice, flag, list, nothing, optional, record, shape, text, whole } from './argument.ts'
import { type Call, call } from './call.ts'
import { carryCalls } from './carry.ts'
import { ceremonyCalls } from './ceremony.ts'
import { maxDocumentCallBytes, maxDropped } from './channel.ts'
import type {
  ConfigurationView,
  DraftView,
  EditableText,
  EditData,
  FileLook,
  KeyChoice,
  Proposed,
} from './edit-views.ts'
import { editData, keyChoice, keyChoices } from './edits.ts'
import { registryCalls } from './registry.ts'
import type {
  FileVerdict,
  HistoryView,
  ProjectReleases,
  ProjectView,
  RepositoryView,
  TargetPage,
} from './repository-views.ts'
import { versionsCalls } from './versions.ts'
import type {
  AgentView,
  AppInfo,
  AttestationView,
  InvitationPreview,
  InvitationView,
  KeyOption,
  KeyView,
  Notice,
  PromptView,
  ProposalSummary,
  ProposalView,
  RawDocument,
  Receipt,
  SourceInspection,
  SourceView,
  TokensView,
} from './views.ts'

export type { Call } from './call.ts'
export type * from './carry-views.ts'
export type * from './ceremony-views.ts'
export type * from './edit-views.ts'
export type * from './registry-views.ts'
export type * from './repository-views.ts'
export type * from './versions-views.ts'
export type * from './views.ts'

const id = text(1, 512)
const path = text(1, 4096)
const name = text(1, 120)
const slot = text(1, 80)
const none = nothing()
const days = whole(1, 3650)
const edits = list(editData, 2048)
const digest = text(64, 64)
/** The folder of a release, or its index. */
const release = text(1, 512)
const page = { offset: whole(0, 1e9), limit: whole(1, 500) }
/** A few of them, as text. */
const certificates = text(1, 60_000)

export interface AccessRequest {
  /** PEM: the authorities that vouch for the server. */
  ca?: string
  /** A token is asked for and kept. */
  token?: boolean
}

export interface PreviewRequest {
  sourceId: string
  subject: string
  edits: readonly EditData[]
  /** The digest of a candidate that waits and is edited further; without it the version in force is. */
  onto?: string
}
export interface ProposeRequest {
  sourceId: string
  digest: string
  replace: 'yes' | 'no'
  sentence: string
  /** Signs it at once: a served repository takes nothing unsigned. */
  signerId?: string
}

export interface WithdrawRequest {
  proposalId: string
  /** A served repository asks for a signature. */
  signerId?: string
}
/** These carry a whole document as text. */
const large = { maxBytes: maxDocumentCallBytes }

export interface CreateRequest {
  location: string
  name: string
  holders: readonly KeyChoice[]
  threshold: number
  expiryDays: number
  signingDays: number
  online: KeyChoice
  snapshotDays: number
  timestampDays: number
  /** What below targets there is from the start. */
  structure: 'none' | 'projects' | 'succinct' | 'prefixes'
  /** Of bins: 2 to the power of it. */
  bitLength?: number
}

/** The first signers of a project, which is not there yet. */
export interface FoundRequest {
  location: string
  name: string
  keys: readonly KeyChoice[]
  threshold: number
}

/** What the main window may ask. */
export const contract = {
  'app.info': call<void, AppInfo>(none),
  /** For as long as the app runs: no call of the window undoes it. */
  'app.goOffline': call<void, AppInfo>(none),
  'sources.list': call<void, SourceView[]>(none),
  'sources.pick': call<void, { location?: string }>(none),
  /** `token`: one is asked for in a window of its own. */
  'sources.inspect': call<{ location: string } & AccessRequest, SourceInspection>(
    shape<{ location: string } & AccessRequest>({
      location: path,
      ca: optional(certificates),
      token: optional(flag()),
    }),
  ),
  /** How a pinned repository on the web is reached from now on. */
  'sources.access': call<{ sourceId: string; clear?: 'ca' | 'token' } & AccessRequest, SourceView>(
    shape<{ sourceId: string; clear?: 'ca' | 'token' } & AccessRequest>({
      sourceId: id,
      ca: optional(certificates),
      token: optional(flag()),
      clear: optional(choice('ca', 'token')),
    }),
  ),
  'sources.pin': call<{ location: string; name: string; answers: Record<string, string> }, SourceView>(
    shape({ location: path, name, answers: record(text(1, 40), 16) }),
  ),
  'sources.forget': call<{ sourceId: string }, void>(shape({ sourceId: id })),
  'demo.start': call<void, SourceView>(none),
  /** A new repository in an empty folder, signed by keys that are here, and pinned. */
  'repository.create': call<CreateRequest, SourceView>(
    shape<CreateRequest>({
      location: path,
      name,
      holders: keyChoices,
      threshold: whole(1, 64),
      expiryDays: days,
      signingDays: days,
      online: keyChoice,
      snapshotDays: days,
      timestampDays: days,
      structure: choice('none', 'projects', 'succinct', 'prefixes'),
      bitLength: optional(whole(1, 16)),
    }),
  ),
  'repository.get': call<{ sourceId: string }, RepositoryView>(shape({ sourceId: id })),
  /** `bins`: of a role that spreads its artifacts over bins, what lies in those too. */
  'repository.targets': call<
    { sourceId: string; role: string; query: string; offset: number; limit: number; bins?: 'too' | undefined },
    TargetPage
  >(shape({ sourceId: id, role: id, query: text(0, 512), ...page, bins: optional(choice('too')) })),
  'repository.history': call<{ sourceId: string; role: string }, HistoryView>(shape({ sourceId: id, role: id })),
  /** The same of a project of an Asfaload mirror. */
  /** `release`: one that a person named, where none is listed. */
  'project.get': call<{ sourceId: string; release?: string | undefined }, ProjectView>(
    shape({ sourceId: id, release: optional(release) }),
  ),
  /** At a backend: a release that a person names, or those that a key is told of. Known from then on; how many changes wait, and what of it cannot be reviewed. */
  'project.ask': call<
    { sourceId: string; release?: string | undefined; signerId?: string | undefined },
    { waits: number; problems: readonly { subject: string; error: ErrorData }[] }
  >(shape({ sourceId: id, release: optional(release), signerId: optional(id) })),
  /** Writes the first signers file into an empty folder, where it waits for all of its keys, and pins it. */
  'project.create': call<FoundRequest, SourceView>(
    shape<FoundRequest>({ location: path, name, keys: keyChoices, threshold: whole(1, 64) }),
  ),
  'releases.list': call<{ sourceId: string }, ProjectReleases[]>(shape({ sourceId: id })),
  'releases.verify': call<{ sourceId: string; file: string; release?: string | undefined }, FileVerdict>(
    shape({ sourceId: id, file: path, release: optional(release) }),
  ),
  'releases.download': call<{ sourceId: string; path: string; folder: string }, { file: string; resumedFrom: number }>(
    shape({ sourceId: id, path, folder: path }),
  ),
  /** Signs and publishes nothing: what the edits would make of the newest version. */
  'drafts.preview': call<PreviewRequest, DraftView>(
    shape<PreviewRequest>({ sourceId: id, subject: id, edits, onto: optional(digest) }),
    large,
  ),
  /** Writes what a preview has shown, exactly: `digest` is what it was named by. */
  'drafts.propose': call<ProposeRequest, Proposed>(
    shape<ProposeRequest>({
      sourceId: id,
      digest,
      replace: choice('yes', 'no'),
      sentence: text(0, 512),
      signerId: optional(id),
    }),
  ),
  /** More of what the preview of this digest changes. */
  'drafts.changes': call<{ sourceId: string; digest: string; offset: number; limit: number }, readonly Change[]>(
    shape({ sourceId: id, digest, ...page }),
  ),
  'drafts.text': call<{ sourceId: string; subject: string }, EditableText>(shape({ sourceId: id, subject: id })),
  /** The whole signed part, however large, as a new file: for a document that is too long for the window. */
  'drafts.save': call<{ sourceId: string; subject: string; path: string }, { path: string }>(
    shape({ sourceId: id, subject: id, path }),
  ),
  /** Without a source: the keys that are known here, for a repository that is not there yet. */
  'drafts.keys': call<{ sourceId: string }, KeyOption[]>(shape({ sourceId: text(0, 512) })),
  'drafts.configuration': call<{ sourceId: string }, ConfigurationView>(shape({ sourceId: id })),
  /** Gives a candidate up: its file goes, what is published stays. */
  'drafts.withdraw': call<WithdrawRequest, void>(shape<WithdrawRequest>({ proposalId: id, signerId: optional(id) })),
  /** Reads and hashes files or a folder on this machine; notices tell how far it is. */
  'files.look': call<
    { path: string; more?: readonly string[] | undefined; of?: 'role' | 'project' | undefined },
    FileLook
  >(
    // What may be in a release of a project, and by which digest, is not what a role takes.
    shape({ path, more: optional(list(path, maxDropped)), of: optional(choice('role', 'project')) }),
  ),
  /** Asks the person; nothing when they cancel. */
  'files.pick': call<{ what: 'files' | 'folder' }, { paths: readonly string[] }>(
    shape({ what: choice('files', 'folder') }),
  ),
  'files.save': call<{ path: string; text: string }, { path: string }>(
    shape({ path, text: text(1, maxDocumentCallBytes) }),
    large,
  ),
  'proposals.list': call<
    void,
    {
      proposals: ProposalSummary[]
      problems: { sourceName: string; subject: string; error: ErrorData }[]
      invitations: InvitationView[]
    }
  >(none),
  /** What accepting it with this key would change; nothing is signed or written. */
  'invitations.preview': call<{ invitationId: string; signerId: string }, InvitationPreview>(
    shape({ invitationId: id, signerId: id }),
  ),
  /** Exactly what was previewed: `digest` is the one that came with it. */
  'invitations.accept': call<{ invitationId: string; signerId: string; digest: string }, Receipt>(
    shape({ invitationId: id, signerId: id, digest }),
  ),
  'proposals.get': call<{ proposalId: string }, ProposalView>(shape({ proposalId: id })),
  /** More of what it changes, as it was shown. */
  'proposals.changes': call<{ proposalId: string; offset: number; limit: number }, readonly Change[]>(
    shape({ proposalId: id, ...page }),
  ),
  /** What clients will see of it, found out by the client. */
  'proposals.effects': call<{ proposalId: string }, Effects>(shape({ proposalId: id })),
  'proposals.raw': call<{ proposalId: string }, RawDocument>(shape({ proposalId: id })),
  'proposals.approve': call<{ proposalId: string; signerId: string }, Receipt>(shape({ proposalId: id, signerId: id })),
  'proposals.publish': call<{ proposalId: string }, Receipt>(shape({ proposalId: id })),
  'proposals.cancel': call<void, void>(none),
  'keys.list': call<void, KeyView[]>(none),
  /** Of the ssh-agent: apart, so that one that hangs keeps nobody from the others. */
  'keys.agent': call<void, AgentView>(none),
  'keys.create': call<
    { name: string; scheme: 'ed25519' | 'ecdsa-p256-sha256'; protection: 'keychain' | 'passphrase' },
    KeyView
  >(
    shape({
      name,
      scheme: choice('ed25519', 'ecdsa-p256-sha256'),
      protection: choice('keychain', 'passphrase'),
    }),
  ),
  'keys.export': call<{ keyId: string }, { pem: string }>(shape({ keyId: id })),
  'keys.import': call<{ name: string; pem: string }, KeyView>(shape({ name, pem: text(1, 16_384) })),
  'keys.delete': call<{ keyId: string }, void>(shape({ keyId: id })),
  'tokens.list': call<void, TokensView>(none),
  /** A key that is in the slot is adopted; with `generate` one is made there first. */
  'tokens.enroll': call<{ name: string; tokenId: string; slot: string }, TokensView>(
    shape({ name, tokenId: id, slot }),
  ),
  'tokens.generate': call<
    {
      tokenId: string
      slot: string
      algorithm: SlotAlgorithm
      pinPolicy: 'never' | 'once' | 'always'
      touchPolicy: TouchPolicy
      replace: 'yes' | 'no'
    },
    TokensView
  >(
    shape({
      tokenId: id,
      slot,
      algorithm: choice(...slotAlgorithms),
      pinPolicy: choice('never', 'once', 'always'),
      touchPolicy: choice('never', 'always', 'cached'),
      replace: choice('yes', 'no'),
    }),
  ),
  'tokens.attest': call<{ tokenId: string; slot: string }, AttestationView>(shape({ tokenId: id, slot })),
  'tokens.changeSecret': call<{ tokenId: string; which: 'pin' | 'puk' }, void>(
    shape({ tokenId: id, which: choice('pin', 'puk') }),
  ),
  'tokens.unblock': call<{ tokenId: string }, void>(shape({ tokenId: id })),
  /** A software key whose secret only this FIDO2 token can unwrap; a second token is added under the same name. */
  'tokens.wrapKey': call<{ name: string; tokenId: string; scheme: 'ed25519' | 'ecdsa-p256-sha256' }, TokensView>(
    shape({ name, tokenId: id, scheme: choice('ed25519', 'ecdsa-p256-sha256') }),
  ),
  'tokens.addSpare': call<{ name: string; tokenId: string }, TokensView>(shape({ name, tokenId: id })),
  'tokens.removeKey': call<{ name: string; signerId: string }, TokensView>(shape({ name, signerId: id })),
  /** Adding one is not here: whoever took over this page could have any library on the disk loaded. */
  'tokens.removeModule': call<{ path: string }, TokensView>(shape({ path })),
  /** Plugs the practice token in, or pulls it. */
  'tokens.practise': call<{ plugged: 'yes' | 'no' }, TokensView>(shape({ plugged: choice('yes', 'no') })),
  /** The finger on the practice token: only while it waits for one. */
  'tokens.touchPractice': call<{ touched: 'yes' | 'no' }, void>(shape({ touched: choice('yes', 'no') })),
  ...carryCalls,
  ...ceremonyCalls,
  ...registryCalls,
  ...versionsCalls,
} as const

/** What the secret window, and only it, may ask. A secret leaves it sealed to the process that uses it. */
export const promptContract = {
  'prompt.get': call<void, PromptView>(none),
  /** `sealed` in base64. */
  'prompt.answer': call<{ promptId: string; sealed: string }, void>(shape({ promptId: id, sealed: text(1, 2048) })),
  'prompt.cancel': call<{ promptId: string }, void>(shape({ promptId: id })),
} as const

export type Contract = typeof contract
export type PromptContract = typeof promptContract
export type ArgumentOf<C> = C extends Call<infer Argument, unknown> ? Argument : never
export type AnswerOf<C> =
  C extends Call<never, infer Answer> ? Answer : C extends Call<infer _, infer Answer> ? Answer : never

/** How an answer crosses: an Error object would lose its code on the way. */
export type Outcome<Answer> = { ok: true; value: Answer } | { ok: false; error: ErrorData }

type Caller<C> =
  ArgumentOf<C> extends void
    ? () => Promise<Outcome<AnswerOf<C>>>
    : (argument: ArgumentOf<C>) => Promise<Outcome<AnswerOf<C>>>
type Names<T> = Extract<keyof T, string>
type Room<N extends string> = N extends `${infer R}.${string}` ? R : never
type Verb<N extends string, R extends string> = N extends `${R}.${infer V}` ? V : never

/** window.countersign: one frozen object, e.g. `countersign.proposals.approve({ proposalId, signerId })`. */
export type Bridge<T = Contract> = {
  readonly [R in Room<Names<T>>]: {
    readonly [V in Verb<Names<T>, R>]: `${R}.${V}` extends keyof T ? Caller<T[`${R}.${V}`]> : never
  }
} & {
  readonly notices: { readonly listen: (hear: (notice: Notice) => void) => () => void }
  /**
   * Where files lie that a person dropped on the page: it hands over the File objects themselves, which nobody can make up,
   * and only the browser knows what stands behind them.
   */
  readonly dropped: { readonly pathsOf: (files: readonly object[]) => Promise<Outcome<{ paths: readonly string[] }>> }
}
