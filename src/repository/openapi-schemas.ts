// The shapes of the developer API, as JSON Schema: what the OpenAPI document refers to.
const text = { type: 'string' }
const count = { type: 'integer', minimum: 0 }
const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' }

function object(properties: Readonly<Record<string, unknown>>, optional: readonly string[] = [], description?: string) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return {
    type: 'object',
    properties,
    required,
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  }
}

function list(items: unknown, most?: number) {
  return { type: 'array', items, ...(most === undefined ? {} : { minItems: 1, maxItems: most }) }
}

export function ref(name: keyof typeof schemas) {
  return { $ref: `#/components/schemas/${name}` }
}

const receipt = {
  candidates: list({ $ref: '#/components/schemas/Candidate' }),
  published: list(object({ subject: text, title: text })),
}

export const schemas = {
  Problem: object(
    {
      code: { type: 'string', pattern: '^[a-z]+/[a-z-]+$' },
      message: text,
      hint: text,
      data: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
    },
    ['hint', 'data'],
    'A refusal. `code` is one of a closed list; `data` holds numbers and names for programs.',
  ),
  Info: object({
    service: { const: 'countersign repository 1' },
    name: text,
    root: object({ version: { type: 'integer', minimum: 1 }, digest: sha256 }),
    event: text,
  }),
  Candidate: object(
    {
      subject: text,
      digest: sha256,
      payload: sha256,
      nonce: text,
      title: text,
      headline: text,
      quorums: list(object({ name: text, threshold: count, signed: count, signedBy: list(text) })),
      problem: { $ref: '#/components/schemas/Problem' },
      held: { $ref: '#/components/schemas/Problem' },
      missing: object({ files: count, bytes: count, paths: list(text) }),
    },
    ['title', 'headline', 'problem', 'held', 'missing'],
    'A change that waits. `digest` is of its bytes, `payload` of what is signed; `nonce` is named by a withdrawal; `problem` says why it cannot be signed or published, `held` why it is not published although enough keys have signed, `missing` how much of the content that it names has not arrived, with the first of the paths.',
  ),
  Candidates: object({ candidates: list({ $ref: '#/components/schemas/Candidate' }) }),
  Proposal: object({
    documents: list(
      object({
        subject: { type: 'string', minLength: 1, maxLength: 200 },
        base: {
          type: ['string', 'null'],
          pattern: '^[0-9a-f]{64}$',
          description: 'Digest of what waits and is replaced; null where nothing waits.',
        },
        content: { type: 'string', contentEncoding: 'base64', description: 'The document, byte for byte.' },
      }),
      64,
    ),
  }),
  Signatures: object({
    payload: sha256,
    signatures: list(object({ keyid: text, sig: { type: 'string', pattern: '^([0-9a-f]{2}){1,1024}$' } }), 16),
  }),
  Withdrawal: object({
    signatures: list(object({ keyid: text, sig: text }), 16),
    signed: object({ _type: { const: 'x-countersign-withdrawal' }, subject: text, digest: sha256, nonce: text }),
  }),
  Receipt: object(receipt, [], 'What waits now for the subjects that were named, and what took effect at once.'),
  Content: object({ sha256, length: count, received: count, complete: { type: 'boolean' } }),
  Upload: object({ sha256, length: count, received: count, complete: { type: 'boolean' }, ...receipt }),
  History: {
    type: 'object',
    description: 'The versions of a role that are kept, newest first, each with who signed it and what it changed.',
    properties: {
      role: text,
      versions: list({
        type: 'object',
        properties: { title: text, version: count, digest: sha256, expires: text, headline: text },
        required: ['title', 'version', 'digest', 'expires', 'headline'],
      }),
      gone: { type: 'boolean' },
      more: { type: 'boolean' },
    },
    required: ['role', 'versions', 'gone', 'more'],
  },
} as const
