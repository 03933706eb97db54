// Why nothing is published: who is missing of each change, and what can be done about one that can never be.
import { expect, test } from 'vitest'
import { ListedError } from '../../src/cli/listed-error.ts'
import { notYet, wayOut } from '../../src/cli/not-yet.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import { loneLayout } from '../../src/core/systems/tuf/layouts/lone.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'

type Judge = readonly [name: string, threshold: number, signed: string, open: string]

function change(title: string, subject: string, judges: readonly Judge[], fields: Partial<Proposal> = {}): Proposal {
  const keyOf = (signed: boolean) => (owner: string) => ({ ids: [owner], label: '', rehearsal: false, owner, signed })
  const quorums = judges.map(([name, threshold, signed, open]) => ({
    ...{ name, threshold, strangers: [] },
    keys: [...signed.split(' ').filter(Boolean).map(keyOf(true)), ...open.split(' ').filter(Boolean).map(keyOf(false))],
  }))
  return { title, subject, quorums, ...fields } as unknown as Proposal
}

function linesOf(...proposals: Proposal[]): { hint: string | undefined; lines: readonly string[] } {
  const error = notYet(proposals, 'packages', plainLayout)
  expect(error.code).toBe('trust/threshold')
  return { hint: error.hint, lines: error instanceof ListedError ? error.lines.map((line) => line.trim()) : [] }
}

test('one line each, with the people who are missing', () => {
  const both = change('Root 2', 'root', [
    ['Root 1', 2, 'Ana', 'Ben Cleo'],
    ['Root 2', 1, '', 'Dana'],
  ])
  const { lines, hint } = linesOf(both, change('Targets 3', 'targets', [['Targets 3', 2, '', 'Ana Ben']]))
  expect(lines).toEqual([
    'Root 2: 1 of 2 signatures, waits for Ben or Cleo (keys of Root 1); 0 of 1 signatures, waits for Dana (keys of Root 2)',
    'Targets 3: 0 of 2 signatures, waits for Ana and Ben',
  ])
  expect(hint).toContain('countersign review packages root')
})

test('what is signed and waits for another says so; many names are counted', () => {
  const needs = [{ subject: 'root', sentence: 'This takes effect together with Root 2; publish that one' }]
  expect(linesOf(change('Targets 3', 'targets', [['Targets 3', 1, 'Ana', '']], { needs })).lines).toEqual([
    'Targets 3: this takes effect together with Root 2; publish that one',
  ])
  const root = change('Root 2', 'root', [['Root 2', 1, '', 'Dana']])
  expect(linesOf(root, change('Targets 3', 'targets', [['Targets 3', 1, 'Ana', '']], { needs })).lines[1]).toMatch(
    /^Targets 3: this takes effect together with Root 2/,
  )
  // Who must sign is said in the line of what they must sign.
  expect(linesOf(root, change('Targets 3', 'targets', [['Targets 3', 1, '', 'Ana']], { needs })).lines[1]).toBe(
    'Targets 3: 0 of 1 signatures, waits for Ana',
  )
  expect(linesOf(change('Root 2', 'root', [['Root 2', 3, '', 'A B C D E F']])).lines).toEqual([
    'Root 2: 0 of 3 signatures, waits for 3 of A, B, C and 3 others',
  ])
})

test('what can never be published is withdrawn, or deleted where it is a file of its own', () => {
  const never = change('Root 2', 'root', [['Root 2', 4, 'Ana', 'Ben']])
  expect(linesOf(never)).toMatchObject({
    hint: 'withdraw it: countersign withdraw packages root',
    lines: [expect.stringContaining('can never be published')],
  })
  expect(wayOut(never, 'root.json', loneLayout('root.json'))).toMatch(/^do not pass the file on: delete it/)
  expect(wayOut(never, 'service', { ...plainLayout, alone: true, rstuf: 'service' })).toContain('countersign withdraw')
})
