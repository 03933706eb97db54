// The OpenAPI document, as the server itself hands it out. A test holds every answer against it.
import { version } from '../core/version.ts'
import { ref, schemas } from './openapi-schemas.ts'

const jsonOf = (schema: unknown) => ({ 'application/json': { schema } })
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ref('Problem') } },
})
const done = (name: keyof typeof schemas, description: string) => ({ description, content: jsonOf(ref(name)) })
const bytes = (type: string, description: string) => ({ description, content: { [type]: {} } })
const parameter = (name: string, place: 'path' | 'query' | 'header', description: string, pattern?: string) => ({
  ...{ name, in: place, description, required: place === 'path' },
  schema: { type: 'string', ...(pattern === undefined ? {} : { pattern }) },
})

const said = {
  400: problem('The request is not what it should be.'),
  403: problem('No key that has a say has signed it.'),
  404: problem('There is nothing here.'),
  409: problem('Something else is there by now; `data` names it.'),
  413: problem('It is too large.'),
  415: problem('It must be JSON.'),
  422: problem('It is understood and refused: a bad signature, a date in the past, too much of it.'),
  default: problem(
    'Any other refusal: too often (429), too slow (408), another method (405), or a failure of ours (5xx).',
  ),
} as const

function answers(responses: Readonly<Record<string, unknown>>, ...statuses: readonly (keyof typeof said)[]) {
  const refusals = Object.fromEntries([...statuses, 'default' as const].map((status) => [status, said[status]]))
  return { responses: { ...responses, ...refusals } }
}

const body = (name: keyof typeof schemas) => ({ requestBody: { required: true, content: jsonOf(ref(name)) } })
const subject = parameter('subject', 'path', 'A role, keys:PROJECT or configuration, percent-encoded.')
const digest = parameter('sha256', 'path', 'The sha256 of the content.', '^[0-9a-f]{64}$')
const upload = parameter(
  'upload',
  'query',
  'By what the sender knows this upload, drawn by lot and told to nobody else.',
  '^[0-9a-f]{32,128}$',
)
const notModified = { description: 'It is still what If-None-Match names.' }
const files = (type: string) => ({
  200: bytes(type, 'The file, with ETag and Cache-Control.'),
  206: bytes(type, 'The part that Range asks for.'),
  304: notModified,
  416: { description: 'Nothing of the file lies in the range.' },
})

export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Countersign repository',
    version,
    description:
      'Read by TUF clients below /metadata/ and /targets/; changed by a team below /api/v1/. There are no accounts: a change is taken when a key that has a say in it has signed it, and published when enough have.',
  },
  paths: {
    '/metadata/{name}': {
      get: {
        summary: 'Published metadata. What waits is not here.',
        parameters: [parameter('name', 'path', 'VERSION.ROLE.json or timestamp.json')],
        ...answers(files('application/json'), 404),
      },
    },
    '/targets/{path}': {
      get: {
        summary: 'Artifacts, under names that hold their hash. The path has slashes of its own.',
        parameters: [parameter('path', 'path', 'FOLDER/SHA256.NAME')],
        ...answers(files('application/octet-stream'), 404),
      },
    },
    '/api/v1/': { get: { summary: 'What this is.', ...answers({ 200: done('Info', 'The repository.') }) } },
    '/api/v1/openapi.json': {
      get: {
        summary: 'This document.',
        ...answers({ 200: { description: 'OpenAPI 3.1.', content: jsonOf({ type: 'object' }) } }),
      },
    },
    '/api/v1/candidates': {
      get: { summary: 'What waits for signatures.', ...answers({ 200: done('Candidates', 'All of it.') }) },
      post: {
        summary: 'Propose documents, all or none; the same document again adds the signatures that it brings.',
        ...body('Proposal'),
        ...answers({ 200: done('Receipt', 'They wait, or are published.') }, 400, 403, 409, 413, 415, 422),
      },
    },
    '/api/v1/candidates/{subject}': {
      get: {
        summary: 'A document that waits, byte for byte.',
        parameters: [subject],
        ...answers({ 200: bytes('application/json', 'The document; ETag is its digest.'), 304: notModified }, 400, 404),
      },
    },
    '/api/v1/candidates/{subject}/signatures': {
      post: {
        summary: 'Add signatures. Each must be good; one that is there already is no error.',
        parameters: [subject],
        ...body('Signatures'),
        ...answers({ 200: done('Receipt', 'They are there.') }, 400, 403, 404, 409, 415, 422),
      },
    },
    '/api/v1/withdrawals': {
      post: {
        summary: 'Take back what waits, by a statement signed by a key that decides about it.',
        ...body('Withdrawal'),
        ...answers({ 200: done('Receipt', 'It does not wait any more.') }, 400, 403, 404, 409),
      },
    },
    '/api/v1/content/{sha256}': {
      get: {
        summary:
          'How much of an upload has arrived, and whether the content is there. Only what a signed change names is known here.',
        parameters: [digest, upload],
        ...answers({ 200: done('Content', 'So much.') }, 400, 404),
      },
      put: {
        summary:
          'Send content, from the byte on up to which this upload has arrived; without a name for it, all at once.',
        parameters: [digest, upload, parameter('offset', 'query', 'Where this part begins.', '^[0-9]{1,15}$')],
        requestBody: { required: true, content: { 'application/octet-stream': {} } },
        ...answers({ 200: done('Upload', 'So much has arrived; whole, when complete.') }, 400, 404, 409, 413),
      },
    },
    '/api/v1/history/{role}': {
      get: {
        summary: 'The versions of a role.',
        parameters: [parameter('role', 'path', 'The name of a role, percent-encoded.')],
        ...answers({ 200: done('History', 'As far as they are kept.') }, 400, 404),
      },
    },
    '/api/v1/events': {
      get: {
        summary:
          'What happens, as server-sent events with ids: proposed, signed, withdrawn, published, renewed, content; reset when it is not known what was missed.',
        parameters: [parameter('Last-Event-ID', 'header', 'The last one that was seen.')],
        ...answers({ 200: bytes('text/event-stream', 'A stream without an end.') }),
      },
    },
  },
  components: { schemas },
}
