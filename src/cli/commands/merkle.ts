// merkle: repositories of content-addressed blocks: how they begin, how they come from plain TUF and go back to it, what is in them,
// and how they are carried. A further verb is one more entry, and a function.
import type { Command } from '../command.ts'
import { deskFor } from '../session.ts'
import { aboutVerb, chosenVerb, type Entries, entry } from '../verbs.ts'
import { audit } from './merkle/audit.ts'
import type { Verb } from './merkle/call.ts'
import { save, upload } from './merkle/carry.ts'
import { compare } from './merkle/compare.ts'
import { exportTo } from './merkle/export.ts'
import { ask, graph } from './merkle/graph.ts'
import { importFrom } from './merkle/import.ts'
import { init } from './merkle/init.ts'
import { load } from './merkle/load.ts'
import { merkleOptions } from './merkle/options.ts'
import { show } from './merkle/show.ts'

const looking = ['root', 'ca', 'token']
const verbs: Entries<Verb> = new Map([
  [
    'init',
    entry(
      'DIR',
      'Begins a repository: a first root and first targets, which wait for the signatures of their keys.',
      [1, 1],
      init,
      ['key', 'online-key', 'threshold', 'targets-key', 'targets-threshold', 'expires'],
    ),
  ],
  [
    'import',
    entry(
      'SOURCE DIR',
      'Turns a plain TUF repository into one of blocks, in a new folder, and shows what became of each document.',
      [2, 2],
      importFrom,
      [...looking, 'expires'],
    ),
  ],
  [
    'export',
    entry(
      'SOURCE DIR',
      'Writes the documents as plain TUF: into a new folder, or as the next versions in a plain one that is pinned.',
      [2, 2],
      exportTo,
      looking,
    ),
  ],
  [
    'compare',
    entry('SOURCE SOURCE', 'Whether two repositories say the same, of blocks or of plain TUF.', [2, 2], compare, []),
  ],
  [
    'graph',
    entry('SOURCE', 'Shows versions and their links, as text or as a picture.', [1, 1], graph, [
      ...looking,
      'svg',
      'from',
    ]),
  ],
  [
    'ask',
    entry(
      'SOURCE',
      'What a client that stopped somewhere says to the head; where it refuses, the blocks that prove it.',
      [1, 1],
      ask,
      [...looking, 'from', 'role'],
    ),
  ],
  [
    'audit',
    entry(
      'SOURCE',
      'Reads every version of every role, and holds every link against the steps.',
      [1, 1],
      audit,
      looking,
    ),
  ],
  [
    'show',
    entry(
      'SOURCE CID|ROLE',
      'One block in words: what it says, what it leads to, who signed it.',
      [2, 2],
      show,
      looking,
    ),
  ],
  [
    'save',
    entry('SOURCE FILE.car', 'Writes a new archive of all blocks that the head leads to.', [2, 2], save, [
      ...looking,
      'in-force',
    ]),
  ],
  [
    'load',
    entry(
      'FILE.car|URL DIR|SOURCE',
      'Takes an archive into the folder of a repository, once all of it was verified; or into a new folder.',
      [2, 2],
      load,
      ['ca', 'token'],
    ),
  ],
  [
    'upload',
    entry(
      'SOURCE URL',
      'Sends an archive to a node or a service, then the head, and reads back what a gateway shows.',
      [2, 2],
      upload,
      ['ca', 'token', 'kubo', 'no-pin', 'head', 'gateway'],
    ),
  ],
])

const most = Math.max(...[...verbs.values()].map((one) => one.most))

export const merkleCommand: Command = {
  name: 'merkle',
  usage: 'merkle VERB ...',
  summary: 'Works with TUF over content-addressed blocks: begins such repositories, looks at them, and carries them.',
  details: [
    'To begin:',
    '  countersign merkle init DIR --key KEY ...   a first root and first targets, unsigned; the root is pinned',
    '  countersign merkle import SOURCE DIR        the same from a plain TUF repository that is pinned here',
    'To plain TUF, for readers that speak nothing else:',
    '  countersign merkle export SOURCE DIR        DIR is new, or a plain repository that is pinned here',
    'To check, where both are kept:',
    '  countersign merkle compare SOURCE SOURCE    keys, thresholds, delegations, targets; exit code 5 where they differ',
    'To look:',
    '  countersign merkle graph SOURCE --svg FILE  versions and their links; --from marks what a client holds',
    '  countersign merkle ask SOURCE --from WHERE  what a client says that stopped at: pinned, 3 (a snapshot), a CID',
    '  countersign merkle audit SOURCE             every version of every role',
    '  countersign merkle show SOURCE CID|ROLE     one block in words',
    'To carry, between folders, archives and gateways (merkle+https://HOST/PATH/ or FILE.car can be pinned as well):',
    '  countersign merkle save SOURCE FILE.car     load FILE.car|URL DIR|SOURCE takes it into a folder',
    '  countersign merkle upload SOURCE URL        --kubo for a Kubo node; --head URL puts the head there',
    'Other bytes are signed in each form, so no signature is carried over: the same keys sign again (review, sign, publish).',
    'KEY is a key here, a person whose token is enrolled, or a key on a token; to begin takes none of their passphrases.',
  ],
  options: merkleOptions,
  about: (parsed) => aboutVerb('merkle', verbs, merkleCommand.options, parsed),
  arity: [1, 1 + most],
  run: async (parsed, io, dataDir) => {
    const { run, words } = chosenVerb('merkle', verbs, merkleCommand.options, parsed)
    return run({ desk: deskFor(io, dataDir), io, parsed: { ...parsed, positionals: words }, words })
  },
}
