// merkle init: a first root and first targets from the keys that are named. Public keys are enough: the holders sign what waits.

import { isSameKey } from '../../../core/key.ts'
import type { PublicKey } from '../../../core/signer.ts'
import { visible } from '../../../core/visible.ts'
import { emptyPlace, foundingDefaults } from '../../../node/founding.ts'
import { type KnownKey, knownKeys } from '../../../node/known-keys.ts'
import { foundBlocks } from '../../../node/merkle/founding.ts'
import { isPersonalSigner } from '../../../node/personal-signer.ts'
import { type Answer, answer } from '../../command.ts'
import { parseCount } from '../../parse.ts'
import { namedKey } from '../../role-keys.ts'
import { type Call, usage } from './call.ts'
import { begunLines } from './words.ts'

const day = 86_400_000

export async function init(call: Call): Promise<Answer> {
  const { desk, io, parsed, words } = call
  const names = parsed.texts('key')
  if (names.length === 0) throw usage('a repository needs at least one key', 'name the holders: --key KEY')
  const others = parsed.texts('targets-key')
  if (others.length === 0 && parsed.text('targets-threshold') !== undefined)
    throw usage('--targets-threshold is about the keys of --targets-key, and none is named', 'use --threshold')
  const threshold = parseCount(parsed, 'threshold', names.length, 1, names.length)
  const most = Math.max(1, others.length)
  const targetsThreshold = parseCount(parsed, 'targets-threshold', most, 1, most)
  const expiryDays = parseCount(parsed, 'expires', foundingDefaults.expiryDays, 1, 3650)
  const place = await emptyPlace(desk, words[0] ?? '', io.signal)
  const known = await knownKeys(desk, [], io.signal)
  const find = (wanted: string): Promise<PublicKey> => realKey(wanted, known, call)
  const people: PublicKey[] = []
  for (const name of names) people.push(await find(name))
  const maintainers: PublicKey[] = []
  for (const name of others) maintainers.push(await find(name))
  const [first = names[0] ?? ''] = names
  const online = await find(parsed.text('online-key') ?? first)
  checkOnline(online, known)
  const until = new Date(io.now().getTime() + expiryDays * day)
  const machine = { keys: [online], threshold: 1 }
  const root = { keys: people, threshold }
  const founded = await foundBlocks(
    desk,
    place,
    {
      roles: {
        root,
        targets: maintainers.length === 0 ? root : { keys: maintainers, threshold: targetsThreshold },
        snapshot: machine,
        timestamp: machine,
      },
      expires: { root: until, targets: until },
    },
    io.signal,
  )
  const { pinned, files, digest } = founded
  return answer(
    { location: pinned.location, files, root: digest },
    `began ${pinned.location}: ${files.join(', ')}`,
    ...begunLines(founded),
  )
}

/** Blocks hold no mark of practice keys: nobody could tell such a repository from a real one. */
async function realKey(wanted: string, known: readonly KnownKey[], { desk, io }: Call): Promise<PublicKey> {
  const { key, rehearsal } = await namedKey(wanted, known, desk, io)
  if (rehearsal !== true) return key
  throw usage(
    `the key ${visible(wanted)} is for rehearsal, and documents of blocks know no such keys`,
    'make a key: countersign keys create NAME',
  )
}

/** Snapshot and timestamp are signed whenever something is published, and by themselves where they expire. */
function checkOnline(key: PublicKey, known: readonly KnownKey[]): void {
  const found = known.find((one) => isSameKey(one.key, key))
  if (found === undefined || !isPersonalSigner(found.id)) return
  throw usage(
    'snapshot and timestamp are signed daily, and a token or an ssh-agent is a person’s',
    'choose a key file for them, made for nothing else: --online-key KEY',
  )
}
