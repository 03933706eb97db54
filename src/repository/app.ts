// The whole server as one function from a request to its answer, without a port: this is what tests call.
import { type Context as Call, Hono } from 'hono'
import { toAppError } from '../core/error.ts'
import { visible } from '../core/visible.ts'
import { type BodyLimits, standardLimits } from './body.ts'
import { atOnce, clientRoutes } from './client-routes.ts'
import { developerRoutes } from './developer-routes.ts'
import { checkHost, isOwnHost } from './hosts.ts'
import { networkOf } from './network.ts'
import { noSuchPage, problemResponse } from './problem.ts'
import type { SmallFile } from './published.ts'
import { rates } from './rates.ts'
import type { Repository } from './repository.ts'
import { type Subscribing, standardSubscribing, subscribing } from './subscribing.ts'

export interface Caller {
  /** Of whoever asks; only counted, and written into the log. */
  address: string
}

export interface Env {
  Bindings: Caller
}

export interface AppOptions {
  log(line: string): void
  signal: AbortSignal
  body?: BodyLimits
  subscribing?: Subscribing
  /** What it may be called besides localhost and addresses in digits; when left out, anything. */
  names?: ReadonlySet<string>
}

export interface RepositoryApp {
  fetch(request: Request, caller: Caller): Response | Promise<Response>
  /** For a plain GET of what is in memory: what `fetch` would answer, without making objects of it. */
  atOnce(address: string, host: string | undefined): SmallFile | undefined
}

export function repositoryApp(repository: Repository, options: AppOptions): RepositoryApp {
  const { signal, log } = options
  const app = new Hono<Env>()
  const byAddress = rates(() => repository.settings().quotas.requestsPerMinute)
  app.use('*', async (c, next) => {
    checkHost(c.req.raw, options.names)
    await next()
  })
  clientRoutes(app, repository, signal)
  app.use('/api/*', async (c, next) => {
    byAddress.take(networkOf(c.env.address), 'this address')
    await next()
    if (c.res.status < 400 && c.req.method !== 'GET') logCall(c, log, c.res.status, '')
  })
  developerRoutes(app, repository, {
    signal,
    body: options.body ?? standardLimits,
    subscribe: subscribing(repository.events, options.subscribing ?? standardSubscribing, signal),
  })
  app.notFound(() => problemResponse(noSuchPage()))
  app.onError((thrown, c) => {
    const error = toAppError(thrown)
    const response = problemResponse(error)
    // What is our own fault is told here in full, and not to whoever asked.
    logCall(c, log, response.status, error.code === 'internal/bug' ? `${error.code} ${error.message}` : error.code)
    return response
  })
  return {
    fetch: (request, caller) => app.fetch(request, caller),
    atOnce: (address, host) =>
      options.names === undefined || isOwnHost(host, options.names) ? atOnce(repository, address) : undefined,
  }
}

function logCall(c: Call<Env>, log: (line: string) => void, status: number, why: string): void {
  const path = visible(new URL(c.req.url).pathname.slice(0, 120))
  log(`${c.env.address} ${c.req.method} ${path} ${status}${why === '' ? '' : ` ${why}`}`)
}
