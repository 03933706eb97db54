// The app behind the window: answers every call of the contract by calling the desk. One signature at a time.
import { randomInt } from 'node:crypto'
import { AppError, toErrorData } from '../core/error.ts'
import { isSameKey, toPem } from '../core/key.ts'
import type { Prompt, PublicKey } from '../core/signer.ts'
import type { TrustedState } from '../core/system.ts'
import { version } from '../core/version.ts'
import { type AnswerOf, type AppInfo, contract, type KeyView, type Notice, type SourceView } from '../ipc/contract.ts'
import { createDemo } from '../node/demo.ts'
import { type Desk, type OpenSource, openDesk } from '../node/desk.ts'
import { type Inspection, inspectRepository } from '../node/inspect.ts'
import { keychainState } from '../node/keychain.ts'
import { dispatcher, type Handlers } from './ipc.ts'
import type { AppOptions } from './options.ts'
import * as present from './present.ts'
import { secretWindow } from './secret-window.ts'
import type { Shell } from './shell.ts'

export async function startApp(shell: Shell, options: AppOptions): Promise<void> {
  const now = (): Date => new Date()
  const prompt = secretWindow(shell)
  const desk = openDesk({ dataDir: options.dataDir, prompt, now, rehearsalOnly: !shell.sandboxed })
  if (options.demo) await createDemo(options.dataDir, now(), new AbortController().signal)
  const notices: { send: (notice: Notice) => void } = { send: () => {} }
  const handle = dispatcher(
    contract,
    handlers(desk, shell, options, prompt, now, (notice) => notices.send(notice)),
  )
  const window = await shell.open({ page: 'main', title: 'Countersign', width: 1280, height: 860, handle })
  notices.send = (notice) => window.notify(notice)
}

export function handlers(
  desk: Desk,
  shell: Pick<Shell, 'name' | 'sandboxed' | 'canPick' | 'pickDirectory'>,
  options: AppOptions,
  prompt: Prompt,
  now: () => Date,
  notify: (notice: Notice) => void,
): Handlers<typeof contract> {
  /** Looked at but not pinned: what is pinned is what was shown, not what lies there by then. */
  const inspected = new Map<string, { inspection: Inspection; ask: readonly number[] }>()
  let signing: AbortController | undefined
  const { signal } = new AbortController()

  async function sourceOf(proposalId: string): Promise<{ source: OpenSource; id: string }> {
    const colon = proposalId.indexOf(':')
    return { source: await desk.open(proposalId.slice(0, colon)), id: proposalId.slice(colon + 1) }
  }

  async function viewSource(sourceId: string): Promise<SourceView> {
    const source = await desk.open(sourceId)
    try {
      return present.sourceView(source.pinned, await desk.state(source, signal), now())
    } catch (thrown) {
      return { ...present.sourceHead(source.pinned), problem: toErrorData(thrown) }
    }
  }

  /** One signature or publication at a time, and a way to stop it. */
  async function alone<T>(run: (stop: AbortSignal) => Promise<T>): Promise<T> {
    if (signing !== undefined) {
      throw new AppError({
        code: 'signer/busy',
        message: 'another signature is under way',
        hint: 'finish or cancel it first',
      })
    }
    const controller = new AbortController()
    signing = controller
    try {
      return await run(controller.signal)
    } finally {
      signing = undefined
      notify({ kind: 'changed' })
    }
  }

  return {
    'app.info': async (): Promise<AppInfo> => ({
      version,
      shell: shell.name,
      sandboxed: shell.sandboxed,
      canPick: shell.canPick,
      platform: process.platform,
      dataDir: options.dataDir,
      keychain: await keychainState(),
    }),

    'sources.list': async () => Promise.all((await desk.workspace.sources()).map((source) => viewSource(source.id))),
    'sources.pick': async () => {
      const location = await shell.pickDirectory('Open a repository')
      return location === undefined ? {} : { location }
    },
    'sources.inspect': async ({ location }) => {
      const inspection = await inspectRepository(location, now(), signal)
      const ask = twoPositions(present.wordsOf(inspection.digest).length)
      inspected.set(inspection.location, { inspection, ask })
      return present.inspectionView(inspection, ask)
    },
    'sources.pin': async ({ location, name, answers }) => {
      const known = inspected.get(location)
      if (known === undefined)
        throw new AppError({ code: 'usage/invalid', message: 'look at the repository before you pin it' })
      checkAnswers(known.inspection.digest, known.ask, new Map(Object.entries(answers)))
      const added = await desk.workspace.add({ name, location }, known.inspection.bytes)
      inspected.delete(location)
      notify({ kind: 'changed' })
      return viewSource(added.id)
    },
    'sources.forget': async ({ sourceId }) => {
      await desk.workspace.remove(sourceId)
      notify({ kind: 'changed' })
    },
    'demo.start': async () => {
      const demo = await createDemo(options.dataDir, now(), signal)
      notify({ kind: 'changed' })
      return viewSource(demo.id)
    },

    'proposals.list': async () => listProposals(desk, signal),
    'proposals.get': async ({ proposalId }) => {
      const { source, id } = await sourceOf(proposalId)
      const proposal = await desk.proposal(source, id, signal)
      return present.proposalView(
        source.pinned,
        proposal,
        await desk.signers(signal),
        (await desk.keys.list(signal)).keys,
      )
    },
    'proposals.raw': async ({ proposalId }) => {
      const { source, id } = await sourceOf(proposalId)
      return present.rawDocument(await desk.proposal(source, id, signal))
    },
    'proposals.approve': ({ proposalId, signerId }) =>
      alone(async (stop) => {
        const { source, id } = await sourceOf(proposalId)
        const { proposal, files } = await desk.approve(source, id, signerId, source.transport, stop)
        const signers = await desk.signers(signal)
        const label = signers.find((signer) => signer.id === signerId)?.label ?? signerId
        return present.receipt('signed', source.pinned, proposal, files, now(), signers, label)
      }),
    'proposals.publish': ({ proposalId }) =>
      alone(async (stop) => {
        const { source, id } = await sourceOf(proposalId)
        const { proposal, files } = await desk.publish(source, id, stop)
        return present.receipt('published', source.pinned, proposal, files, now(), await desk.signers(signal))
      }),
    'proposals.cancel': () => signing?.abort(),

    'keys.list': () => listKeys(desk, signal),
    'keys.create': async ({ name, scheme, protection }) => {
      const purpose = `protect the new key ${name}`
      const passphrase = async (): Promise<Uint8Array> =>
        prompt.pin({ device: `new key ${name}`, secret: 'new passphrase', purpose }, signal)
      const chosen =
        protection === 'keychain'
          ? { kind: 'keychain' as const }
          : { kind: 'passphrase' as const, passphrase: await passphrase() }
      return present.keyView(await desk.keys.create(name, scheme, chosen, signal), [])
    },
    'keys.export': async ({ keyId }) => ({ pem: await exportPem(desk, keyId, signal) }),
    'keys.import': async ({ name, pem }) => present.keyView(await desk.keys.importPublic(name, pem, signal), []),
    'keys.delete': ({ keyId }) => desk.keys.delete(fileKeyName(keyId), signal),
  }
}

type Inbox = AnswerOf<(typeof contract)['proposals.list']>

async function listProposals(desk: Desk, signal: AbortSignal): Promise<Inbox> {
  const signers = await desk.signers(signal)
  const inbox: Inbox = { proposals: [], problems: [] }
  for (const pinned of await desk.workspace.sources()) {
    try {
      const { proposals, problems } = await desk.pending(await desk.open(pinned.id), signal)
      inbox.proposals.push(...proposals.map((proposal) => present.proposalSummary(pinned, proposal, signers)))
      for (const { subject, error } of problems) {
        inbox.problems.push({ sourceName: pinned.name, subject, error: toErrorData(error) })
      }
    } catch (thrown) {
      inbox.problems.push({ sourceName: pinned.name, subject: 'repository', error: toErrorData(thrown) })
    }
  }
  return inbox
}

function fileKeyName(keyId: string): string {
  if (keyId.startsWith('file:')) return keyId.slice('file:'.length)
  throw new AppError({
    code: 'usage/invalid',
    message: 'a rehearsal key belongs to the demo and stays with it',
    hint: 'forget the demo repository instead',
  })
}

async function exportPem(desk: Desk, keyId: string, signal: AbortSignal): Promise<string> {
  const rehearsal = (await desk.signers(signal)).find((signer) => signer.rehearsal && signer.id === keyId)
  return rehearsal === undefined ? desk.keys.exportPem(fileKeyName(keyId), signal) : toPem(rehearsal.key)
}

async function listKeys(desk: Desk, signal: AbortSignal): Promise<KeyView[]> {
  const { keys } = await desk.keys.list(signal)
  const states: { name: string; state: TrustedState }[] = []
  for (const pinned of await desk.workspace.sources()) {
    try {
      states.push({ name: pinned.name, state: await desk.state(await desk.open(pinned.id), signal) })
    } catch {
      // A repository that cannot be read says so on its own screen; here it only has no uses to show.
    }
  }
  const rehearsal = (await desk.signers(signal)).filter((signer) => signer.rehearsal)
  return [
    ...keys.map((key) => present.keyView(key, usesOf(key.key, states))),
    ...rehearsal.map((signer) => present.rehearsalKeyView(signer, usesOf(signer.key, states))),
  ]
}

function usesOf(key: PublicKey, states: readonly { name: string; state: TrustedState }[]): string[] {
  return states.flatMap(({ name, state }) => {
    const roles = state.roles.filter((role) =>
      role.quorum.keys.some((entry) => entry.key !== undefined && isSameKey(entry.key, key)),
    )
    return roles.map((role) => `${name}: ${role.name}`)
  })
}

/** Two different positions, counted from 1. */
function twoPositions(count: number): number[] {
  const first = randomInt(1, count + 1)
  const second = ((first + randomInt(0, count - 1)) % count) + 1
  return [first, second].sort((a, b) => a - b)
}

function checkAnswers(digest: string, ask: readonly number[], answers: ReadonlyMap<string, string>): void {
  const words = present.wordsOf(digest)
  const wrong = ask.filter(
    (position) => answers.get(String(position))?.trim().toLowerCase() !== words[position - 1]?.toLowerCase(),
  )
  if (wrong.length === 0) return
  throw new AppError({
    code: 'trust/changed',
    message: `word ${wrong.join(' and word ')} is not what this repository’s root says`,
    hint: 'do not pin it; ask the repository admin for the words of the root once more',
  })
}
