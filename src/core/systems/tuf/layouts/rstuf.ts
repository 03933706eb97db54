// Where a Repository Service for TUF, or a file that it and its tool exchange, keeps things (docs/formats/rstuf.md): what waits
// and what is said to be in force stand in one JSON text; what clients read may be at an address of its own.
import { AppError } from '../../../error.ts'
import { type Transport, within } from '../../../transport.ts'
import { visible } from '../../../visible.ts'
import { parseEnvelope } from '../envelope.ts'
import type { Candidate, Layout } from '../layout.ts'
import { decodeRole, encodeRole, maxBytes } from '../names.ts'
import { pendingFolder, pendingName, type RstufForm, trustedRoot } from '../rstuf/documents.ts'

/** `service`: over the network; else the file that lies here. */
export type RstufPlace = 'service' | Exclude<RstufForm, 'signature' | 'refusal'>

/** `metadata`: the transport also goes to where clients read. */
export function rstufLayout(place: RstufPlace, { metadata = false }: { metadata?: boolean } = {}): Layout {
  return {
    published: (source) => publishedFiles(source, metadata),
    targets: () => nothing,
    publishedName: (name) => `metadata/${name}`,
    candidateName: pendingName,
    candidates: async (source, signal) => (await source.list(pendingFolder, signal)).map(readCandidateName),
    elsewhere: { how: afterwards[place] },
    rstuf: place,
    ...(metadata ? {} : { alone: true }),
  }
}

const afterwards: Readonly<Record<RstufPlace, string>> = {
  service: 'the service publishes it by itself',
  answer:
    'take sign-payload.json to a machine that reaches the service, and send it: countersign rstuf send FILE --to SERVICE',
  ceremony: 'send the file to the service: countersign rstuf send FILE --to SERVICE',
  update: 'send the file to the service: countersign rstuf send FILE --to SERVICE',
}

/** The root that the service says is in force is one more link of the chain, judged like every other. */
function publishedFiles(source: Transport, hasMetadata: boolean): Transport {
  const served = within(source, 'metadata/')
  return {
    list: async () => [],
    read: async (name, limit, signal) => {
      const bytes = hasMetadata ? await served.read(name, limit, signal) : undefined
      const [, version] = /^([1-9]\d{0,8})\.root\.json$/.exec(name) ?? []
      if (bytes !== undefined || version === undefined) return bytes
      const claimed = await source.read(trustedRoot, maxBytes.root, signal)
      const isIt = claimed !== undefined && parseEnvelope(claimed, trustedRoot).raw.version === Number(version)
      return isIt ? claimed : undefined
    },
    write: nothing.write,
  }
}

/** Exactly one name a role. */
function readCandidateName(name: string): Candidate {
  const encoded = name.slice(pendingFolder.length, -'.json'.length)
  const role = decodeRole(encoded)
  if (role !== undefined && role !== '' && encodeRole(role) === encoded) return { role, name }
  const problem = new AppError({
    code: 'format/malformed',
    message: `${visible(name)} is not the name of a role`,
    hint: 'ask the admin of the service what waits there under this name; it cannot be reviewed',
  })
  return { name, problem }
}

const nothing: Transport = {
  list: async () => [],
  read: async () => undefined,
  write: async () => {
    throw new AppError({ code: 'internal/bug', message: 'what clients read is written by the service alone' })
  },
}
