// A Warg registry on loopback, built from what its REST interface documents: it keeps logs, proves what it says, takes records, and is
// honest unless a test tells it to lie. It ends with `close`, wherever it was started.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { operatorSubject } from '../../../../src/core/systems/warg/files.ts'
import type { Entry } from '../../../../src/core/systems/warg/log/record.ts'
import { History } from '../history.ts'
import { type Person, person } from '../keys.ts'
import { type Asked, Refusal } from './asked.ts'
import { LieList, type LieName, type LieValue } from './lies.ts'
import { checkpointOf, consistencyOf, inclusionOf, logsOf, type Reading } from './reading.ts'
import { Taking } from './taking.ts'

export interface RegistryOptions {
  namespaces?: readonly string[]
  /** Namespaces that other registries keep, and which. */
  imports?: Readonly<Record<string, string>>
  now?: () => Date
  /** Who does not bring it is refused. */
  token?: string
  /** Below which it is asked; the file of discovery leads there. */
  path?: string
}

export class WargTestRegistry {
  readonly operator = person('operator')
  /** May define namespaces, and nothing else. */
  readonly clerk = person('clerk')
  readonly asked: Asked[] = []
  readonly history: History
  readonly taking: Taking
  /** Where a person says that it is: without the path that it has. */
  url = ''
  private other: History | undefined
  private readonly lies = new LieList()
  private readonly options: RegistryOptions
  private readonly server = createServer((request, response) => void this.handle(request, response))

  constructor(options: RegistryOptions) {
    this.options = options
    this.history = new History(this.operator, options.now ?? (() => new Date()))
    this.taking = new Taking(this.history, this.lies)
  }

  async start(): Promise<this> {
    const { namespaces = ['acme'], imports = {} } = this.options
    await this.operate([{ kind: 'init', key: this.operator }])
    await this.operate([
      { kind: 'grant', key: this.clerk, permissions: ['define-namespace'] },
      ...namespaces.map((namespace) => ({ kind: 'define', namespace }) as const),
      ...Object.entries(imports).map(([namespace, registry]) => ({ kind: 'import', namespace, registry }) as const),
    ])
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done))
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`
    return this
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise<void>((done) => this.server.close(() => done()))
  }

  /** Past all acceptance: its content is nobody’s business. */
  publish(name: string, who: Person, entries: readonly Entry[]) {
    return this.history.publish(name, who, entries)
  }

  operate(entries: readonly Entry[]) {
    return this.history.publish(operatorSubject, this.operator, entries)
  }

  /** What it says where it lies about its history: the same up to that length, and from there as a test goes on. */
  async fork(length?: number): Promise<History> {
    this.other = await this.history.fork(length)
    return this.other
  }

  lie<N extends LieName>(name: N, ...value: LieValue<N>): void {
    this.lies.tell(name, ...value)
  }

  beHonest(): void {
    this.lies.stop()
  }

  /** Paths below v1, of questions that begin so. */
  askedFor(path: string): Asked[] {
    return this.asked.filter((one) => one.path.startsWith(path))
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    try {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array))
      const { method = '', url = '', headers } = request
      const base = `${this.options.path ?? '/'}v1/`
      const path = url.startsWith(base) ? decodeURIComponent(url.slice(base.length)) : url
      const asked: Asked = { method, path, body: Buffer.concat(chunks), headers }
      this.asked.push(asked)
      const silent = this.lies.get('silent')
      if (silent !== undefined && path.startsWith(silent)) return
      const answer = this.lies.get('answer')
      if (answer !== undefined && path.startsWith(answer.path)) {
        const type = { 'content-type': answer.type ?? 'application/json', ...answer.headers }
        response.writeHead(answer.status, type).end(answer.text)
        return
      }
      const { token } = this.options
      if (token !== undefined && headers.authorization !== `Bearer ${token}`)
        throw new Refusal(401, { message: 'a bearer token is required' })
      const isRecord = method === 'POST' && path.endsWith('/record')
      if (isRecord && this.lies.once('lost-before-post')) {
        request.socket.destroy()
        return
      }
      const [status, value] = await this.route(asked)
      const garbled = isRecord ? this.lies.get('garbled-post') : undefined
      if (isRecord && this.lies.once('lost-after-post')) request.socket.destroy()
      else if (garbled !== undefined)
        response.writeHead(garbled.status, { 'content-type': garbled.type }).end(garbled.text)
      else say(status, value)
    } catch (thrown) {
      if (thrown instanceof Refusal) say(thrown.status, thrown.said)
      else say(500, { status: 500, message: thrown instanceof Error ? thrown.message : 'unknown' })
    }
  }

  private async route(asked: Asked): Promise<[number, unknown]> {
    const { method, path } = asked
    if (method === 'GET' && path === '/.well-known/wasm-pkg/registry.json') return this.discovery()
    if (method === 'GET' && path === 'fetch/checkpoint') return [200, checkpointOf(this.reading(asked))]
    if (method === 'POST' && path === 'fetch/logs') return [200, logsOf(this.reading(asked), asked)]
    if (method === 'POST' && path === 'proof/inclusion') return [200, inclusionOf(this.reading(asked), asked)]
    if (method === 'POST' && path === 'proof/consistency') return [200, consistencyOf(this.reading(asked), asked)]
    const [, logId, recordId, digest] =
      /^package\/([^/]+)\/record(?:\/([^/]+)(?:\/content\/([^/]+))?)?$/.exec(path) ?? []
    if (logId === undefined) return [404, { status: 404, message: 'no such path' }]
    if (method === 'POST' && recordId === undefined) {
      const id = await this.taking.take(logId, asked)
      const taken = this.taking.taken.get(id)
      return [202, taken === undefined ? {} : this.taking.spelled(id, taken)]
    }
    if (recordId === undefined) return [405, { status: 405, message: 'not like this' }]
    if (digest === undefined) return [200, await this.taking.stateOf(logId, recordId)]
    this.taking.upload(recordId, digest, asked)
    return [201, {}]
  }

  private discovery(): [number, unknown] {
    const { path } = this.options
    const to = this.lies.get('leads-to') ?? (path === undefined ? undefined : this.url.slice(0, -1) + path)
    if (to === undefined) return [404, { status: 404, message: 'no such path' }]
    return [200, { wargUrl: to, ociRegistry: 'oci.example.com', ociNamespacePrefix: 'acme/' }]
  }

  private reading(asked: Asked): Reading {
    const { lies, clerk } = this
    const forked = lies.get('forked')
    const isForked = typeof forked === 'function' ? forked(asked) : forked === true
    const history = isForked && this.other !== undefined ? this.other : this.history
    const now = this.options.now ?? (() => new Date())
    return { history, lies, now, clerk, stranger: person('stranger') }
  }
}

export function wargRegistry(options: RegistryOptions = {}): Promise<WargTestRegistry> {
  return new WargTestRegistry(options).start()
}
