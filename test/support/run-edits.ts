// What goes wrong in a run, made from one in which nothing does: a fact left out, added, altered.
import type { Said } from './ceremony.ts'

export interface RunEdits {
  /** The place of the first fact of a kind, or of a later one. */
  at(kind: Said['kind'], nth?: number): number
  again(place: number): Said
  without(...places: readonly number[]): Said[]
  before(place: number, ...more: readonly Said[]): Said[]
  altered(place: number, change: Partial<Said>): Said[]
  /** With other members of one fact. */
  factOf(place: number, fact: Said['fact']): Said[]
}

export function editsOf(run: readonly Said[]): RunEdits {
  const again = (place: number): Said => {
    const one = run[place]
    if (one === undefined) throw new Error(`nothing at ${place}`)
    return one
  }
  const altered = (place: number, change: Partial<Said>): Said[] =>
    run.map((one, index) => (index === place ? { ...one, ...change } : one))
  return {
    again,
    altered,
    at: (kind, nth = 0) => {
      const place = run.flatMap((one, index) => (one.kind === kind ? [index] : []))[nth]
      if (place === undefined) throw new Error(`no ${kind}`)
      return place
    },
    without: (...places) => run.filter((_, index) => !places.includes(index)),
    before: (place, ...more) => [...run.slice(0, place), ...more, ...run.slice(place)],
    factOf: (place, fact) => altered(place, { fact: { ...again(place).fact, ...fact } }),
  }
}

export function gate(name: string, more: Partial<Said> = {}): Said {
  return { kind: 'gate', fact: { name, outcome: 'passed', found: '' }, ...more }
}

export function said(kind: Said['kind'], actor: string, more: Partial<Said> = {}): Said {
  return { kind, actor, fact: { said: '' }, ...more }
}
