// tokens: YubiKeys, smart cards, PKCS#11 and FIDO2 tokens: seeing them, making keys on them, saying whose they are.
import type { Command } from '../command.ts'
import { tokenOptions } from '../parse.ts'
import { plugPractice } from '../practice.ts'
import { deskFor } from '../session.ts'
import { usage, type Verb } from './tokens/call.ts'
import { changeSecret, unblock } from './tokens/change.ts'
import { attest, holders, info, list, practice } from './tokens/look.ts'
import { addSpare, generate, makeOptions, wrap } from './tokens/make.ts'
import { modules } from './tokens/modules.ts'
import { enroll, forget } from './tokens/people.ts'

interface Entry {
  /** What follows the verb, as the help shows it. */
  words: readonly string[]
  /** So many of them may be left out. */
  optional?: number
  run: Verb
}

const verbs: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ['list', { words: [], run: list }],
  ['info', { words: ['TOKEN'], run: info }],
  ['enroll', { words: ['NAME', 'TOKEN', 'SLOT'], run: enroll }],
  ['generate', { words: ['TOKEN', 'SLOT'], run: generate }],
  ['attest', { words: ['TOKEN', 'SLOT'], run: attest }],
  ['change-pin', { words: ['TOKEN'], run: changeSecret('pin') }],
  ['change-puk', { words: ['TOKEN'], run: changeSecret('puk') }],
  ['unblock', { words: ['TOKEN'], run: unblock }],
  ['holders', { words: [], run: holders }],
  ['forget', { words: ['NAME', 'KEY'], run: forget }],
  ['modules', { words: ['add|remove', 'PATH'], optional: 2, run: modules }],
  ['wrap', { words: ['NAME', 'TOKEN'], run: wrap }],
  ['add-spare', { words: ['NAME', 'TOKEN'], run: addSpare }],
  ['practice', { words: [], run: practice }],
])

export const tokensCommand: Command = {
  name: 'tokens',
  usage: 'tokens VERB ...',
  summary: 'Hardware tokens: what is plugged in, making keys on them, whose they are, their PINs.',
  details: [
    'countersign tokens list                     what is plugged in, which keys it holds, how many tries are left',
    'countersign tokens info TOKEN               everything about one',
    'countersign tokens generate TOKEN SLOT      a new key in a slot of a PIV token; it never leaves the token',
    'countersign tokens attest TOKEN SLOT        the proof that a key was made on the token, checked here',
    'countersign tokens enroll NAME TOKEN SLOT   this key is NAME’s; again with another token, for a spare',
    'countersign tokens holders                  whose keys are known here',
    'countersign tokens forget NAME KEY          KEY is no longer known as NAME’s',
    'countersign tokens change-pin TOKEN         also change-puk; unblock sets a new PIN by means of the PUK',
    'countersign tokens wrap NAME TOKEN          a key file that only a FIDO2 token opens',
    'countersign tokens add-spare NAME TOKEN     lets a second FIDO2 token open it',
    'countersign tokens modules                  the PKCS#11 modules that are used; modules add PATH, modules remove PATH',
    'countersign tokens practice                 a token made of software, to try all of this; PIN 123456, PUK 12345678',
    'TOKEN is a serial number, or an id as list shows it (piv:15835999). SLOT is 9a, 9c, 9d, 9e, or 82 to 95.',
  ],
  options: { ...makeOptions, ...tokenOptions },
  arity: [1, 4],
  run: async (parsed, io, dataDir) => {
    const [verb = '', ...words] = parsed.positionals
    const entry = verbs.get(verb)
    if (entry === undefined) throw usage(`tokens does ${[...verbs.keys()].join(', ')}, not ${verb}`)
    const least = entry.words.length - (entry.optional ?? 0)
    if (words.length < least || words.length > entry.words.length) {
      const takes = entry.words.length === 0 ? 'nothing more' : entry.words.join(' ')
      throw usage(`tokens ${verb} takes ${takes}, and was given ${words.length === 0 ? 'none of it' : words.length}`)
    }
    const desk = deskFor(io, dataDir)
    const isPractice = verb === 'practice' || parsed.flag('practice')
    const call = { desk, io, words, parsed: { ...parsed, flag: flagsOf(parsed.flag, isPractice) } }
    await plugPractice(call.parsed, desk, io)
    return entry.run(call)
  },
}

function flagsOf(flag: (name: string) => boolean, isPractice: boolean): (name: string) => boolean {
  return (name) => (name === 'practice' ? isPractice : flag(name))
}
