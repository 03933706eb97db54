// The calls of a window for a registry of logs: what of it is looked at, and who must agree to its changes.
import { AppError } from '../core/error.ts'
import type { Approvers } from '../core/systems/warg/waiting/candidate.ts'
import type { contract, LogView } from '../ipc/contract.ts'
import type { Desk } from '../node/desk.ts'
import { knownKeys } from '../node/known-keys.ts'
import { readKept } from '../node/warg/kept.ts'
import { likeWatched, setApprovers, unwatchPackage, watchPackage } from '../node/warg/watch-list.ts'
import type { Alone } from './alone.ts'
import type { Handlers } from './ipc.ts'
import { openRegistryNamed } from './named-source.ts'
import type { Reader } from './reading/reader.ts'
import { approversOf } from './registry-wishes.ts'

type Names = Extract<keyof typeof contract, `registry.${string}`>

export interface RegistryParts {
  desk: Desk
  reader: Reader
  alone: Alone
  notify(notice: { kind: 'changed' }): void
  signal: AbortSignal
}

export function registryCalls({
  desk,
  reader,
  alone,
  notify,
  signal,
}: RegistryParts): Pick<Handlers<typeof contract>, Names> {
  return {
    'registry.get': (asked) => reader.read('registry', asked, signal),
    'registry.log': (asked) => reader.read('log', asked, signal),
    'registry.watch': ({ sourceId, name, sure = false }) =>
      alone('the look for a package', async (stop) => {
        const source = await openRegistryNamed(desk, sourceId)
        const other = sure ? undefined : await likeWatched(source, name, stop)
        if (other !== undefined) return { kind: 'look-alike', other }
        const records = await reader.read('recordCount', { sourceId, subject: name }, stop)
        if (records === 0) return { kind: 'absent' }
        await watchPackage(source, name, stop)
        notify({ kind: 'changed' })
        return { kind: 'watched', records }
      }),
    'registry.unwatch': ({ sourceId, name }) =>
      alone('the list of packages', async (stop) => {
        await unwatchPackage(desk, await openRegistryNamed(desk, sourceId), name, stop)
        notify({ kind: 'changed' })
      }),
    'registry.approvers': ({ sourceId, subject, ...wanted }) =>
      alone('the list of who must agree', async (stop) => {
        const source = await openRegistryNamed(desk, sourceId)
        const { kept } = source.registry
        const roles = wanted.keys.length === 0 ? [] : await reader.read('keyedRoles', { sourceId }, stop)
        const known = await knownKeys(desk, roles, stop)
        const now = (await readKept(kept, stop)).approvers.get(subject)
        const approvers = approversOf(wanted, known, now)
        if (approvers !== undefined) checkSomebodyLeft(approvers, await reader.read('log', { sourceId, subject }, stop))
        await setApprovers(source, subject, approvers, stop)
        notify({ kind: 'changed' })
      }),
  }
}

/** Who approves does not publish: a list of all who may would let nobody do it. */
function checkSomebodyLeft({ keys }: Approvers, { subject, holders }: LogView): void {
  const theirs = new Set(keys.map(({ key }) => key.id))
  const isLeft = holders.some(({ id, holdings }) => !theirs.has(id) && holdings.some((one) => one.until === undefined))
  if (isLeft) return
  throw new AppError({
    code: 'usage/invalid',
    message: `every key that may do anything in ${subject} is in this list, and who approves does not publish`,
    hint: 'leave one of them out: its signature comes last, and makes the record',
  })
}
