// One line of what a check finds: what it rests on, and where in the record it is.

/** What a line of the result rests on. */
export type Ground = 'machine fact' | 'human statement' | 'not provable'

export interface Result {
  ground: Ground
  /** `open`: it cannot be told from what is here. */
  outcome: 'holds' | 'fails' | 'open'
  sentence: string
  /** Of the record, from 1. */
  line?: number
}

export function holds(sentence: string, line?: number): Result {
  return { ground: 'machine fact', outcome: 'holds', sentence, ...(line === undefined ? {} : { line }) }
}

export function fails(sentence: string, line?: number): Result {
  return { ground: 'machine fact', outcome: 'fails', sentence, ...(line === undefined ? {} : { line }) }
}

export function open(sentence: string, line?: number): Result {
  return { ground: 'not provable', outcome: 'open', sentence, ...(line === undefined ? {} : { line }) }
}

/** Of a fact, by its place from 0: the header is line 1. */
export function lineOf(at: number): number {
  return at + 2
}
