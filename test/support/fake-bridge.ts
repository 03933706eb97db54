// A Bridge in memory: it answers like main would, remembers every call, and can be told to fail. For the renderer's tests.
import { parseBase64, toBase64 } from '../../src/core/bytes.ts'
import type { ErrorData } from '../../src/core/error.ts'
import { type Recipient, recipient } from '../../src/core/sealed.ts'
import type {
  AppInfo,
  Bridge,
  InvitationPreview,
  KeyView,
  Notice,
  Outcome,
  PromptContract,
  PromptView,
  ProposalView,
  QuorumView,
  Receipt,
  SourceView,
  TokensView,
} from '../../src/ipc/contract.ts'
import { carriedChange, fakeCarry } from './fake-carry.ts'
import { type FakeCeremony, fakeCeremony } from './fake-ceremony.ts'
import * as data from './fake-data.ts'
import { fakeDrafts } from './fake-drafts.ts'
import * as pending from './fake-proposals.ts'
import { fakeRegistry, registryChanges, registrySource } from './fake-registry.ts'
import { fakeRepository } from './fake-repository.ts'
import {
  backendProject,
  signersChange,
  signersInspection,
  signersProject,
  signersSource,
  webProject,
} from './fake-signers.ts'
import * as hardware from './fake-tokens.ts'
import { fakeVersions } from './fake-versions.ts'

/** `carried`: one change, which came over an air gap. `signers`: a project in which nothing expires, and a change of its signers. `registry`: a registry of logs. `tokens`: like rich, and the renewal can be signed with two tokens that hold the same key. */
export type Scenario = 'rich' | 'empty' | 'troubled' | 'calm' | 'tokens' | 'carried' | 'signers' | 'registry'

export interface FakeOptions {
  scenario?: Scenario
  info?: Partial<AppInfo>
  /** How long a signature takes; undefined waits until it is cancelled. */
  approveMs?: number | undefined
  now?: Date
  /** Touches are asked for of the practice token: a button in the window. */
  practice?: boolean
  /** Where a ceremony stands when it is opened: the kind of a step, or how it rests. */
  at?: string
  rehearsal?: boolean
}

export interface Fake {
  bridge: Bridge
  calls: { name: string; argument: unknown }[]
  notify(notice: Notice): void
  /** The next call of this name fails with this error. */
  failNext(name: string, error: ErrorData): void
  /** What is waited for, e.g. a PIN or a touch, fails with this error. */
  end(error: ErrorData): void
  /** A token came, went or changed: main tells the whole picture. */
  plug(tokenId: string, plugged: boolean): void
  /** The same in a ceremony, by whose tokens are plugged in. */
  plugFor: FakeCeremony['plug']
}

type Refused = { ok: false; error: ErrorData }
/** Answers as main would: the call is remembered, and fails when the test said so. */
export type FakeAnswer = <T>(
  name: string,
  argument: unknown,
  make: () => T | Refused | Promise<T | Refused>,
) => Promise<Outcome<T>>

const good = <T>(value: T): Outcome<T> => ({ ok: true, value })
const bad = (error: ErrorData): Refused => ({ ok: false, error })
const missing: ErrorData = { code: 'source/not-found', message: 'no such change waits here any more' }

export function fakeBridge(options: FakeOptions = {}): Fake {
  const scenario = options.scenario ?? 'rich'
  const calls: Fake['calls'] = []
  const hearers = new Set<(notice: Notice) => void>()
  const failures = new Map<string, ErrorData>()
  let sources: SourceView[] =
    scenario === 'empty' ? [] : [...data.sources, ...(scenario === 'troubled' ? [data.troubled] : [])]
  let proposals: ProposalView[] = scenario === 'empty' || scenario === 'calm' ? [] : [...pending.proposals]
  if (scenario === 'carried') proposals = [...carriedChange]
  if (scenario === 'signers') [sources, proposals] = [[signersSource], [signersChange]]
  if (scenario === 'registry') [sources, proposals] = [[registrySource], registryChanges]
  if (scenario === 'tokens') proposals = proposals.map(pending.withTwoTokens)
  let tokens: TokensView = hardware.tokensFor(scenario)
  let keys: KeyView[] = scenario === 'empty' ? [] : [...data.keys]
  let stop: (() => void) | undefined
  let finish: (() => void) | undefined
  let ended: ErrorData | undefined
  const at = () => (options.now ?? new Date()).toISOString()

  const notify = (notice: Notice) => {
    for (const hear of hearers) hear(notice)
  }

  async function answer<T>(
    name: string,
    argument: unknown,
    make: () => T | Refused | Promise<T | Refused>,
  ): Promise<Outcome<T>> {
    calls.push({ name, argument })
    const failure = failures.get(name)
    failures.delete(name)
    await Promise.resolve()
    if (failure !== undefined) return bad(failure)
    const made = await make()
    if (ended !== undefined) {
      const error = ended
      ended = undefined
      return bad(error)
    }
    if (typeof made === 'object' && made !== null && 'ok' in made && made.ok === false) return made
    return good(made as T)
  }

  function working(ms: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(() => resolve(true), ms)
      finish = () => resolve(true)
      stop = () => {
        clearTimeout(timer)
        resolve(false)
      }
    })
  }

  /** The practice token waits for its button, a real one is touched after a while. */
  async function touchOf(device: string, practice: boolean): Promise<boolean> {
    notify({ kind: 'touch', device, purpose: `make a new key on ${device}`, timeoutMs: 15_000, practice })
    const touched = await working(practice ? undefined : 'approveMs' in options ? options.approveMs : 300)
    notify({ kind: 'touch-over' })
    return touched
  }

  const cancelled = bad({ code: 'user/cancelled', message: 'cancelled, nothing was changed' })
  const find = (id: string) => proposals.find((one) => one.id === id)

  function receipt(proposal: ProposalView, kind: Receipt['kind'], files: string[], signerLabel?: string): Receipt {
    return {
      title: proposal.title,
      sourceName: proposal.sourceName,
      digest: proposal.digest,
      words: proposal.words,
      at: at(),
      kind,
      ...(signerLabel === undefined ? {} : { signerLabel }),
      files,
      quorums: proposal.quorums,
      complete: proposal.complete,
      rehearsal: proposal.rehearsal,
      ...(scenario === 'registry' ? { registry: true } : {}),
      ...(scenario === 'registry' && kind === 'published' ? { sentTo: registrySource.location } : {}),
    }
  }

  const { create, ...drafts } = fakeDrafts(
    answer,
    (source) => {
      sources = [...sources, source]
    },
    (proposalId) => {
      proposals = proposals.filter((one) => one.id !== proposalId)
      notify({ kind: 'changed' })
    },
  )
  const inside = fakeRepository(answer)
  const carry = fakeCarry(
    answer,
    (id) => find(id),
    (changed) => {
      proposals = [changed, ...proposals.filter(({ id }) => id !== changed.id)]
    },
  )

  const ceremony = fakeCeremony(answer, {
    at: options.at,
    rehearsal: options.rehearsal === true,
    empty: scenario === 'empty',
    touch: (device) => touchOf(device, options.practice === true),
  })

  const bridge: Bridge = {
    ...drafts,
    carry,
    ceremony: ceremony.bridge,
    ...inside,
    repository: { ...inside.repository, create },
    registry: fakeRegistry(answer),
    versions: fakeVersions(answer),
    project: {
      get: (argument) =>
        answer('project.get', argument, () =>
          argument.sourceId === 'mirror'
            ? webProject(argument.release)
            : argument.sourceId === 'backend'
              ? backendProject
              : signersProject,
        ),
      ask: (argument) => answer('project.ask', argument, () => ({ waits: 1, problems: [] })),
      create: (argument) => answer('project.create', argument, () => signersSource),
    },
    app: {
      info: () => answer('app.info', undefined, () => ({ ...data.info, ...options.info })),
      goOffline: () => answer('app.goOffline', undefined, () => ({ ...data.info, ...options.info, offline: true })),
    },
    sources: {
      list: () => answer('sources.list', undefined, () => sources),
      pick: () => answer('sources.pick', undefined, () => ({ location: '/srv/repositories/loom' })),
      inspect: (argument) =>
        answer('sources.inspect', argument, () =>
          argument.location.includes('nothing')
            ? bad({
                code: 'source/not-found',
                message: `${argument.location} does not exist`,
                hint: 'check the spelling, and that the disk is connected',
              })
            : { ...(scenario === 'signers' ? signersInspection : data.inspection), location: argument.location },
        ),
      pin: (argument) =>
        answer('sources.pin', argument, () => {
          const right = data.inspection.ask.every((position) => {
            const word = data.inspection.words[position - 1]
            return argument.answers[position]?.toLowerCase() === word?.toLowerCase()
          })
          if (!right) {
            return bad({
              code: 'trust/changed',
              message: 'a typed word is not the word of this fingerprint',
              hint: 'ask the other source again; if it stays different, this is not the right repository',
            })
          }
          const pinned: SourceView = {
            id: 'loom',
            name: argument.name,
            location: argument.location,
            inside: true,
            rehearsal: false,
          }
          sources = [...sources, pinned]
          return pinned
        }),
      access: (argument) =>
        answer('sources.access', argument, () => {
          const found = sources.find((one) => one.id === argument.sourceId)
          if (found === undefined) return bad(missing)
          const { authorities = [], hasToken = false } = found.access ?? {}
          const isCleared = (what: string): boolean => argument.clear === what
          const access = {
            authorities: isCleared('ca') ? [] : argument.ca === undefined ? authorities : ['CN=Our company'],
            hasToken: !isCleared('token') && (argument.token === true || hasToken),
          }
          const changed = { ...found, access }
          sources = sources.map((one) => (one === found ? changed : one))
          return changed
        }),
      forget: (argument) =>
        answer('sources.forget', argument, () => {
          sources = sources.filter((one) => one.id !== argument.sourceId)
        }),
    },
    demo: {
      start: () =>
        answer('demo.start', undefined, () => {
          const practice = data.sources[2]
          if (practice === undefined) return bad(missing)
          sources = [practice]
          proposals = pending.proposals.filter((one) => one.sourceId === practice.id)
          keys = data.keys.filter((one) => one.protection === 'rehearsal')
          return practice
        }),
    },
    invitations: {
      preview: (argument) => answer('invitations.preview', argument, (): InvitationPreview | Refused => bad(missing)),
      accept: (argument) => answer('invitations.accept', argument, (): Receipt | Refused => bad(missing)),
    },
    proposals: {
      list: () =>
        answer('proposals.list', undefined, () => ({
          proposals: [...proposals],
          invitations: [],
          problems: scenario === 'rich' || scenario === 'troubled' ? [data.inboxProblem] : [],
        })),
      get: (argument) => answer('proposals.get', argument, () => find(argument.proposalId) ?? bad(missing)),
      effects: (argument) =>
        answer('proposals.effects', argument, () => ({ asked: 0, tried: 0, changed: 0, shown: [] })),
      changes: (argument) => answer('proposals.changes', argument, () => []),
      raw: (argument) => answer('proposals.raw', argument, () => pending.raw),
      approve: (argument) =>
        answer('proposals.approve', argument, async () => {
          const proposal = find(argument.proposalId)
          const signer = proposal?.signers.find((one) => one.id === argument.signerId)
          if (proposal === undefined || signer === undefined) return bad(missing)
          if (signer.id.startsWith('piv:')) {
            const practice = options.practice === true
            notify({ kind: 'touch', device: signer.label, purpose: proposal.headline, timeoutMs: 15_000, practice })
          }
          const finished = await working('approveMs' in options ? options.approveMs : 600)
          notify({ kind: 'touch-over' })
          if (!finished) return cancelled
          const signed = withSignature(proposal, signer.id)
          proposals = proposals.map((one) => (one.id === signed.id ? signed : one))
          return receipt(signed, 'signed', [`metadata/pending/${proposal.subject}.json`], signer.label)
        }),
      publish: (argument) =>
        answer('proposals.publish', argument, async () => {
          const proposal = find(argument.proposalId)
          if (proposal === undefined) return bad(missing)
          if (!(await working('approveMs' in options ? options.approveMs : 600))) return cancelled
          proposals = proposals.filter((one) => one.id !== proposal.id)
          const version = proposal.title.split(' ')[1] ?? '1'
          const files = [
            `metadata/${version}.${proposal.subject}.json`,
            'metadata/1905.snapshot.json',
            'metadata/timestamp.json',
          ]
          return receipt({ ...proposal, complete: true }, 'published', files)
        }),
      cancel: () =>
        answer('proposals.cancel', undefined, () => {
          stop?.()
        }),
    },
    keys: {
      list: () => answer('keys.list', undefined, () => keys),
      agent: () => answer('keys.agent', undefined, () => data.agentOf(scenario)),
      create: (argument) =>
        answer('keys.create', argument, () => {
          const made = newKey(
            argument.name,
            argument.scheme === 'ed25519' ? 'Ed25519' : 'P-256',
            argument.protection,
            at(),
          )
          keys = [...keys, made]
          return made
        }),
      export: (argument) => answer('keys.export', argument, () => ({ pem: data.pem })),
      import: (argument) =>
        answer('keys.import', argument, () => {
          if (!argument.pem.includes('BEGIN PUBLIC KEY')) {
            return bad({ code: 'format/malformed', message: 'this is not a public key in PEM form' })
          }
          const made = newKey(argument.name, 'Ed25519', 'public-only', at())
          keys = [...keys, made]
          return made
        }),
      delete: (argument) =>
        answer('keys.delete', argument, () => {
          keys = keys.filter((one) => one.id !== argument.keyId)
        }),
    },
    tokens: {
      list: () => answer('tokens.list', undefined, () => tokens),
      enroll: (argument) =>
        answer('tokens.enroll', argument, () => {
          tokens = hardware.withHolder(tokens, argument.name, argument.tokenId, argument.slot, at())
          return tokens
        }),
      generate: (argument) =>
        answer('tokens.generate', argument, async () => {
          const token = tokens.tokens.find((one) => one.id === argument.tokenId)
          if (token === undefined) return bad({ code: 'signer/absent', message: 'the token is not plugged in' })
          const isTaken = token.generateIn.some((one) => one.slot === argument.slot && one.taken)
          if (isTaken && argument.replace === 'no') return bad(hardware.taken)
          if (argument.touchPolicy !== 'never' && !(await touchOf(token.name, token.rehearsal))) return cancelled
          const { algorithm, pinPolicy, touchPolicy } = argument
          const made = hardware.madeSlot(argument.tokenId, argument.slot, algorithm, { pinPolicy, touchPolicy })
          tokens = hardware.withKey(tokens, argument.tokenId, made)
          return tokens
        }),
      attest: (argument) => answer('tokens.attest', argument, () => ({ ...hardware.proof, slot: argument.slot })),
      changeSecret: (argument) =>
        answer('tokens.changeSecret', argument, async () => {
          if (!(await working('approveMs' in options ? options.approveMs : 300))) return cancelled
          return undefined
        }),
      unblock: (argument) => answer('tokens.unblock', argument, () => undefined),
      wrapKey: (argument) =>
        answer('tokens.wrapKey', argument, async () => {
          if (!(await touchOf('Titan Security Key', false))) return cancelled
          const made = hardware.madeSlot('fido', argument.name, 'Ed25519', {
            signerId: `fido:${argument.name}`,
            canAttest: false,
          })
          tokens = hardware.withKey(tokens, argument.tokenId, made)
          return tokens
        }),
      addSpare: (argument) =>
        answer('tokens.addSpare', argument, async () => {
          if (!(await touchOf('Titan Security Key', false))) return cancelled
          const made = tokens.tokens.flatMap((one) => one.slots).find((one) => one.id === argument.name)
          if (made === undefined)
            return bad({ code: 'signer/absent', message: `no token that holds key ${argument.name} is plugged in` })
          tokens = hardware.withKey(tokens, argument.tokenId, made)
          return tokens
        }),
      removeKey: (argument) =>
        answer('tokens.removeKey', argument, () => {
          tokens = hardware.withoutKey(tokens, argument.name, argument.signerId)
          return tokens
        }),
      removeModule: (argument) =>
        answer('tokens.removeModule', argument, () => {
          tokens = { ...tokens, modules: tokens.modules.filter((one) => one !== argument.path) }
          return tokens
        }),
      practise: (argument) =>
        answer('tokens.practise', argument, () => {
          const practising = argument.plugged === 'yes'
          const others = tokens.tokens.filter((one) => one.id !== hardware.practice.id)
          tokens = { ...tokens, practising, tokens: practising ? [...others, hardware.practice] : others }
          return tokens
        }),
      touchPractice: (argument) =>
        answer('tokens.touchPractice', argument, () => {
          if (argument.touched === 'yes') finish?.()
          else stop?.()
        }),
    },
    // No browser stands behind it that would know.
    dropped: { pathsOf: async (files) => good({ paths: files.map(() => '') }) },
    notices: {
      listen: (hear) => {
        hearers.add(hear)
        return () => hearers.delete(hear)
      },
    },
  }
  const all = hardware.tokensFor(scenario).tokens
  const plug = (tokenId: string, plugged: boolean) => {
    const others = tokens.tokens.filter((one) => one.id !== tokenId)
    tokens = { ...tokens, tokens: plugged ? [...others, ...all.filter((one) => one.id === tokenId)] : others }
    notify({ kind: 'tokens', view: tokens })
  }
  const plugFor: FakeCeremony['plug'] = (...owners) => {
    ceremony.plug(...owners)
    const made = owners.map((owner) => ({
      ...hardware.office,
      id: `of ${owner}`,
      slots: hardware.office.slots.map((slot) => ({ ...slot, signerId: `of ${owner}/${slot.id}` })),
    }))
    tokens = { ...tokens, tokens: made }
    notify({ kind: 'tokens', view: tokens })
  }
  const end = (error: ErrorData) => {
    ended = error
    stop?.()
  }
  return {
    bridge,
    calls,
    notify,
    plug,
    plugFor,
    end,
    failNext: (name, error) => failures.set(name, error),
  }
}

function newKey(name: string, scheme: string, protection: KeyView['protection'], created: string): KeyView {
  return { id: `file:${name}`, name, scheme, fingerprint: 'c0de 57a7 10ff 2b1e', protection, created, usedIn: [] }
}

function withSignature(proposal: ProposalView, signerId: string): ProposalView {
  const quorums = proposal.quorums.map((one): QuorumView => {
    const keys = one.keys.map((key) =>
      key.signerIds.includes(signerId) ? { ...key, signed: true, signerIds: [] } : key,
    )
    const signed = keys.filter((key) => key.signed).length
    return { ...one, keys, signed, met: signed >= one.threshold }
  })
  return {
    ...proposal,
    quorums,
    complete: quorums.every((one) => one.met),
    mine: false,
    signers: [],
    wouldComplete: false,
    withdrawable: true,
  }
}

export interface FakePrompt {
  bridge: Bridge<PromptContract>
  calls: Fake['calls']
  /** What the sealed answers held. */
  opened: string[]
}

/** The secret is "correct horse", or 123456 for a token; every other one is wrong and costs a try. */
export function fakePrompt(more: Partial<PromptView> = {}): FakePrompt {
  const calls: Fake['calls'] = []
  const opened: string[] = []
  // Not before it is asked for: the script also runs in the blank page, where the browser lends no cryptography.
  let made: Promise<Recipient> | undefined
  const receiver = () => {
    made ??= recipient()
    return made
  }
  const view: PromptView = {
    id: 'prompt-1',
    device: 'key file alex-office',
    secret: 'passphrase',
    purpose: "Replaces Dana Ortiz by Lee Ahn and lowers root's threshold from 3 to 2, in root 15 of Example Packages",
    wasWrong: false,
    recipient: '',
    ...more,
  }
  const wrong: ErrorData = { code: 'signer/pin-wrong', message: `the ${view.secret} does not open ${view.device}` }
  return {
    calls,
    opened,
    bridge: {
      prompt: {
        get: async () => good({ ...view, recipient: toBase64((await receiver()).publicKey) }),
        answer: async (argument) => {
          calls.push({ name: 'prompt.answer', argument })
          const bytes = await (await receiver()).open(parseBase64(argument.sealed, 'the answer'))
          if (bytes === undefined) return bad({ code: 'usage/invalid', message: 'the answer is not sealed' })
          const text = new TextDecoder().decode(bytes)
          opened.push(text)
          return text === 'correct horse' || text === '123456' ? good(undefined) : bad(wrong)
        },
        cancel: async (argument) => {
          calls.push({ name: 'prompt.cancel', argument })
          return good(undefined)
        },
      },
      notices: { listen: () => () => {} },
      dropped: { pathsOf: async () => good({ paths: [] }) },
    },
  }
}
