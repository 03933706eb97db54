// A registry as a folder holds it: logs, a checkpoint, and the proofs for it.
import { toBase64 } from '../../../../src/core/bytes.ts'
import { jcsBytes } from '../../../../src/core/jcs.ts'
import { signWithSecret } from '../../../../src/core/software-key.ts'
import type { Context } from '../../../../src/core/system.ts'
import type { Envelope } from '../../../../src/core/systems/warg/envelope.ts'
import {
  checkpointName,
  consistencyName,
  inclusionName,
  kindOf,
  logIdOf,
  operatorSubject,
  pageLength,
  pageName,
} from '../../../../src/core/systems/warg/files.ts'
import { recordIdOf, signedCheckpoint } from '../../../../src/core/systems/warg/ids.ts'
import { signatureText } from '../../../../src/core/systems/warg/key.ts'
import { type Entry, encodeRecord, type RecordDraft } from '../../../../src/core/systems/warg/record.ts'
import { type LoggedRecord, pageBytes, signedBytes } from '../../../../src/core/systems/warg/wire.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import { encodeLogProof, encodeMapProofs } from '../../../support/warg.ts'
import { LogTree, MapTree } from '../../../support/warg-trees.ts'
import { type Person, signedBy } from './keys.ts'

export const now = new Date('2026-11-30T12:00:00Z')
export const seconds = Math.floor(now.getTime() / 1000)

export class Scene {
  readonly operator: Person
  readonly logs = new Map<string, LoggedRecord[]>()
  readonly tree = new LogTree()
  readonly map = new MapTree()

  constructor(operator: Person) {
    this.operator = operator
  }

  /** With its operator and two namespaces. */
  static async of(operator: Person): Promise<Scene> {
    const scene = new Scene(operator)
    const entries: Entry[] = [
      { kind: 'init', key: operator },
      { kind: 'define', namespace: 'wasi' },
      { kind: 'import', namespace: 'other', registry: 'other.example' },
    ]
    await scene.add(operatorSubject, operator, entries)
    return scene
  }

  async add(subject: string, who: Person, entries: readonly Entry[], other: Partial<RecordDraft> = {}): Promise<void> {
    const kind = kindOf(subject)
    const log = this.logs.get(subject) ?? []
    const last = log.at(-1)
    const prev = last === undefined ? {} : { prev: recordIdOf(kind, last.contents) }
    const time = { seconds: seconds - 1000 + this.tree.length, nanos: 0 }
    const envelope = await signedBy(who, kind, encodeRecord(kind, { ...prev, time, entries, ...other }))
    this.logged(subject, envelope)
  }

  /** A record that was made elsewhere. */
  logged(subject: string, envelope: Envelope): void {
    const id = recordIdOf(kindOf(subject), envelope.contents)
    const record = { ...envelope, registryIndex: this.tree.push(logIdOf(subject), id) }
    this.logs.set(subject, [...(this.logs.get(subject) ?? []), record])
    this.map.set(logIdOf(subject), id)
  }

  get anchor(): Uint8Array {
    const [first] = this.logs.get(operatorSubject) ?? []
    if (first === undefined) throw new Error('no operator')
    const { contents, keyId, signature } = first
    return signedBytes({ contents, keyId, signature })
  }

  async checkpoint(by: Person = this.operator, timestamp = seconds - 60): Promise<Uint8Array> {
    const contents = { logLength: this.tree.length, logRoot: this.tree.root(), mapRoot: this.map.root(), timestamp }
    const signature = signatureText(await signWithSecret(by.key, by.secret, signedCheckpoint(contents)))
    return jcsBytes({ contents, keyId: by.id, signature })
  }

  /** Lengths from which a proof of consistency is there as well. */
  async folder(...from: readonly number[]): Promise<ReturnType<typeof memoryTransport>> {
    const { length } = this.tree
    const files = new Map<string, Uint8Array>([[checkpointName, await this.checkpoint()]])
    for (const [subject, log] of this.logs) {
      for (let at = 0; at < log.length; at += pageLength)
        files.set(pageName(subject, at / pageLength + 1), pageBytes(log.slice(at, at + pageLength)))
      const index = log.at(-1)?.registryIndex ?? 0
      files.set(inclusionName(length, index), this.inclusion(subject, index))
    }
    for (const one of from) {
      const proof = toBase64(encodeLogProof(this.tree.consistent(one)))
      files.set(consistencyName(one, length), jcsBytes({ proof }))
    }
    return memoryTransport(files)
  }

  inclusion(subject: string, index: number): Uint8Array {
    const log = toBase64(encodeLogProof(this.tree.included([index])))
    return jcsBytes({ log, map: toBase64(encodeMapProofs([this.map.prove(logIdOf(subject))])) })
  }

  context(more: Partial<Context> = {}): Context {
    return { anchor: this.anchor, now, signal: new AbortController().signal, ...more }
  }
}
