// An Asfaload backend on loopback, built from what its two generations document: it verifies signed questions strictly, keeps files,
// and completes them by an oracle of its own that shares no code with what is tested. Its faults are a test's to switch on.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { collectorsOf, fits, isEnough, keysOf, type Signers, sha512 } from './asfaload-oracle.ts'

export interface BackendFaults {
  /** For every question whose path, below v1, begins so. */
  answer?: { path: string; status: number; text: string; type?: string; headers?: Record<string, string> }
  /** What the list names more, or otherwise. */
  lists?: (files: { path: string; digest: string }[]) => { path: string; digest: string }[]
  filesToSign?: (files: Record<string, string>) => Record<string, string>
  /** Said to be taken, and not kept. */
  forgets?: boolean
  /** Says the opposite of whether it is complete. */
  lies?: boolean
  /** When a signature has arrived. */
  arrived?: () => void
  /** What it says that it registered: its project. */
  project?: string
}

export interface Asked {
  method: string
  path: string
  body: string
  headers: IncomingHttpHeaders
}

class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export class AsfaloadBackend {
  readonly files = new Map<string, Buffer>()
  readonly asked: Asked[] = []
  faults: BackendFaults = {}
  clock: () => number = () => Date.now()
  origin = ''
  private readonly nonces = new Set<string>()
  private readonly connections = new Set<Socket>()
  private givenUp: ReadonlySet<Socket> = new Set()
  readonly generation: 1 | 2
  /** Earlier ones of the second generation list paths alone. */
  readonly hasDigests: boolean

  private constructor(generation: 1 | 2, hasDigests: boolean) {
    this.generation = generation
    this.hasDigests = hasDigests
  }

  /** Ends with the test. */
  static async start(generation: 1 | 2, { hasDigests = generation === 2 } = {}): Promise<AsfaloadBackend> {
    const backend = new AsfaloadBackend(generation, hasDigests)
    const server = createServer((request, response) => void backend.handle(request, response))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    backend.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return backend
  }

  put(path: string, bytes: Uint8Array | string): void {
    this.files.set(path, Buffer.from(bytes))
  }

  /** Something that waits, with nobody's signature. */
  wait(path: string, bytes: Uint8Array | string): void {
    this.put(path, bytes)
    this.put(`${path}.signatures.json.pending`, this.empty())
  }

  /** A signers file on its way in, as registering it leaves it. */
  register(folder: string, signers: Uint8Array): void {
    const pending = `${folder}asfaload.signers.pending/`
    this.wait(`${pending}index.json`, signers)
    const hash = sha512(signers).toString('hex')
    const at = '2026-11-01T00:00:00Z'
    const project = folder.split('/').slice(-3, -1).join('/')
    const url = `https://github.com/${project}/blob/main/asfaload.signers.json`
    if (this.generation === 1)
      this.put(
        `${pending}metadata.json`,
        JSON.stringify({ data: { Forge: { kind: 'Github', url, retrieved_at: at } } }),
      )
    else {
      const content = { retrieval_url: url, content_hash: hash }
      const forge = { kind: 'Github', url, verified_content: content, retrieved_at: at }
      this.wait(`${pending}index.json.metadata.json`, JSON.stringify({ data: { Forge: forge } }))
    }
  }

  posts(): [string, unknown][] {
    return this.asked.flatMap(({ method, path, body }) =>
      method === 'POST' ? [[path, JSON.parse(body)] as [string, unknown]] : [],
    )
  }

  /** As a server does with connections on which nothing came for a while: the next question on one of them gets no answer. */
  giveUpConnections(): void {
    this.givenUp = new Set(this.connections)
  }

  /** Questions that somebody had to sign. */
  signedQuestions(): string[] {
    return this.asked.flatMap(({ path, headers }) => (headers['x-asfld-sig'] === undefined ? [] : path))
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, text: string | Buffer, type = 'application/json', headers = {}): void => {
      response.writeHead(status, { 'content-type': type, ...headers }).end(text)
    }
    this.connections.add(request.socket)
    if (this.givenUp.has(request.socket)) return void request.socket.destroy()
    try {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array))
      const body = Buffer.concat(chunks).toString('utf8')
      const { method = '', url = '', headers } = request
      const path = decodeURIComponent(url).replace('/v1/', '')
      this.asked.push({ method, path, body, headers })
      const { answer } = this.faults
      if (answer !== undefined && path.startsWith(answer.path))
        return say(answer.status, answer.text, answer.type, answer.headers)
      if (method === 'GET' && path.startsWith('files/')) {
        const file = this.files.get(path.slice('files/'.length))
        if (file === undefined) throw new Refusal(404, `File not found: ${path}`)
        return say(200, file, 'application/octet-stream')
      }
      const result = this.route(method, path, body, headers)
      if (result === undefined) return say(404, '', 'text/plain')
      say(200, JSON.stringify(result))
    } catch (thrown) {
      const status = thrown instanceof Refusal ? thrown.status : 500
      say(status, JSON.stringify({ error: thrown instanceof Error ? thrown.message : 'unknown' }))
    }
  }

  private route(method: string, path: string, body: string, headers: IncomingHttpHeaders): unknown {
    const isNew = this.generation === 2
    const signed = (): string => this.checkSigned(body, headers)
    if (method === 'GET' && path === 'ping' && isNew) return { message: 'pong', auth: { status: 'unauthenticated' } }
    if (method === 'GET' && path === 'pending_signatures') return this.list(signed())
    if (method === 'GET' && path.startsWith('files-to-sign/') && isNew) {
      signed()
      return this.filesToSign(path.slice('files-to-sign/'.length))
    }
    if (method !== 'POST') return undefined
    if (path === 'signatures') {
      if (isNew) signed()
      return this.sign(JSON.parse(body))
    }
    if (path === 'revoke') {
      signed()
      return this.revoke(JSON.parse(body))
    }
    if ((path === 'register_repo' || path === 'update_signers') && isNew)
      return this.registered(signed(), JSON.parse(body))
    if (path === (isNew ? 'assets' : 'release')) {
      signed()
      return this.released(JSON.parse(body))
    }
    return undefined
  }

  /** The key that asked. */
  private checkSigned(body: string, headers: IncomingHttpHeaders): string {
    const of = (name: string): string => {
      const value = headers[`x-asfld-${name}`]
      if (typeof value === 'string') return value
      throw new Refusal(401, 'Missing authentication headers')
    }
    const [timestamp, nonce, signature, key] = [of('timestamp'), of('nonce'), of('sig'), of('pk')]
    const at = Date.parse(timestamp)
    if (Number.isNaN(at)) throw new Refusal(401, 'Authentication failed: Invalid timestamp format')
    if (at < this.clock() - 300_000 || at > this.clock() + 10_000)
      throw new Refusal(401, `Timestamp validation failed: ${timestamp}`)
    if (!/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(nonce))
      throw new Refusal(401, 'Authentication failed: Invalid nonce format')
    if (this.nonces.has(nonce)) throw new Refusal(401, 'Replay attack detected: nonce already used')
    if (Buffer.byteLength(body) > 1024 * 1024) throw new Refusal(413, 'Request too big')
    // It writes the time anew, as chrono does: whole seconds, and its own offset.
    const again = `${new Date(at).toISOString().slice(0, 19)}+00:00`
    if (!fits(key, Buffer.from(`${again}##${nonce}##${body}`), signature))
      throw new Refusal(401, 'Authentication failed: Signature verification failed')
    this.nonces.add(nonce)
    return key
  }

  private list(key: string): unknown {
    const waiting = [...this.files.keys()].flatMap((name) => /^(.*)\.signatures\.json\.pending$/.exec(name)?.[1] ?? [])
    const open = waiting.filter((path) => this.mayStillSign(path, key))
    const files = open.map((path) => ({ path, digest: `sha512:${sha512(this.held(path)).toString('hex')}` }))
    const listed = this.faults.lists?.(files) ?? files
    return this.hasDigests ? { pending_files: listed } : { file_paths: listed.map(({ path }) => path) }
  }

  private mayStillSign(path: string, key: string): boolean {
    return this.collectors(path).has(key) && !(key in this.signatures(`${path}.signatures.json.pending`))
  }

  private filesToSign(path: string): unknown {
    const metadata = `${path}.metadata.json`
    const names = [path, ...(path.endsWith('asfaload.signers.pending/index.json') ? [metadata] : [])]
    const files = Object.fromEntries(names.map((name) => [name, this.held(name).toString('base64')]))
    return { files: this.faults.filesToSign?.(files) ?? files }
  }

  private sign(body: Record<string, unknown>): unknown {
    const { pending_file: pending, public_key: key } = body as {
      pending_file?: { path: string; digest: string }
      public_key: string
    }
    const path = this.hasDigests ? pending?.path : (body.file_path as string)
    if (path === undefined) throw new Refusal(422, 'missing field')
    if (this.hasDigests && pending?.digest !== `sha512:${sha512(this.held(path)).toString('hex')}`)
      throw new Refusal(400, 'Digest mismatch')
    const signatures = (this.generation === 1 ? { [path]: body.signature } : body.signatures) as Record<string, string>
    if (this.files.has(`${path}.signatures.json`)) throw new Refusal(409, `Signature already complete: ${path}`)
    if (!this.collectors(path).has(key)) throw new Refusal(403, `Not authorized: ${key}`)
    if (key in this.signatures(`${path}.signatures.json.pending`))
      throw new Refusal(409, `Signature already collected: ${path}`)
    for (const [name, signature] of Object.entries(signatures))
      if (!fits(key, this.held(name), signature)) throw new Refusal(400, 'Invalid signature')
    const isComplete = this.faults.forgets === true ? false : this.collect(path, key, signatures)
    this.faults.arrived?.()
    return { is_complete: this.faults.lies === true ? !isComplete : isComplete }
  }

  private collect(path: string, key: string, signatures: Record<string, string>): boolean {
    for (const [name, signature] of Object.entries(signatures)) {
      const place = `${name}.signatures.json.pending`
      const all = { ...this.signatures(place), [key]: signature }
      const entries = Object.fromEntries(
        Object.entries(all).map(([id, one]) => [id, { format: 'asfaload', signature: one }]),
      )
      this.put(place, JSON.stringify(this.generation === 1 ? all : { entries }))
    }
    const signed = new Set(Object.keys(this.signatures(`${path}.signatures.json.pending`)))
    const isComplete = this.isComplete(path, signed)
    if (isComplete) this.complete(path)
    return isComplete
  }

  private revoke(body: Record<string, string>): unknown {
    const { file_path: path = '', revocation_json: document = '', signature = '', public_key: key = '' } = body
    if (!this.files.has(path)) throw new Refusal(404, `File not found: ${path}`)
    if (!this.files.has(`${path}.signatures.json`)) throw new Refusal(409, `File has not been fully signed: ${path}`)
    if (this.files.has(`${path}.revocation.json`)) throw new Refusal(400, `File is revoked: ${path}`)
    const { subject_digest: subject, initiator } = JSON.parse(document)
    if (subject !== `sha512:${sha512(this.held(path)).toString('hex')}`) throw new Refusal(400, 'Digest mismatch')
    const pending = `${path}.revocation.json.pending`
    if (initiator !== key || !this.collectors(pending).has(key)) throw new Refusal(400, 'Revocation error')
    if (!fits(key, Buffer.from(document), signature)) throw new Refusal(400, 'Revocation error: signature')
    this.wait(pending, document)
    this.collect(pending, key, { [pending]: signature })
    return { success: true, message: 'File revoked successfully' }
  }

  private registered(key: string, body: Record<string, string>): unknown {
    const signers = this.files.get(body.signers_file_url ?? '')
    if (signers === undefined) throw new Refusal(400, 'Invalid forge URL')
    if (body.public_key !== key) throw new Refusal(400, 'Invalid public key')
    const id = this.faults.project ?? 'https/github.com/443/u/r'
    this.register(`${id}/`, signers)
    const required = keysOf(JSON.parse(signers.toString('utf8')))
    return { success: true, project_id: id, message: '', required_signers: [...required], signature_submission_url: '' }
  }

  private released(body: Record<string, unknown>): unknown {
    const url = this.generation === 1 ? body.release_url : (body.github_release_url ?? body.csum_files)
    const index = this.files.get(String(url))
    if (index === undefined) throw new Refusal(400, `Invalid release URL format: ${String(url)}`)
    const path = `${this.faults.project ?? 'https/github.com/443/u/r'}/releases/tag/v1/asfaload.index.json`
    if (this.files.has(path)) throw new Refusal(409, 'Release already registered')
    this.wait(path, index)
    return { success: true, message: 'Release registered successfully', index_file_path: path }
  }

  // ---- who must sign, worked out anew --------------------------------------------------------------------------------

  private held(path: string): Buffer {
    const bytes = this.files.get(path)
    if (bytes === undefined) throw new Refusal(404, `File not found: ${path}`)
    return bytes
  }

  private empty(): string {
    return this.generation === 1 ? '{}' : '{"entries":{}}'
  }

  private signatures(place: string): Record<string, string> {
    const value = JSON.parse(this.files.get(place)?.toString('utf8') ?? '{}')
    const entries = value.entries ?? value
    return Object.fromEntries(
      Object.entries(entries).map(([key, one]) => [
        key,
        typeof one === 'string' ? one : (one as { signature: string }).signature,
      ]),
    )
  }

  private signersAt(path: string): Signers | undefined {
    const bytes = this.files.get(path)
    return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'))
  }

  private rules(path: string) {
    const folder = /^(https\/[^/]+\/443\/[^/]+\/[^/]+\/|[^/]+\/[^/]+\/[^/]+\/)/.exec(path)?.[1] ?? ''
    const now = this.signersAt(`${folder}asfaload.signers/index.json`)
    const next = path.startsWith(`${folder}asfaload.signers.pending/`)
      ? this.signersAt(`${folder}asfaload.signers.pending/index.json`)
      : undefined
    return { folder, now, next, isRevocation: path.endsWith('.revocation.json.pending') }
  }

  private collectors(path: string): Set<string> {
    return collectorsOf(this.rules(path))
  }

  private isComplete(path: string, signed: ReadonlySet<string>): boolean {
    return isEnough(this.rules(path), signed)
  }

  private move(from: string, to: string): void {
    const bytes = this.files.get(from)
    if (bytes !== undefined) this.files.set(to, bytes)
    this.files.delete(from)
  }

  private complete(path: string): void {
    const { folder, now, next, isRevocation } = this.rules(path)
    const [active, pending] = [`${folder}asfaload.signers/`, `${folder}asfaload.signers.pending/`]
    if (next !== undefined) {
      if (now !== undefined) this.keepHistory(folder)
      for (const name of [...this.files.keys()]) if (name.startsWith(active)) this.files.delete(name)
      for (const name of [...this.files.keys()])
        if (name.startsWith(pending)) this.move(name, active + name.slice(pending.length).replace(/\.pending$/, ''))
      return
    }
    const signers = this.held(`${active}index.json`)
    const done = isRevocation ? path.slice(0, -'.pending'.length) : path
    this.move(`${path}.signatures.json.pending`, `${done}.signatures.json`)
    this.put(`${done}.signers.json`, signers)
    if (!isRevocation) return
    this.move(path, done)
    const release = done.slice(0, -'.revocation.json'.length)
    this.move(`${release}.signatures.json`, `${release}.signatures.json.revoked`)
  }

  private keepHistory(folder: string): void {
    const active = `${folder}asfaload.signers/index.json`
    const name = `${folder}asfaload.signers.history.json`
    const { entries } = JSON.parse(this.files.get(name)?.toString('utf8') ?? '{"entries":[]}')
    const metadata = this.files.get(`${active}.metadata.json`)
    const parsed = (place: string): unknown => JSON.parse(this.held(place).toString('utf8'))
    entries.push({
      obsoleted_at: new Date(this.clock()).toISOString(),
      signers_file: this.held(active).toString('base64'),
      signatures: parsed(`${active}.signatures.json`),
      ...(metadata === undefined
        ? {}
        : {
            metadata: metadata.toString('base64'),
            metadata_signatures: parsed(`${active}.metadata.json.signatures.json`),
          }),
    })
    this.put(name, JSON.stringify({ entries }))
  }
}
