// Every answer of the served repository is held against the document that it serves: route, status, type, and body.
import { expect } from 'vitest'
import { openApi } from '../../src/repository/openapi.ts'

type Schema = Readonly<Record<string, unknown>>

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>
  requestBody?: { content: Record<string, { schema?: Schema }> }
}

const paths = openApi.paths as unknown as Record<string, Record<string, Operation>>

/** "POST /api/v1/candidates 409": what the document promises. */
export function promised(): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.keys(responses)
        .filter((status) => status !== 'default')
        .map((status) => `${method.toUpperCase()} ${path} ${status}`),
    ),
  )
}

function routeOf(pathname: string): string | undefined {
  return Object.keys(paths).find((path) => {
    const pattern = path.replace('/targets/{path}', '/targets/.+').replace(/\{[a-z0-9]+\}/g, '[^/]+')
    return new RegExp(`^${pattern}$`).test(pathname)
  })
}

/** Throws when the answer is not one that the document describes; answers which one it is. */
export async function checkedAnswer(method: string, pathname: string, response: Response): Promise<string | undefined> {
  const route = routeOf(pathname)
  // No route of ours: the one answer for all of them.
  if (route === undefined) {
    expect(response.status, pathname).toBe(404)
    return undefined
  }
  const operation = paths[route]?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
  const status = String(response.status)
  const described = operation?.responses[status] ?? operation?.responses.default
  if (operation !== undefined) expect(described, `${method} ${route} ${status}`).toBeDefined()
  if (response.status >= 400 && response.status !== 416) {
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    if (method !== 'HEAD') expect(violations(await response.clone().json(), ref('Problem'))).toEqual([])
  } else if (described?.content !== undefined && method !== 'HEAD') {
    const [type = ''] = Object.keys(described.content)
    expect(response.headers.get('content-type')).toBe(type)
    const schema = described.content[type]?.schema
    if (schema !== undefined) expect(violations(await response.clone().json(), schema), pathname).toEqual([])
  }
  return operation?.responses[status] === undefined ? undefined : `${method} ${route} ${status}`
}

/** Of a body that is sent in earnest. */
export function checkRequest(method: string, pathname: string, body: unknown): void {
  const operation = paths[routeOf(pathname) ?? '']?.[method.toLowerCase()]
  const schema = operation?.requestBody?.content['application/json']?.schema
  if (schema !== undefined) expect(violations(body, schema)).toEqual([])
}

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

/** As much of JSON Schema 2020-12 as the document uses; a keyword that is not known here fails, so that none goes unchecked. */
export function violations(value: unknown, schema: Schema, at = '$'): string[] {
  const known = ['$ref', 'type', 'const', 'pattern', 'properties', 'required', 'additionalProperties', 'items']
  const more = ['minItems', 'maxItems', 'minimum', 'minLength', 'maxLength', 'description', 'contentEncoding']
  const unknown = Object.keys(schema).filter((name) => ![...known, ...more].includes(name))
  if (unknown.length > 0) return [`${at}: the schema says ${unknown.join()}, which is not checked`]
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.slice('#/components/schemas/'.length)
    const all = openApi.components.schemas as unknown as Record<string, Schema>
    return violations(value, all[name] ?? { const: `no schema ${name}` }, at)
  }
  const types = schema.type === undefined ? undefined : [schema.type].flat()
  if (types !== undefined && !types.some((type) => isOfType(value, type))) return [`${at}: is no ${types.join(' or ')}`]
  if ('const' in schema && value !== schema.const) return [`${at}: is not ${JSON.stringify(schema.const)}`]
  if (typeof value === 'string') return textViolations(value, schema, at)
  if (typeof value === 'number') return value < Number(schema.minimum ?? value) ? [`${at}: is less than it may be`] : []
  if (Array.isArray(value)) {
    const { length } = value
    const count = length < Number(schema.minItems ?? 0) || length > Number(schema.maxItems ?? length)
    const items = (schema.items ?? {}) as Schema
    return [
      ...(count ? [`${at}: has ${length} entries`] : []),
      ...value.flatMap((one, i) => violations(one, items, `${at}[${i}]`)),
    ]
  }
  return typeof value === 'object' && value !== null ? objectViolations(value as Schema, schema, at) : []
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return typeof value === type
}

function textViolations(value: string, schema: Schema, at: string): string[] {
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test(value))
    return [`${at}: ${value.slice(0, 80)}`]
  if (value.length < Number(schema.minLength ?? 0)) return [`${at}: is too short`]
  return value.length > Number(schema.maxLength ?? value.length) ? [`${at}: is too long`] : []
}

function objectViolations(value: Schema, schema: Schema, at: string): string[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>
  const missing = ((schema.required ?? []) as string[]).filter((name) => value[name] === undefined)
  const other = Object.keys(value).filter((name) => properties[name] === undefined)
  const extra = schema.additionalProperties
  return [
    ...missing.map((name) => `${at}: has no ${name}`),
    ...(extra === false ? other.map((name) => `${at}: has ${name} too`) : []),
    ...(typeof extra === 'object'
      ? other.flatMap((name) => violations(value[name], extra as Schema, `${at}.${name}`))
      : []),
    ...Object.entries(properties).flatMap(([name, one]) =>
      value[name] === undefined ? [] : violations(value[name], one, `${at}.${name}`),
    ),
  ]
}
