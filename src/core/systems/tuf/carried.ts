// A carried request behind the four nouns: judged like the repository that it comes from, as far as it was carried along. Of a
// root only the chain of roots is there; of everything else what clients read on the way to it.
import { AppError } from '../../error.ts'
import type { Context, Pending, TrustedState, TrustSystem } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { refresh } from './client.ts'
import { firstTrusted, isFirst, noRootYet, rootComesFirst } from './first.ts'
import type { Layout } from './layout.ts'
import { digestOf, type Metadata, parseMetadata, type Root } from './metadata.ts'
import { maxBytes } from './names.ts'
import { pendingProposals } from './pending.ts'
import { rootState } from './root-state.ts'
import { trustStore } from './store.ts'
import { trusted } from './trusted.ts'

const rootPattern = /^([1-9]\d{0,8})\.root\.json$/

export function carriedSystem(
  layout: Layout,
  common: Pick<TrustSystem, 'sign' | 'carry' | 'signatures' | 'given' | 'prove'>,
): TrustSystem {
  const refuse = async (): Promise<never> => {
    throw new AppError({
      code: 'usage/invalid',
      message: 'what was carried here is reviewed and signed here, and nothing else is done with it',
      hint: 'make, publish and renew where the repository is',
    })
  }
  return {
    id: 'tuf',
    state: (source, context) => carriedState(layout, source, context),
    pending: async (source, context) => {
      if (isFirst(context)) return firstPending(layout, source, context)
      const now = trusted(layout, source, context)
      await checkLeadsHere(await now.root(), source, layout, context.signal)
      return pendingProposals(layout, source, context, now)
    },
    draft: refuse,
    publish: refuse,
    renew: refuse,
    ...common,
  }
}

/** The root that waits, judged by itself: only where there is none before it. */
async function firstPending(layout: Layout, source: Transport, context: Context): Promise<Pending> {
  const before = await layout.published(source).list('', context.signal)
  const root = before.find((name) => rootPattern.test(name))
  if (root !== undefined) throw notFirst(root)
  const { proposals, problems } = await pendingProposals(layout, source, context, firstTrusted(layout, source, context))
  const ruled = proposals.map((one) => (one.subject === 'root' ? one : { ...one, blocked: rootComesFirst(one.title) }))
  return { problems, proposals: ruled }
}

async function carriedState(layout: Layout, source: Transport, context: Context): Promise<TrustedState> {
  if (isFirst(context)) throw noRootYet('sign it in a ceremony, where every key is compared with its holder')
  const now = trusted(layout, source, context)
  await checkLeadsHere(await now.root(), source, layout, context.signal)
  const state = await rootState({ root: now.root, configuration: async () => undefined }, context)
  const published = layout.published(source)
  if (!(await published.list('timestamp.json', context.signal)).includes('timestamp.json')) return state
  // An older request would show an older repository: versions are remembered as of any other source.
  const store = trustStore(context)
  await refresh(published, store, now.options)
  return { ...state, memory: store.files }
}

/**
 * The newest root that was carried must be the one that the trusted root leads to. Without this, a request of any other
 * repository would be taken for a change of this one, as large as can be.
 */
async function checkLeadsHere(
  root: Metadata<Root>,
  source: Transport,
  layout: Layout,
  signal: AbortSignal,
): Promise<void> {
  const published = layout.published(source)
  const names = await published.list('', signal)
  const versions = names.flatMap((name) => rootPattern.exec(name)?.[1] ?? []).map(Number)
  const { version } = root.signed
  const later = versions.filter((one) => one > version)
  if (later.length > 0) throw gap(version, Math.min(...later))
  const name = `${version}.root.json`
  const bytes = await published.read(name, maxBytes.root, signal)
  if (bytes === undefined) throw overtaken(Math.max(0, ...versions), version)
  if (digestOf(parseMetadata(bytes, 'root', name)) !== digestOf(root)) throw foreign()
}

function notFirst(name: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${name} is in force here, so what waits is no first root`,
    hint: 'judge it from a root that you trust',
    data: { name },
  })
}

function gap(trustedVersion: number, first: number): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `the request begins at root ${first}, and the root trusted here is version ${trustedVersion}: what lies between is missing`,
    hint: `ask for it again with the roots since then: countersign export ... --from ${trustedVersion}`,
    data: { trusted: trustedVersion, first },
  })
}

function overtaken(newest: number, version: number): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `the request was made when root ${newest} was in force, and root ${version} is trusted here by now`,
    hint: 'ask for it anew',
    data: { newest, trusted: version },
  })
}

function foreign(): AppError {
  return new AppError({
    code: 'trust/changed',
    message: 'the request does not come from this repository: its roots are not those that the trusted root leads to',
    hint: 'do not sign it; ask who sent it which repository it is for',
  })
}
