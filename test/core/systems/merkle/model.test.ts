// The program against the rules: every small history, and the same verdict of both. The rules are facts closed under inference,
// written from the document alone; what they say when one of them is spoiled must be noticed.
import { beforeAll, describe, expect, test } from 'vitest'
import { type Person, person } from '../../../support/merkle.ts'
import { Program } from '../../../support/merkle-model/blocks.ts'
import { poolOf, type SnapshotDoc } from '../../../support/merkle-model/documents.ts'
import { Rules, type Spoiled } from '../../../support/merkle-model/rules.ts'
import {
  contents,
  type Question,
  rolePool,
  rootWorlds,
  snapshotChains,
  successions,
  twoDelegators,
} from '../../../support/merkle-model/worlds.ts'

let keys: Record<string, Person>
beforeAll(async () => {
  const [a, b, c] = await Promise.all([person(), person(), person()])
  keys = { a, b, c }
})

interface Tally {
  asked: number
  accepted: number
  /** The first questions of which the two think differently. */
  differ: string[]
}

const tally = (): Tally => ({ asked: 0, accepted: 0, differ: [] })

function count(found: Tally, question: Question, head: SnapshotDoc, said: string, expected: boolean): void {
  found.asked++
  if (expected) found.accepted++
  if ((said === 'accepted') === expected) return
  const known = question.snapshots.filter(({ id }) => id === question.client.snapshot)
  if (found.differ.length < 3)
    found.differ.push(JSON.stringify({ client: question.client, known, head, program: said, rules: expected }))
}

function headOf({ snapshots }: Question): SnapshotDoc {
  const head = snapshots.at(-1)
  if (head === undefined) throw new Error('a question without a head')
  return head
}

async function askRoots(spoiled?: Spoiled): Promise<Tally> {
  const found = tally()
  for (const world of rootWorlds()) {
    const base = new Rules(world.pool, { spoiled })
    const program = new Program(keys)
    program.addPool(world.pool)
    for (const question of world.questions()) {
      const head = headOf(question)
      program.add(head)
      const rules = new Rules(poolOf(head), { base })
      count(found, question, head, await program.judges(question.client, head.id), rules.accepts(question.client, head))
    }
  }
  return found
}

type How = 'judges' | 'follows'

async function ask(pool: ReturnType<typeof rolePool>, questions: Iterable<Question>, how: How, spoiled?: Spoiled) {
  const found = tally()
  const base = new Rules(pool, { spoiled })
  const program = new Program(keys)
  program.addPool(pool)
  for (const question of questions) {
    const head = headOf(question)
    program.add(...question.snapshots)
    const rules = new Rules(poolOf(...question.snapshots), { base })
    const said = how === 'judges' ? program.judges : program.follows
    count(
      found,
      question,
      head,
      await said.call(program, question.client, head.id),
      rules.accepts(question.client, head),
    )
  }
  return found
}

type Content = ReturnType<typeof twoDelegators>['contents'][number]

const alone = (content: Content, at: number): SnapshotDoc => ({
  id: `alone.${at}`,
  kind: 'snapshot',
  height: 0,
  prev: null,
  skip: [],
  ...content,
})

/** To a client that has no snapshot yet. */
function* firsts(all: Iterable<Content>): Generator<Question> {
  let at = 0
  for (const content of all) yield { client: { root: 'r0', gone: {} }, snapshots: [alone(content, at++)] }
}

function validOf(pool: ReturnType<typeof rolePool>, all: Iterable<Content>): Content[] {
  const rules = new Rules(pool)
  return [...all].filter((content) => rules.isValid(alone(content, 0)))
}

const report = (name: string, { asked, accepted }: Tally): void =>
  console.log(`${name}: ${asked} questions, ${accepted} accepted by both`)

describe('the same verdict', () => {
  test('chains of up to four roots', async () => {
    const found = await askRoots()
    report('roots', found)
    expect(found.differ).toEqual([])
  })

  test('every snapshot to a client that has none', async () => {
    const found = await ask(rolePool(), firsts(contents()), 'follows')
    report('first snapshots', found)
    expect(found.differ).toEqual([])
  })

  test('every valid snapshot after every other, whatever the client remembers', async () => {
    const found = await ask(rolePool(), successions(validOf(rolePool(), contents())), 'follows')
    report('successions', found)
    expect(found.differ).toEqual([])
  })

  test('histories of snapshots', async () => {
    const found = await ask(rolePool(), snapshotChains(), 'judges')
    report('snapshot chains', found)
    expect(found.differ).toEqual([])
  })

  test('two roles that speak of a third', async () => {
    const { pool, contents: all } = twoDelegators()
    const first = await ask(pool, firsts(all), 'judges')
    const found = await ask(pool, successions(validOf(pool, all)), 'judges')
    report('two delegators, first', first)
    report('two delegators', found)
    expect([first.differ, found.differ]).toEqual([[], []])
  })
})
