// Small histories, all of them: every document that can be made of three keys within these bounds, signed by whomever, so that
// whatever an attacker with some of the keys could send is among them.
import {
  type Client,
  type Holders,
  holders,
  type Pool,
  poolOf,
  type RootDoc,
  type SnapshotDoc,
  type TargetsDoc,
} from './documents.ts'

export interface Question {
  client: Client
  /** Besides those of the pool: snapshots that this question is about, the head last. */
  snapshots: readonly SnapshotDoc[]
}

export interface World {
  pool: Pool
  /** Asked as a client does, or as many at once. */
  how: 'judges' | 'follows'
  questions(): Iterable<Question>
}

const anyone = holders('abc')
const all = ['', 'a', 'b', 'ab']

function root(id: string, prev: RootDoc | null, roles: Partial<RootDoc>): RootDoc {
  const height = prev === null ? 0 : prev.height + 1
  const links = { height, prev: prev?.id ?? null, skip: [] }
  return { id, kind: 'root', ...links, root: anyone, targets: anyone, snapshot: anyone, by: 'abc', ...roles }
}

function targets(id: string, prev: TargetsDoc | null, by: string, more: Partial<TargetsDoc> = {}): TargetsDoc {
  const height = prev === null ? 0 : prev.height + 1
  return { id, kind: 'targets', height, prev: prev?.id ?? null, skip: [], delegates: {}, by, ...more }
}

export type Content = Pick<SnapshotDoc, 'root' | 'targets' | 'listed' | 'retired' | 'by'>

function snapshot(id: string, prev: SnapshotDoc | null, content: Content): SnapshotDoc {
  return {
    id,
    kind: 'snapshot',
    height: prev === null ? 0 : prev.height + 1,
    prev: prev?.id ?? null,
    skip: [],
    ...content,
  }
}

const rootHolders = [holders('a'), holders('b'), holders('ab', 2)]

/** Chains of up to four roots, with every choice of holders and signers, and what lies about where it stands. */
export function* rootWorlds(): Generator<World> {
  for (const [i, first] of rootHolders.entries()) {
    const r0 = root(`r0.${i}`, null, { root: first })
    for (const chain of chains(r0, 2)) yield rootWorld(chain, 'every client')
    for (const chain of chains(r0, 3, 'one odd')) if (chain.length === 4) yield rootWorld(chain, 'the first')
  }
}

/** `one odd`: all but one of them are signed by both. */
function* chains(r0: RootDoc, length: number, signers: 'any' | 'one odd' = 'any'): Generator<RootDoc[]> {
  let open: RootDoc[][] = [[r0]]
  for (let at = 1; at <= length; at++) {
    open = open.flatMap((chain) =>
      rootHolders.flatMap((held, i) =>
        all
          .filter((by) => signers === 'any' || by === 'ab' || chain.slice(1).every((one) => one.by === 'ab'))
          .map((by) => [...chain, root(`r${at}.${i}${by}`, chain.at(-1) ?? r0, { root: held, by })]),
      ),
    )
    yield* open
  }
}

function rootWorld(chain: readonly RootDoc[], clients: 'every client' | 'the first'): World {
  const [first, second] = chain
  const [last] = chain.slice(-1)
  if (first === undefined || last === undefined) throw new Error('an empty chain')
  const others: RootDoc[] = []
  if (clients === 'every client') {
    if (second !== undefined) for (const by of all) others.push({ ...second, id: `${second.id}/${by}`, by })
    others.push({ ...last, id: 'high', height: last.height + 1 }, { ...last, id: 'short', prev: first.id })
    others.push(root('other', null, { root: last.root, mark: 1 }))
  }
  const t0 = targets('t0', null, 'a')
  const pool = poolOf(...new Map([...chain, ...others].map((doc) => [doc.id, doc])).values(), t0)
  const head = (id: string) => snapshot(`s.${id}`, null, { root: id, targets: 't0', listed: {}, retired: {}, by: 'a' })
  return {
    pool,
    how: clients === 'every client' ? 'follows' : 'judges',
    *questions() {
      const pinned = [first, ...others].filter(({ id }) => id !== 'high' && id !== 'short')
      const heads =
        clients === 'every client'
          ? [last, ...others.filter(({ prev, id }) => prev !== null || id === 'other')]
          : [last]
      for (const one of pinned)
        for (const { id } of heads) yield { client: { root: one.id, gone: {} }, snapshots: [head(id)] }
    },
  }
}

/** Who may do what: root and targets a, snapshot b, p c; each of these is rotated in one of the versions. */
export function roleParts(): { roots: RootDoc[]; targets: TargetsDoc[]; p: TargetsDoc[] } {
  const roles = { root: holders('a'), targets: holders('a'), snapshot: holders('b'), by: 'a' }
  const r0 = root('r0', null, roles)
  const p = (keys: string, of = 1): Partial<TargetsDoc> => ({ delegates: { p: holders(keys, of) } })
  const t0 = targets('t0', null, 'a', p('c'))
  const t0f = targets('t0f', null, 'a', { ...p('c'), mark: 1 })
  const t1 = targets('t1', t0, 'a', p('c'))
  const t1n = targets('t1n', t0, 'a')
  const t2 = targets('t2', t1n, 'a', { ...p('c'), skip: ['t0'] })
  const p0 = targets('p0', null, 'c')
  const p0f = targets('p0f', null, 'c', { mark: 1 })
  const p1 = targets('p1', p0, 'c')
  const p2 = targets('p2', p1, 'c', { skip: ['p0'] })
  return {
    roots: [
      r0,
      root('r1', r0, { ...roles, mark: 1 }),
      root('r1s', r0, { ...roles, snapshot: holders('c') }),
      root('r1t', r0, { ...roles, targets: holders('c') }),
    ],
    targets: [
      t0,
      t0f,
      t1,
      t1n,
      targets('t1a', t0, 'a', p('a')),
      targets('t1ac', t0, 'a', p('ac', 2)),
      targets('t1c', t0, 'c', p('c')),
      t2,
      targets('t3', t2, 'a', p('c')),
      targets('t2l', t1, 'a', { ...p('c'), skip: ['t0f'] }),
      targets('t2h', t0, 'a', { ...p('c'), height: 3 }),
    ],
    p: [
      p0,
      p0f,
      p1,
      { ...p1, id: 'p1+a', by: 'ac' },
      targets('p1a', p0, 'a', { mark: 2 }),
      targets('p1j', p0, '', { mark: 3 }),
      p2,
      targets('p2l', p1, 'c', { skip: ['p0f'] }),
      targets('p3', p2, 'c'),
    ],
  }
}

/** Every snapshot that can be made of these, signed by b or by c. */
export function* contents(): Generator<Content> {
  const parts = roleParts()
  const maps = [{}, ...parts.p.map(({ id }) => ({ p: id }))]
  const stones = maps.filter(({ p }: { p?: string }) => p !== 'p1+a' && p !== 'p1a' && p !== 'p2l')
  for (const { id: rootId } of parts.roots)
    for (const { id: targetsId } of parts.targets)
      for (const listed of maps)
        for (const retired of stones)
          for (const by of ['b', 'c']) yield { root: rootId, targets: targetsId, listed, retired, by }
}

export function rolePool(): Pool {
  const parts = roleParts()
  return poolOf(...parts.roots, ...parts.targets, ...parts.p)
}

/** `valid`: those that are valid by themselves. Every one after every one, also where a client remembers a p that is gone. */
export function* successions(valid: readonly Content[], remembered: readonly string[]): Generator<Question> {
  for (const [i, before] of valid.entries()) {
    const s0 = snapshot(`s0.${i}`, null, before)
    // As r0 in all that counts here.
    if (before.root === 'r1') continue
    const memories: Client['gone'][] = [{}]
    if (before.listed.p === undefined) memories.push(...remembered.map((id) => ({ p: id })))
    for (const gone of memories)
      for (const [k, after] of valid.entries())
        yield {
          client: { root: before.root, snapshot: s0.id, gone },
          snapshots: [s0, snapshot(`s1.${i}.${k}`, s0, after)],
        }
  }
}

/** Histories of snapshots alone: up to four versions, forks, links and heights that lie, before and after a rotation. */
export function snapshotChains(): { snapshots: SnapshotDoc[]; questions: Question[] } {
  const content = (by: string, rootId = 'r0'): Content => ({
    root: rootId,
    targets: 't0',
    listed: { p: 'p0' },
    retired: {},
    by,
  })
  const s0 = snapshot('c0', null, content('b'))
  const s0f = { ...snapshot('c0f', null, content('b')), mark: 1 }
  const s1 = snapshot('c1', s0, content('b'))
  const s1e = { ...s1, id: 'c1e', by: 'bc' }
  const s1f = { ...snapshot('c1f', s0f, content('b')), mark: 1 }
  const s1u = { ...snapshot('c1u', s0, content('')), mark: 2 }
  const olds = [s0, s0f, s1, s1e, s1f, s1u]
  const heads: SnapshotDoc[] = []
  for (const prev of olds)
    for (const [by, rootId] of [
      ['b', 'r0'],
      ['c', 'r1s'],
      ['b', 'r1s'],
      ['bc', 'r1s'],
    ] as const)
      for (const skip of prev.height === 1 ? ['c0', 'c0f'] : [undefined]) {
        const id = `d.${prev.id}.${by}.${rootId}.${skip ?? ''}`
        const head = { ...snapshot(id, prev, content(by, rootId)), ...(skip === undefined ? {} : { skip: [skip] }) }
        heads.push(head, { ...head, id: `${id}+`, height: 3, skip: [], mark: 3 })
        if (skip !== undefined) heads.push({ ...snapshot(`${id}>`, head, content(by, rootId)), mark: 4 })
      }
  const snapshots = [...olds, ...heads]
  const questions = snapshots.flatMap(({ by, root: rootId, id }) =>
    by === '' ? [] : snapshots.map((head) => ({ client: { root: rootId, snapshot: id, gone: {} }, snapshots: [head] })),
  )
  return { snapshots, questions }
}

/** Two roles that both speak of p: targets and q. */
export function twoDelegators(): { pool: Pool; contents: Content[] } {
  const r0 = root('r0', null, { root: holders('a'), targets: holders('a'), snapshot: holders('b'), by: 'a' })
  const say = (p: Holders | undefined, q: boolean): Partial<TargetsDoc> => ({
    delegates: { ...(p === undefined ? {} : { p }), ...(q ? { q: holders('b') } : {}) },
  })
  const t0 = targets('t0', null, 'a', say(holders('c'), true))
  const p0 = targets('p0', null, 'c')
  const q0 = targets('q0', null, 'b')
  const ts = [
    t0,
    targets('t1q', t0, 'a', say(undefined, true)),
    targets('t1p', t0, 'a', say(holders('c'), false)),
    targets('t1a', t0, 'a', say(holders('a'), true)),
  ]
  const ps = [
    p0,
    { ...p0, id: 'p0+b', by: 'bc' },
    targets('p1', p0, 'c'),
    targets('p1+b', p0, 'bc'),
    targets('p1+ab', p0, 'abc'),
  ]
  const qs = [
    q0,
    targets('q1b', q0, 'b', { delegates: { p: holders('b') } }),
    targets('q1c', q0, 'b', { delegates: { p: holders('c') } }),
    targets('q1q', q0, 'b', { delegates: { q: holders('b'), p: holders('b') } }),
  ]
  const made: Content[] = []
  for (const t of ts)
    for (const p of [undefined, ...ps])
      for (const q of [undefined, ...qs])
        for (const retired of [{}, { p: 'p0' }, { q: 'q0' }, { p: 'p1', q: 'q0' }]) {
          const listed = { ...(p === undefined ? {} : { p: p.id }), ...(q === undefined ? {} : { q: q.id }) }
          made.push({ root: 'r0', targets: t.id, listed, retired, by: 'b' })
        }
  return { pool: poolOf(r0, ...ts, ...ps, ...qs), contents: made }
}
