// What a hostile or broken registry can do, each by its name: a test switches them on, and the registry stays honest in all else.
import type { Asked } from './asked.ts'

export interface Lies {
  /** Proofs of nothing, for whatever was asked. */
  'zero-proofs': true
  /** The other history, made with `fork`: for everybody, or for some questions. */
  forked: true | ((asked: Asked) => boolean)
  /** The newest checkpoint, but so many seconds old. */
  'stale-checkpoint': number
  /** A checkpoint of so many records fewer, signed anew. */
  'rolled-back': number
  /** Signed by a key that the operator named, and that may not sign any. */
  'clerk-signs': true
  /** Signed by a key that nobody named. */
  'stranger-signs': true
  /** Of this package: another newest record, made anew and signed by the same key. */
  'swapped-record': string
  /** This package has no records, it says. */
  'empty-log': string
  /** It knows no such package, it says. */
  'hidden-log': string
  /** The map has the record before the newest one of this package, and proves that. */
  'old-map-head': string
  /** The newest record of this package stands elsewhere in the registry’s log, it says. */
  'wrong-index': string
  /** The newest record of this package is newer than the checkpoint. */
  'beyond-length': string
  /** At most so many records at a time. */
  'slow-paging': number
  /** There is always more, and it gives nothing. */
  'endless-paging': true
  /** It begins anew each time. */
  'repeated-page': true
  /** Where the file of discovery leads. */
  'leads-to': string
  /** What it wants sent along with content. */
  'upload-headers': Readonly<Record<string, string>>
  /** Where it wants content sent. */
  'upload-url': string
  /** It takes content, and misses it still. */
  'forgets-content': true
  /** The line breaks, so often, once a record was taken. */
  'lost-after-post': number
  /** A record was taken, and something else answers. */
  'garbled-post': { status: number; text: string; type: string }
  /** The line breaks, so often, before a record was taken. */
  'lost-before-post': number
  /** Another record is under way, so often. */
  busy: number
  /** It takes the record, and rejects it for this reason. */
  rejects: string
  /** For every question whose path, below v1, begins so. */
  answer: { path: string; status: number; text: string; type?: string; headers?: Readonly<Record<string, string>> }
  /** It never answers these. */
  silent: string
}

export type LieName = keyof Lies
/** What a lie needs to be told: nothing, where it is only on or off. */
export type LieValue<N extends LieName> = true extends Lies[N] ? [value?: Lies[N]] : [value: Lies[N]]

export class LieList {
  private told: Partial<Lies> = {}

  tell<N extends LieName>(name: N, ...[value]: LieValue<N>): void {
    this.told = { ...this.told, [name]: value ?? true }
  }

  stop(): void {
    this.told = {}
  }

  get<N extends LieName>(name: N): Lies[N] | undefined {
    return this.told[name]
  }

  /** Of those that are told so often: whether this is one of these times. */
  once(name: 'lost-after-post' | 'lost-before-post' | 'busy'): boolean {
    const left = this.told[name] ?? 0
    if (left > 0) this.told[name] = left - 1
    return left > 0
  }
}
