// What is trusted of a repository that RSTUF keeps: the chain of roots from the pinned one. Nothing that the service says is
// believed: its trusted root is a link of that chain or refused, its trusted targets must be signed by the keys that root names.
import { isEqualBytes } from '../../../bytes.ts'
import { canonicalJson } from '../../../canonical.ts'
import { AppError } from '../../../error.ts'
import type { Context } from '../../../system.ts'
import type { Transport } from '../../../transport.ts'
import { authorityOf } from '../authority.ts'
import { stepTo } from '../delegation.ts'
import { firstRoot, firstVersion, isFirst } from '../first.ts'
import type { Layout } from '../layout.ts'
import { type Metadata, parseMetadata, type Root, type Targets, topRoles } from '../metadata.ts'
import { maxBytes, titleOf } from '../names.ts'
import { nothingBelow, once, type Trusted, trusted } from '../trusted.ts'
import { quorumOf, verifyQuorum } from '../verify.ts'
import { trustedRoot, trustedTargets } from './documents.ts'
import { withoutUnknown } from './dropped.ts'

export function rstufTrusted(layout: Layout, source: Transport, context: Context): Trusted {
  const now = trusted(layout, source, context)
  const root = once(() => (isFirst(context) ? firstRoot(layout, source, context) : rootInForce(now, source)))
  if (layout.alone !== true && !isFirst(context)) return { ...now, root }
  // Without the address where clients read, what is known of other roles is what root and the trusted targets say.
  const top = once(async () => claimedTargets(await root(), source, context))
  return {
    ...now,
    ...nothingBelow,
    root,
    ...(isFirst(context) ? { first: true } : {}),
    authority: async (role) => {
      const type = topRoles.find((one) => one === role)
      if (type !== undefined) return authorityOf(await root(), type)
      const delegations = (await top())?.signed.delegations
      const step = delegations === undefined ? undefined : stepTo(role, delegations)
      return step === undefined ? undefined : { keys: step.keys, role: step.role }
    },
    targets: async (role) => (role === 'targets' ? top() : undefined),
    inForce: async (role) => (role === 'targets' ? top() : undefined),
    lastVersion: isFirst(context) ? firstVersion : async () => undefined,
  }
}

/** The newest root that the chain leads to; what the service calls trusted must be just that. */
async function rootInForce(now: Trusted, source: Transport): Promise<Metadata<Root>> {
  const newest = await now.root()
  const bytes = await source.read(trustedRoot, maxBytes.root, now.options.signal)
  if (bytes === undefined) return newest
  const claimed = parseMetadata(bytes, 'root', 'the root that the service calls trusted')
  const [is, says] = [newest.signed.version, claimed.signed.version]
  if (says > is) {
    throw new AppError({
      code: 'source/not-found',
      message: `the service goes by root ${says}, and root ${is + 1} is not here: the chain from root ${is} cannot be followed`,
      hint: 'open the service together with the address where clients read: rstuf+https://HOST/#metadata=https://...',
      data: { is, says },
    })
  }
  if (says < is) {
    throw new AppError({
      code: 'trust/rollback',
      message: `the service goes by root ${says}, and root ${is} is trusted here already`,
      hint: 'ask the admin of the service; nothing that it shows now can become valid',
      data: { is, says },
    })
  }
  if (isEqualBytes(claimed.payload, newest.payload) || isEqualBytes(claimed.payload, shownByService(newest)))
    return newest
  throw new AppError({
    code: 'trust/changed',
    message: `what the service calls ${titleOf('root', says)} is not the ${titleOf('root', is)} that is trusted here`,
    hint: 'do not sign anything of this service before its admin has explained this',
  })
}

/** Its models leave fields out: then it shows the root that is trusted, only with less in it. */
function shownByService(root: Metadata<Root>): Uint8Array {
  return canonicalJson(withoutUnknown(root.signed.raw))
}

async function claimedTargets(
  root: Metadata<Root>,
  source: Transport,
  { signal }: Context,
): Promise<Metadata<Targets> | undefined> {
  const bytes = await source.read(trustedTargets, maxBytes.targets, signal)
  if (bytes === undefined) return undefined
  const what = 'the targets that the service calls trusted'
  const metadata = parseMetadata(bytes, 'targets', what)
  const { keys, role } = authorityOf(root, 'targets')
  verifyQuorum(await quorumOf(`targets in root ${root.signed.version}`, metadata, keys, role), what)
  return metadata
}
