// The catalogue: every sentence that a review can show about roles, dates and versions, each with its risk. The same fact
// has the same words everywhere. Sentences about keys stand in sentence-keys.ts, about artifacts and delegations in sentence-targets.ts.
import type { Risk } from '../../../proposal.ts'
import { countText, daysText, numberText, roleText, sentenceOf, someText } from './shown.ts'

/** How a fact takes part in the headline: equal phrases are said once, about all their subjects. */
export interface Head {
  subject: string
  phrase: (subjects: readonly string[]) => string
}

export interface Telling {
  kind: string
  risk: Risk
  sentence: string
  head?: Head
  /** The fact moves power over root: then the headline begins with that. */
  movesRoot?: boolean
}

export type Saying<F> = (facts: F) => Telling

export function saying<F extends object>(
  kind: string,
  risk: Risk | ((facts: F) => Risk),
  sentence: (facts: F) => string,
  phrase?: (subjects: readonly string[]) => string,
  subject: (facts: F) => string = () => kind,
): Saying<F> {
  return (facts) => ({
    kind,
    risk: typeof risk === 'function' ? risk(facts) : risk,
    sentence: sentenceOf(sentence(facts), facts),
    ...(phrase === undefined ? {} : { head: { subject: subject(facts), phrase } }),
  })
}

export interface RoleFacts {
  role: string
}
interface HolderFacts extends RoleFacts {
  who: string
}

const roleOf = (facts: RoleFacts): string => facts.role
export const whoOf = (facts: { who: string }): string => facts.who
export const roles = (names: readonly string[]): string => someText(names.map(roleText), 4)
export const several = (one: string, many: string) => (subjects: readonly string[]) =>
  subjects.length === 1 ? one : `${numberText(subjects.length)} ${many}`

/**
 * Root decides who decides, and targets (with the roles it delegates to) decides what everybody installs: whoever gains a
 * say there is a danger. Snapshot and timestamp are mostly keys of machines: whoever holds them can hold back or mix
 * news, but can put nothing into the repository, and root can replace them. Such a change is worth a look, not a stop.
 */
const gainsPower = ({ role }: RoleFacts): Risk =>
  role === 'snapshot' || role === 'timestamp' ? 'notable' : 'dangerous'

interface ThresholdFacts extends RoleFacts {
  from: number
  to: number
  /** Keys that stood for the role, and that stand for it now. */
  was: number
  of: number
}

function thresholdText({ role, from, to, was, of }: ThresholdFacts): string {
  if (was === of) return `${roleText(role)} needs ${to} instead of ${from} of its ${countText(of, 'signature')}`
  if (of === 1 && to === 1)
    return `${roleText(role)} needs the one signature of its one key instead of ${from} of ${was}`
  return `${roleText(role)} needs ${to} of ${countText(of, 'signature')} instead of ${from} of ${was}`
}

function thresholdsOf(names: readonly string[]): string {
  const [name] = names
  if (names.length > 1 || name === undefined) return `the thresholds of ${roles(names)}`
  return /^[a-z]+[^s”]$/.test(roleText(name)) ? `${roleText(name)}'s threshold` : `the threshold of ${roleText(name)}`
}

function moving<F extends RoleFacts>(say: Saying<F>): Saying<F> {
  return (facts) => ({ ...say(facts), movesRoot: facts.role === 'root' })
}

export const sentences = {
  firstVersion: saying<{ role: string; version: number }>(
    'firstVersion',
    'notable',
    (f) => `this is the first version of ${roleText(f.role)} to be trusted here; it has the number ${f.version}`,
  ),
  versionNext: saying<{ from: number; to: number }>(
    'versionNext',
    'routine',
    (f) => `version goes from ${f.from} to ${f.to}`,
  ),
  versionSkip: saying<{ role: string; from: number; to: number }>(
    'versionSkip',
    (f) => (f.role === 'root' ? 'dangerous' : 'notable'),
    (f) =>
      f.role === 'root'
        ? `version jumps from ${f.from} to ${f.to}; clients only find version ${f.from + 1} and would never get this one`
        : `version jumps from ${f.from} to ${f.to}; normally it grows by one`,
    () => 'skips a version',
  ),
  versionSame: saying<{ version: number }>(
    'versionSame',
    'dangerous',
    (f) =>
      `version stays ${f.version} although the content changes; clients that have the old content may never see the new one`,
    () => 'changes the content without a new version',
  ),
  versionBack: saying<{ from: number; to: number }>(
    'versionBack',
    'dangerous',
    (f) => `version goes back from ${f.from} to ${f.to}; clients refuse to go back`,
    () => 'goes back to an older version',
  ),
  specVersion: saying<{ from: string; to: string }>(
    'specVersion',
    'notable',
    (f) => `the document now follows version ${f.to} of the TUF specification instead of ${f.from}`,
    () => 'follows another version of the specification',
  ),
  consistentOn: saying<object>(
    'consistentOn',
    'dangerous',
    () =>
      'clients will look for every file under a name with its version or digest; all files must be there under such names',
    () => 'changes where clients look for every file',
  ),
  consistentOff: saying<object>(
    'consistentOff',
    'dangerous',
    () =>
      'clients will look for every file under its plain name; while files are being replaced they can get a mix of old and new',
    () => 'changes where clients look for every file',
  ),
  consistentSet: saying<{ on: boolean }>('consistentSet', 'routine', (f) =>
    f.on
      ? 'clients look for every file under a name with its version or digest'
      : 'clients look for every file under its plain name',
  ),

  expirySet: saying<{ date: string; days: number }>(
    'expirySet',
    'routine',
    (f) => `it stays valid until ${f.date}, ${daysText(f.days)} from now`,
  ),
  expiryRenewed: saying<{ date: string; days: number }>(
    'expiryRenewed',
    'routine',
    (f) => `it stays valid until ${f.date}, ${f.days === 0 ? 'less than a day' : daysText(f.days)} longer than before`,
  ),
  expiryRewritten: saying<{ date: string }>(
    'expiryRewritten',
    'routine',
    (f) => `it stays valid until ${f.date} as before; only the way the date is written changes`,
  ),
  expiryEarlier: saying<{ date: string; days: number }>(
    'expiryEarlier',
    'notable',
    (f) =>
      `it stays valid only until ${f.date}, ${f.days === 0 ? 'less than a day' : daysText(f.days)} shorter than before`,
    () => 'expires earlier than before',
  ),
  expirySoon: saying<{ date: string; days: number; signingDays: number }>(
    'expirySoon',
    'notable',
    (f) =>
      `it stays valid only until ${f.date}, ${f.days === 0 ? 'less than a day' : daysText(f.days)} from now; its renewal is due ${daysText(f.signingDays)} before that`,
    () => 'expires soon',
  ),
  expiryLong: saying<{ date: string; days: number; over: number; rule: string }>(
    'expiryLong',
    'notable',
    (f) => `it stays valid until ${f.date}, ${daysText(f.over)} longer than the ${daysText(f.days)} that ${f.rule}`,
    () => 'stays valid longer than its rule allows',
  ),
  expiryPast: saying<{ date: string }>(
    'expiryPast',
    'dangerous',
    (f) => `it expired already on ${f.date}; clients will refuse it`,
    () => 'has expired already',
  ),
  expiryUnreadable: saying<{ text: string }>(
    'expiryUnreadable',
    'dangerous',
    (f) => `its date of expiry, ${f.text}, is no date that clients can read`,
    () => 'has a date of expiry that nobody can read',
  ),
  periodChanged: saying<{ role: string; which: 'validity' | 'renewal'; from?: string; to?: string }>(
    'periodChanged',
    'notable',
    (f) => {
      const role = roleText(f.role)
      if (f.which === 'validity') {
        if (f.to === undefined)
          return `no rule says any more for how long a version of ${role} may stay valid; it was ${f.from}`
        return `a version of ${role} may stay valid for ${f.to}${f.from === undefined ? '; there was no rule before' : ` instead of ${f.from}`}`
      }
      if (f.to === undefined) return `no rule says any more when ${role} is renewed; it was ${f.from} before its expiry`
      return `${role} is to be renewed ${f.to} before its expiry${f.from === undefined ? '; there was no rule before' : ` instead of ${f.from}`}`
    },
    (names) => `changes the rules on validity of ${roles(names)}`,
    roleOf,
  ),

  roleIntroduced: saying<{ role: string; threshold: number; of: number; names: readonly string[] }>(
    'roleIntroduced',
    'notable',
    (f) =>
      `${roleText(f.role)} needs ${countText(f.threshold, 'signature')} of ${f.of === 0 ? 'nobody: no key stands for it' : f.of === 1 ? `the one key of ${someText(f.names)}` : `these ${f.of} keys: ${someText(f.names)}`}`,
  ),
  thresholdLowered: moving(
    saying<ThresholdFacts>(
      'thresholdLowered',
      'dangerous',
      thresholdText,
      (names) => `lowers ${thresholdsOf(names)}`,
      roleOf,
    ),
  ),
  thresholdRaised: moving(
    saying<ThresholdFacts>(
      'thresholdRaised',
      'notable',
      thresholdText,
      (names) => `raises ${thresholdsOf(names)}`,
      roleOf,
    ),
  ),
  signerAdded: moving(
    saying<HolderFacts>(
      'signerAdded',
      gainsPower,
      (f) => `${f.who} can now sign for ${roleText(f.role)}`,
      (who) => `adds ${several('a key holder', 'key holders')(who)}`,
      whoOf,
    ),
  ),
  signerRemoved: moving(
    saying<HolderFacts>(
      'signerRemoved',
      'notable',
      (f) => `${f.who} can no longer sign for ${roleText(f.role)}`,
      (who) => `removes ${several('a key holder', 'key holders')(who)}`,
      whoOf,
    ),
  ),
  signerReplaced: moving(
    saying<HolderFacts & { by: string }>(
      'signerReplaced',
      gainsPower,
      (f) => `${f.who} can no longer sign for ${roleText(f.role)}; ${f.by} can`,
      (who) => `replaces ${several('a key holder', 'key holders')(who)}`,
      whoOf,
    ),
  ),
  signerNewKey: moving(
    saying<HolderFacts>(
      'signerNewKey',
      gainsPower,
      (f) => `${f.who} signs for ${roleText(f.role)} with another key than before`,
      (who) => `gives ${several('a key holder another key', 'key holders other keys')(who)}`,
      whoOf,
    ),
  ),
  signersChanged: moving(
    saying<RoleFacts & { gone: readonly string[]; come: readonly string[] }>(
      'signersChanged',
      gainsPower,
      (f) => `${someText(f.gone)} can no longer sign for ${roleText(f.role)}; ${someText(f.come)} can`,
      (names) => `replaces the key holders of ${roles(names)}`,
      roleOf,
    ),
  ),
  onlineKeyReplaced: saying<HolderFacts & { by: string }>(
    'onlineKeyReplaced',
    gainsPower,
    (f) => `${roleText(f.role)} is signed with another key: ${f.by} instead of ${f.who}`,
    (names) => `replaces the ${names.length === 1 ? 'key' : 'keys'} of ${roles(names)}`,
    roleOf,
  ),
  onlineKeysDiffer: saying<object>(
    'onlineKeysDiffer',
    'dangerous',
    () => 'snapshot and timestamp, which had the same keys and the same threshold, no longer have',
    () => 'makes the keys of snapshot and timestamp differ',
  ),
  onlineKeysSame: saying<object>(
    'onlineKeysSame',
    'notable',
    () => 'snapshot and timestamp now have the same keys and the same threshold',
    () => 'gives snapshot and timestamp the same keys',
  ),
  keysReordered: saying<RoleFacts>(
    'keysReordered',
    'routine',
    (f) => `the keys of ${roleText(f.role)} are listed in another order, which changes nothing for clients`,
  ),
  roleOtherId: saying<HolderFacts & { from: string; to: string }>(
    'roleOtherId',
    'notable',
    (f) =>
      `${f.who} stands in ${roleText(f.role)} under ${f.to} instead of ${f.from}; it is the same key and still counts once`,
    (who) => `lists ${several('a key', 'keys')(who)} under another id`,
    whoOf,
  ),

  unknownAdded: saying<{ path: string }>(
    'unknownAdded',
    'notable',
    (f) => `a field that this program does not know is added: ${f.path}`,
    (paths) => `adds ${several('an unknown field', 'unknown fields')(paths)}`,
    (f) => f.path,
  ),
  unknownRemoved: saying<{ path: string }>(
    'unknownRemoved',
    'notable',
    (f) => `a field that this program does not know is removed: ${f.path}`,
    (paths) => `removes ${several('an unknown field', 'unknown fields')(paths)}`,
    (f) => f.path,
  ),
  unknownChanged: saying<{ path: string }>(
    'unknownChanged',
    'notable',
    (f) => `a field that this program does not know changes: ${f.path}`,
    (paths) => `changes ${several('an unknown field', 'unknown fields')(paths)}`,
    (f) => f.path,
  ),
  listEmpty: saying<{ list: string; isEmpty: boolean }>(
    'listEmpty',
    'routine',
    (f) => `the list of ${f.list} is ${f.isEmpty ? 'there, and empty' : 'gone; it was empty'}`,
  ),
} as const
