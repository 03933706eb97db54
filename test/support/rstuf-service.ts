// A Repository Service for TUF on loopback, built from its documented answers (repository-service-tuf-api): what it is asked, how it
// answers, and each of its faults when a test wants it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface RstufDocument {
  signatures: { keyid: string; sig: string }[]
  signed: Record<string, unknown> & { version?: number }
}

interface Keys {
  keys?: Record<string, Record<string, unknown>>
  roles?: Record<string, Record<string, unknown>>
}

/** What goes wrong, by its name; a function where a test wants the answer itself. */
export interface RstufFaults {
  /** The models of root leave out what they do not know, in what is shown. */
  dropsFields?: boolean
  /** While root waits, nothing else is told. */
  dropsRoles?: boolean
  /** Signatures are accepted and never kept. */
  forgets?: boolean
  /** The task ends so, with `result` as it is. */
  task?: { state: unknown; result?: unknown; id?: string }
  /** So many times a task is not done yet. */
  pendingFor?: number
  /** This status, and this text, for every question whose path holds `path`. */
  status?: { path: string; code: number; text: string; type?: string; headers?: Record<string, string> }
  message?: string
  /** What waits goes away while it is signed, as if somebody had given it up. */
  vanishes?: boolean
  /** Only those who bring this are let in. */
  bearer?: string
}

export interface Asked {
  method: string
  path: string
  body?: unknown
  authorization?: string
}

export class RstufService {
  readonly pending = new Map<string, RstufDocument>()
  readonly trusted = new Map<string, RstufDocument>()
  readonly asked: Asked[] = []
  state: string | null = 'finished'
  faults: RstufFaults = {}
  /** Whether what waits is complete with these signatures; then it is published and waits no more. */
  isComplete: (role: string, document: RstufDocument) => boolean = () => false
  origin = ''
  private readonly tasks = new Map<string, { name: string; polls: number; status: boolean; message: string }>()
  private count = 0

  /** Ends with the test. */
  static async start(prefix = ''): Promise<RstufService> {
    const service = await RstufService.open(prefix)
    onTestFinished(() => service.close())
    return service
  }

  static async open(prefix = ''): Promise<RstufService> {
    const service = new RstufService()
    const server = createServer((request, response) => {
      service.answer(request, response, prefix).catch((thrown: unknown) => {
        response.writeHead(500).end(String(thrown))
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    service.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`
    service.close = () => {
      server.closeAllConnections()
      server.close()
    }
    return service
  }

  close: () => void = () => {}

  get location(): string {
    return `rstuf+${this.origin}/`
  }

  /** What was sent, in order: path and body. */
  posts(): [string, unknown][] {
    return this.asked.flatMap(({ method, path, body }) =>
      method === 'POST' ? [[path, body] as [string, unknown]] : [],
    )
  }

  /** The answer of GET /metadata/sign, as text. */
  shown(): string {
    const metadata: Record<string, unknown> = {}
    const hidesOthers = this.faults.dropsRoles === true && this.pending.has('root')
    for (const [role, document] of this.pending) {
      if (hidesOthers && role !== 'root') continue
      metadata[role] = this.modelled(role, document)
      const trusted = this.trusted.get(role)
      if (trusted !== undefined) metadata[`trusted_${role}`] = this.modelled(role, trusted)
    }
    const others = [...this.pending.keys()].some((role) => role !== 'root' && role !== 'targets')
    const targets = this.trusted.get('targets')
    if (others && !hidesOthers && targets !== undefined) metadata.trusted_targets = targets
    const isNone = Object.keys(metadata).length === 0
    return JSON.stringify({
      data: isNone ? null : { metadata },
      message: isNone ? 'No metadata pending signing available' : 'Metadata role(s) pending signing',
    })
  }

  /** RSTUF's own model of a root, where a test wants it: pydantic keeps what it knows. */
  private modelled(role: string, document: RstufDocument): RstufDocument {
    if (role !== 'root' || this.faults.dropsFields !== true) return document
    const { signed, signatures } = structuredClone(document)
    const { keys = {}, roles = {} } = signed as Keys
    const known = new Set(['keytype', 'scheme', 'keyval', 'name', 'x-rstuf-key-name', 'x-rstuf-online-key-uri'])
    for (const key of Object.values(keys)) for (const name of Object.keys(key)) if (!known.has(name)) delete key[name]
    for (const one of Object.values(roles))
      for (const name of Object.keys(one)) if (name !== 'keyids' && name !== 'threshold') delete one[name]
    return { signatures, signed }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, prefix: string): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array))
    const text = Buffer.concat(chunks).toString('utf8')
    const { method = '', url = '' } = request
    const { authorization } = request.headers
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    this.asked.push({
      ...{ method, path: url },
      ...(body === undefined ? {} : { body }),
      ...(authorization === undefined ? {} : { authorization }),
    })
    const say = (code: number, value: unknown): void => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    const { status, bearer } = this.faults
    if (bearer !== undefined && authorization !== `Bearer ${bearer}`) return say(401, { detail: 'Not authenticated' })
    if (status !== undefined && url.includes(status.path)) {
      const headers = { 'content-type': status.type ?? 'application/json', ...status.headers }
      response.writeHead(status.code, headers).end(status.text)
      return
    }
    const path = url.startsWith(`${prefix}/api/v1/`) ? url.slice(prefix.length + '/api/v1/'.length) : undefined
    if (method === 'GET' && path === 'bootstrap/') return say(200, this.bootstrap())
    if (method === 'GET' && path === 'metadata/sign') return this.sayPending(response, say)
    if (method === 'GET' && path?.startsWith('task/?task_id='))
      return say(200, this.task(path.slice('task/?task_id='.length)))
    if (method === 'POST' && path === 'metadata/sign') return this.sign(body as never, say)
    if (method === 'POST' && path === 'metadata/sign/delete') return this.withdraw((body as { role: string }).role, say)
    if (method === 'POST' && path === 'metadata/') this.accept('metadata_update', 'Metadata update accepted.', say)
    else if (method === 'POST' && path === 'bootstrap/') this.accept('bootstrap', 'Bootstrap accepted.', say)
    else say(404, { detail: 'Not Found' })
  }

  private bootstrap(): unknown {
    const isFree = this.state === null
    return {
      data: { bootstrap: this.state === 'finished', state: this.state, id: isFree ? null : 'c0ffee' },
      message: isFree ? 'System available for bootstrap.' : 'System LOCKED for bootstrap.',
    }
  }

  private sayPending(response: ServerResponse, say: (code: number, value: unknown) => void): void {
    if (this.state === null || this.state === 'pre') {
      const error = `Requires bootstrap started. State: ${this.state}`
      say(200, { detail: { message: 'No metadata pending signing available', error } })
    } else response.writeHead(200, { 'content-type': 'application/json' }).end(this.shown())
  }

  private sign(
    { role, signature }: { role: string; signature: { keyid: string; sig: string } },
    say: (code: number, value: unknown) => void,
  ): void {
    const document = this.pending.get(role)
    const task = this.accept('sign_metadata', 'Metadata sign accepted.', say)
    if (document === undefined) {
      task.status = false
      task.message = 'No signatures pending for role'
      return
    }
    if (this.faults.vanishes === true) this.pending.delete(role)
    if (this.faults.forgets === true) return
    const others = document.signatures.filter(({ keyid }) => keyid !== signature.keyid)
    const { keyid, sig } = signature
    document.signatures = [...others, { keyid, sig }]
    if (!this.isComplete(role, document)) return
    this.pending.delete(role)
    this.trusted.set(role, document)
    if (role === 'root') this.state = 'finished'
  }

  private withdraw(role: string, say: (code: number, value: unknown) => void): void {
    if (!this.pending.has(role)) {
      const error = `The ${role} role is not in a signing process.`
      say(404, { detail: { message: `No signing process for ${role}.`, error } })
      return
    }
    this.accept('delete_sign_metadata', 'Metadata sign delete accepted.', say)
    if (this.faults.forgets !== true) this.pending.delete(role)
  }

  private accept(name: string, message: string, say: (code: number, value: unknown) => void) {
    const id = `${name.replaceAll('_', '')}${++this.count}`
    const task = { name, polls: 0, status: true, message: 'Signature processed' }
    this.tasks.set(id, task)
    const data = { task_id: id, last_update: '2026-03-01T12:00:00.578086Z' }
    say(202, { data, message: this.faults.message ?? message })
    return task
  }

  private task(id: string): unknown {
    const task = this.tasks.get(id)
    const { faults } = this
    // Whoever asks for a task that nobody knows is told that it waits.
    if (task === undefined || task.polls++ < (faults.pendingFor ?? 0))
      return { data: { task_id: id, state: 'PENDING', result: null }, message: 'Task state.' }
    const result = {
      ...{ message: task.message, error: task.status ? null : task.message, status: task.status, task: task.name },
      ...{ last_update: '2026-03-01T12:00:01Z', details: null },
    }
    const said = faults.task ?? { state: 'SUCCESS', result }
    return {
      data: { task_id: said.id ?? id, state: said.state, result: 'result' in said ? said.result : result },
      message: 'Task state.',
    }
  }
}
