// A long log of a package, verified in one pass while it is made: the time beside the floor, and what is still held near its end.
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { concatBytes, utf8 } from '../../src/core/bytes.ts'
import type { Envelope } from '../../src/core/systems/warg/encoding/envelope.ts'
import { recordIdOf, signedRecord } from '../../src/core/systems/warg/encoding/ids.ts'
import { signatureText, wargKey } from '../../src/core/systems/warg/encoding/key.ts'
import { verifyLog } from '../../src/core/systems/warg/log/log.ts'
import { type Entry, encodeRecord } from '../../src/core/systems/warg/log/record.ts'
import { nativeMachine } from '../../src/node/warg/native-machine.ts'
import { report } from './compare.ts'

const records = 100_000
/** Both take turns after so many records, so that a slow moment of the machine hits both. */
const turn = 1000
const releases = 100

/** Permissions that are given and taken are history, which a log keeps; those that are given again and again are not. */
const mixes = {
  turned: { title: 'permissions given and taken', mostBytes: 150 },
  given: { title: 'permissions given again', mostBytes: 10 },
} as const
type Mix = keyof typeof mixes

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ana = wargKey({
  scheme: 'ecdsa-p256-sha256',
  spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
})
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
const bo = wargKey({ scheme: 'ecdsa-p256-sha256', spki: new Uint8Array(other.export({ format: 'der', type: 'spki' })) })
const content = recordIdOf('package', utf8('content'))

export async function benchLog(): Promise<boolean> {
  const results = [await benchMix('turned'), await benchMix('given')]
  return results.every(Boolean)
}

async function benchMix(mix: Mix): Promise<boolean> {
  let [oursMs, floorMs, floorCount] = [0, 0, 0]
  const held: number[] = []
  async function* log(): AsyncGenerator<Envelope> {
    let prev: string | undefined
    for (let from = 0; from < records; from += turn) {
      const made: Envelope[] = []
      for (let n = from; n < from + turn; n++) {
        const draft = { time: { seconds: 1_700_000_000 + n, nanos: n }, entries: entriesOf(n, mix) }
        const contents = encodeRecord('package', prev === undefined ? draft : { ...draft, prev })
        const der = sign('sha256', signedRecord('package', contents), privateKey)
        made.push({ contents, keyId: ana.id, signature: signatureText(der) })
        prev = recordIdOf('package', contents)
      }
      const floor = floorOf(made)
      const start = cpuMs()
      floorCount += floor()
      const between = cpuMs()
      yield* made
      // Whoever asks for more has verified these.
      oursMs += cpuMs() - between
      floorMs += between - start
      if (from + turn === records / 10 || from + turn === records) held.push(heldBytes())
    }
  }
  const state = await verifyLog('package', log(), nativeMachine)
  if (state.length !== records || floorCount !== records) throw new Error('not all were verified')
  const [early = 0, late = 0] = held
  const grown = (late - early) / (0.9 * records)
  const { title, mostBytes } = mixes[mix]
  const rows = [
    { name: 'countersign', medianMs: oursMs },
    { name: 'floor', medianMs: floorMs },
  ]
  return report(`Verify a log of ${records.toLocaleString('en')} records, ${title}, in one pass (CPU time)`, rows, [
    {
      text: 'of the floor: sha256 and one native verify of P-256 a record, one thread',
      ratio: oursMs / floorMs,
      limit: 1.3,
      sense: 'at most',
    },
    {
      text: `of ${mostBytes} bytes a record that are kept after the first ${records / 10}: ${grown.toFixed(1)}`,
      ratio: grown / mostBytes,
      limit: 1,
      sense: 'at most',
    },
  ])
}

/** Of all threads: what collects and compiles beside the one that verifies counts as well. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function entriesOf(n: number, mix: Mix): Entry[] {
  if (n === 0) return [{ kind: 'init', key: ana }]
  if (n <= releases) return [{ kind: 'release', version: `1.0.${n}`, digest: content }]
  if (n <= 2 * releases) return [{ kind: 'yank', version: `1.0.${n - releases}` }]
  if (mix === 'given' || n % 2 === 1) return [{ kind: 'grant', key: bo, permissions: ['release'] }]
  return [{ kind: 'revoke', keyId: bo.id, permissions: ['release'] }]
}

function floorOf(envelopes: readonly Envelope[]): () => number {
  const prefix = utf8('WARG-PACKAGE-LOG-RECORD-V0:')
  const prepared = envelopes.map(({ contents, signature }) => ({
    hashed: concatBytes(prefix, contents),
    message: signedRecord('package', contents),
    der: Buffer.from(signature.slice('ecdsa-p256:'.length), 'base64'),
  }))
  return () => {
    let valid = 0
    for (const { hashed, message, der } of prepared) {
      createHash('sha256').update(hashed).digest()
      if (verify('sha256', message, publicKey, der)) valid++
    }
    return valid
  }
}

function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('nothing collects')
  // The first leaves buffers to be swept beside it, the second waits for that.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
