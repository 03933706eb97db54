// The catalogue, third part: artifacts, delegations, and the lists of versions in snapshot and timestamp.
import { saying } from './sentence.ts'
import { countText, listText, numberText, quoted, roleText, someText } from './shown.ts'

interface PathFacts {
  path: string
}
interface RoleFacts {
  role: string
}
interface VersionFacts extends RoleFacts {
  from: number
  to: number
}

const pathOf = (facts: PathFacts): string => facts.path
const roleOf = (facts: RoleFacts): string => facts.role
const quotes = (names: readonly string[]): string => someText(names.map(quoted), 3)
const artifacts = (paths: readonly string[]): string =>
  paths.length === 1 ? quotes(paths) : `${numberText(paths.length)} artifacts`
const roles = (names: readonly string[]): string =>
  names.length <= 3 ? listText(names.map(roleText)) : countText(names.length, 'role')
const places = (patterns: readonly string[]): string => someText(patterns.map(quoted), 6)

/** TAP 3: an entry and the roles that must agree on its artifacts. */
interface EntryFacts {
  entry: string
}
interface AgreementFacts extends EntryFacts {
  paths: readonly string[]
  min: number
  roles: readonly string[]
}
interface AgreementCount extends EntryFacts {
  from: number
  was: number
  to: number
  of: number
}

const entryOf = (facts: EntryFacts): string => facts.entry
const under = (paths: readonly string[]): string =>
  paths.length === 0 ? 'no artifacts at all' : `artifacts under ${places(paths)}`
const countWords = (f: AgreementCount): string =>
  `in ${roleText(f.entry)} ${f.to} of ${countText(f.of, 'role')} must agree instead of ${f.from} of ${f.was}`

interface DelegationFacts extends RoleFacts {
  scope: string
  threshold: number
  of: number
  names: readonly string[]
  place: string
}
/** The role with the last word, the roles that clients reach no more, and for which artifacts. */
export interface HiddenFacts {
  role: string
  hides: readonly string[]
  places: readonly string[]
}

const addedSentence = (f: DelegationFacts): string =>
  `${roleText(f.role)} may now decide for ${f.scope}${f.place}; it needs ${signaturesText(f)}`
const hiddenPlaces = (f: HiddenFacts, most: number): string =>
  f.places.length === 0 ? 'some artifacts' : someText(f.places.map(quoted), most)
const blockedOf = (f: HiddenFacts): string => `${hiddenPlaces(f, 3)} for every role but ${roleText(f.role)}`
const blocking = (blocked: readonly string[]): string => `blocks ${listText(blocked)}`

/** "the signature of Ana", "2 of 3 signatures of Ana, Ben and Cleo". */
function signaturesText({ threshold, of, names }: { threshold: number; of: number; names: readonly string[] }): string {
  const whose = names.length === 0 ? '' : ` of ${someText(names)}`
  return `${threshold === 1 && of === 1 ? 'the signature' : `${threshold} of ${countText(of, 'signature')}`}${whose}`
}

export const targetsSentences = {
  artifactAdded: saying<PathFacts>(
    'artifactAdded',
    'notable',
    (f) => `${quoted(f.path)} is added for everyone to install`,
    (p) => `adds ${artifacts(p)}`,
    pathOf,
  ),
  artifactRemoved: saying<PathFacts>(
    'artifactRemoved',
    'notable',
    (f) => `${quoted(f.path)} is removed; clients can no longer install it from here`,
    (p) => `removes ${artifacts(p)}`,
    pathOf,
  ),
  artifactReplaced: saying<PathFacts>(
    'artifactReplaced',
    'notable',
    (f) => `${quoted(f.path)} gets other content under the same name`,
    (p) => `replaces ${artifacts(p)}`,
    pathOf,
  ),
  artifactUncomparable: saying<PathFacts>(
    'artifactUncomparable',
    'notable',
    (f) =>
      `${quoted(f.path)} is now described by other kinds of hashes; from the hashes alone nobody can tell whether its content stays the same`,
    (p) => `describes ${artifacts(p)} by other hashes`,
    pathOf,
  ),
  artifactDescribed: saying<PathFacts>(
    'artifactDescribed',
    'routine',
    (f) => `${quoted(f.path)} keeps its content; only the way its hashes are written changes`,
  ),
  artifactContradicted: saying<PathFacts>(
    'artifactContradicted',
    'dangerous',
    (f) => `${quoted(f.path)} keeps one of its hashes while another one or its size changes; no file can be both`,
    (p) => `contradicts itself about ${artifacts(p)}`,
    pathOf,
  ),
  customAdded: saying<PathFacts>(
    'customAdded',
    'notable',
    (f) => `${quoted(f.path)} gets data of its own for the programs that read it`,
    (p) => `adds data to ${artifacts(p)}`,
    pathOf,
  ),
  customRemoved: saying<PathFacts>(
    'customRemoved',
    'notable',
    (f) => `${quoted(f.path)} loses the data of its own that programs read`,
    (p) => `removes data from ${artifacts(p)}`,
    pathOf,
  ),
  customChanged: saying<PathFacts & { field: string }>(
    'customChanged',
    'notable',
    (f) => `the data of ${quoted(f.path)} for the programs that read it changes: ${f.field}`,
    (p) => `changes data of ${artifacts(p)}`,
    pathOf,
  ),

  delegationAdded: saying<DelegationFacts>(
    'delegationAdded',
    'dangerous',
    (f) => addedSentence(f),
    (r) => `lets ${roles(r)} decide for artifacts`,
    roleOf,
  ),
  /** All that it is for is kept from other roles by this: the headline says that first, and not only who decides. */
  delegationBlocks: saying<DelegationFacts & HiddenFacts>(
    'delegationBlocks',
    'dangerous',
    (f) => addedSentence(f),
    blocking,
    blockedOf,
  ),
  delegationRemoved: saying<RoleFacts & { scope: string }>(
    'delegationRemoved',
    'notable',
    (f) => `${roleText(f.role)} no longer decides for ${f.scope}`,
    (r) => `takes artifacts from ${roles(r)}`,
    roleOf,
  ),
  pathsWidened: saying<RoleFacts & { patterns: readonly string[] }>(
    'pathsWidened',
    'dangerous',
    (f) => `${roleText(f.role)} may now also decide for ${places(f.patterns)}`,
    (r) => `lets ${roles(r)} decide for more artifacts`,
    roleOf,
  ),
  pathsBlocked: saying<HiddenFacts & { patterns: readonly string[] }>(
    'pathsBlocked',
    'dangerous',
    (f) => `${roleText(f.role)} may now also decide for ${places(f.patterns)}`,
    blocking,
    blockedOf,
  ),
  pathsNarrowed: saying<RoleFacts & { patterns: readonly string[] }>(
    'pathsNarrowed',
    'notable',
    (f) => `${roleText(f.role)} no longer decides for ${places(f.patterns)}`,
    (r) => `lets ${roles(r)} decide for fewer artifacts`,
    roleOf,
  ),
  prefixesWidened: saying<RoleFacts & { prefixes: readonly string[] }>(
    'prefixesWidened',
    'dangerous',
    (f) =>
      `${roleText(f.role)} may now also decide for artifacts whose name has a hash that begins with ${places(f.prefixes)}`,
    (r) => `lets ${roles(r)} decide for more artifacts`,
    roleOf,
  ),
  prefixesNarrowed: saying<RoleFacts & { prefixes: readonly string[] }>(
    'prefixesNarrowed',
    'notable',
    (f) =>
      `${roleText(f.role)} no longer decides for artifacts whose name has a hash that begins with ${places(f.prefixes)}`,
    (r) => `lets ${roles(r)} decide for fewer artifacts`,
    roleOf,
  ),
  scopeReordered: saying<RoleFacts>(
    'scopeReordered',
    'routine',
    (f) =>
      `the patterns of ${roleText(f.role)} are listed in another order or repeated, which changes nothing for clients`,
  ),
  terminatingOn: saying<RoleFacts>(
    'terminatingOn',
    'notable',
    (f) => `${roleText(f.role)} now has the last word: for its artifacts clients ask no role after it`,
    (r) => `gives ${roles(r)} the last word`,
    roleOf,
  ),
  terminatingOff: saying<RoleFacts>(
    'terminatingOff',
    'notable',
    (f) => `${roleText(f.role)} no longer has the last word: for its artifacts clients also ask the roles after it`,
    (r) => `takes the last word from ${roles(r)}`,
    roleOf,
  ),
  delegationsReordered: saying<{ order: readonly string[] }>(
    'delegationsReordered',
    'notable',
    (f) =>
      `clients ask the roles in another order, ${someText(f.order.map(roleText))}; the first one that knows an artifact decides`,
    () => 'changes which role is asked first',
  ),
  rolesHidden: saying<HiddenFacts>(
    'rolesHidden',
    'notable',
    (f) =>
      `for ${hiddenPlaces(f, 6)} clients no longer reach other roles: ${someText(f.hides.map(roleText), 6)} ${f.hides.length === 1 ? 'comes' : 'come'} after ${roleText(f.role)}, which has the last word`,
    (r) => `blocks the roles after ${roles(r)}`,
    roleOf,
  ),

  agreementAdded: saying<AgreementFacts & { place: string }>(
    'agreementAdded',
    'dangerous',
    (f) =>
      f.roles.length === 1
        ? `${someText(f.roles.map(roleText))} may now decide for ${under(f.paths)} alone${f.place}`
        : `${under(f.paths)} need ${f.min} of ${f.roles.length} roles to agree: ${someText(f.roles.map(roleText), 6)}${f.place}`,
    (e) => `lets the roles of ${roles(e)} decide for artifacts`,
    entryOf,
  ),
  agreementRemoved: saying<AgreementFacts>(
    'agreementRemoved',
    'notable',
    (f) =>
      `${under(f.paths)} are no longer decided by ${f.min} of ${f.roles.length} roles that agree: ${someText(f.roles.map(roleText), 6)}`,
    (e) => `takes artifacts from the roles of ${roles(e)}`,
    entryOf,
  ),
  agreementLowered: saying<AgreementCount>(
    'agreementLowered',
    'dangerous',
    countWords,
    (e) => `lets fewer roles decide for ${roles(e)}`,
    entryOf,
  ),
  agreementRaised: saying<AgreementCount>(
    'agreementRaised',
    'notable',
    countWords,
    (e) => `asks more of the roles of ${roles(e)}`,
    entryOf,
  ),
  agreementRoleAdded: saying<EntryFacts & RoleFacts & { threshold: number; of: number; names: readonly string[] }>(
    'agreementRoleAdded',
    'dangerous',
    (f) => `${roleText(f.role)} now has a say in ${roleText(f.entry)}; it needs ${signaturesText(f)}`,
    (r) => `gives ${roles(r)} a say`,
    roleOf,
  ),
  agreementRoleRemoved: saying<EntryFacts & RoleFacts>(
    'agreementRoleRemoved',
    'notable',
    (f) => `${roleText(f.role)} no longer has a say in ${roleText(f.entry)}`,
    (r) => `takes the say of ${roles(r)}`,
    roleOf,
  ),

  binsAdded: saying<{ scope: string; threshold: number; of: number; names: readonly string[] }>(
    'binsAdded',
    'dangerous',
    (f) => `all artifacts may now be decided by ${f.scope}; each needs ${signaturesText(f)}`,
    () => 'spreads the artifacts over many roles',
  ),
  binsRemoved: saying<{ scope: string }>(
    'binsRemoved',
    'notable',
    (f) => `artifacts are no longer decided by ${f.scope}`,
    () => 'no longer spreads the artifacts over many roles',
  ),
  binsChanged: saying<{ from: string; to: string }>(
    'binsChanged',
    'dangerous',
    (f) => `artifacts are spread over ${f.to} instead of ${f.from}; every artifact may get another role`,
    () => 'spreads the artifacts over other roles',
  ),

  listedForward: saying<VersionFacts>(
    'listedForward',
    'routine',
    (f) => `clients will use version ${f.to} of ${roleText(f.role)} instead of ${f.from}`,
    (r) => `updates ${roles(r)}`,
    roleOf,
  ),
  listedBack: saying<VersionFacts>(
    'listedBack',
    'dangerous',
    (f) => `${roleText(f.role)} goes back from version ${f.from} to ${f.to}; clients refuse to go back`,
    (r) => `takes ${roles(r)} back to an older version`,
    roleOf,
  ),
  listedAdded: saying<RoleFacts & { version: number }>(
    'listedAdded',
    'notable',
    (f) => `clients will use ${roleText(f.role)}, version ${f.version}; it was not listed before`,
    (r) => `lists ${roles(r)} for the first time`,
    roleOf,
  ),
  listedRemoved: saying<RoleFacts>(
    'listedRemoved',
    'dangerous',
    (f) => `${roleText(f.role)} is no longer listed; clients refuse a list from which a role vanished`,
    (r) => `drops ${roles(r)} from the list`,
    roleOf,
  ),
  listedContent: saying<RoleFacts & { version: number }>(
    'listedContent',
    'dangerous',
    (f) => `version ${f.version} of ${roleText(f.role)} is said to have other content than before`,
    (r) => `changes the content of ${roles(r)} without a new version`,
    roleOf,
  ),
  listedDetail: saying<RoleFacts & { version: number }>(
    'listedDetail',
    'notable',
    (f) => `version ${f.version} of ${roleText(f.role)} stays; how its size and hashes are stated changes`,
    (r) => `states other details of ${roles(r)}`,
    roleOf,
  ),
  delegationScope: saying<{ role: string; scope: string }>(
    'delegationScope',
    'dangerous',
    (f) => `${roleText(f.role)} now decides for ${f.scope}; before, its artifacts were chosen in another way`,
    (r) => `changes for what ${roles(r)} decides`,
    roleOf,
  ),
} as const
