// A registry behind the four nouns: what is trusted of it, records that wait, approvals, and every lie of a registry by its name.
import { beforeAll, describe, expect, test } from 'vitest'
import { accept, approve, publish } from '../../../../src/core/approve.ts'
import { toBase64, toHex, utf8 } from '../../../../src/core/bytes.ts'
import { isComplete, isMet, type Proposal } from '../../../../src/core/proposal.ts'
import type { Signer } from '../../../../src/core/signer.ts'
import { signWithSecret } from '../../../../src/core/software-key.ts'
import type { Context } from '../../../../src/core/system.ts'
import { type Approvers, candidateBytes, parseCandidate } from '../../../../src/core/systems/warg/candidate.ts'
import { wargForm } from '../../../../src/core/systems/warg/carried-form.ts'
import { nextRecord } from '../../../../src/core/systems/warg/edit.ts'
import {
  checkpointName,
  inclusionName,
  operatorSubject,
  pageName,
  pendingName,
  sendingName,
} from '../../../../src/core/systems/warg/files.ts'
import type { Entry } from '../../../../src/core/systems/warg/record.ts'
import { openRegistry } from '../../../../src/core/systems/warg/registry.ts'
import { wargSystem } from '../../../../src/core/systems/warg/system.ts'
import { pageBytes, parseSending } from '../../../../src/core/systems/warg/wire.ts'
import { memoryTransport, overlay, type Transport } from '../../../../src/core/transport.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { encodeLogProof, encodeMapProofs } from '../../../support/warg.ts'
import { LogTree, MapTree } from '../../../support/warg-trees.ts'
import { faultOfPromise } from './faults.ts'
import { content, type Person, person, signedBy } from './keys.ts'
import { now, Scene, seconds } from './scene.ts'

const http = 'wasi:http'
let people: Person[] = []
const who = (at: number): Person => {
  const found = people[at]
  if (found === undefined) throw new Error('nobody is here')
  return found
}
const [op, ana, bo, cy, eve] = [() => who(0), () => who(1), () => who(2), () => who(3), () => who(4)]
beforeAll(async () => {
  people = await Promise.all([person(), person(), person(), person(), person()])
})

/** As a machine was told. */
const agreed = (one: Approvers) => ({ agreed: async () => new Map([[http, [one]]]) })

const release = (version: string): Entry => ({ kind: 'release', version, digest: content })

async function scene(): Promise<Scene> {
  const made = await Scene.of(op())
  await made.add(http, ana(), [
    { kind: 'init', key: ana() },
    { kind: 'grant', key: bo(), permissions: ['release'] },
  ])
  await made.add(http, bo(), [release('1.0.0')])
  return made
}

function signerOf(one: Person, label = 'a key'): Signer {
  return {
    id: one.id,
    label,
    key: one.key,
    asks: 'nothing',
    rehearsal: false,
    sign: (message) => signWithSecret(one.key, one.secret, message),
  } as Signer
}

async function record(made: Scene, source: Transport, entries: readonly Entry[], subject = http): Promise<Uint8Array> {
  const registry = await openRegistry(source, made.context())
  const log = subject === operatorSubject ? registry.operator : await registry.log(subject)
  return nextRecord(log.state, entries, now)
}

async function propose(made: Scene, entries: readonly Entry[], options = {}, subject = http) {
  const source = await made.folder()
  const system = wargSystem(options)
  const document = await record(made, source, entries, subject)
  const files = await system.draft({ subject, document }, source, made.context())
  await source.write(files, new Map(), 'propose', new AbortController().signal)
  const { proposals, problems } = await system.pending(source, made.context())
  expect(problems).toEqual([])
  const [proposal] = proposals
  if (proposal === undefined) throw new Error('nothing waits')
  return { source, system, proposal }
}

const again = async (system: ReturnType<typeof wargSystem>, source: Transport, context: Context): Promise<Proposal> => {
  const [proposal] = (await system.pending(source, context)).proposals
  if (proposal === undefined) throw new Error('nothing waits')
  return proposal
}

describe('what is trusted', () => {
  test('is each log that lies there, and who can sign its next record', async () => {
    const made = await scene()
    const state = await wargSystem().state(await made.folder(), made.context())
    expect(state.roles.map(({ name, version }) => [name, version])).toEqual([
      ['Operator', 1],
      [http, 2],
    ])
    expect(state.roles[1]?.quorum.keys.flatMap(({ ids }) => ids)).toEqual([ana().id, bo().id])
    expect([...state.memory.keys()]).toEqual([checkpointName, 'heads/operator.json', 'heads/wasi+http.json'])
  })

  test('goes on from what was trusted before, with a proof that it does', async () => {
    const made = await scene()
    const before = made.tree.length
    const { memory } = await wargSystem().state(await made.folder(), made.context())
    await made.add(http, ana(), [{ kind: 'yank', version: '1.0.0' }])
    const context = made.context({ memory })
    const state = await wargSystem().state(await made.folder(before), context)
    expect(state.roles[1]?.version).toBe(3)
    expect(await faultOfPromise(wargSystem().state(await made.folder(), context))).toBe('proof-missing')
  })
})

describe('a registry that lies', () => {
  type Lie = (made: Scene, source: ReturnType<typeof memoryTransport>) => Promise<void> | void
  const page = (made: Scene, subject: string) => [...(made.logs.get(subject) ?? [])]
  const lies: readonly [string, string, Lie][] = [
    [
      'proof-count',
      'gives no proofs',
      (made, source) => {
        const [name, empty] = [
          inclusionName(made.tree.length, 2),
          { logLength: made.tree.length, consistentLengths: [], includedIndices: [], hashes: new Map() },
        ]
        source.files.set(
          name,
          utf8(JSON.stringify({ log: toBase64(encodeLogProof(empty)), map: toBase64(encodeMapProofs([])) })),
        )
      },
    ],
    [
      'proof-missing',
      'leaves a proof out',
      (made, source) => void source.files.delete(inclusionName(made.tree.length, 2)),
    ],
    [
      'record-signature',
      'swaps a record',
      async (made, source) => {
        const [first, second] = page(made, http)
        if (first === undefined || second === undefined) throw new Error('no records')
        source.files.set(pageName(http, 1), pageBytes([first, { ...second, signature: first.signature }]))
      },
    ],
    [
      'prev-differs',
      'leaves a record out',
      async (made, source) => {
        await made.add(http, bo(), [release('1.1.0')])
        const [first, , third] = page(made, http)
        if (first === undefined || third === undefined) throw new Error('no records')
        source.files.set(checkpointName, await made.checkpoint())
        source.files.set(pageName(http, 1), pageBytes([first, third]))
        for (const index of [0, 3])
          source.files.set(
            inclusionName(made.tree.length, index),
            made.inclusion(index === 0 ? operatorSubject : http, index),
          )
      },
    ],
    [
      'place-backwards',
      'says that a record was there before',
      (made, source) => {
        const [first, second] = page(made, http)
        if (first === undefined || second === undefined) throw new Error('no records')
        source.files.set(pageName(http, 1), pageBytes([first, { ...second, registryIndex: 0 }]))
      },
    ],
    [
      'record-beyond-checkpoint',
      'shows what its checkpoint does not cover',
      (made, source) => {
        const [first, second] = page(made, http)
        if (first === undefined || second === undefined) throw new Error('no records')
        source.files.set(pageName(http, 1), pageBytes([first, { ...second, registryIndex: 3 }]))
      },
    ],
    ['page-gap', 'answers an empty page', (_made, source) => void source.files.set(pageName(http, 1), pageBytes([]))],
    [
      'proof-wrong-root',
      'hides the newest record',
      (made, source) => {
        const [first] = page(made, http)
        if (first === undefined) throw new Error('no records')
        source.files.set(pageName(http, 1), pageBytes([first]))
        source.files.set(inclusionName(made.tree.length, 1), made.inclusion(http, 1))
      },
    ],
    [
      'checkpoint-key-without-commit',
      'has a checkpoint of a key without commit',
      async (made, source) => {
        await made.add(operatorSubject, op(), [{ kind: 'grant', key: eve(), permissions: ['define-namespace'] }])
        source.files.set(pageName(operatorSubject, 1), pageBytes(page(made, operatorSubject)))
        source.files.set(checkpointName, await made.checkpoint(eve()))
      },
    ],
    [
      'checkpoint-stale',
      'shows an old checkpoint',
      async (made, source) => {
        source.files.set(checkpointName, await made.checkpoint(op(), seconds - 8 * 24 * 3600))
      },
    ],
    [
      'operator-not-pinned',
      'has another operator',
      async (_made, source) => {
        const other = await Scene.of(eve())
        for (const [name, bytes] of (await other.folder()).files) source.files.set(name, bytes)
      },
    ],
    ['no-operator-log', 'has no operator', (_made, source) => void source.files.delete(pageName(operatorSubject, 1))],
    ['no-checkpoint', 'has no checkpoint', (_made, source) => void source.files.delete(checkpointName)],
  ]
  test.each(lies)('%s: it %s', async (name, _what, lie) => {
    const made = await scene()
    const { anchor } = made
    const source = await made.folder()
    await wargSystem().state(source, made.context())
    await lie(made, source)
    expect(await faultOfPromise(wargSystem().state(source, made.context({ anchor })))).toBe(name)
  })

  const forgetful: readonly [string, string, (made: Scene) => Promise<Scene>][] = [
    ['checkpoint-rolled-back', 'has fewer records than before', async () => Scene.of(op())],
    ['checkpoint-forked', 'has another log of the same length', async (made) => forked(made, 1)],
    ['proof-wrong-old-root', 'has another log that is longer', async (made) => forked(made, 2)],
  ]
  test.each(forgetful)('%s: it %s', async (name, _what, other) => {
    const made = await scene()
    const before = made.tree.length
    const { memory } = await wargSystem().state(await made.folder(), made.context())
    const lying = await other(made)
    const from = lying.tree.length > before ? [before] : []
    // The first record of the operator is the pinned one, also in the other log.
    const context = made.context({ memory })
    expect(await faultOfPromise(wargSystem().state(await lying.folder(...from), context))).toBe(name)
  })

  async function forked(made: Scene, more: number): Promise<Scene> {
    const other = new Scene(op())
    copyLog(made, other, operatorSubject)
    await other.add(http, ana(), [{ kind: 'init', key: ana() }])
    for (let at = 0; at < more; at++) await other.add(http, ana(), [release(`9.${at}.0`)])
    return other
  }

  function copyLog(from: Scene, to: Scene, subject: string): void {
    for (const one of from.logs.get(subject) ?? []) to.logs.set(subject, [...(to.logs.get(subject) ?? []), one])
    // Records of a copied log keep their places: it is the first one.
    Object.assign(to, rebuilt(from, subject))
  }

  function rebuilt(from: Scene, subject: string): { tree: LogTree; map: MapTree } {
    const [tree, map] = [new LogTree(), new MapTree()]
    for (const one of from.logs.get(subject) ?? []) {
      const [logId, id] = placeOf(subject, one.contents)
      tree.push(logId, id)
      map.set(logId, id)
    }
    return { tree, map }
  }

  test('a log that went away, and one that begins anew, is told by what was seen here', async () => {
    const made = await scene()
    const { memory } = await wargSystem().state(await made.folder(), made.context())
    const context = made.context({ memory })
    const source = await made.folder()
    source.files.delete(pageName(http, 1))
    expect(await faultOfPromise(wargSystem().state(source, context))).toBe('log-gone')
    // The map of a registry may be made to hold an older record: its log and its checkpoint are as they were.
    const [first] = made.logs.get(http) ?? []
    if (first === undefined) throw new Error('no records')
    made.map.set(...placeOf(http, first.contents))
    const older = await made.folder()
    older.files.set(pageName(http, 1), pageBytes([first]))
    older.files.set(inclusionName(made.tree.length, 1), made.inclusion(http, 1))
    await wargSystem().state(older, made.context())
    const heads = new Map([...memory].filter(([name]) => name.startsWith('heads/')))
    expect(await faultOfPromise(wargSystem().state(older, made.context({ memory: heads })))).toBe('log-rolled-back')
  })
})

import { kindOf, logIdOf } from '../../../../src/core/systems/warg/files.ts'
import { recordIdOf } from '../../../../src/core/systems/warg/ids.ts'

function placeOf(subject: string, contents: Uint8Array): [string, string] {
  return [logIdOf(subject), recordIdOf(kindOf(subject), contents)]
}

describe('a record that waits', () => {
  test('is signed by one key that may, and is sent', async () => {
    const made = await scene()
    const { source, system, proposal } = await propose(made, [release('1.1.0')])
    expect(proposal).toMatchObject({ system: 'warg', subject: http, title: `${http} 3`, risk: 'routine' })
    expect(proposal.quorums.map(({ name, keys }) => [name, keys.length])).toEqual([['Who may sign this record', 2]])
    expect(await codeOfPromise(approve(proposal.id, system, source, source, signerOf(eve()), made.context()))).toBe(
      'signer/wrong-key',
    )
    const { proposal: signed } = await approve(proposal.id, system, source, source, signerOf(bo()), made.context())
    expect(isComplete(signed)).toBe(true)
    const proof = await system.prove(signed, source, made.context())
    expect(proof.walks).toEqual([{ from: expect.objectContaining({ version: 2 }), steps: [3] }])
    await publish(signed.id, system, source, source, [], made.context())
    const sent = source.files.get(sendingName(http)) ?? new Uint8Array()
    expect(parseSending(sent, 'sent').envelope.keyId).toBe(bo().id)
    // Whether it is in the log, whoever sent it looks.
    expect(source.files.has(pendingName(http))).toBe(true)
  })

  test('of an operator is signed, and never sent', async () => {
    const made = await scene()
    const { source, system, proposal } = await propose(
      made,
      [{ kind: 'define', namespace: 'mine' }],
      {},
      operatorSubject,
    )
    const { proposal: signed } = await approve(proposal.id, system, source, source, signerOf(op()), made.context())
    expect(isComplete(signed)).toBe(true)
    expect(await codeOfPromise(publish(signed.id, system, source, source, [], made.context()))).toBe('usage/invalid')
  })

  test('that begins a package is signed by the key that it names', async () => {
    const made = await scene()
    const { source, system, proposal } = await propose(made, [{ kind: 'init', key: cy() }], {}, 'wasi:clocks')
    expect(proposal.risk).toBe('dangerous')
    const { proposal: signed } = await approve(proposal.id, system, source, source, signerOf(cy()), made.context())
    expect(isComplete(signed)).toBe(true)
    const other = await propose(made, [{ kind: 'init', key: cy() }], {}, 'other:thing')
    expect(other.proposal.findings.map(({ code }) => code)).toContain('namespace-elsewhere')
  })

  const refused: readonly [string, string, readonly Entry[]][] = [
    ['trust/threshold', 'says nothing', []],
    ['trust/changed', 'begins it again', [{ kind: 'yank', version: '9.9.9' }]],
    ['trust/changed', 'releases twice', [release('1.0.0')]],
  ]
  test.each(refused)('%s: one that %s', async (code, _what, entries) => {
    const made = await scene()
    const source = await made.folder()
    const document = await record(made, source, entries)
    expect(await codeOfPromise(wargSystem().draft({ subject: http, document }, source, made.context()))).toBe(code)
  })

  test('is of no use once the log went on, and is gone once it stands in it', async () => {
    const made = await scene()
    const { source, system, proposal } = await propose(made, [release('1.1.0')])
    const { proposal: signed } = await approve(proposal.id, system, source, source, signerOf(bo()), made.context())
    const waiting = source.files.get(pendingName(http)) ?? new Uint8Array()
    await made.add(http, ana(), [release('2.0.0')])
    const later = await made.folder()
    later.files.set(pendingName(http), waiting)
    const { proposals, problems } = await system.pending(later, made.context())
    expect(proposals).toEqual([])
    expect(problems.map(({ error }) => error.data?.fault)).toEqual(['log-went-on'])
    expect(signed.subject).toBe(http)
  })

  test('that stands in the log already, behind others, is told by its number and not made again', async () => {
    const made = await scene()
    const { source, system } = await propose(made, [release('1.1.0')])
    const waiting = source.files.get(pendingName(http)) ?? new Uint8Array()
    const { contents } = parseCandidate(waiting, 'it')
    const envelope = await signedBy(bo(), 'package', contents)
    made.logged(http, envelope)
    await made.add(http, ana(), [release('2.0.0')], { time: { seconds, nanos: 0 } })
    const later = await made.folder()
    later.files.set(pendingName(http), waiting)
    const { proposals, problems } = await system.pending(later, made.context())
    expect(proposals).toEqual([])
    expect(problems.map(({ error }) => error.data)).toEqual([{ fault: 'in-the-log' }])
  })

  test('is of one registry: under another operator it is refused, and so is what approves it', async () => {
    const made = await scene()
    const team: Approvers = { threshold: 1, keys: [{ name: 'Cy', key: cy() }] }
    const { source, system, proposal } = await propose(made, [release('1.1.0')], agreed(team))
    await approve(proposal.id, system, source, source, signerOf(cy()), made.context())
    const [approval] = await system.signatures(await again(system, source, made.context()))
    const other = {
      ...parseCandidate(source.files.get(pendingName(http)) ?? new Uint8Array(), 'it'),
      registry: content,
    }
    source.files.set(pendingName(http), candidateBytes(other))
    const { problems } = await system.pending(source, made.context())
    expect(problems.map(({ error }) => error.data?.fault)).toEqual(['other-registry'])
    if (approval === undefined) throw new Error('nobody approved')
    const elsewhere = { ...proposal, after: candidateBytes({ ...other, approvals: [] }) }
    expect(await codeOfPromise(system.given(elsewhere, approval))).toBe('trust/bad-signature')
  })

  test('says the worst that it does first', async () => {
    const made = await scene()
    const { proposal } = await propose(made, [release('1.1.0'), { kind: 'yank' as const, version: '1.0.0' }])
    const mixed = await propose(made, [release('1.2.0'), { kind: 'revoke', keyId: bo().id, permissions: ['release'] }])
    expect(proposal.headline).toContain('1.0.0')
    expect(mixed.proposal.headline).not.toContain('1.2.0')
  })

  test('not written as others write it is shown and signed by nobody', async () => {
    const made = await scene()
    const { source, system } = await propose(made, [release('1.1.0')])
    const document = await record(made, source, [release('1.1.0')])
    // The version, which goes without saying, said.
    const odd = new Uint8Array([...document, 0x10, 0x00])
    const files = await system.draft({ subject: http, document: odd, replace: true }, source, made.context())
    const shown = await again(system, overlay(source, files), made.context())
    expect(shown.blocked?.data?.fault).toBe('not-canonical')
  })
})

describe('approvals', () => {
  const team = (): Approvers => ({
    threshold: 2,
    keys: [
      { name: 'Cy', key: cy() },
      { name: 'Eve', key: eve() },
      { name: 'Op', key: op() },
    ],
  })
  const options = () => agreed(team())

  test('come first: the key that publishes signs once enough have agreed', async () => {
    const made = await scene()
    const { source, system, proposal } = await propose(made, [release('1.1.0')], options())
    const context = made.context()
    expect(proposal.quorums.map(({ name, threshold }) => [name, threshold])).toEqual([
      ['Approvals', 2],
      ['Who may sign this record', 1],
    ])
    expect(await faultOfPromise(approve(proposal.id, system, source, source, signerOf(bo()), context))).toBe(
      'approvals-missing',
    )
    await approve(proposal.id, system, source, source, signerOf(cy()), context)
    expect(await faultOfPromise(approve(proposal.id, system, source, source, signerOf(bo()), context))).toBe(
      'approvals-missing',
    )
    await approve(proposal.id, system, source, source, signerOf(op()), context)
    const { proposal: signed } = await approve(proposal.id, system, source, source, signerOf(bo()), context)
    expect(signed.quorums.every(isMet)).toBe(true)
    // What is sent holds the record alone.
    const files = await system.publish(signed, [], source, context)
    expect(Object.keys(JSON.parse(new TextDecoder().decode(files.get(sendingName(http)) ?? undefined)))).toEqual([
      'packageName',
      'record',
    ])
  })

  test('of one package do not count for another', async () => {
    const made = await scene()
    await made.add(
      'wasi:clocks',
      ana(),
      [
        { kind: 'init', key: ana() },
        { kind: 'grant', key: bo(), permissions: ['release'] },
      ],
      { time: { seconds: seconds - 999, nanos: 0 } },
    )
    const { source, system, proposal } = await propose(made, [release('1.1.0')], options())
    await approve(proposal.id, system, source, source, signerOf(cy()), made.context())
    const [given] = await system.signatures(await again(system, source, made.context()))
    const candidate = JSON.parse(new TextDecoder().decode(source.files.get(pendingName(http)) ?? undefined))
    candidate.log = 'wasi:clocks'
    const clocks = JSON.parse(new TextDecoder().decode(utf8(JSON.stringify(candidate))))
    clocks.contents = toBase64(await record(made, source, [release('1.1.0')], 'wasi:clocks'))
    source.files.set(pendingName('wasi:clocks'), utf8(JSON.stringify(clocks)))
    const { proposals } = await system.pending(source, made.context())
    const other = proposals.find(({ subject }) => subject === 'wasi:clocks')
    expect(other?.quorums[0]?.keys.map(({ signed }) => signed)).toEqual([false, false, false])
    if (other === undefined || given === undefined) throw new Error('nothing waits')
    expect(await codeOfPromise(system.given(other, given))).toBe('trust/bad-signature')
  })

  test('that came along are told, and others than those set here block', async () => {
    const made = await scene()
    const { source } = await propose(made, [release('1.1.0')], options())
    const here = await again(wargSystem(), source, made.context())
    expect(here.findings.map(({ code }) => code)).toContain('approvers-unset')
    const fewer = { ...team(), threshold: 1 }
    const stricter = await again(wargSystem(agreed(fewer)), source, made.context())
    expect(stricter.blocked?.data?.fault).toBe('approvers-differ')
    const without = await propose(made, [release('1.1.0')])
    const left = await again(wargSystem(options()), without.source, made.context())
    expect(left.blocked?.data?.fault).toBe('approvers-differ')
  })

  test('are of nobody who only bears the name of somebody known here', async () => {
    const made = await scene()
    const { source } = await propose(made, [release('1.1.0')], agreed(team()))
    const names = new Map([[toHex(ana().key.spki), 'Cy']])
    const shown = await again(wargSystem(), source, made.context({ names }))
    expect(shown.findings.map(({ code }) => code)).toContain('approver-name-taken')
  })

  test('are not given by who publishes', async () => {
    const made = await scene()
    const both = { threshold: 1, keys: [{ name: 'Bo', key: bo() }] }
    const { proposal } = await propose(made, [release('1.1.0')], agreed(both))
    expect(proposal.quorums[1]?.keys.flatMap(({ ids }) => ids)).toEqual([ana().id])
  })
})

describe('over an air gap', () => {
  test('a record goes with what is needed to verify it, and its signatures come back', async () => {
    const made = await scene()
    await made.add('wasi:clocks', ana(), [{ kind: 'init', key: ana() }])
    const team: Approvers = { threshold: 1, keys: [{ name: 'Cy', key: cy() }] }
    const { source, system, proposal } = await propose(made, [release('1.1.0')], agreed(team))
    const carried = await system.carry(proposal, source, made.context())
    expect([...carried.files.keys()].every((name) => wargForm.isName(name))).toBe(true)
    expect([...carried.files.keys()].some((name) => name.includes('clocks'))).toBe(false)
    const there = memoryTransport(carried.files)
    const anchor = carried.files.get(carried.anchor) ?? new Uint8Array()
    const context = { ...made.context(), anchor }
    await wargForm.checkLeadsFrom(carried.files, context)
    const state = await wargForm.system.state(there, context)
    expect([...state.memory.keys()].sort()).toEqual(['heads/operator.json', 'heads/wasi+http.json'])
    for (const one of [cy(), bo()]) await approve(proposal.id, wargForm.system, there, there, signerOf(one), context)
    const [signed] = (await wargForm.system.pending(there, context)).proposals
    if (signed === undefined) throw new Error('nothing waits')
    const back = await wargForm.system.signatures(signed)
    expect(back).toHaveLength(2)
    // None of them came along, and where it was carried to it is not given up.
    expect(await wargForm.system.signatures(wargForm.asItCame(signed, carried.files))).toEqual([])
    expect(await codeOfPromise(wargForm.system.withdraw?.(http, there, context) ?? Promise.resolve())).toBe(
      'usage/invalid',
    )
    for (const one of back.toReversed()) await accept(proposal.id, system, source, one, made.context())
    expect(isComplete(await again(system, source, made.context()))).toBe(true)
    // A request of before is told from what was seen since.
    await made.add(http, ana(), [release('3.0.0')])
    const newer = await wargSystem().state(await made.folder(), made.context())
    const old = wargForm.system.state(there, { ...context, memory: newer.memory })
    expect(await faultOfPromise(old)).toBe('log-rolled-back')
  })
})
