// One change a row: what it is told as, and what the whole is called. Together the rows use every sentence of the catalogue.
import type { Risk } from '../../../../../src/core/proposal.ts'
import {
  agreements,
  artifact,
  draftAgreements,
  edited,
  hex,
  inDays,
  keyId,
  keyObject,
  type Loose,
  role,
  root,
  snapshot,
  succinct,
  targets,
  timestamp,
} from './documents.ts'

export interface Scenario {
  name: string
  before?: Loose
  after: Loose
  /** Kinds of the facts, sorted, without versionNext. */
  kinds: readonly string[]
  headline: string
  risk: Risk
  expiryPeriodDays?: number
}

function row(
  name: string,
  base: Loose,
  edit: (copy: Loose) => void,
  kinds: string[],
  risk: Risk,
  headline: string,
): Scenario {
  return { name, before: base, after: edited(base, edit), kinds, risk, headline }
}

const exactly = (base: Loose, edit: (copy: Loose) => void): Loose => {
  const copy = structuredClone(base)
  edit(copy)
  return copy
}
const from = (base: Loose, prepare: (copy: Loose) => void): Loose => exactly(base, prepare)

const [ana, ben, dana, emil] = [keyId('ana'), keyId('ben'), keyId('dana'), keyId('emil')]
const put = (list: Loose, name: string, extra?: Loose): string => {
  const id = keyId(name, extra)
  list[id] = keyObject(name, extra)
  return id
}
const swap = (list: string[], old: string, next: string): void => {
  list[list.indexOf(old)] = next
}

const bare = from(root(), (copy) => {
  for (const key of Object.values<Loose>(copy.keys)) delete key['x-countersign-keyowner']
})
const ruled = from(root(), (copy) => {
  copy['x-tuf-on-ci-expiry-period'] = 365
  copy['x-tuf-on-ci-signing-period'] = 60
})

const common: Scenario[] = [
  row(
    'renewal',
    root(),
    (copy) => {
      copy.expires = inDays(365)
    },
    ['expiryRenewed'],
    'routine',
    'Renewal only: version and expiry',
  ),
  row('version alone', root(), () => {}, [], 'routine', 'Renewal only: version'),
  { name: 'nothing', before: root(), after: root(), kinds: [], risk: 'routine', headline: 'Nothing changes' },
  row(
    'the date in another form',
    from(root(), (copy) => {
      copy.expires = '2026-06-01T00:00:00Z'
    }),
    (copy) => {
      copy.expires = '2026-06-01T02:00:00+02:00'
    },
    ['expiryRewritten'],
    'routine',
    'Renewal only: version and expiry',
  ),
  row(
    'earlier',
    root(),
    (copy) => {
      copy.expires = inDays(100)
    },
    ['expiryEarlier'],
    'notable',
    'Renewal that expires earlier than before',
  ),
  row(
    'past',
    root(),
    (copy) => {
      copy.expires = inDays(-1)
    },
    ['expiryPast'],
    'dangerous',
    'Renewal that has expired already',
  ),
  row(
    'no date',
    root(),
    (copy) => {
      copy.expires = 'soon'
    },
    ['expiryUnreadable'],
    'dangerous',
    'Renewal that has a date of expiry that nobody can read',
  ),
  row(
    'longer than its own rule',
    ruled,
    (copy) => {
      copy.expires = inDays(395)
    },
    ['expiryLong'],
    'notable',
    'Renewal that stays valid longer than its rule allows',
  ),
  row(
    'within its own rule',
    ruled,
    (copy) => {
      copy.expires = inDays(365)
    },
    ['expiryRenewed'],
    'routine',
    'Renewal only: version and expiry',
  ),
  row(
    'longer than anybody',
    root(),
    (copy) => {
      copy.expires = inDays(800)
    },
    ['expiryLong'],
    'notable',
    'Renewal that stays valid longer than its rule allows',
  ),
  {
    ...row(
      'longer than the rule given',
      root(),
      (copy) => {
        copy.expires = inDays(365)
      },
      ['expiryLong'],
      'notable',
      'Renewal that stays valid longer than its rule allows',
    ),
    expiryPeriodDays: 360,
  },
  row(
    'due at once',
    ruled,
    (copy) => {
      copy.expires = inDays(59)
    },
    ['expirySoon'],
    'notable',
    'Renewal that expires soon',
  ),
  row(
    'rules',
    ruled,
    (copy) => {
      copy['x-tuf-on-ci-expiry-period'] = 400
      delete copy['x-tuf-on-ci-signing-period']
    },
    ['periodChanged', 'periodChanged'],
    'notable',
    'Changes the rules on validity of root',
  ),
  row(
    'skip of root',
    root(),
    (copy) => {
      copy.version = 3
    },
    ['versionSkip'],
    'dangerous',
    'Renewal that skips a version',
  ),
  row(
    'skip of targets',
    targets(),
    (copy) => {
      copy.version = 9
    },
    ['versionSkip'],
    'notable',
    'Renewal that skips a version',
  ),
  {
    name: 'same version',
    before: root(),
    after: exactly(root(), (copy) => {
      copy.expires = inDays(301)
    }),
    kinds: ['expiryRenewed', 'versionSame'],
    risk: 'dangerous',
    headline: 'Renewal that changes the content without a new version',
  },
  {
    name: 'back',
    before: edited(
      edited(root(), () => {}),
      () => {},
    ),
    after: edited(root(), () => {}),
    kinds: ['versionBack'],
    risk: 'dangerous',
    headline: 'Renewal that goes back to an older version',
  },
  row(
    'specification',
    root(),
    (copy) => {
      copy.spec_version = '1.0.33'
    },
    ['specVersion'],
    'notable',
    'Follows another version of the specification',
  ),
  row(
    'consistent off',
    root(),
    (copy) => {
      copy.consistent_snapshot = false
    },
    ['consistentOff'],
    'dangerous',
    'Changes where clients look for every file',
  ),
  row(
    'consistent on',
    from(root(), (copy) => {
      delete copy.consistent_snapshot
    }),
    (copy) => {
      copy.consistent_snapshot = true
    },
    ['consistentOn'],
    'dangerous',
    'Changes where clients look for every file',
  ),
  row(
    'consistent said',
    from(root(), (copy) => {
      delete copy.consistent_snapshot
    }),
    (copy) => {
      copy.consistent_snapshot = false
    },
    ['consistentSet'],
    'routine',
    'Routine changes only; nobody gains or loses a say',
  ),
  row(
    'unknown fields',
    from(root(), (copy) => {
      copy['x-a'] = 1
      copy['x-b'] = 2
    }),
    (copy) => {
      delete copy['x-a']
      copy['x-b'] = '2'
      copy['x-c'] = 3
    },
    ['unknownAdded', 'unknownChanged', 'unknownRemoved'],
    'notable',
    'Removes an unknown field, changes an unknown field and adds an unknown field',
  ),
]

const roles: Scenario[] = [
  {
    name: 'first root',
    after: root(),
    kinds: [
      'consistentSet',
      'expirySet',
      'firstVersion',
      'roleIntroduced',
      'roleIntroduced',
      'roleIntroduced',
      'roleIntroduced',
    ],
    risk: 'notable',
    headline: 'First version of root: any 2 of 3 key holders can change everything',
  },
  row(
    'lower',
    root(),
    (copy) => {
      copy.roles.root.threshold = 1
    },
    ['thresholdLowered'],
    'dangerous',
    "Changes who can change everything: lowers root's threshold",
  ),
  row(
    'higher',
    root(),
    (copy) => {
      copy.roles.targets.threshold = 3
    },
    ['thresholdRaised'],
    'notable',
    'Raises the threshold of targets',
  ),
  row(
    'replace and lower',
    root(),
    (copy) => {
      const id = put(copy.keys, 'emil')
      swap(copy.roles.root.keyids, ana, id)
      copy.roles.root.threshold = 1
    },
    ['signerReplaced', 'thresholdLowered'],
    'dangerous',
    "Changes who can change everything: lowers root's threshold and replaces a key holder",
  ),
  row(
    'add',
    root(),
    (copy) => {
      copy.roles.root.keyids.push(put(copy.keys, 'emil'))
    },
    ['signerAdded'],
    'dangerous',
    'Changes who can change everything: adds a key holder',
  ),
  row(
    'remove',
    root(),
    (copy) => {
      copy.roles.root.keyids.pop()
      delete copy.keys[keyId('cleo')]
    },
    ['signerRemoved'],
    'notable',
    'Removes a key holder',
  ),
  row(
    'another key of the same person',
    root(),
    (copy) => {
      const id = put(copy.keys, 'p256', { 'x-countersign-keyowner': 'ben' })
      swap(copy.roles.root.keyids, ben, id)
    },
    ['signerNewKey'],
    'dangerous',
    'Changes who can change everything: gives a key holder another key',
  ),
  row(
    'two for two',
    root(),
    (copy) => {
      copy.roles.targets.keyids = [dana, put(copy.keys, 'emil'), put(copy.keys, 'fay')]
    },
    ['signersChanged'],
    'dangerous',
    'Replaces the key holders of targets',
  ),
  row(
    'one machine key',
    bare,
    (copy) => {
      const id = put(copy.keys, 'spare', {})
      copy.roles.snapshot.keyids = [id]
      copy.roles.timestamp.keyids = [id]
      delete copy.keys[keyId('machine', { 'x-countersign-keyowner': 'machine' })]
    },
    ['onlineKeyReplaced', 'onlineKeyReplaced'],
    'notable',
    'Replaces the keys of timestamp and snapshot',
  ),
  row(
    'machine keys part',
    root(),
    (copy) => {
      copy.roles.snapshot.keyids = [ana]
    },
    ['onlineKeysDiffer', 'signerReplaced'],
    'dangerous',
    'Makes the keys of snapshot and timestamp differ and replaces a key holder',
  ),
  row(
    'machine keys join',
    from(root(), (copy) => {
      copy.roles.snapshot.threshold = 2
      copy.roles.snapshot.keyids.push(ana)
    }),
    (copy) => {
      copy.roles.snapshot = structuredClone(copy.roles.timestamp)
    },
    ['onlineKeysSame', 'signerRemoved', 'thresholdLowered'],
    'dangerous',
    "Lowers snapshot's threshold, removes a key holder and gives snapshot and timestamp the same keys",
  ),
  row(
    'order',
    root(),
    (copy) => {
      copy.roles.root.keyids.reverse()
    },
    ['keysReordered'],
    'routine',
    'Routine changes only; nobody gains or loses a say',
  ),
  row(
    'the role uses the other id',
    from(root(), (copy) => {
      copy.keys[hex('9')] = keyObject('ana')
    }),
    (copy) => {
      swap(copy.roles.root.keyids, ana, hex('9'))
    },
    ['roleOtherId'],
    'notable',
    'Lists a key under another id',
  ),
  row(
    'rules of a role',
    root(),
    (copy) => {
      copy.roles.timestamp['x-tuf-on-ci-expiry-period'] = 7
    },
    ['periodChanged'],
    'notable',
    'Changes the rules on validity of timestamp',
  ),
]

const keys: Scenario[] = [
  row(
    'same id, other key',
    root(),
    (copy) => {
      copy.keys[ana].keyval = keyObject('emil').keyval
    },
    ['keyBytesChanged'],
    'dangerous',
    'Puts a different key under the same id',
  ),
  row(
    'same id, other key and owner',
    root(),
    (copy) => {
      copy.keys[ana] = keyObject('emil')
    },
    ['keyBytesChanged', 'keyRenamed'],
    'dangerous',
    'Puts a different key under the same id and renames the owner of a key',
  ),
  row(
    'two keys change places',
    root(),
    (copy) => {
      ;[copy.keys[ana].keyval, copy.keys[ben].keyval] = [copy.keys[ben].keyval, copy.keys[ana].keyval]
    },
    ['keyBytesChanged', 'keyBytesChanged'],
    'dangerous',
    'Puts different keys under 2 of the same ids',
  ),
  row(
    'another id',
    root(),
    (copy) => {
      const id = put(copy.keys, 'ana', { 'x-countersign-keyowner': 'ana', 'x-note': 1 })
      delete copy.keys[ana]
      swap(copy.roles.root.keyids, ana, id)
      swap(copy.roles.targets.keyids, ana, id)
    },
    ['keyIdChanged', 'unknownAdded'],
    'notable',
    'Adds an unknown field and gives a key another id',
  ),
  row(
    'another spelling',
    from(root(), (copy) => {
      copy.keys[ana] = keyObject('p256-hex')
    }),
    (copy) => {
      copy.keys[ana] = keyObject('p256', { 'x-countersign-keyowner': 'p256-hex' })
    },
    ['keyRewritten'],
    'notable',
    'Writes a key in another form',
  ),
  row(
    'second id',
    root(),
    (copy) => {
      copy.keys[hex('9')] = keyObject('ana')
    },
    ['keySecondId'],
    'notable',
    'Gives a key one more id',
  ),
  row(
    'one id less',
    from(root(), (copy) => {
      copy.keys[hex('9')] = keyObject('ana')
    }),
    (copy) => {
      delete copy.keys[hex('9')]
    },
    ['keyFewerIds'],
    'routine',
    'Routine changes only; nobody gains or loses a say',
  ),
  row(
    'named',
    bare,
    (copy) => {
      copy.keys[ana]['x-tuf-on-ci-keyowner'] = '@ana'
    },
    ['keyNamed'],
    'notable',
    'Names the owner of a key',
  ),
  row(
    'renamed',
    root(),
    (copy) => {
      copy.keys[ana]['x-countersign-keyowner'] = 'anna'
    },
    ['keyRenamed'],
    'notable',
    'Renames the owner of a key',
  ),
  row(
    'unnamed',
    root(),
    (copy) => {
      delete copy.keys[ana]['x-countersign-keyowner']
    },
    ['keyUnnamed'],
    'notable',
    "Takes the owner's name from a key",
  ),
  row(
    'address',
    root(),
    (copy) => {
      copy.keys[ana]['x-tuf-on-ci-online-uri'] = 'kms:1'
    },
    ['keyAddress'],
    'notable',
    'Changes the address of a key that a machine uses',
  ),
  row(
    'hash list',
    root(),
    (copy) => {
      copy.keys[ana].keyid_hash_algorithms = ['sha256']
    },
    ['keyHashList'],
    'routine',
    'Routine changes only; nobody gains or loses a say',
  ),
  row(
    'rehearsal',
    root(),
    (copy) => {
      copy.keys[ana]['x-countersign-rehearsal'] = true
    },
    ['keyRehearsal'],
    'dangerous',
    'Turns a key from rehearsal to real or back',
  ),
  row(
    'unused added',
    root(),
    (copy) => {
      put(copy.keys, 'emil')
    },
    ['keyUnusedAdded'],
    'notable',
    'Adds a key that no role uses',
  ),
  row(
    'unused removed',
    from(root(), (copy) => {
      put(copy.keys, 'emil')
    }),
    (copy) => {
      delete copy.keys[emil]
    },
    ['keyUnusedRemoved'],
    'routine',
    'Routine changes only; nobody gains or loses a say',
  ),
  row(
    'left unused',
    root(),
    (copy) => {
      copy.roles.root.keyids.pop()
    },
    ['keyLeftUnused', 'signerRemoved'],
    'notable',
    'Removes a key holder',
  ),
  row(
    'unknown type',
    root(),
    (copy) => {
      copy.roles.root.keyids.push(put(copy.keys, 'fulcio'))
    },
    ['keyUnknownType', 'signerAdded', 'unknownAdded', 'unknownAdded'],
    'dangerous',
    'Changes who can change everything: adds a key holder, adds a key of an unknown type and adds 2 unknown fields',
  ),
]

const files: Scenario[] = [
  {
    name: 'first targets',
    after: targets(),
    kinds: [
      'artifactAdded',
      'artifactAdded',
      'customAdded',
      'delegationAdded',
      'delegationAdded',
      'expirySet',
      'firstVersion',
    ],
    risk: 'dangerous',
    headline: 'First version of targets: 2 artifacts and 2 roles that decide for more',
  },
  {
    name: 'first, empty',
    after: from(targets(), (copy) => {
      copy.targets = {}
      delete copy.delegations
    }),
    kinds: ['expirySet', 'firstVersion', 'listEmpty'],
    risk: 'notable',
    headline: 'First version of targets: 0 artifacts',
  },
  row(
    'artifact added',
    targets(),
    (copy) => {
      copy.targets.new = artifact('e')
    },
    ['artifactAdded'],
    'notable',
    'Adds “new”',
  ),
  row(
    'first artifact',
    from(targets(), (copy) => {
      copy.targets = {}
    }),
    (copy) => {
      copy.targets.new = artifact('e')
    },
    ['artifactAdded'],
    'notable',
    'Adds “new”',
  ),
  row(
    'artifact removed',
    targets(),
    (copy) => {
      delete copy.targets['tool/1.0.tar']
    },
    ['artifactRemoved'],
    'notable',
    'Removes “tool/1.0.tar”',
  ),
  row(
    'artifact replaced',
    targets(),
    (copy) => {
      copy.targets['tool/1.0.tar'] = artifact('e', 7)
    },
    ['artifactReplaced'],
    'notable',
    'Replaces “tool/1.0.tar”',
  ),
  row(
    'other hashes',
    targets(),
    (copy) => {
      copy.targets['tool/1.0.tar'].hashes = { sha512: hex('e', 128) }
    },
    ['artifactUncomparable'],
    'notable',
    'Describes “tool/1.0.tar” by other hashes',
  ),
  row(
    'one more hash',
    targets(),
    (copy) => {
      copy.targets['tool/1.0.tar'].hashes.sha512 = hex('e', 128)
    },
    ['artifactDescribed'],
    'routine',
    'Routine changes only; nobody gains or loses a say',
  ),
  row(
    'hash in capitals',
    targets(),
    (copy) => {
      copy.targets['tool/1.0.tar'].hashes.sha256 = hex('A')
    },
    ['artifactDescribed'],
    'routine',
    'Routine changes only; nobody gains or loses a say',
  ),
  row(
    'other size, same hash',
    targets(),
    (copy) => {
      copy.targets['tool/1.0.tar'].length = 7
    },
    ['artifactContradicted'],
    'dangerous',
    'Contradicts itself about “tool/1.0.tar”',
  ),
  row(
    'custom',
    targets(),
    (copy) => {
      copy.targets['tool/1.1.tar'].custom.channel = 'stable'
      copy.targets['tool/1.0.tar'].custom = { a: 1 }
    },
    ['customAdded', 'customChanged'],
    'notable',
    'Adds data to “tool/1.0.tar” and changes data of “tool/1.1.tar”',
  ),
  row(
    'custom removed',
    targets(),
    (copy) => {
      delete copy.targets['tool/1.1.tar'].custom
    },
    ['customRemoved'],
    'notable',
    'Removes data from “tool/1.1.tar”',
  ),
  row(
    'delegation added',
    targets(),
    (copy) => {
      copy.delegations.roles.unshift({ name: 'new', terminating: true, paths: ['*'], ...role(1, 'ana') })
    },
    ['delegationBlocks', 'rolesHidden'],
    'dangerous',
    'Blocks “*” for every role but “new”',
  ),
  row(
    'delegation added that blocks only part of what it is for',
    targets(),
    (copy) => {
      const paths = ['docs/secret', 'video/1']
      copy.delegations.roles.unshift({ name: 'new', terminating: true, paths, ...role(1, 'ana') })
    },
    ['delegationAdded', 'rolesHidden'],
    'dangerous',
    'Lets “new” decide for artifacts and blocks the roles after “new”',
  ),
  row(
    'delegation added behind one with the last word',
    from(targets(), (copy) => {
      copy.delegations.roles[0].terminating = true
    }),
    (copy) => {
      copy.delegations.roles.splice(1, 0, { name: 'new', terminating: false, paths: ['docs/*'], ...role(1, 'ana') })
    },
    ['delegationAdded'],
    'dangerous',
    'Lets “new” decide for artifacts',
  ),
  row(
    'one artifact more under the last word',
    from(targets(), (copy) => {
      copy.delegations.roles[0].terminating = true
      copy.delegations.roles[1] = { name: 'img', terminating: false, paths: ['img/*', 'pic/*'], ...role(1, 'cleo') }
      copy.delegations.roles.push({ name: 'tiff', terminating: false, paths: ['img/*.tiff'], ...role(1, 'cleo') })
    }),
    (copy) => {
      copy.delegations.roles[0].paths.push('pic/1')
    },
    ['pathsBlocked', 'rolesHidden'],
    'dangerous',
    'Blocks “pic/1” for every role but “docs”',
  ),
  row(
    'delegation removed',
    targets(),
    (copy) => {
      copy.delegations.roles.shift()
    },
    ['delegationRemoved', 'keyLeftUnused', 'keyLeftUnused'],
    'notable',
    'Takes artifacts from “docs”',
  ),
  row(
    'wider and narrower',
    targets(),
    (copy) => {
      copy.delegations.roles[0].paths = ['docs/*', '*']
    },
    ['pathsNarrowed', 'pathsWidened'],
    'dangerous',
    'Lets “docs” decide for more artifacts and lets “docs” decide for fewer artifacts',
  ),
  row(
    'hash prefixes',
    targets(),
    (copy) => {
      copy.delegations.roles[1].path_hash_prefixes = ['01', '02']
    },
    ['prefixesNarrowed', 'prefixesWidened'],
    'dangerous',
    'Lets “bins” decide for more artifacts and lets “bins” decide for fewer artifacts',
  ),
  row(
    'patterns reordered',
    targets(),
    (copy) => {
      copy.delegations.roles[0].paths.reverse()
    },
    ['scopeReordered'],
    'routine',
    'Routine changes only; nobody gains or loses a say',
  ),
  row(
    'paths to prefixes',
    targets(),
    (copy) => {
      delete copy.delegations.roles[0].paths
      copy.delegations.roles[0].path_hash_prefixes = [''.padEnd(1, 'a')]
    },
    ['delegationScope'],
    'dangerous',
    'Changes for what “docs” decides',
  ),
  row(
    'last word',
    targets(),
    (copy) => {
      copy.delegations.roles[0].terminating = true
      copy.delegations.roles[1].terminating = false
    },
    ['rolesHidden', 'terminatingOff', 'terminatingOn'],
    'notable',
    'Gives “docs” the last word, takes the last word from “bins” and blocks the roles after “docs”',
  ),
  row(
    'order of roles',
    targets(),
    (copy) => {
      copy.delegations.roles.reverse()
    },
    ['delegationsReordered', 'rolesHidden'],
    'notable',
    'Changes which role is asked first and blocks the roles after “bins”',
  ),
  row(
    'keys of a delegation',
    targets(),
    (copy) => {
      copy.delegations.roles[1].keyids = [ana]
      copy.delegations.roles[0].threshold = 2
    },
    ['keyLeftUnused', 'signerReplaced', 'thresholdRaised'],
    'dangerous',
    'Replaces a key holder and raises the threshold of “docs”',
  ),
  {
    name: 'to bins',
    before: targets(),
    after: { ...succinct(), version: 2 },
    kinds: ['binsAdded', 'delegationRemoved', 'delegationRemoved'],
    risk: 'dangerous',
    headline: 'Spreads the artifacts over many roles and takes artifacts from “docs” and “bins”',
  },
  {
    name: 'from bins',
    before: succinct(),
    after: from(targets(), (copy) => {
      copy.version = 2
      copy.delegations.roles = []
      copy.delegations.keys = {}
    }),
    kinds: ['binsRemoved', 'listEmpty', 'listEmpty'],
    risk: 'notable',
    headline: 'No longer spreads the artifacts over many roles',
  },
  row(
    'more bins',
    succinct(),
    (copy) => {
      copy.delegations.succinct_roles.bit_length = 4
    },
    ['binsChanged'],
    'dangerous',
    'Spreads the artifacts over other roles',
  ),
]

const first = (copy: Loose): Loose => copy.delegations.delegations[0]
const agreed: Scenario[] = [
  row(
    'agreement added',
    agreements(),
    (copy) => {
      copy.delegations.delegations.push({
        name: 'tools',
        paths: ['tool/*'],
        terminating: false,
        min_roles_in_agreement: 1,
        roleinfo: [{ rolename: 'build', ...role(1, 'ana') }],
      })
    },
    ['agreementAdded'],
    'dangerous',
    'Lets the roles of “tools” decide for artifacts',
  ),
  row(
    'agreement removed',
    agreements(),
    (copy) => {
      copy.delegations.delegations.shift()
    },
    ['agreementRemoved', 'keyLeftUnused'],
    'notable',
    'Takes artifacts from the roles of “libraries”',
  ),
  row(
    'fewer must agree',
    agreements(),
    (copy) => {
      first(copy).min_roles_in_agreement = 1
    },
    ['agreementLowered'],
    'dangerous',
    'Lets fewer roles decide for “libraries”',
  ),
  row(
    'one more role, as many must agree',
    agreements(),
    (copy) => {
      first(copy).roleinfo.push({ rolename: 'extra', ...role(1, 'dana') })
      copy.delegations.keys_for_delegations[dana] = keyObject('dana')
    },
    ['agreementLowered', 'agreementRoleAdded'],
    'dangerous',
    'Lets fewer roles decide for “libraries” and gives “extra” a say',
  ),
  row(
    'one role less',
    agreements(),
    (copy) => {
      first(copy).roleinfo.pop()
    },
    ['agreementRaised', 'agreementRoleRemoved'],
    'notable',
    'Asks more of the roles of “libraries” and takes the say of “mirror”',
  ),
  row(
    'order of roles that agree, and of entries',
    agreements(),
    (copy) => {
      first(copy).roleinfo.reverse()
      copy.delegations.delegations.reverse()
    },
    ['delegationsReordered', 'delegationsReordered'],
    'notable',
    'Changes which role is asked first',
  ),
  row(
    'agreement with the last word, for more',
    agreements(),
    (copy) => {
      first(copy).terminating = true
      first(copy).paths.push('doc/*')
    },
    ['pathsWidened', 'rolesHidden', 'terminatingOn'],
    'dangerous',
    'Lets “libraries” decide for more artifacts, gives “libraries” the last word and blocks the roles after “libraries”',
  ),
  row(
    'keys of a role that agrees',
    agreements(),
    (copy) => {
      first(copy).roleinfo[0].keyids = [ben]
      first(copy).roleinfo[1].threshold = 2
    },
    ['keyLeftUnused', 'signerReplaced', 'thresholdRaised'],
    'dangerous',
    'Replaces a key holder and raises the threshold of “audit”',
  ),
  row(
    'draft: another entry',
    draftAgreements(),
    (copy) => {
      copy.delegations.unshift({ paths: ['tool/*'], roles: ['audit', 'extra'] })
      copy.roles.extra = role(1, 'dana')
      copy.keys[dana] = keyObject('dana')
    },
    ['agreementAdded'],
    'dangerous',
    'Lets the roles of “audit + extra” decide for artifacts',
  ),
  row(
    'draft: keys of a role, told once for both its entries',
    draftAgreements(),
    (copy) => {
      copy.roles.audit.threshold = 2
      copy.delegations[1].paths = ['doc/*', 'img/*']
    },
    ['pathsWidened', 'thresholdRaised'],
    'dangerous',
    'Lets “audit” decide for more artifacts and raises the threshold of “audit”',
  ),
  {
    name: 'to agreements',
    before: targets(),
    after: { ...agreements(), version: 2 },
    kinds: ['agreementAdded', 'agreementAdded', 'delegationRemoved', 'delegationRemoved'],
    risk: 'dangerous',
    headline:
      'Lets the roles of “libraries” and “manuals” decide for artifacts and takes artifacts from “docs” and “bins”',
  },
]

const versions: Scenario[] = [
  row(
    'forward',
    snapshot(),
    (copy) => {
      copy.meta['targets.json'].version = 4
      copy.meta['docs.json'].version = 7
    },
    ['listedForward', 'listedForward'],
    'routine',
    'Routine: updates “docs” and targets',
  ),
  row(
    'listed and dropped',
    snapshot(),
    (copy) => {
      copy.meta['new.json'] = { version: 1 }
      delete copy.meta['docs.json']
    },
    ['listedAdded', 'listedRemoved'],
    'dangerous',
    'Drops “docs” from the list and lists “new” for the first time',
  ),
  row(
    'back in the list',
    snapshot(),
    (copy) => {
      copy.meta['targets.json'].version = 2
    },
    ['listedBack'],
    'dangerous',
    'Takes targets back to an older version',
  ),
  row(
    'other content',
    snapshot(),
    (copy) => {
      copy.meta['targets.json'].hashes.sha256 = hex('e')
    },
    ['listedContent'],
    'dangerous',
    'Changes the content of targets without a new version',
  ),
  row(
    'fewer details',
    snapshot(),
    (copy) => {
      delete copy.meta['targets.json'].length
    },
    ['listedDetail'],
    'notable',
    'States other details of targets',
  ),
  row(
    'timestamp',
    timestamp(),
    (copy) => {
      copy.meta['snapshot.json'].version = 5
    },
    ['listedForward'],
    'routine',
    'Routine: updates snapshot',
  ),
  {
    name: 'first snapshot',
    after: snapshot(),
    kinds: ['expirySet', 'firstVersion', 'listedAdded', 'listedAdded'],
    risk: 'notable',
    headline: 'First version of snapshot: 2 roles listed',
  },
  {
    name: 'first timestamp',
    after: timestamp(),
    kinds: ['expirySet', 'firstVersion', 'listedAdded'],
    risk: 'notable',
    headline: 'First version of timestamp: points to version 4 of snapshot',
  },
]

export const scenarios: readonly Scenario[] = [...common, ...roles, ...keys, ...files, ...agreed, ...versions]
