// One sentence for a whole change, computed from its facts by consequence: power over root first, renewals called what they are.
import { type Risk, worstRisk } from '../../../proposal.ts'
import type { Signed } from '../metadata.ts'
import type { Fact } from './fact.ts'
import type { Head } from './sentence.ts'
import { capital, countText, listText, roleText } from './shown.ts'

/** Who may do what comes before how it is written down. */
const late = new Set(['periodChanged', 'specVersion', 'keyIdChanged', 'keyAddress', 'onlineKeysSame'])
/** More than this is not read; the rest is counted. */
const mostPhrases = 3

export function headlineOf(role: string, before: Signed | undefined, after: Signed, facts: readonly Fact[]): string {
  if (before === undefined) return firstHeadline(role, after, facts)
  if (facts.length === 0) return 'Nothing changes'
  const movesRoot = facts.some(({ telling }) => telling.risk === 'dangerous' && telling.movesRoot === true)
  const loud = facts.filter(({ telling }) => telling.risk !== 'routine' && telling.head !== undefined)
  const isRenewal = facts.every(({ change }) => change.path === 'version' || change.path === 'expires')
  if (loud.length === 0) return quietHeadline(isRenewal, facts)
  const phrases = phrasesOf(loud)
  const shown = phrases.slice(0, mostPhrases)
  const rest = phrases.length - shown.length
  const text = listText([
    ...shown,
    ...(rest > 0 ? [countText(rest, 'more thing to look at', 'more things to look at')] : []),
  ])
  if (isRenewal) return `Renewal that ${text}`
  return movesRoot ? `Changes who can change everything: ${text}` : capital(text)
}

function quietHeadline(isRenewal: boolean, facts: readonly Fact[]): string {
  const paths = new Set(facts.map(({ change }) => change.path))
  if (isRenewal)
    return `Renewal only: ${listText(['version', 'expires'].filter((path) => paths.has(path)).map((path) => (path === 'expires' ? 'expiry' : path)))}`
  const updates = facts.filter(({ telling }) => telling.head !== undefined)
  return updates.length > 0
    ? `Routine: ${listText(phrasesOf(updates))}`
    : 'Routine changes only; nobody gains or loses a say'
}

function firstHeadline(role: string, after: Signed, facts: readonly Fact[]): string {
  // A later one whose earlier ones are merely not here is no beginning.
  const name =
    after.version === 1
      ? `First version of ${roleText(role)}`
      : `Version ${after.version} of ${roleText(role)}, compared with nothing`
  if (after.type === 'root') return `${name}: ${quorumWords(facts)} can change everything`
  if (after.type === 'targets') {
    const count = after.targetPaths().length
    const { roles: named, succinct, agreements } = after.delegations ?? {}
    const agreeing = new Set(agreements?.flatMap((entry) => entry.roles.map(({ name: role }) => role)))
    const roles = named?.length ?? (succinct === undefined ? agreeing.size : 2 ** succinct.bitLength)
    return `${name}: ${countText(count, 'artifact')}${roles === 0 ? '' : ` and ${countText(roles, 'role')} that decide for more`}`
  }
  return after.type === 'snapshot'
    ? `${name}: ${countText(after.meta.size, 'role')} listed`
    : `${name}: points to version ${after.snapshot.version} of snapshot`
}

function quorumWords(facts: readonly Fact[]): string {
  const root = facts.find(({ change }) => change.path === 'roles/root')
  const [threshold, of] = /^(\d+) of (\d+)/.exec(root?.change.after ?? '')?.slice(1) ?? ['?', '?']
  return `any ${threshold} of ${of} key holders`
}

/** Most dangerous first; equal phrases are one phrase about all their subjects. */
export function phrasesOf(facts: readonly Fact[]): string[] {
  const groups = new Map<string, { risk: Risk; head: Head; subjects: Set<string> }>()
  for (const { telling } of facts) {
    if (telling.head === undefined) continue
    const group = groups.get(telling.kind)
    if (group === undefined)
      groups.set(telling.kind, { risk: telling.risk, head: telling.head, subjects: new Set([telling.head.subject]) })
    else {
      group.subjects.add(telling.head.subject)
      group.risk = worstRisk([group.risk, telling.risk])
    }
  }
  const order: readonly Risk[] = ['dangerous', 'notable', 'routine']
  const rank = ([kind, { risk }]: [string, { risk: Risk }]): number =>
    2 * order.indexOf(risk) + (late.has(kind) ? 1 : 0)
  const sorted = [...groups].sort((a, b) => rank(a) - rank(b)).map(([, group]) => group)
  return [...new Set(sorted.map(({ head, subjects }) => head.phrase([...subjects])))]
}
