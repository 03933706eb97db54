// The repository publishes by itself what enough keys have signed, and whose content is there.
import { publish } from '../core/approve.ts'
import { AppError, type ErrorData, toAppError, toErrorData } from '../core/error.ts'
import { isComplete, type Proposal } from '../core/proposal.ts'
import { parseMetadata } from '../core/systems/tuf/metadata.ts'
import type { NamedContent } from '../core/systems/tuf/named-content.ts'
import { delegatorOf } from '../core/systems/tuf/pending/delegator.ts'
import { candidatesAlongside } from '../core/systems/tuf/publish/alongside.ts'
import { publishTurn } from '../core/systems/tuf/subject.ts'
import { trusted } from '../core/systems/tuf/trusted.ts'
import { checkStaysConsistent } from './consistent.ts'
import { missingContent } from './contents.ts'
import { contextOf, type Ground, type Look } from './ground.ts'
import type { Looks } from './looks.ts'

export interface Published {
  subject: string
  title: string
  files: readonly string[]
}

export interface Settled {
  /** Why what enough keys have signed is not published, by the id of its proposal. */
  held: ReadonlyMap<string, ErrorData>
  /** At what is left. */
  look: Look
}

/**
 * What one publication brings about may be what another waits for: as long as one succeeds, the rest is tried again. Each is
 * told before anything else can fail.
 */
export async function settle(looks: Looks, tell: (done: Published) => void): Promise<Settled> {
  for (;;) {
    const held = new Map<string, ErrorData>()
    const look = await looks.now()
    const done = await publishOne(look, held)
    if (done === undefined) return { held, look }
    looks.forget()
    tell(done)
  }
}

async function publishOne(
  { ground, pending, now }: Look,
  held: Map<string, ErrorData>,
): Promise<Published | undefined> {
  const { system, source, online } = ground
  const { proposals } = pending
  const ready = proposals.filter((one) => isComplete(one) && one.blocked === undefined)
  for (const proposal of ready.sort((a, b) => publishTurn(a.subject) - publishTurn(b.subject))) {
    const { id, subject, title, needs = [] } = proposal
    const need = needs.find(({ together }) => together)
    if (need !== undefined) {
      held.set(id, {
        code: 'trust/threshold',
        message: need.sentence,
        hint: 'nothing is left to do for this one by itself',
      })
      continue
    }
    try {
      await checkStaysConsistent(proposal, now)
      const missing = await missingFor(proposal, proposals, ground)
      if (missing.length > 0) throw waitsForContent(title, missing)
      const { files } = await publish(id, system, source, source, online, contextOf(ground))
      return { subject, title, files }
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'internal/bug') ground.log(`cannot publish ${title}: ${error.message}`)
      held.set(id, toErrorData(error))
    }
  }
  return undefined
}

/** Its own content, and that of what is published together with it: what its keys have not signed holds up nothing. */
async function missingFor(proposal: Proposal, all: readonly Proposal[], ground: Ground): Promise<NamedContent[]> {
  const { layout, source, folder } = ground
  const context = contextOf(ground)
  const delegator = delegatorOf(proposal.subject, proposal.after, parseMetadata)
  const along =
    delegator === undefined
      ? undefined
      : await candidatesAlongside(delegator, layout, source, context, trusted(layout, source, context))
  const others = all.filter(({ id, subject }) => id !== proposal.id && along?.subjects.includes(subject))
  return (await Promise.all([proposal, ...others].map((one) => missingContent(one, folder)))).flat()
}

function waitsForContent(title: string, missing: readonly NamedContent[]): AppError {
  const bytes = missing.reduce((sum, { file }) => sum + file.length, 0)
  return new AppError({
    code: 'source/not-found',
    message: `${title} is signed, and waits for the content of ${missing.length} artifact${missing.length === 1 ? '' : 's'}, ${bytes} bytes`,
    hint: 'send it: countersign upload SOURCE FILE...; it is published when all of it is there',
    data: { files: missing.length, bytes },
  })
}
