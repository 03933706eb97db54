// The ceremonies of the fake bridge: a small machine that stands where a test wants it to, and goes on as main would. The words of
// another device are alpha, bravo and charlie.
import { toBase64, utf8 } from '../../src/core/bytes.ts'
import type { ErrorData } from '../../src/core/error.ts'
import { pack } from '../../src/core/transfer/deflate.ts'
import type { Act } from '../../src/ipc/ceremony.ts'
import type { Bridge, RunPerson, RunToken, RunView } from '../../src/ipc/contract.ts'
import type { FakeAnswer } from './fake-bridge.ts'
import * as data from './fake-ceremony-data.ts'
import { digests, wordsOf } from './fake-data.ts'

type Refused = { ok: false; error: ErrorData }
const bad = (code: ErrorData['code'], message: string, hint: string): Refused => ({
  ok: false,
  error: { code, message, hint },
})

export interface FakeCeremonyOptions {
  /** The kind of the step at which every run stands when it is opened; or how it rests. */
  at?: string | undefined
  empty?: boolean
  rehearsal?: boolean
  /** Waits for a touch; answers whether it came. */
  touch: (device: string) => Promise<boolean>
}

export interface FakeCeremony {
  bridge: Bridge['ceremony']
  /** Which tokens are plugged in, by whose they are; "stranger" is in no script. */
  plug(...owners: readonly string[]): void
}

const words: Record<string, string> = { 4: 'alpha', 17: 'bravo', 30: 'charlie' }
const steps = data.acts.flatMap((act) => act.steps)

export function fakeCeremony(answer: FakeAnswer, options: FakeCeremonyOptions): FakeCeremony {
  const { at = 'gate' } = options
  let now = beginAt(at, options.rehearsal === true)
  let tokens: readonly RunToken[] = []
  const touchOf = options.touch
  let isDone = new Set(steps.slice(0, indexOf(at)).map(({ id }) => id))

  function indexOf(kind: string): number {
    if (kind === 'closed') return steps.length
    const found = steps.findIndex((step) => step.kind === kind)
    return found < 0 ? 2 : found
  }

  function change(patch: Partial<RunView>): undefined {
    now = { ...now, ...patch, lines: now.lines + 1 }
    return undefined
  }

  function people(who: string, patch: Partial<RunPerson>): undefined {
    return change({ people: now.people.map((one) => (one.name === who ? { ...one, ...patch } : one)) })
  }

  const signed = () => now.people.filter((one) => one.signed).map(({ name }) => name)
  const openDeviations = () => now.deviations.some(({ settledBy }) => settledBy === undefined)

  function missing(kind: string | undefined): string | undefined {
    if (kind === 'gate' && now.gates.length === 0) return 'nothing was measured yet'
    if (kind === 'roll-call' && now.people.every(({ present }) => present === undefined))
      return 'no token was looked at yet'
    if (kind === 'receive' && now.change === undefined) return 'no request was taken in yet'
    if (kind === 'compare' && now.compared.length === 0) return 'no device was compared yet'
    if (kind === 'agree' && now.people.every(({ agreed }) => !agreed)) return 'nobody agreed yet'
    if (kind === 'sign' && signed().length < 2) return 'not enough keys have signed yet'
    if (kind === 'prove' && now.proof === undefined) return 'nothing was proved yet'
    if (kind === 'export' && now.exported.length === 0) return 'nothing was written yet'
    if (kind === 'close' && openDeviations()) return 'not every deviation is settled'
    return undefined
  }

  function view(): RunView {
    const step = now.phase === 'closed' ? undefined : steps.find(({ id }) => !isDone.has(id))
    const why = missing(step?.kind)
    const { missing: _, now: __, change: ___, ...rest } = now
    return {
      ...rest,
      acts: data.acts.map((act) => ({
        title: act.title,
        steps: act.steps.map((one) => ({
          ...one,
          state: isDone.has(one.id) ? ('done' as const) : one.id === step?.id ? ('now' as const) : ('later' as const),
        })),
      })),
      ...(step === undefined ? {} : { now: step.id }),
      ...(why === undefined ? {} : { missing: why }),
      ...(now.change === undefined ? {} : { change: data.change(signed()) }),
      tokens,
    }
  }

  async function sign(act: Extract<Act, { signerId: string }>, field: 'signed' | 'witnessed') {
    const token = tokens.find(({ signerId }) => signerId === act.signerId)
    if (token?.owner !== act.who)
      return bad(
        'signer/wrong-key',
        `${token?.label ?? 'the token'} is the token of ${token?.owner ?? 'nobody'}, not of ${act.who}`,
        `let ${token?.owner ?? 'somebody else'} do it, or plug in the token of ${act.who}`,
      )
    if (await touchOf(token.label)) return people(act.who, { [field]: true })
    return bad('user/cancelled', 'cancelled, nothing was signed', 'start again')
  }

  function doIt(act: Act): undefined | Refused | Promise<undefined | Refused> {
    switch (act.act) {
      case 'done':
        isDone = new Set([...isDone, view().now ?? ''])
        return change({})
      case 'break':
        return change({ phase: 'break' })
      case 'back':
        return change({ phase: 'running' })
      case 'stop':
        return change({ phase: 'stopped', halted: 'stopped' })
      case 'different':
        return change({ phase: 'stopped', halted: 'different' })
      case 'abandon':
      case 'close':
        if (act.act === 'close') isDone = new Set(steps.map(({ id }) => id))
        return change({
          phase: 'closed',
          outcome: act.act === 'close' ? 'complete' : 'abandoned',
          fingerprint: { digest: digests.targets4, words: wordsOf(digests.targets4) },
        })
      case 'present':
        return people(act.who, { present: { serial: act.signerId.slice(4, 12), attestation: 'verified' } })
      case 'sign':
        return sign(act, 'signed')
      case 'fingerprint':
        return sign(act, 'witnessed')
      case 'receive':
      case 'receive-practice':
        if (act.act === 'receive' && act.from.from === 'text' && !act.from.text.includes('request'))
          return bad(
            'format/unsupported',
            'the pasted text is no request for signatures',
            'hand over the file that Countersign saved on the other computer',
          )
        return change({ change: data.change([]), sentence: data.sentence })
      case 'agree':
        return people(act.who, { agreed: true })
      case 'prove':
        return change({ proof: 'a client that trusts root 1 walks through roots 2 to 14 and takes root 15' })
      case 'measure':
        return measure(act.watch ?? '')
      case 'waive':
        return change({
          gates: now.gates.map((one) => (one.name === act.gate ? { ...one, outcome: 'waived' as const } : one)),
          deviations: [...now.deviations, { number: 1, by: act.who, what: `${act.gate} failed`, fix: act.why }],
        })
      case 'compare': {
        const wrong = Object.entries(words).filter(([place, word]) => act.answers[place]?.toLowerCase() !== word)
        if (wrong.length > 0)
          return bad(
            'trust/changed',
            `word ${wrong[0]?.[0]} is not the one that this computer worked out`,
            'check the spelling, and that the other device has this very request',
          )
        const own = now.compared.length === 0 ? [{ by: act.who, device: 'this computer' }] : []
        return change({ compared: [...now.compared, ...own, { by: act.who, device: act.device }] })
      }
      case 'export':
        return change({
          exported: [
            { name: '15.root.json', digest: digests.root15 },
            { name: 'Example-Packages-root-9c41.reply.json', digest: digests.root9 },
            { name: 'script.json', digest: digests.targets22 },
          ],
        })
      case 'deviation':
        return change({
          deviations: [
            ...now.deviations,
            { number: now.deviations.length + 1, by: act.who, what: act.what, fix: act.fix },
          ],
        })
      case 'settle':
        return change({
          deviations: now.deviations.map((one) => (one.number === act.number ? { ...one, settledBy: act.who } : one)),
        })
      case 'plug': {
        const own = data.tokens[act.who]
        tokens = own === undefined ? [] : [{ ...own, label: 'Practice token', rehearsal: true }]
        const { plugged: _, ...rest } = now
        now = act.who === '' ? rest : { ...rest, plugged: act.who }
        return undefined
      }
    }
  }

  /** A watch at midnight is wrong, every other one is right. */
  function measure(watch: string): undefined {
    const isOff = watch.startsWith('00:00')
    return change({
      gates: [
        { name: 'network', outcome: 'passed', found: 'no network interface is up' },
        { name: 'sandbox', outcome: 'passed', found: 'the window runs in its sandbox' },
        {
          name: 'clock',
          outcome: isOff ? 'failed' : 'passed',
          found: isOff
            ? `the watch showed ${watch}, and this computer is 512 s ahead of the watch; 120 s are allowed`
            : `the watch showed ${watch}, and this computer is 2 s behind the watch; 120 s are allowed`,
        },
        { name: 'build', outcome: 'passed', found: 'countersign 0.1.0, 41 files, 9c41 07be 5f2a d831' },
        { name: 'anchor', outcome: 'passed', found: 'Root 14 is in force in Example Packages, as it is pinned here' },
      ],
    })
  }

  return {
    plug: (...owners) => {
      tokens = owners.flatMap((one) => (one === 'stranger' ? data.stranger : (data.tokens[one] ?? [])))
    },
    bridge: {
      list: () => answer('ceremony.list', undefined, () => (options.empty === true ? [] : [...data.summaries])),
      script: (argument) => answer('ceremony.script', argument, () => ({ script: data.scriptView })),
      begin: (argument) =>
        answer('ceremony.begin', argument, () => {
          const right = data.scriptView.ask.every(
            (place) => argument.answers[place]?.toLowerCase() === data.scriptView.words[place - 1]?.toLowerCase(),
          )
          if (!argument.rehearsal && !right)
            return bad(
              'trust/changed',
              'a typed word is not the word of the hash of this script; nothing has begun',
              'compare the whole print with the words on the screen',
            )
          now = beginAt(at, argument.rehearsal)
          return view()
        }),
      rehearse: () =>
        answer('ceremony.rehearse', undefined, () => {
          now = beginAt(at, true)
          return view()
        }),
      open: (argument) =>
        answer('ceremony.open', argument, () =>
          at === 'unreadable'
            ? bad('usage/invalid', 'another program holds this ceremony', 'close the other program')
            : view(),
        ),
      act: (argument) => answer('ceremony.act', argument, async () => (await doIt(argument.act)) ?? view()),
      question: (argument) => answer('ceremony.question', argument, () => ({ ask: Object.keys(words).map(Number) })),
      codes: (argument) =>
        answer('ceremony.codes', argument, async () => {
          const bytes = utf8(JSON.stringify(data.change([])))
          return { packed: toBase64(await pack(bytes)), bytes: bytes.length }
        }),
      saveRequest: (argument) =>
        answer('ceremony.saveRequest', argument, () => ({
          path: argument.path ?? '/media/stick/ceremony.request.json',
        })),
      print: (argument) =>
        answer('ceremony.print', argument, () => ({ path: argument.path ?? `/home/you/${argument.document}.pdf` })),
      save: (argument) =>
        answer('ceremony.save', argument, () => ({ path: `${argument.folder}/record-${argument.level}.jsonl` })),
    },
  }
}

/** With everything before that place done. */
function beginAt(at: string, rehearsal: boolean): RunView {
  const before = steps.findIndex((step) => step.kind === at)
  const done = (kind: string): boolean => {
    const place = steps.findIndex((step) => step.kind === kind)
    return at === 'closed' || (before >= 0 && place < before)
  }
  const people = data.people.map((one): RunPerson => {
    const { name, hasKey } = one
    const serial = data.tokens[name]?.serial ?? ''
    return {
      ...one,
      agreed: hasKey && done('agree'),
      signed: hasKey && done('sign') && name !== 'Cleo Haddad',
      ...(hasKey && done('roll-call') ? { present: { serial, attestation: 'verified' } } : {}),
    }
  })
  return {
    ...{ ceremonyId: data.ceremonyId, title: data.title, purpose: data.purpose, repository: data.repository },
    ...{ rehearsal, startedAt: '2026-11-30T07:31:00Z', scriptHash: digests.targets22 },
    scriptWords: data.scriptView.words,
    folder: '/home/alex/.local/share/countersign/ceremonies/2026-11-30-1a2b3c4d',
    phase: at === 'break' || at === 'stopped' || at === 'closed' ? at : 'running',
    ...(at === 'stopped' ? { halted: 'different' as const } : {}),
    ...(at === 'closed'
      ? {
          outcome: 'complete' as const,
          fingerprint: { digest: digests.targets4, words: wordsOf(digests.targets4) },
        }
      : {}),
    ...{ acts: [], people, gates: [], tokens: [], devicesAsked: 2, interruptions: at === 'say' ? 2 : 0 },
    ...(done('receive') ? { change: data.change([]), sentence: data.sentence } : {}),
    compared: done('compare')
      ? [
          { by: 'Wim de Vries', device: 'this computer' },
          { by: 'Wim de Vries', device: 'Wim’s phone' },
        ]
      : [],
    exported: [],
    deviations:
      at === 'close'
        ? [{ number: 1, by: 'Wim de Vries', what: 'Ana came ten minutes late.', fix: 'We waited for her.' }]
        : [],
    lines: 12 + 4 * Math.max(0, before),
  }
}
