// A registry of logs, and one of its logs, as the window shows them: plain data, nothing decided here.
import { type AppError, toErrorData } from '../core/error.ts'
import type { Pending } from '../core/system.ts'
import { operatorSubject } from '../core/systems/warg/files.ts'
import type { Permission } from '../core/systems/warg/log/record.ts'
import type { Approvers } from '../core/systems/warg/waiting/candidate.ts'
import { byCodePoint } from '../core/transport.ts'
import {
  type ApproversView,
  type HoldingView,
  type LogView,
  type PackageView,
  type RecordView,
  type RegistryPermission,
  type RegistryView,
  registryPermissions,
} from '../ipc/registry-views.ts'
import type { RoleHolder } from '../ipc/views.ts'
import { isFolderLocation } from '../node/location.ts'
import type { HoldingFact, LogFacts, RecordFact } from '../node/warg/facts.ts'
import type { WargKept } from '../node/warg/kept.ts'
import type { LogOverview, RegistryOverview } from '../node/warg/overview.ts'
import type { PinnedSource } from '../node/workspace.ts'
import { holderOf } from './present.ts'

type Holder = LogView['holders'][number]

export function registryView(
  { id, name, location }: PinnedSource,
  { checkpoint, logs }: RegistryOverview,
  problems: ReadonlyMap<string, AppError>,
  { approvers }: WargKept,
): RegistryView {
  const operator = logs.find(({ subject }) => subject === operatorSubject)
  const unread = [...problems].map(
    ([subject, error]): PackageView => ({
      ...{ subject, problem: toErrorData(error), records: 0, holders: [], alarms: [] },
    }),
  )
  const read = logs.filter(({ subject }) => subject !== operatorSubject).map((log) => packageView(log, approvers))
  return {
    ...{ sourceId: id, name, location, rehearsal: false },
    checkpoint: { at: checkpoint.at, records: checkpoint.logLength },
    operator: {
      records: operator?.length ?? 0,
      holders: ableIn(operator?.holdings ?? [], 'commit'),
      namespaces: (operator?.namespaces ?? []).map(({ namespace, registry }) => ({
        namespace,
        ...(registry === undefined ? {} : { registry }),
      })),
      findings: operator?.findings ?? [],
    },
    lists: isFolderLocation(location),
    packages: [...read, ...unread].sort((a, b) => byCodePoint(a.subject, b.subject)),
  }
}

function packageView(
  { subject, length, releases, holdings, findings }: LogOverview,
  approvers: WargKept['approvers'],
): PackageView {
  const [newest] = releases
  const agreed = approvers.get(subject)
  return {
    ...{ subject, records: length, holders: ableIn(holdings, 'release') },
    ...(newest === undefined ? {} : { newest: { version: newest.version, yanked: newest.yanked !== undefined } }),
    alarms: findings.filter(({ risk }) => risk === 'dangerous'),
    ...(agreed === undefined ? {} : { approvers: approversView(agreed) }),
  }
}

/** Who holds it now. */
function ableIn(holdings: readonly HoldingFact[], permission: RegistryPermission): RoleHolder[] {
  const now = holdings.filter((one) => one.permission === permission && one.until === undefined)
  return holdersOf(now).map(({ holdings: _, ...holder }) => holder)
}

function approversView({ threshold, keys }: Approvers): ApproversView {
  const holders = keys.map(({ name, key: { id, key } }) =>
    holderOf({ ids: [id], key, owner: name, label: 'P-256', signed: false, rehearsal: false }),
  )
  return { threshold, holders }
}

export function logView(
  { id, name, location }: PinnedSource,
  facts: LogFacts,
  kept: WargKept,
  { proposals, problems }: Pending,
): LogView {
  const { subject, length, head, releases, permissions, holdings, namespaces, findings } = facts
  const [waiting] = proposals
  const [problem] = problems
  const approvers = kept.approvers.get(subject)
  const holders = holdersOf(holdings)
  const fingerprints = new Map(holders.map((one) => [one.id, one.fingerprint]))
  return {
    ...{ sourceId: id, name, location, rehearsal: false, subject, length, head, namespaces, findings },
    kind: subject === operatorSubject ? 'operator' : 'package',
    checkpoint: { at: facts.checkpointAt, records: facts.logLength },
    records: facts.records.map((one) => recordView(one, fingerprints)),
    releases: releases.map(({ time, yanked, ...release }) => ({
      ...{ ...release, at: time },
      ...(yanked === undefined ? {} : { yanked: { record: yanked.record, at: yanked.time } }),
    })),
    permissions: permissions.flatMap(shownPermission),
    holders,
    ...(approvers === undefined ? {} : { approvers: approversView(approvers) }),
    ...(waiting === undefined ? {} : { pendingId: `${id}:${waiting.id}` }),
    ...(problem === undefined ? {} : { problem: toErrorData(problem.error) }),
    watched: !isFolderLocation(location) && kept.packages.includes(subject),
  }
}

/** More of one record is read by nobody on a time line. */
const maxChanges = 20

function recordView(
  { number, id, keyId, by, time, changes, findings }: RecordFact,
  fingerprints: ReadonlyMap<string, string | undefined>,
): RecordView {
  const fingerprint = fingerprints.get(keyId)
  return {
    ...{ number, id, at: time, findings },
    by: {
      ...{ id: keyId, label: 'P-256', rehearsal: false },
      ...(by === undefined ? {} : { owner: by }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    },
    // When it was stands beside it already.
    changes: changes.filter(({ path }) => path !== 'time').slice(0, maxChanges),
    moreChanges: Math.max(0, changes.length - 1 - maxChanges),
  }
}

/** One entry a key, in the order in which they came in. */
function holdersOf(holdings: readonly HoldingFact[]): Holder[] {
  const all = new Map<string, { holder: Omit<Holder, 'holdings'>; holdings: HoldingView[] }>()
  for (const { keyId, key, owner, permission, from, until } of holdings) {
    const known = all.get(keyId) ?? {
      holder: holderOf({
        ...{ ids: [keyId], label: 'P-256', signed: false, rehearsal: false },
        ...(key === undefined ? {} : { key }),
        ...(owner === undefined ? {} : { owner }),
      }),
      holdings: [],
    }
    for (const one of shownPermission(permission))
      known.holdings.push({ permission: one, from, ...(until === undefined ? {} : { until }) })
    all.set(keyId, known)
  }
  return [...all.values()].map(({ holder, holdings: held }) => ({ ...holder, holdings: held }))
}

/** What only version 0.1.0 knows stands in no log of a registry. */
function shownPermission(permission: Permission): RegistryPermission[] {
  return registryPermissions.filter((one) => one === permission)
}
