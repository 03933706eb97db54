// The developer API, as docs/formats/developer-api.md and the OpenAPI document describe it: shapes in, shapes out. What is
// allowed is decided elsewhere.
import type { Hono } from 'hono'
import { AppError } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import type { Submission } from './acceptance.ts'
import { absent } from './acceptance.ts'
import type { Env } from './app.ts'
import {
  type BodyLimits,
  bytesField,
  checkFields,
  listField,
  readBody,
  readContent,
  readJsonBody,
  textField,
} from './body.ts'
import { networkOf } from './network.ts'
import { openApi } from './openapi.ts'
import { noSuchPage, problemResponse } from './problem.ts'
import type { Repository } from './repository.ts'
import { eventHeaders, type Subscribe } from './subscribing.ts'

export interface RouteOptions {
  signal: AbortSignal
  body: BodyLimits
  subscribe: Subscribe
}

const api = '/api/v1'
const digest = /^[0-9a-f]{64}$/
const json = { 'content-type': 'application/json', 'cache-control': 'no-store' }

export function developerRoutes(
  app: Hono<Env>,
  repository: Repository,
  { signal, body, subscribe }: RouteOptions,
): void {
  app.get(`${api}/`, async () => answer(await repository.info()))
  app.get(`${api}/openapi.json`, () => answer(openApi))

  app.get(`${api}/candidates`, async () => answer({ candidates: await repository.candidates() }))
  app.post(`${api}/candidates`, async (c) => {
    const request = await readJsonBody(c.req.raw, body, signal)
    checkFields(request, ['documents'])
    const documents = listField(request, 'documents', 64).map(submissionOf)
    return answer(await repository.propose(documents, networkOf(c.env.address)))
  })
  app.get(`${api}/candidates/:subject`, async (c) => {
    const subject = c.req.param('subject')
    const found = await repository.candidate(subject)
    if (found === undefined) throw absent(subject)
    const headers = { ...json, etag: `"${found.digest}"` }
    if (c.req.header('if-none-match') === headers.etag) return new Response(null, { status: 304, headers })
    return new Response(found.bytes, { headers })
  })
  app.post(`${api}/candidates/:subject/signatures`, async (c) => {
    const request = await readJsonBody(c.req.raw, body, signal)
    checkFields(request, ['payload', 'signatures'])
    const signatures = listField(request, 'signatures', 16).map((one) => {
      checkFields(one, ['keyid', 'sig'])
      return { keyid: textField(one, 'keyid'), sig: textField(one, 'sig', /^([0-9a-f]{2}){1,1024}$/) }
    })
    return answer(await repository.sign(c.req.param('subject'), textField(request, 'payload', digest), signatures))
  })
  app.post(`${api}/withdrawals`, async (c) =>
    answer(await repository.withdraw(await readBody(c.req.raw, body, signal))),
  )

  app.get(`${api}/content/:sha256`, async (c) =>
    answer(await repository.content(digestOf(c.req.param('sha256')), uploadOf(c.req.query('upload')))),
  )
  app.put(`${api}/content/:sha256`, async (c) => {
    const sha256 = digestOf(c.req.param('sha256'))
    const offset = offsetOf(c.req.query('offset') ?? '0')
    const upload = uploadOf(c.req.query('upload'))
    const sent = { sha256, offset, upload, from: networkOf(c.env.address) }
    return answer(await repository.receive(sent, readContent(c.req.raw, body, signal)))
  })

  app.get(`${api}/history/:role`, async (c) => answer(await repository.history(c.req.param('role'))))
  app.get(`${api}/events`, (c) =>
    // Whoever asks only for the headers does not listen, and would never be seen to leave.
    c.req.method === 'HEAD'
      ? new Response(null, { headers: eventHeaders })
      : subscribe(networkOf(c.env.address), c.req.header('last-event-id')),
  )

  for (const [path, allow] of Object.entries(allowed)) {
    app.all(path, (c) => {
      // Asked for in the right way, and there is nothing.
      if (allow.split(', ').includes(c.req.method)) return problemResponse(noSuchPage())
      return problemResponse(wrongMethod(allow), { status: 405, headers: { allow } })
    })
  }
}

const allowed: Readonly<Record<string, string>> = {
  [`${api}/`]: 'GET, HEAD',
  [`${api}/openapi.json`]: 'GET, HEAD',
  [`${api}/candidates`]: 'GET, HEAD, POST',
  [`${api}/candidates/:subject`]: 'GET, HEAD',
  [`${api}/candidates/:subject/signatures`]: 'POST',
  [`${api}/withdrawals`]: 'POST',
  [`${api}/content/:sha256`]: 'GET, HEAD, PUT',
  [`${api}/history/:role`]: 'GET, HEAD',
  [`${api}/events`]: 'GET, HEAD',
  '/metadata/*': 'GET, HEAD',
  '/targets/*': 'GET, HEAD',
}

function answer(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: json })
}

function submissionOf(document: JsonObject): Submission {
  checkFields(document, ['subject', 'base', 'content'])
  return {
    subject: textField(document, 'subject'),
    base: document.base === null ? null : textField(document, 'base', digest),
    bytes: bytesField(document, 'content'),
  }
}

function digestOf(text: string): string {
  if (digest.test(text)) return text
  throw invalid('content is named by the 64 hexadecimal digits of its sha256')
}

function offsetOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw invalid('offset is a whole number of bytes')
}

function uploadOf(text: string | undefined): string | undefined {
  if (text === undefined || /^[0-9a-f]{32,128}$/.test(text)) return text
  throw invalid('an upload is named by 32 to 128 hexadecimal digits, which its sender has drawn by lot')
}

function invalid(message: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint: `see ${api}/openapi.json` })
}

function wrongMethod(allow: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `this address takes ${allow}`,
    hint: `see ${api}/openapi.json`,
  })
}
