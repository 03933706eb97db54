// warg: registries that keep each package as a log: what is looked at, what is in it, and what its next record is to say.
import type { Command } from '../command.ts'
import { editOptions } from '../propose-edit.ts'
import { deskFor } from '../session.ts'
import { aboutVerb, chosenVerb, type Entries, entry } from '../verbs.ts'
import { approvers } from './warg/approvers.ts'
import type { Verb } from './warg/call.ts'
import { mirror, save, send } from './warg/carry.ts'
import { key } from './warg/keys.ts'
import { content, define, grant, importNamespace, init, release, revoke, yank } from './warg/record.ts'
import { show } from './warg/show.ts'
import { verifyFiles } from './warg/verify.ts'
import { age, unwatch, watch } from './warg/watch.ts'

const many = 64
const looking = ['root', 'ca', 'token']
const changing = [...looking, 'dry-run', 'replace', 'also']
const verbs: Entries<Verb> = new Map([
  [
    'watch',
    entry('SOURCE PACKAGE...', 'Looks at these packages from now on: a registry lists none.', [2, many], watch, []),
  ],
  [
    'unwatch',
    entry(
      'SOURCE PACKAGE...',
      'Looks at these packages no more, and forgets how far their logs went.',
      [2, many],
      unwatch,
      [],
    ),
  ],
  [
    'show',
    entry('SOURCE [PACKAGE|operator]', 'The packages and the operator of a registry, or one log of it.', [1, 2], show, [
      ...looking,
      'log',
      'releases',
      'permissions',
      'all',
    ]),
  ],
  [
    'init',
    entry('SOURCE PACKAGE KEY', 'Proposes the record that claims a name for ever, for KEY.', [3, 3], init, [
      ...changing,
      'sentence',
    ]),
  ],
  [
    'grant',
    entry(
      'SOURCE PACKAGE|operator KEY PERMISSION...',
      'Proposes to give permissions to KEY: release or yank; of the operator commit, define-namespace or import-namespace.',
      [4, 8],
      grant,
      [...changing, 'sentence'],
    ),
  ],
  [
    'revoke',
    entry('SOURCE PACKAGE|operator KEY PERMISSION...', 'Proposes to take permissions from KEY.', [4, 8], revoke, [
      ...changing,
      'sentence',
    ]),
  ],
  [
    'release',
    entry('SOURCE PACKAGE VERSION FILE', 'Proposes to release FILE as VERSION.', [3, 4], release, [
      ...changing,
      'digest',
      'sentence',
    ]),
  ],
  [
    'yank',
    entry('SOURCE PACKAGE VERSION', 'Proposes to take a release back, for ever.', [3, 3], yank, [
      ...changing,
      'sentence',
    ]),
  ],
  [
    'define',
    entry('SOURCE NAMESPACE', 'Proposes to set up a namespace, by the operator.', [2, 2], define, [
      ...changing,
      'sentence',
    ]),
  ],
  [
    'import',
    entry(
      'SOURCE NAMESPACE REGISTRY',
      'Proposes to leave a namespace to another registry, for ever.',
      [3, 3],
      importNamespace,
      [...changing, 'sentence'],
    ),
  ],
  [
    'approvers',
    entry(
      'SOURCE PACKAGE|operator [THRESHOLD NAME=KEY...]',
      'Shows or sets who must agree before the key that publishes signs.',
      [2, many],
      approvers,
      ['none', 'yes'],
    ),
  ],
  ['age', entry('SOURCE [DAYS]', 'How many days old the checkpoint may be; an older one is refused.', [1, 2], age, [])],
  [
    'mirror',
    entry('SOURCE FOLDER', 'Writes what was verified as a folder, to be pinned elsewhere.', [2, 2], mirror, looking),
  ],
  [
    'save',
    entry(
      'SOURCE PACKAGE|operator FILE',
      'Writes a signed record into a new file, with its approvals where there are approvers.',
      [3, 3],
      save,
      looking,
    ),
  ],
  [
    'send',
    entry('SOURCE FILE', 'Publishes a record that was signed elsewhere.', [2, 2], send, [...looking, 'replace']),
  ],
  ['key', entry('KEY', 'A key as records name it, to be compared over the telephone.', [1, 1], key, [])],
  [
    'content',
    entry('SOURCE FILE...', 'Keeps what a record made elsewhere releases, for the upload.', [2, many], content, []),
  ],
  ['verify', entry('FILE...', 'Verifies a log in files, without any registry.', [1, many], verifyFiles, ['operator'])],
])

const aboutKeys = [
  'KEY is a key here, a person whose token is enrolled, a key on a token, the file of a public key (.pem), its text',
  '(ecdsa-p256:...), or the id of one that stands in the log (sha256:...). P-256 keys only: countersign keys create NAME',
  '--type p256',
]

export const wargCommand: Command = {
  name: 'warg',
  usage: 'warg VERB SOURCE ...',
  summary: 'Works with a Warg registry: what is in its logs, and what their next records are to say.',
  details: [
    'Pin the registry first: countersign pin warg+https://HOST/, or the folder of a mirror of it.',
    'To look:',
    '  countersign warg watch SOURCE PACKAGE...    look at these packages; a registry lists none. Also unwatch',
    '  countersign warg show SOURCE                the packages and the operator; with PACKAGE or operator, its log',
    '  countersign warg age SOURCE [DAYS]          how old its checkpoint may be; an older one is refused',
    '  countersign warg verify FILE...             a log in files, without any registry',
    '  countersign warg key KEY                    a key as records name it, to be compared over the telephone',
    'To propose a record, which is then reviewed, signed and published (review, sign, publish):',
    '  countersign warg init SOURCE PACKAGE KEY    claims a name for ever, for KEY',
    '  countersign warg release SOURCE PACKAGE VERSION FILE',
    '  countersign warg yank SOURCE PACKAGE VERSION       for ever, too: nothing takes it back',
    '  countersign warg grant SOURCE PACKAGE|operator KEY PERMISSION...      also revoke',
    '  countersign warg define SOURCE NAMESPACE    a namespace, by the operator; import SOURCE NAMESPACE REGISTRY',
    '  countersign warg approvers SOURCE PACKAGE|operator [THRESHOLD NAME=KEY...]',
    '                                              who must agree before the key that publishes signs',
    'To carry:',
    '  countersign warg mirror SOURCE FOLDER       the registry as a folder, to be pinned and verified elsewhere',
    '  countersign warg save SOURCE PACKAGE|operator FILE    the signed record; send SOURCE FILE takes it there',
    '  countersign warg content SOURCE FILE...      keeps what a record made elsewhere releases, for the upload',
    'PERMISSION is release or yank; of the operator commit, define-namespace or import-namespace.',
    ...aboutKeys,
  ],
  options: {
    ...editOptions,
    also: { form: '--also', text: 'add to the record that waits, instead of taking its place', type: 'boolean' },
    sentence: {
      form: '--sentence TEXT',
      text: 'for what is for ever: the sentence that is asked for, or that the refusal shows',
      type: 'string',
    },
    digest: {
      form: '--digest DIGEST',
      text: 'release: of the content, sha256:..., where its file is not here',
      type: 'string',
    },
    log: { form: '--log', text: 'show: only the log', type: 'boolean' },
    releases: { form: '--releases', text: 'show: only the releases, or the namespaces', type: 'boolean' },
    permissions: { form: '--permissions', text: 'show: only who may do what', type: 'boolean' },
    all: { form: '--all', text: 'show: every record, and not the newest 20', type: 'boolean' },
    none: { form: '--none', text: 'approvers: take the list away', type: 'boolean' },
    yes: { form: '--yes', text: 'approvers --none: without asking', type: 'boolean' },
    operator: { form: '--operator', text: 'verify: it is the log of an operator', type: 'boolean' },
  },
  about: (parsed) =>
    aboutVerb('warg', verbs, wargCommand.options, parsed, (words) =>
      words.some((word) => word.endsWith('KEY') || word.startsWith('NAME=KEY')) ? aboutKeys : [],
    ),
  arity: [1, 1 + many],
  run: async (parsed, io, dataDir) => {
    const { run, words } = chosenVerb('warg', verbs, wargCommand.options, parsed)
    return run({
      desk: deskFor(io, dataDir),
      io,
      dataDir,
      parsed: { ...parsed, positionals: words },
      words: words.slice(1),
    })
  },
}
