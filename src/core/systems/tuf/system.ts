// The Update Framework behind the four nouns.
import { toHex } from '../../bytes.ts'
import { verifySignature } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import { isSameKey } from '../../key.ts'
import type { Finding, Proposal, QuorumKey } from '../../proposal.ts'
import type { PublicKey, Signer } from '../../signer.ts'
import type { Context, Due, GivenSignature, TrustedRole, TrustedState, TrustSystem } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import { isMachineKept } from './authority.ts'
import { carriedSystem } from './carried.ts'
import { carriedFiles } from './carry.ts'
import type { ClientOptions } from './check.ts'
import { refresh, roleOf, rootQuorum, type TrustedSet } from './client.ts'
import { settingsInForce } from './configuration/in-force.ts'
import { verifyDelegations } from './delegation.ts'
import { draftCandidate } from './draft.ts'
import { expiryOf } from './expiry.ts'
import { candidateFiles, type Layout } from './layout.ts'
import { carriedLayout } from './layouts/carried.ts'
import { loneSystem } from './lone.ts'
import { digestOf, type Metadata, type RoleType, topRoles } from './metadata.ts'
import { titleOf } from './names.ts'
import { parsedOnce } from './parsed.ts'
import { pendingProposals } from './pending.ts'
import type { KeyChain } from './projects/chain.ts'
import { readSeen, seenName, writeSeen } from './projects/seen.ts'
import { provenRoot } from './prove.ts'
import { publishedFiles, renewedFiles } from './publish.ts'
import { dueOf } from './renewal.ts'
import { rstufSystem } from './rstuf.ts'
import { insertSignature } from './signature-slot.ts'
import { givenSignatures } from './signatures.ts'
import { trustStore } from './store.ts'
import { trusted } from './trusted.ts'
import { quorumOf } from './verify.ts'

export function tufSystem(layout: Layout): TrustSystem {
  const sign: TrustSystem['sign'] = (proposal, signer, context) => signCandidate(layout, proposal, signer, context)
  const common = {
    sign,
    carry: (...[proposal, source, context, from]: Parameters<TrustSystem['carry']>) =>
      carriedFiles(layout, tufSystem(carriedLayout), proposal, source, context, from),
    signatures: givenSignatures,
    given: (...[proposal, signature]: Parameters<TrustSystem['given']>) => givenCandidate(layout, proposal, signature),
    prove: (...[proposal, source, context]: Parameters<TrustSystem['prove']>) =>
      provenRoot(layout, proposal, source, context),
  }
  if (layout.carried === true) return carriedSystem(layout, common)
  if (layout.rstuf !== undefined)
    return rstufSystem(layout, common, (source, context) => trustedState(layout, source, context))
  if (layout.alone === true) return loneSystem(layout, common)
  return {
    id: 'tuf',
    state: (source, context) => trustedState(layout, source, context),
    pending: (source, context) => pendingProposals(layout, source, context),
    draft: (edit, source, context) => draftCandidate(edit, layout, source, context),
    ...common,
    publish: async (proposal, online, source, context) => {
      checkPublishedHere(layout)
      return publishedFiles(layout, proposal, online, source, context)
    },
    renew: async (online, source, context) => {
      checkPublishedHere(layout)
      return renewedFiles(layout, online, source, context)
    },
  }
}

function checkPublishedHere({ elsewhere }: Layout): void {
  if (elsewhere === undefined) return
  throw new AppError({
    code: 'usage/invalid',
    message: 'nothing is published from here: this repository has a service for it',
    hint: elsewhere.how,
  })
}

/** Every document of TUF expires. */
type DatedRole = TrustedRole & { expires: { text: string; at: Date }; due: Due }

async function trustedState(layout: Layout, source: Transport, context: Context): Promise<TrustedState> {
  const how = { expired: 'report', copies: 'compare' } as const
  const options: ClientOptions = { ...how, now: context.now, signal: context.signal, parse: parsedOnce(context) }
  const published = layout.published(source)
  const store = trustStore(context)
  const set = await refresh(published, store, options)
  const delegated = await verifyDelegations(set, published, options)
  const now = trusted(layout, source, context, { ...how, verified: set })
  const settings = await settingsInForce(now)
  const due = (metadata: Metadata, isKept: boolean) => dueOf(metadata, isKept, set.root, settings, context.now)
  const top = await Promise.all(
    topRoles.map(async (type) => ({ ...(await topRole(type, set)), due: due(set[type], false) })),
  )
  const roles: DatedRole[] = [
    ...top,
    ...(await Promise.all(
      delegated.map(async ({ name, metadata, keys, role }) => ({
        ...describe(name, metadata),
        due: due(metadata, isMachineKept({ keys, role }, set.root)),
        quorum: await quorumOf(name, metadata, keys, role),
      })),
    )),
  ]
  const chains = await now.keyChains()
  if (chains.length > 0) store.files.set(seenName, writeSeen(readSeen(context.memory), chains))
  const rootKeys = top[0]?.quorum.keys ?? []
  return {
    system: 'tuf',
    anchor: {
      title: titleOf('root', set.root.signed.version),
      version: set.root.signed.version,
      digest: digestOf(set.root),
      bytes: set.root.bytes,
    },
    roles,
    findings: [
      ...chains.flatMap(chainFinding),
      ...roles.filter((role) => role.expires.at.getTime() <= context.now.getTime()).map(expiredFinding),
    ],
    memory: store.files,
    rehearsal: rootKeys.length > 0 && rootKeys.every((entry) => entry.rehearsal),
  }
}

async function topRole(type: RoleType, set: TrustedSet): Promise<Omit<DatedRole, 'due'>> {
  const metadata: Metadata = set[type]
  const quorum =
    type === 'root'
      ? await rootQuorum(set.root, set.root)
      : await quorumOf(type, metadata, set.root.signed.keys, roleOf(set.root, type))
  return { ...describe(type, metadata), quorum }
}

function describe(name: string, metadata: Metadata): Omit<DatedRole, 'quorum' | 'due'> {
  return {
    name,
    version: metadata.signed.version,
    expires: { text: metadata.signed.expires, at: expiryOf(metadata.signed.expires, name) },
  }
}

function chainFinding({ project, problem }: KeyChain): Finding[] {
  if (problem === undefined) return []
  const { message, hint } = problem.error
  return [{ code: 'project-keys', risk: 'dangerous', sentence: `Project ${project}: ${message}; ${hint}` }]
}

function expiredFinding(role: DatedRole): Finding {
  return {
    code: 'expired',
    risk: 'dangerous',
    sentence: `${titleOf(role.name, role.version)} expired at ${role.expires.text}: clients refuse the repository until it is renewed`,
  }
}

/** One message, one signature. */
async function signCandidate(layout: Layout, proposal: Proposal, signer: Signer, context: Context): Promise<Files> {
  if (entriesOf(proposal, signer.key).length === 0) {
    throw new AppError({ code: 'signer/wrong-key', message: `${signer.label} does not stand in ${proposal.title}` })
  }
  return withSignature(layout, proposal, signer.key, await signer.sign(proposal.payload, context.signal))
}

async function givenCandidate(
  layout: Layout,
  proposal: Proposal,
  { key: id, signature }: GivenSignature,
): Promise<Files> {
  const { title, payload, quorums } = proposal
  const key = quorums.flatMap(({ keys }) => keys).find(({ ids }) => ids.includes(id))?.key
  if (key === undefined || !(await verifySignature(key, payload, signature)))
    throw new AppError({ code: 'trust/bad-signature', message: `it does not fit ${title}` })
  if (entriesOf(proposal, key).every(({ signed }) => signed)) return new Map()
  return withSignature(layout, proposal, key, signature)
}

function entriesOf({ quorums }: Proposal, key: PublicKey): QuorumKey[] {
  return quorums.flatMap(({ keys }) => keys).filter((entry) => entry.key !== undefined && isSameKey(entry.key, key))
}

/** Under every id of its key: old root's ids first, as key holders of two roots expect. */
function withSignature(layout: Layout, proposal: Proposal, key: PublicKey, signature: Uint8Array): Files {
  const ids = new Set(entriesOf(proposal, key).flatMap((entry) => entry.ids))
  let bytes = proposal.after
  for (const id of ids) bytes = insertSignature(bytes, id, toHex(signature))
  return candidateFiles(layout, proposal.subject, bytes)
}
