// A question as it came, and a refusal as a registry says it.
import type { IncomingHttpHeaders } from 'node:http'

export interface Asked {
  method: string
  /** Below v1, or whole where it is not. */
  path: string
  body: Buffer
  headers: IncomingHttpHeaders
}

export class Refusal extends Error {
  readonly status: number
  readonly said: object
  constructor(status: number, said: object) {
    super(JSON.stringify(said))
    this.status = status
    this.said = { status, ...said }
  }
}

export function unknown(type: string, id: string): Refusal {
  return new Refusal(404, { type, id })
}

/** The fields that are known, and no others. */
export function fieldsOf(body: Buffer, names: readonly string[]): Record<string, unknown> {
  const value: Record<string, unknown> = JSON.parse(body.toString('utf8'))
  const strange = Object.keys(value).find((name) => !names.includes(name))
  if (strange !== undefined) throw new Refusal(422, { message: `unknown field \`${strange}\`` })
  return value
}
