// What a reviewer must know of a change because a Repository Service for TUF keeps it, and what nobody should sign there.
import type { ErrorData } from '../../../error.ts'
import type { Finding, Proposal } from '../../../proposal.ts'
import type { Layout } from '../layout.ts'
import { type Metadata, parseMetadata, type Root } from '../metadata.ts'
import { lostFields, unknownFields } from './dropped.ts'

export interface Remarks {
  findings: readonly Finding[]
  blocked?: ErrorData
}

/** `before`: root in force; undefined for a first root, which nobody vouches for. */
export function rootRemarks(
  { title, after }: Proposal,
  before: Metadata<Root> | undefined,
  place: Layout['rstuf'],
): Remarks {
  const { signed } = parseMetadata(after, 'root', title)
  const isSent = place === 'ceremony' || place === 'update'
  const dropped = isSent
    ? unknownFields(signed.raw)
    : before === undefined
      ? []
      : lostFields(before.signed.raw, signed.raw)
  const threshold = signed.roles.get('root')?.threshold ?? 0
  return {
    findings: [
      ...(dropped.length > 0 ? [drops(dropped, isSent)] : []),
      ...(threshold < leastThreshold ? [lowThreshold(threshold)] : []),
      ...(isSent ? [] : [hidesOthers(title)]),
    ],
    ...(dropped.length > 0 ? { blocked: worthless(title) } : {}),
  }
}

/** Read in its tool: a ceremony asks for at least so many. */
const leastThreshold = 2

function drops(fields: readonly string[], isSent: boolean): Finding {
  const what = `${fields.slice(0, 4).join(', ')}${fields.length > 4 ? ` and ${fields.length - 4} more` : ''}`
  return {
    code: 'service-drops-fields',
    risk: 'dangerous',
    sentence: isSent
      ? `The service keeps only fields that it knows, and would drop ${what}: every signature over this would be worthless there`
      : `The service does not show fields that the root in force has: ${what}. What it shows is not what it keeps, or a later root would lose them`,
  }
}

function worthless(title: string): ErrorData {
  return {
    code: 'format/unsupported',
    message: `the service drops fields of ${title} that it does not know, so a signature over it would be worthless`,
    hint: 'make this root again without these fields, or keep it with a tool that knows them',
  }
}

function lowThreshold(threshold: number): Finding {
  return {
    code: 'service-threshold',
    risk: 'notable',
    sentence: `One key holder alone could change everything: root asks for ${threshold} signature, and this service is meant for at least ${leastThreshold}`,
  }
}

function hidesOthers(title: string): Finding {
  return {
    code: 'service-hides-others',
    risk: 'routine',
    sentence: `While ${title} waits, the service may not tell what else waits: look again when root is complete`,
  }
}

export function beforeMissing(title: string): Finding {
  return {
    code: 'before-missing',
    risk: 'notable',
    sentence: `The version before ${title} is not here, so everything in it is shown as new; the address where clients read, #metadata=..., would tell`,
  }
}
