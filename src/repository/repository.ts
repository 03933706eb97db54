// A folder as a repository for a team: what waits, who signs it, and that it is published when enough keys have signed.
import { type ErrorData, toAppError } from '../core/error.ts'
import type { Settings } from '../core/systems/tuf/configuration/settings.ts'
import type { TufSignature } from '../core/systems/tuf/envelope.ts'
import { digestOf } from '../core/systems/tuf/metadata.ts'
import { limitOf } from '../core/systems/tuf/subject.ts'
import { trusted } from '../core/systems/tuf/trusted.ts'
import type { Files } from '../core/transport.ts'
import { type HistoryFacts, readHistory } from '../node/repository-history.ts'
import { type Accepted, acceptedFiles, type Submission, signedFiles } from './acceptance.ts'
import { boardOf, type CandidateView, withMissing } from './board.ts'
import { renewIfDue } from './clock.ts'
import { unasked, type Wanted, wantedContent } from './contents.ts'
import { type EventKind, type Events, events } from './events.ts'
import { contextOf, type Ground, type Look, sha256Hex } from './ground.ts'
import { looks } from './looks.ts'
import { nonces } from './nonces.ts'
import { type Published as PublishedFiles, published } from './published.ts'
import { settingsNow } from './quotas.ts'
import { type Rates, rates } from './rates.ts'
import { type Received, receiving, type Sent } from './receiving.ts'
import { reserving } from './reservations.ts'
import { openRetired } from './retired.ts'
import { type Published, settle } from './settling.ts'
import { checkSubject } from './shape.ts'
import { turns } from './turns.ts'
import { takenBack } from './withdrawing.ts'

/** What came of a call that changes something. */
export interface Receipt {
  /** Of the subjects that were named: what waits for them now. */
  candidates: readonly CandidateView[]
  /** What took effect at once, because enough keys have signed. */
  published: readonly { subject: string; title: string }[]
}

export interface Info {
  service: string
  name: string
  root: { version: number; digest: string }
  event: string
}

export interface Repository {
  info(): Promise<Info>
  candidates(): Promise<readonly CandidateView[]>
  candidate(subject: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; digest: string } | undefined>
  /** `from`: the address, which is only counted. */
  propose(submissions: readonly Submission[], from: string): Promise<Receipt>
  /** `payload`: the sha256 of what was signed. */
  sign(subject: string, payload: string, signatures: readonly TufSignature[]): Promise<Receipt>
  withdraw(statement: Uint8Array): Promise<Receipt>
  /** `upload`: by what its sender knows it. */
  content(sha256: string, upload?: string): Promise<Received>
  receive(sent: Omit<Sent, 'wanted'>, pieces: AsyncIterable<Uint8Array>): Promise<Received & Receipt>
  history(role: string): Promise<HistoryFacts>
  events: Events
  files: PublishedFiles
  settings(): Settings
  /** Publishes what waits for it, renews what is due, and tidies up: at the start, and again and again. */
  tick(): Promise<void>
  /** Nothing is being written. */
  idle(): Promise<void>
}

export const serviceName = 'countersign repository 1'
/** A person signs a few times a minute, and a release of many projects a few dozen. */
const writesPerKeyAndMinute = 120

export async function openRepository(ground: Ground): Promise<Repository> {
  const { source, layout, log, signal } = ground
  const inTurn = turns()
  const named = nonces()
  const happened = events()
  const looking = looks(ground)
  const files = published(ground.folder, source, signal)
  const uploads = receiving(ground.folder, signal)
  const byKey: Rates = rates(() => writesPerKeyAndMinute)
  const names = reserving()
  let held: ReadonlyMap<string, ErrorData> = new Map()
  // A change that a crash cut off is finished before anybody reads.
  await source.write(new Map(), new Map(), 'recover', signal)
  const retired = await openRetired(ground.folder, signal)
  let settings = await settingsNow(trusted(layout, source, contextOf(ground)))

  async function write(changes: Files, look: Look, note: string, kind: EventKind, subjects: readonly string[]) {
    if (changes.size === 0) return
    signal.throwIfAborted()
    try {
      await source.write(changes, look.read.seen(changes.keys()), note, signal)
    } finally {
      looking.forget()
    }
    happened.emit(kind, subjects)
  }

  /** Whatever goes wrong here is no failure of what was written before it. */
  async function settled(): Promise<{ done: readonly Published[]; look?: Look }> {
    const done: Published[] = []
    try {
      const { held: waiting, look } = await settle(looking, (one) => {
        done.push(one)
        files.forget(one.files)
        happened.emit('published', [one.subject])
        log(`published ${one.title}`)
      })
      held = waiting
      settings = await settingsNow(look.now)
      return { done, look }
    } catch (thrown) {
      const error = toAppError(thrown)
      log(`cannot publish: ${error.code} ${error.message}`)
      looking.forget()
      return { done }
    }
  }

  async function receipt(subjects: readonly string[]): Promise<Receipt> {
    const { done, look = await looking.now() } = await settled()
    const board = await boardOf(look, named, held)
    const asked = board.filter(({ subject }) => subjects.includes(subject))
    return {
      candidates: await withMissing(asked, look, ground.folder),
      published: done.map(({ subject, title }) => ({ subject, title })),
    }
  }

  async function wantedNow(sha256: string): Promise<Wanted> {
    const wanted = await wantedContent(sha256, await looking.now())
    if (wanted === undefined) throw unasked(sha256)
    return wanted
  }

  function checkKeys({ keys }: Accepted): void {
    for (const key of keys) byKey.take(key, 'this key')
  }

  return {
    info: async () => {
      const root = await trusted(layout, source, contextOf(ground)).root()
      return {
        service: serviceName,
        name: ground.name,
        root: { version: root.signed.version, digest: digestOf(root) },
        event: happened.last(),
      }
    },
    candidates: async () => {
      const { look, board } = await inTurn(async () => {
        const look = await looking.now()
        return { look, board: await boardOf(look, named, held) }
      })
      return withMissing(board, look, ground.folder)
    },
    candidate: async (subject) => {
      checkSubject(subject)
      const bytes = await source.read(layout.candidateName(subject), limitOf(subject), signal)
      return bytes === undefined ? undefined : { bytes: bytes.slice(), digest: sha256Hex(bytes) }
    },
    propose: (submissions, from) =>
      inTurn(async () => {
        const look = await looking.now()
        const accepted = await acceptedFiles(submissions, retired, look)
        checkKeys(accepted)
        names.take(accepted.reserved, from, accepted.keys)
        const subjects = submissions.map(({ subject }) => subject)
        await retired.retire(accepted.replaced, look)
        await write(accepted.files, look, `propose ${subjects.join(', ')}`, 'proposed', subjects)
        return receipt(subjects)
      }),
    sign: (subject, payload, signatures) =>
      inTurn(async () => {
        checkSubject(subject)
        const look = await looking.now()
        const accepted = await signedFiles(subject, payload, signatures, look)
        checkKeys(accepted)
        await write(accepted.files, look, `sign ${subject}`, 'signed', [subject])
        return receipt([subject])
      }),
    withdraw: (statement) =>
      inTurn(async () => {
        const look = await looking.now()
        const { files: gone, subjects } = await takenBack(statement, named, look)
        await retired.retire(subjects, look)
        await write(gone, look, `withdraw ${subjects[0]}`, 'withdrawn', subjects)
        return receipt(subjects)
      }),
    content: async (sha256, upload) => uploads.state(sha256, await wantedNow(sha256), upload),
    receive: async (sent, pieces) => {
      const received = await uploads.receive({ ...sent, wanted: () => wantedNow(sent.sha256) }, pieces)
      if (!received.complete) return { ...received, candidates: [], published: [] }
      happened.emit('content', [])
      return { ...received, ...(await inTurn(() => receipt([]))) }
    },
    history: async (role) => {
      checkSubject(role)
      const now = trusted(layout, source, contextOf(ground), { copies: 'compare' })
      return readHistory(role, { set: await now.set(), published: now.published, options: now.options, trusted: now })
    },
    events: happened,
    files,
    settings: () => settings,
    idle: () => inTurn(async () => undefined),
    tick: () =>
      inTurn(async () => {
        await settled()
        const renewed = await renewIfDue(ground)
        files.forget(renewed)
        if (renewed.length > 0) looking.forget()
        if (renewed.length > 0) happened.emit('renewed', [])
        const look = await looking.now()
        await uploads.tidy(async (sha256) => (await wantedContent(sha256, look)) !== undefined)
      }),
  }
}
