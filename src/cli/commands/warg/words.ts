// What is in a log, as lines for a terminal: narrow, the newest first, keys by what this machine calls their holders.
import { countOf, utcOf } from '../../../core/phrases.ts'
import type { Change, Finding } from '../../../core/proposal.ts'
import { shortKeyId } from '../../../core/systems/warg/encoding/key.ts'
import type { LogState } from '../../../core/systems/warg/log/log-state.ts'
import { type Permission, permissionsOf } from '../../../core/systems/warg/log/record.ts'
import { visible } from '../../../core/visible.ts'
import type { HoldingFact, RecordFact, StateFacts } from '../../../node/warg/facts.ts'

const riskWord = { dangerous: 'DANGEROUS: ', notable: '', routine: '' } as const

export function momentText(time: string): string {
  return utcOf(time) ?? time
}

export function holderText({ owner, keyId }: Pick<HoldingFact, 'owner' | 'keyId'>): string {
  return owner === undefined ? `key ${shortKeyId(keyId)}` : visible(owner)
}

/** What it changes, without its time, which stands beside its number. */
export function recordLines({ number, time, by, keyId, changes, findings }: RecordFact): string[] {
  const who = holderText({ keyId, ...(by === undefined ? {} : { owner: by }) })
  const told = changes.filter(({ path }) => path !== 'time')
  return [
    `  ${number}  ${momentText(time)}  ${who}`,
    ...(told.length === 0 ? ['      changes nothing'] : told.map(changeLine)),
    ...findings.map((one) => `      ${findingText(one)}`),
  ]
}

/** What is in a log is history, and nobody is asked to sign it: how much was at stake is not said again. */
function changeLine({ sentence }: Change): string {
  return `      ${sentence}`
}

export function findingText({ risk, sentence }: Finding): string {
  return `! ${riskWord[risk]}${sentence}`
}

export function releaseLines({ releases }: Pick<StateFacts, 'releases'>): string[] {
  if (releases.length === 0) return ['Releases: none']
  const width = Math.max(...releases.map(({ version }) => version.length))
  return [
    `Releases (${releases.length}), the newest first:`,
    ...releases.flatMap(({ version, digest, record, time, yanked }) => [
      `  ${version.padEnd(width)}  ${momentText(time)}, record ${record}${
        yanked === undefined ? '' : `; YANKED ${momentText(yanked.time)}, record ${yanked.record}`
      }`,
      `  ${' '.repeat(width)}  ${digest}`,
    ]),
  ]
}

/** Those that stand now, one line for each key, and then who held something before. */
export function permissionLines({ holdings }: Pick<StateFacts, 'holdings'>): string[] {
  const ids = [...new Set(holdings.map(({ keyId }) => keyId))]
  const lines = ids.flatMap((id) => {
    const own = holdings.filter(({ keyId }) => keyId === id)
    const [first] = own
    if (first === undefined) return []
    const words = own.map(({ permission, from, until }) =>
      until === undefined ? `${permission} since record ${from}` : `${permission} from record ${from} to ${until}`,
    )
    return [`  ${holderText(first)}: ${words.join(', ')}`, `      ${id}`]
  })
  const standing = new Set(holdings.flatMap(({ permission, until }) => (until === undefined ? [permission] : [])))
  return ['Who may do what:', ...(lines.length === 0 ? ['  nobody'] : lines), ...nobodyLines(standing, holdings)]
}

function nobodyLines(standing: ReadonlySet<Permission>, holdings: readonly HoldingFact[]): string[] {
  const lost = [...new Set(holdings.map(({ permission }) => permission))].filter((one) => !standing.has(one))
  return lost.map((one) => `  ! nobody holds ${one} any more, and nobody can ever be given it`)
}

export function namespaceLines({ namespaces }: Pick<StateFacts, 'namespaces'>): string[] {
  if (namespaces.length === 0) return ['Namespaces: none']
  return [
    'Namespaces:',
    ...namespaces.map(
      ({ namespace, record, registry }) =>
        `  ${namespace}, record ${record}${registry === undefined ? '' : `; left to ${visible(registry)}`}`,
    ),
  ]
}

export interface PermissionRow {
  keyId: string
  owner?: string
  before: readonly Permission[]
  after: readonly Permission[]
}

/** Who holds what before and after a record; undefined where nothing of it changes. */
export function permissionRows(
  before: LogState,
  after: LogState,
  ownerOf: (keyId: string) => string | undefined,
): readonly PermissionRow[] | undefined {
  const held = ({ permissions }: LogState, keyId: string): Permission[] =>
    permissionsOf[before.kind].filter((one) => permissions.holds(keyId, one))
  const rows = [...after.keys.keys()].map((keyId) => {
    const owner = ownerOf(keyId)
    const row = { keyId, before: held(before, keyId), after: held(after, keyId) }
    return owner === undefined ? row : { ...row, owner }
  })
  const shown = rows.filter((row) => row.before.length + row.after.length > 0)
  return shown.some((row) => row.before.join() !== row.after.join()) ? shown : undefined
}

export function tableLines(rows: readonly PermissionRow[]): string[] {
  const cells = rows.map((row) => [holderText(row), held(row.before), held(row.after)] as const)
  const head = ['Who may do what', 'before', 'after'] as const
  const [first, second] = [0, 1].map((at) => Math.max(...[head, ...cells].map((row) => (row[at] ?? '').length)))
  return [head, ...cells].map(
    ([who, was, is], at) =>
      `${at === 0 ? '' : '  '}${who.padEnd((first ?? 0) + (at === 0 ? 4 : 2))}${was.padEnd((second ?? 0) + 2)}${is}`,
  )
}

function held(permissions: readonly Permission[]): string {
  return permissions.length === 0 ? 'nothing' : permissions.join(', ')
}

export function recordsText(count: number): string {
  return countOf(count, 'record')
}
