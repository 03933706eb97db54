// The catalogue of findings: what a reviewer should know about a document besides its changes, in words, with the clients it concerns.
// What each client does was read in its source or tried: python-tuf 5, go-tuf 2, tough 0.19, tuf-js 5 and 6, tuf-on-ci 0.20.
import type { Finding, Risk } from '../../../proposal.ts'
import { visible } from '../../../visible.ts'
import { countText, daysText, idText, listText, quoted, roleText, sentenceOf, someText } from '../diff/shown.ts'

type Rule<F> = (facts: F) => Finding

function rule<F extends object>(
  code: string,
  risk: Risk | ((facts: F) => Risk),
  sentence: (facts: F) => string,
  clients?: readonly string[] | ((facts: F) => readonly string[]),
): Rule<F> {
  return (facts) => {
    const names = typeof clients === 'function' ? clients(facts) : clients
    return {
      code,
      risk: typeof risk === 'function' ? risk(facts) : risk,
      sentence: sentenceOf(sentence(facts), facts),
      ...(names === undefined || names.length === 0 ? {} : { clients: names }),
    }
  }
}

interface Who {
  who: string
}
interface Names {
  names: readonly string[]
}
interface OfRole {
  role: string
}
interface Dated {
  date: string
  days: number
}
/** What the names are names of: "artifact", "role", "key holder". */
interface Named extends Names {
  what: string
}

type TwoIds =
  | { where: 'role'; who: string; ids: readonly string[]; role: string }
  | { where: 'document'; who: string; ids: readonly string[] }
  | { where: 'versions'; names: readonly string[] }

function onlineText({ names, why }: { names: readonly string[]; why: 'address' | 'shared' }): string {
  const isOne = names.length === 1
  if (why === 'address') return `${isOne ? 'is' : 'are'} used by a machine on the network`
  return `also ${isOne ? 'signs' : 'sign'} for snapshot or timestamp, usually on a machine on the network`
}

const isRoot = ({ role }: OfRole): boolean => role === 'root'
const named = ({ what, names }: Named): string =>
  `${countText(names.length, `name of ${what}`, `names of ${what}s`)} (${someText(names.map(quoted), 4)})`
const hold = ({ names }: Named, verb: string): string => (names.length === 1 ? `${verb}s` : verb)

export const findings = {
  'key-id-mismatch': rule<Who & { id: string; expected: string }>(
    'key-id-mismatch',
    'dangerous',
    (f) =>
      `the id of ${f.who}, ${idText(f.id)}, does not follow from its content; it should begin with ${idText(f.expected)}. Clients that check ids refuse the whole document`,
    ['tough'],
  ),
  'key-id-bare': rule<Who & { id: string }>(
    'key-id-bare',
    'notable',
    (f) =>
      `the id of ${f.who}, ${idText(f.id)}, follows from the key alone and not from the fields beside it, as the specification asks. Clients that check ids refuse the whole document`,
    ['tough'],
  ),
  'same-key-two-ids': rule<TwoIds>(
    'same-key-two-ids',
    (f) => (f.where === 'role' ? 'dangerous' : 'notable'),
    (f) => {
      if (f.where === 'versions') {
        const keys = f.names.length === 1 ? 'one key' : `${f.names.length} keys`
        return `${keys} of root (${someText(f.names)}) ${f.names.length === 1 ? 'has another id' : 'have other ids'} than before: each person signs once, and clients look for that signature under the old and under the new id`
      }
      const ids = listText(f.ids.map(idText))
      if (f.where === 'document') return `${f.who} stands under several ids (${ids}); it is one key`
      return `${f.who} stands in ${roleText(f.role)} under several ids (${ids}). Here it counts once; some clients count ids, so there one person can count as several`
    },
    (f) => (f.where === 'role' ? ['python-tuf', 'tough', 'tuf-js'] : []),
  ),
  'threshold-above-keys': rule<OfRole & { threshold: number; usable: number }>(
    'threshold-above-keys',
    'dangerous',
    (f) =>
      `${roleText(f.role)} asks for ${countText(f.threshold, 'signature')} and has ${f.usable === 0 ? 'no key' : countText(f.usable, 'key')} that can be counted; nobody can ever sign it`,
  ),
  'role-key-missing': rule<OfRole & { id: string }>(
    'role-key-missing',
    'notable',
    (f) =>
      `${roleText(f.role)} names the key ${idText(f.id)}, which is not in the list of keys. Some clients then refuse the role`,
    ['go-tuf'],
  ),
  'unknown-key-type': rule<Who & { type: string; scheme: string }>(
    'unknown-key-type',
    'dangerous',
    (f) =>
      `${f.who} is of the type ${quoted(`${f.type} / ${f.scheme}`)}. Clients that do not know it refuse the whole document or the role, not only this key`,
    // python-tuf knows more schemes of RSA and ECDSA than the others; what it does not know, it refuses with the file.
    (f) =>
      /^(rsa-pkcs1v15-|rsassa-pss-|ecdsa-sha2-nistp)/.test(f.scheme)
        ? ['tough', 'go-tuf']
        : ['python-tuf', 'tough', 'go-tuf'],
  ),
  'unusable-key': rule<Who & { why: string }>(
    'unusable-key',
    'dangerous',
    (f) => `${f.who} cannot be used: ${visible(f.why)}`,
  ),
  'unused-key': rule<Who>('unused-key', 'routine', (f) => `${f.who} stands in the list of keys, and no role uses it`),
  'client-p384': rule<Names>(
    'client-p384',
    'notable',
    (f) =>
      `some clients cannot read a document with a P-384 key in it, others judge its signatures wrongly: ${someText(f.names)}`,
    ['tough', 'tuf-js before 6'],
  ),
  'client-hex-key': rule<Names>(
    'client-hex-key',
    'notable',
    (f) =>
      `${f.names.length === 1 ? 'one key is' : `${f.names.length} keys are`} written in hexadecimal and not in PEM, which some clients cannot use: ${someText(f.names)}`,
    ['python-tuf', 'go-tuf'],
  ),

  'expires-not-spec': rule<{ text: string }>(
    'expires-not-spec',
    'dangerous',
    (f) =>
      `the date of expiry is written as ${quoted(f.text)}; the specification allows only whole seconds in UTC, like 2026-11-20T13:58:18Z. Some clients refuse the document`,
    ['python-tuf', 'tough'],
  ),
  'expires-unreadable': rule<{ text: string }>(
    'expires-unreadable',
    'dangerous',
    (f) => `the date of expiry, ${quoted(f.text)}, is not a date`,
  ),
  'already-expired': rule<{ date: string }>(
    'already-expired',
    'dangerous',
    (f) => `it expired on ${f.date}; clients will refuse it`,
  ),
  'expires-soon': rule<Dated>(
    'expires-soon',
    'notable',
    (f) =>
      `it expires on ${f.date}, ${f.days === 0 ? 'within a day' : `in ${daysText(f.days)}`}; the next renewal is due already`,
  ),
  'expiry-beyond-period': rule<Dated & { period: number }>(
    'expiry-beyond-period',
    'notable',
    (f) => `it stays valid until ${f.date}, ${daysText(f.days)} from now; its own rule allows ${daysText(f.period)}`,
  ),
  'signing-period-too-long': rule<OfRole & { renewal: number; validity: number }>(
    'signing-period-too-long',
    'notable',
    (f) =>
      `${roleText(f.role)} is to be renewed ${daysText(f.renewal)} before it expires, and is valid for only ${daysText(f.validity)}; it would always be due`,
    ['tuf-on-ci'],
  ),
  'version-gap': rule<OfRole & { from: number; to: number }>(
    'version-gap',
    (f) => (isRoot(f) ? 'dangerous' : 'notable'),
    (f) =>
      `version ${f.to} follows version ${f.from}${isRoot(f) ? '; clients look for the very next version of root and stop there' : ''}`,
  ),
  'version-not-newer': rule<OfRole & { from: number; to: number }>(
    'version-not-newer',
    'dangerous',
    (f) => `version ${f.to} is to replace version ${f.from}; clients take only newer versions`,
  ),

  'threshold-unreachable': rule<{ name: string; threshold: number; usable: number }>(
    'threshold-unreachable',
    'dangerous',
    (f) =>
      `${f.name} asks for ${countText(f.threshold, 'signature')}, and only ${f.usable === 0 ? 'none' : f.usable} of its keys can be counted; this change can never be completed`,
  ),
  'old-key-must-sign': rule<{
    version: number
    threshold: number
    staying: readonly string[]
    leaving: readonly string[]
    needed: number
  }>('old-key-must-sign', 'notable', (f) => {
    const stay =
      f.staying.length === 0
        ? 'none of its keys stays'
        : `of its keys only ${f.staying.length} ${f.staying.length === 1 ? 'stays' : 'stay'} (${someText(f.staying)})`
    const who =
      f.needed >= f.leaving.length
        ? `${someText(f.leaving)} must still sign`
        : `${f.needed} of ${someText(f.leaving)} must still sign`
    return `${who} with a key that this change removes: root ${f.version} asks for ${countText(f.threshold, 'signature')}, and ${stay}`
  }),
  'no-spare-key-holder': rule<OfRole & { threshold: number }>(
    'no-spare-key-holder',
    (f) => (isRoot(f) ? 'notable' : 'routine'),
    (f) =>
      `there is no spare key holder: ${roleText(f.role)} needs ${f.threshold === 1 ? 'its only key' : `all ${f.threshold} of its keys`}, so losing a single one ${isRoot(f) ? 'locks the repository for ever' : 'stops this role until it gets other keys'}`,
  ),
  'one-spare-key-holder': rule<OfRole & { threshold: number; of: number }>(
    'one-spare-key-holder',
    'routine',
    (f) =>
      `there is one spare key holder: ${roleText(f.role)} needs ${f.threshold} of ${f.of} keys, so losing two of them ${isRoot(f) ? 'locks the repository for ever' : 'stops this role until it gets other keys'}`,
  ),
  'one-person-suffices': rule<OfRole & Who & { keys: number; threshold: number }>(
    'one-person-suffices',
    'notable',
    (f) => `${f.who} holds ${f.keys} keys of ${roleText(f.role)} and reaches its ${f.threshold} signatures alone`,
  ),
  'root-threshold-one': rule<{ of: number; names: readonly string[] }>(
    'root-threshold-one',
    'notable',
    (f) => `any one of ${f.of} keys can change everything: root needs a single signature (${someText(f.names)})`,
  ),
  'offline-key-online': rule<OfRole & { names: readonly string[]; suffices: boolean; why: 'address' | 'shared' }>(
    'offline-key-online',
    (f) => (f.suffices ? 'dangerous' : 'notable'),
    (f) =>
      `${roleText(f.role)} counts ${someText(f.names)}, which ${onlineText(f)}${f.suffices ? `; that is enough to sign ${roleText(f.role)} without a person` : ''}`,
  ),
  'online-keys-differ': rule<object>(
    'online-keys-differ',
    'routine',
    () => 'snapshot and timestamp have different keys or thresholds; tools that sign both with one key refuse that',
    ['tuf-on-ci'],
  ),
  'rehearsal-mixed': rule<OfRole & { names: readonly string[] }>(
    'rehearsal-mixed',
    'dangerous',
    (f) =>
      `${roleText(f.role)} counts rehearsal keys (${someText(f.names)}) beside real ones; the secret half of a rehearsal key is not protected`,
  ),

  'signature-broken': rule<Who & { quorum: string; why: string }>(
    'signature-broken',
    'notable',
    (f) => `the signature of ${f.who} does not count for ${f.quorum}: ${visible(f.why)}`,
  ),
  'signature-stranger': rule<{ id: string }>(
    'signature-stranger',
    'notable',
    (f) => `there is a signature by the key ${idText(f.id)}, which nobody asks for; it does not count`,
  ),

  tap3: rule<{ isDraft: boolean; isNew: boolean }>(
    'tap3',
    (f) => (f.isNew ? 'dangerous' : 'notable'),
    (f) =>
      `roles that must agree (TAP 3${f.isDraft ? ', in the form of its first draft' : ''}) are understood by no client that is known today, only by this program: ${f.isDraft ? 'the others refuse the whole document' : 'most refuse the whole document, and some read it as if it named no role at all'}`,
    ['python-tuf', 'tuf-js', 'tough', 'go-tuf'],
  ),
  'agreement-one-person': rule<Who & { entry: string; roles: number }>(
    'agreement-one-person',
    'dangerous',
    (f) => `${f.who} alone can make ${countText(f.roles, 'role')} of ${roleText(f.entry)} agree, which is enough`,
  ),
  'role-two-key-lists': rule<OfRole>(
    'role-two-key-lists',
    'notable',
    (f) =>
      `${roleText(f.role)} is named twice, with other keys or another threshold; each of its versions must satisfy both, or some clients refuse it`,
  ),
  'online-ahead': rule<OfRole & { behind: readonly string[]; isNew: boolean }>(
    'online-ahead',
    (f) => (f.isNew ? 'dangerous' : 'notable'),
    (f) =>
      `${roleText(f.role)} comes before ${someText(f.behind.map(roleText), 3)} for some of the same artifacts, and the repository’s own keys can sign it without a person; whoever steals them decides what clients get there`,
  ),
  'role-look-alike': rule<{ pairs: readonly (readonly [string, string])[] }>('role-look-alike', 'dangerous', (f) => {
    const pairs = f.pairs.map(([name, other]) => `${quoted(name)} looks like ${quoted(other)}`)
    return `the name ${someText(pairs, 3)}, which is there already; people will take one for the other`
  }),

  'bidi-characters': rule<Named>(
    'bidi-characters',
    'dangerous',
    (f) => `${named(f)} ${hold(f, 'contain')} characters that make text read in another order than it is written`,
  ),
  'hidden-characters': rule<Named>(
    'hidden-characters',
    'dangerous',
    (f) => `${named(f)} ${hold(f, 'contain')} characters that cannot be seen`,
  ),
  'mixed-scripts': rule<Named>(
    'mixed-scripts',
    'notable',
    (f) =>
      `${named(f)} ${hold(f, 'mix')} letters of several alphabets within one word, which can make a name look like another`,
  ),
  'path-traversal': rule<Named>(
    'path-traversal',
    'dangerous',
    (f) => `${named(f)} ${hold(f, 'lead')} out of the folder it is meant for`,
  ),
  'not-normalised': rule<object>(
    'not-normalised',
    'notable',
    () =>
      'some text is written with characters that have a second, combined form. Some clients combine them before they check signatures, and then refuse the document',
    ['tough'],
  ),
} as const

export type FindingCode = keyof typeof findings
