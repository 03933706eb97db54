// The app behind the window: answers every call of the contract by calling the desk. One signature at a time.
import { AppError, toAppError, toErrorData } from '../core/error.ts'
import { toPem } from '../core/key.ts'
import type { Prompt } from '../core/signer.ts'
import { version } from '../core/version.ts'
import { type AppInfo, contract, type Notice, type SourceView } from '../ipc/contract.ts'
import { forget } from '../node/carried/forgetting.ts'
import { createDemo } from '../node/demo.ts'
import { type Desk, type OpenSource, openDesk } from '../node/desk.ts'
import { type Inspection, inspectRepository } from '../node/inspect.ts'
import { keychainState } from '../node/keychain.ts'
import { goOffline, isOffline } from '../node/offline.ts'
import { readOffline } from '../node/offline-setting.ts'
import { outcomeOf } from '../node/outcome.ts'
import { rememberClone } from '../node/sign-settings.ts'
import { findAgentKey, isAgentSigner } from '../node/ssh-agent/agent.ts'
import { type TokenHost, tokenHost } from '../node/token-host/client.ts'
import { counting, opening } from '../node/token-host/sealed-prompt.ts'
import { parseGitAddress } from '../node/transports/git/address.ts'
import { openWorkspace, type PinnedSource } from '../node/workspace.ts'
import { accessOf, askAccess, changeAccess, keepAccess, reachedBy, type SaidAccess } from './access-calls.ts'
import { lock } from './alone.ts'
import { carryCalls } from './carry-calls.ts'
import { ceremonyCalls } from './ceremony-calls.ts'
import { draftingCalls } from './drafting-calls.ts'
import { invitationCalls } from './invitation-calls.ts'
import { dispatcher, type Handlers } from './ipc.ts'
import { machineOf } from './machine.ts'
import { openNamed } from './named-source.ts'
import { askNewPassphrase } from './new-passphrase.ts'
import type { AppOptions } from './options.ts'
import { knownUses, listAgent, listKeys } from './overview.ts'
import { ofAnchor, twoPositions, verifyAnswers } from './pin-words.ts'
import * as present from './present.ts'
import { type Reader, startThread, threadReader } from './reading/reader.ts'
import { registryCalls } from './registry-calls.ts'
import { checkScreen } from './screen-calls.ts'
import { secretWindow } from './secret-window.ts'
import { servedEvents } from './served-events.ts'
import type { Shell } from './shell.ts'
import { tokenCalls } from './token-calls.ts'

export async function startApp(shell: Shell, options: AppOptions): Promise<void> {
  if ((await readOffline(openWorkspace(options.dataDir).files, new AbortController().signal)).offline) goOffline()
  const now = (): Date => new Date()
  const notices: { send: (notice: Notice) => void } = { send: () => {} }
  const notify = (notice: Notice): void => notices.send(notice)
  const sealed = counting(secretWindow(shell, notify))
  const prompt = opening(sealed)
  const tokens = tokenHost({
    prompt: sealed,
    start: () => shell.startTokenHost(options.dataDir),
    report: (what) => console.error(`countersign: ${what}`),
  })
  const reader = threadReader({
    start: () => startThread({ dataDir: options.dataDir }),
    report: (what, cause) => console.error(`countersign: ${what}`, cause ?? ''),
  })
  void shell.ended.then(() => Promise.all([tokens.close(), reader.close()]))
  const desk = openDesk({ dataDir: options.dataDir, prompt, tokens, now, rehearsalOnly: !shell.sandboxed })
  if (options.demo) await createDemo(options.dataDir, now(), new AbortController().signal)
  const parts = {
    desk,
    reader,
    tokens,
    shell,
    options,
    prompt,
    now,
    notify,
    report: reportFailure,
    wrongSecrets: sealed.wrong,
  }
  const handle = dispatcher(contract, handlers(parts), { report: reportBug })
  const ended = new AbortController()
  const events = servedEvents(desk, () => notify({ kind: 'changed' }), ended.signal)
  void shell.ended.then(() => ended.abort())
  const window = await shell.open({ page: 'main', title: 'Countersign', width: 1280, height: 860, handle })
  notices.send = (notice) => {
    window.notify(notice)
    // A repository may have been opened, or forgotten.
    if (notice.kind === 'changed') events.look()
  }
  events.look()
}

/** The window shows that it happened; what happened stands in the log. */
function reportBug(name: string, error: AppError): void {
  if (error.code === 'internal/bug') console.error(`countersign: ${name}:`, error.cause ?? error)
}

function reportFailure(what: string, thrown: unknown): void {
  console.error(`countersign: ${what}:`, thrown)
}

export interface AppParts {
  desk: Desk
  /** Everything that only reads is asked of it: main stays awake. */
  reader: Reader
  tokens: Pick<TokenHost, 'watch' | 'latest'>
  shell: Pick<Shell, 'name' | 'sandboxed' | 'canPick' | 'pickDirectory' | 'pickFiles' | 'saveFile' | 'toPdf'>
  options: AppOptions
  prompt: Prompt
  now(): Date
  notify(notice: Notice): void
  /** How many secrets were wrong since the app was started. */
  wrongSecrets(): number
  network?: { isOffline(): boolean; goOffline(): void }
  /** For the log: what nobody waits for, and failed. */
  report?(what: string, thrown: unknown): void
}

export function handlers(parts: AppParts): Handlers<typeof contract> {
  const { desk, reader, tokens, shell, options, prompt, now, report = reportFailure } = parts
  /** Looked at but not pinned: what is pinned is what was shown, not what lies there by then. */
  const inspected = new Map<string, { inspection: Inspection; ask: readonly number[]; said: SaidAccess }>()
  const { signal } = new AbortController()

  async function sourceOf(proposalId: string): Promise<{ source: OpenSource; id: string }> {
    const { sourceId, id } = idOf(proposalId)
    return { source: await openNamed(desk, sourceId), id }
  }

  async function viewSource(pinned: PinnedSource): Promise<SourceView> {
    const { view, remember } = await reader.read('source', { pinned }, signal)
    if (remember === undefined) return view
    try {
      await desk.workspace.remember(pinned.id, remember)
      return view
    } catch (thrown) {
      return { ...present.sourceHead(pinned), ...(await reachedBy(desk, pinned)), problem: toErrorData(thrown) }
    }
  }

  const { alone, stop: stopRunning } = lock(() => notify({ kind: 'changed' }))

  function notify(notice: Notice): void {
    if (notice.kind === 'changed') onTokens.repositoriesChanged()
    parts.notify(notice)
  }

  const onTokens = tokenCalls({
    ...{ desk, alone, report, signal },
    watch: (hear) => tokens.watch(hear),
    readUses: () => knownUses(reader, signal),
    notify: (notice) => parts.notify(notice),
  })

  const carry = carryCalls({ desk, reader, shell, alone, idOf, now, signal })
  const comparedHere = (proposalId: string) =>
    carry.wasCompared(proposalId) ? ({ secondScreen: 'compared' } as const) : {}

  const info = async (): Promise<AppInfo> => ({
    version,
    shell: shell.name,
    sandboxed: shell.sandboxed,
    offline: (parts.network ?? { isOffline }).isOffline(),
    canPick: shell.canPick,
    platform: process.platform,
    dataDir: options.dataDir,
    keychain: await keychainState(),
  })
  const network = parts.network ?? { isOffline, goOffline }

  return {
    ...onTokens.handlers,
    ...draftingCalls({ ...parts, alone, sourceOf, signal, viewSource, notify, tokens: () => tokens.latest() }),
    'app.info': info,
    'app.goOffline': async () => {
      network.goOffline()
      // It was started when the process was still online.
      await reader.renew()
      notify({ kind: 'changed' })
      return info()
    },

    'sources.list': async () => Promise.all((await desk.workspace.sources()).map(viewSource)),
    'sources.pick': async () => {
      const location = await shell.pickDirectory('Open a repository')
      return location === undefined ? {} : { location }
    },
    'sources.inspect': async ({ location, ...request }) => {
      const said = await askAccess(desk, location, request, signal)
      const how = { dataDir: options.dataDir, access: accessOf(said), systems: desk.systems }
      const inspection = await inspectRepository(location, now(), signal, how)
      await checkNotOpen(desk, inspection.location)
      const ask = twoPositions(present.wordsOf(inspection.digest).length)
      inspected.set(inspection.location, { inspection, ask, said })
      return present.inspectionView(inspection, ask)
    },
    'sources.pin': async ({ location, name, answers }) => {
      const known = inspected.get(location)
      if (known === undefined)
        throw new AppError({ code: 'usage/invalid', message: 'look at the repository before you pin it' })
      const { inspection, ask } = known
      verifyAnswers(inspection.digest, ask, new Map(Object.entries(answers)), ofAnchor(inspection))
      const { system, bytes, clone } = inspection
      const added = await desk.workspace.add({ name, location, system }, bytes)
      await keepAccess(desk, added, known.said)
      if (clone !== undefined) await rememberClone(parseGitAddress(location), options.dataDir, clone)
      inspected.delete(location)
      notify({ kind: 'changed' })
      return viewSource(added)
    },
    'sources.access': async ({ sourceId, clear, ...request }) => {
      const pinned = (await desk.workspace.sources()).find((source) => source.id === sourceId)
      if (pinned === undefined)
        throw new AppError({ code: 'source/not-found', message: 'this repository is not open here' })
      const said = await askAccess(desk, pinned.location, request, signal)
      await changeAccess(desk, pinned, { ...said, ...(clear === undefined ? {} : { [clear]: null }) })
      notify({ kind: 'changed' })
      return viewSource(pinned)
    },
    'sources.forget': async ({ sourceId }) => {
      const pinned = (await desk.workspace.sources()).find((source) => source.id === sourceId)
      await (pinned === undefined ? desk.workspace.remove(sourceId) : forget(desk.workspace, pinned))
      notify({ kind: 'changed' })
    },
    'demo.start': async () => {
      const demo = await createDemo(options.dataDir, now(), signal)
      notify({ kind: 'changed' })
      return viewSource(demo)
    },

    ...carry.handlers,
    ...ceremonyCalls({
      ...{ desk, shell, alone, now, signal },
      machine: machineOf(shell, options.programDir ?? import.meta.dirname),
      wrongSecrets: parts.wrongSecrets,
      mono: () => performance.now(),
    }),
    ...registryCalls({ desk, reader, alone, notify, signal }),
    ...invitationCalls({ desk, dataDir: options.dataDir, alone, now, signal }),
    'proposals.list': async () => reader.read('proposals', { signers: await desk.signers(signal) }, signal),
    'proposals.get': async ({ proposalId }) => {
      const { holders } = await desk.tokens.knownHolders(signal)
      const about = { signers: await desk.signers(signal), holders, tokens: tokens.latest() }
      const view = await reader.read('proposal', { ...idOf(proposalId), ...about }, signal)
      return { ...view, ...comparedHere(proposalId) }
    },
    'proposals.changes': ({ proposalId, offset, limit }) =>
      reader.read('proposalChanges', { ...idOf(proposalId), offset, limit }, signal),
    'proposals.effects': ({ proposalId }) => reader.read('effects', idOf(proposalId), signal),
    'proposals.raw': ({ proposalId }) => reader.read('raw', idOf(proposalId), signal),
    'proposals.approve': ({ proposalId, signerId }) =>
      alone('a signature', async (stop) => {
        const { source, id } = await sourceOf(proposalId)
        const screen = { ...comparedHere(proposalId), ...(await checkScreen(source, id, desk, stop)) }
        const { proposal, files, remark } = await desk.approve(source, id, signerId, source.transport, stop)
        const signers = await desk.signers(signal)
        const signerLabel = signers.find((signer) => signer.id === signerId)?.label ?? signerId
        const byItself = await outcomeOf(source, proposal, desk.context(source, stop))
        const more = {
          signerLabel,
          ...screen,
          ...(byItself === undefined ? {} : { byItself }),
          ...(remark === undefined ? {} : { remark }),
        }
        const receipt = present.receipt('signed', source, proposal, files, now(), signers, more)
        return present.handedIn(receipt, await desk.destination(source))
      }),
    'proposals.publish': ({ proposalId }) =>
      alone('a publication', async (stop) => {
        const { source, id } = await sourceOf(proposalId)
        const { proposal, files, remark } = await desk.publish(source, id, stop)
        const more = remark === undefined ? {} : { remark }
        return present.receipt('published', source, proposal, files, now(), await desk.signers(signal), more)
      }),
    'proposals.cancel': () => stopRunning(),

    'keys.list': () => listKeys(desk, reader, signal),
    'keys.agent': () => listAgent(desk, reader, signal),
    'keys.create': async ({ name, scheme, protection }) => {
      await checkNameIsFree(desk, name, signal)
      if (protection === 'keychain') {
        return present.keyView(await desk.keys.create(name, scheme, { kind: 'keychain' }, signal), [])
      }
      return alone('a new key', async (stop) => {
        const passphrase = await askNewPassphrase(prompt, name, stop)
        try {
          return present.keyView(await desk.keys.create(name, scheme, { kind: 'passphrase', passphrase }, stop), [])
        } finally {
          passphrase.fill(0)
        }
      })
    },
    'keys.export': async ({ keyId }) => ({ pem: await exportPem(desk, keyId, signal) }),
    'keys.import': async ({ name, pem }) => present.keyView(await desk.keys.importPublic(name, pem, signal), []),
    'keys.delete': ({ keyId }) => desk.keys.delete(fileKeyName(keyId), signal),
  }
}

/** As the window knows a change: the source, or its event, and the id in it. */
function idOf(proposalId: string): { sourceId: string; id: string } {
  const colon = proposalId.indexOf(':')
  return { sourceId: proposalId.slice(0, colon), id: proposalId.slice(colon + 1) }
}

/** Said before two words are typed, not after. */
async function checkNotOpen(desk: Desk, location: string): Promise<void> {
  const known = (await desk.workspace.sources()).find((source) => source.location === location)
  if (known === undefined) return
  throw new AppError({
    code: 'usage/invalid',
    message: `this repository is open already, as ${known.name}`,
    hint: 'forget it first if you want to pin it anew',
  })
}

/** Asked before anything is typed, and once more when the key is written. */
async function checkNameIsFree(desk: Desk, name: string, signal: AbortSignal): Promise<void> {
  try {
    await desk.keys.exportPem(name, signal)
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'signer/absent') return
    throw error
  }
  throw new AppError({ code: 'usage/invalid', message: `there is already a key ${name}`, hint: 'choose another name' })
}

function fileKeyName(keyId: string): string {
  if (keyId.startsWith('file:')) return keyId.slice('file:'.length)
  if (isAgentSigner(keyId)) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'the key is in the ssh-agent, which alone can take it out',
      hint: 'take it out there: ssh-add -d FILE',
    })
  }
  throw new AppError({
    code: 'usage/invalid',
    message: 'a rehearsal key belongs to the demo and stays with it',
    hint: 'forget the demo repository instead',
  })
}

async function exportPem(desk: Desk, keyId: string, signal: AbortSignal): Promise<string> {
  if (isAgentSigner(keyId)) return toPem((await findAgentKey(desk.agent, keyId, signal)).key)
  const rehearsal = (await desk.signers(signal)).find((signer) => signer.rehearsal && signer.id === keyId)
  return rehearsal === undefined ? desk.keys.exportPem(fileKeyName(keyId), signal) : toPem(rehearsal.key)
}
