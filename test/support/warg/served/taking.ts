// Records on their way into a registry: taken, their content waited for, worked on, published or rejected. Each is asked for again
// until it is done.
import { createHash } from 'node:crypto'
import { parseBase64 } from '../../../../src/core/bytes.ts'
import { AppError } from '../../../../src/core/error.ts'
import type { Envelope } from '../../../../src/core/systems/warg/encoding/envelope.ts'
import { recordIdOf } from '../../../../src/core/systems/warg/encoding/ids.ts'
import { logIdOf, operatorSubject } from '../../../../src/core/systems/warg/files.ts'
import { parseRecord } from '../../../../src/core/systems/warg/log/record.ts'
import type { History } from '../history.ts'
import { type Asked, fieldsOf, Refusal, unknown } from './asked.ts'
import type { LieList } from './lies.ts'

interface Taken {
  subject: string
  logId: string
  envelope: Envelope
  missing: Set<string>
  state: 'sourcing' | 'processing' | 'rejected' | 'published'
  reason?: string
  registryIndex?: number
  /** How often it is asked for before it is done. */
  polls: number
}

export class Taking {
  /** By the ids of records. */
  readonly taken = new Map<string, Taken>()
  /** By their digests. */
  readonly contents = new Map<string, Uint8Array>()
  polls = 1
  uploads: 'POST' | 'PUT' = 'POST'
  private readonly history: History
  private readonly lies: LieList

  constructor(history: History, lies: LieList) {
    this.history = history
    this.lies = lies
  }

  /** Answers the id of the record. */
  async take(logId: string, { body }: Asked): Promise<string> {
    const { packageName, record, contentSources } = fieldsOf(body, ['packageName', 'record', 'contentSources'])
    if (contentSources !== undefined) throw new Refusal(501, { message: 'content sources are not implemented' })
    const subject = String(packageName)
    if (logIdOf(subject) !== logId) throw new Refusal(400, { message: 'the package log id does not fit the name' })
    const { contentBytes, keyId, signature } = record as Record<string, string>
    const contents = parseBase64(contentBytes ?? '', 'contentBytes')
    const envelope = { contents, keyId: keyId ?? '', signature: signature ?? '' }
    this.checkNamespace(subject)
    const id = recordIdOf('package', contents)
    if (this.lies.once('busy')) throw new Refusal(409, { type: 'record', id: `sha256:${'ab'.repeat(32)}` })
    const other = [...this.taken].find(
      ([, one]) => one.logId === logId && (one.state === 'sourcing' || one.state === 'processing'),
    )
    if (other !== undefined) throw new Refusal(409, { type: 'record', id: other[0] })
    const reason = this.lies.get('rejects') ?? (await this.reasonAgainst(subject, envelope))
    const digests = parseRecord('package', contents, 'the record').entries.flatMap((entry) =>
      entry.kind === 'release' && !this.contents.has(entry.digest) ? [entry.digest] : [],
    )
    const state = digests.length === 0 ? 'processing' : 'sourcing'
    const why = reason === undefined ? {} : { reason }
    this.taken.set(id, { subject, logId, envelope, missing: new Set(digests), state, polls: this.polls, ...why })
    return id
  }

  private checkNamespace(subject: string): void {
    const [namespace = ''] = subject.split(':')
    const known = this.history.logs.get(logIdOf(operatorSubject))?.state.namespaces.get(namespace)
    if (known === undefined) throw unknown('namespace', namespace)
    if (known.registry !== undefined) throw new Refusal(409, { type: 'namespaceImport', id: namespace })
  }

  /** A bad signature is refused at once, and what does not follow when its turn comes. */
  private async reasonAgainst(subject: string, envelope: Envelope): Promise<string | undefined> {
    try {
      await this.history.verify(subject, envelope)
      return undefined
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      if (thrown.code === 'trust/bad-signature') throw new Refusal(401, { message: thrown.message })
      return thrown.message
    }
  }

  /** Each question brings it one step on. */
  async stateOf(logId: string, recordId: string): Promise<object> {
    const one = this.taken.get(recordId)
    if (one === undefined || one.logId !== logId) {
      const at = this.history.leaves.findIndex((leaf) => leaf.logId === logId && leaf.recordId === recordId)
      if (at >= 0) return { recordId, state: 'published', registryIndex: at }
      throw unknown('record', recordId)
    }
    if (one.state === 'processing' && one.polls-- <= 0) await this.finish(one)
    return this.spelled(recordId, one)
  }

  private async finish(one: Taken): Promise<void> {
    if (one.reason !== undefined) {
      one.state = 'rejected'
      return
    }
    one.registryIndex = (await this.history.append(one.subject, one.envelope)).registryIndex
    one.state = 'published'
  }

  spelled(recordId: string, { state, missing, logId, reason, registryIndex }: Taken): object {
    if (state === 'sourcing') return { recordId, state, missingContent: this.missingIn(missing, logId, recordId) }
    if (state === 'rejected') return { recordId, state, reason: reason ?? '' }
    return state === 'published' ? { recordId, state, registryIndex } : { recordId, state }
  }

  private missingIn(missing: ReadonlySet<string>, logId: string, recordId: string): object {
    const headers = this.lies.get('upload-headers')
    const places = [...missing].map((digest) => {
      const url = this.lies.get('upload-url') ?? `v1/package/${logId}/record/${recordId}/content/${digest}`
      const place = { type: 'http', method: this.uploads, url, ...(headers === undefined ? {} : { headers }) }
      return [digest, { upload: [place] }] as const
    })
    return Object.fromEntries(places)
  }

  /** Bytes that somebody sent, for a record that waits for them. */
  upload(recordId: string, digest: string, { body }: Asked): void {
    const one = this.taken.get(recordId)
    if (one === undefined) throw unknown('record', recordId)
    if (one.state !== 'sourcing') throw new Refusal(405, { message: 'the record is not sourcing content' })
    const is = `sha256:${createHash('sha256').update(body).digest('hex')}`
    if (is !== digest) throw new Refusal(422, { message: `the content has the digest ${is}` })
    if (this.lies.get('forgets-content')) return
    this.contents.set(digest, new Uint8Array(body))
    one.missing.delete(digest)
    if (one.missing.size === 0) one.state = 'processing'
  }
}
