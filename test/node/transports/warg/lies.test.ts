// A registry that lies: what it says is moved to where it is seen through; what would never end is refused here.
import { describe, expect, test } from 'vitest'
import { verifyCheckpoint } from '../../../../src/core/systems/warg/checkpoint.ts'
import { consistencyName, operatorSubject } from '../../../../src/core/systems/warg/files.ts'
import { verifyLog } from '../../../../src/core/systems/warg/log.ts'
import { parseLogProof, verifyConsistent } from '../../../../src/core/systems/warg/log-proof.ts'
import { parseConsistency } from '../../../../src/core/systems/warg/wire.ts'
import { parseWargAddress } from '../../../../src/node/transports/warg/address.ts'
import { type WargApi, wargApi } from '../../../../src/node/transports/warg/api.ts'
import { momentOf } from '../../../../src/node/transports/warg/moment.ts'
import { never } from '../../../support/repository.ts'
import { type Stage, stage } from './stage.ts'
import { checkpoint, faultOf, page, verifyAll } from './verified.ts'

describe('a registry that lies', () => {
  const verified = async (tell: (made: Stage) => unknown) => {
    const made = await stage()
    await tell(made)
    return faultOf(verifyAll(made.open(), made))
  }

  /** The transport moves what it gets: core tells what is wrong with it. */
  test.each<[string, (made: Stage) => unknown, string]>([
    ['proves nothing', ({ registry }) => registry.lie('zero-proofs'), 'proof-count'],
    ['signs with a key that may not', ({ registry }) => registry.lie('clerk-signs'), 'checkpoint-key-without-commit'],
    ['signs with a key of nobody', ({ registry }) => registry.lie('stranger-signs'), 'checkpoint-key-unknown'],
    ['shows an old checkpoint', ({ registry }) => registry.lie('stale-checkpoint', 3600), 'checkpoint-stale'],
    ['swaps a record', ({ registry, hello }) => registry.lie('swapped-record', hello), 'proof-wrong-root'],
    ['keeps an old map', ({ registry, hello }) => registry.lie('old-map-head', hello), 'proof-wrong-root'],
    ['moves a record', ({ registry, tools }) => registry.lie('wrong-index', tools), 'proof-wrong-root'],
  ])('%s', async (_, tell, fault) => {
    expect(await verified(tell)).toBe(fault)
    expect(await verified(() => undefined)).toBe('ok')
  })

  test('about its length, with a valid signature', async () => {
    const made = await stage()
    const trusted = await checkpoint(made.open())
    made.registry.lie('rolled-back', 2)
    expect(await verifyAll(made.open(), made)).toBe(6)
    const operator = await verifyLog('operator', (await page(made.open(), operatorSubject)) ?? [])
    const question = { operator, pinned: made.registry.operatorInitId, now: new Date(), maxAgeSeconds: 600, trusted }
    expect(await faultOf(verifyCheckpoint(await checkpoint(made.open()), question))).toBe('checkpoint-rolled-back')
  })

  test('and has two logs', async () => {
    const made = await stage()
    const { registry, hello, ana } = made
    const trusted = await checkpoint(made.open())
    const other = await registry.fork()
    await other.publish(hello, [{ kind: 'yank', version: '1.1.0' }], ana)
    await other.publish('acme:more', [{ kind: 'init', key: ana }], ana)
    registry.lie('forked', ({ headers }) => headers['user-agent'] === 'countersign')
    const source = made.open()
    const signed = await checkpoint(source)
    expect(signed.logLength).toBe(trusted.logLength + 1)
    const name = consistencyName(trusted.logLength, signed.logLength)
    const proof = parseLogProof(parseConsistency((await source.read(name, 1e6, never)) ?? new Uint8Array(), name))
    expect(await faultOf(Promise.resolve().then(() => verifyConsistent(proof, trusted, signed)))).toBe(
      'proof-wrong-old-root',
    )
  })

  test('about a package that it has', async () => {
    const { open, registry, hello } = await stage()
    for (const name of ['empty-log', 'hidden-log'] as const) {
      registry.beHonest()
      registry.lie(name, hello)
      expect(await page(open(), hello)).toBe(undefined)
    }
  })

  /** What can be seen without judging: it would never end, or could not be of that moment. */
  test.each<[string, (made: Stage) => unknown, string]>([
    ['more without any record', ({ registry }) => registry.lie('endless-paging'), 'source/rejected'],
    [
      'the same records again',
      ({ registry }) => {
        registry.lie('repeated-page')
        registry.lie('slow-paging', 1)
      },
      'bad-answer',
    ],
    ['a record newer than the moment', ({ registry, hello }) => registry.lie('beyond-length', hello), 'bad-answer'],
  ])('%s is refused', async (_, tell, fault) => {
    const made = await stage()
    tell(made)
    expect(await faultOf(page(made.open(), made.hello))).toBe(fault)
    expect(made.registry.asked.length).toBeLessThan(8)
  })

  test('nor may the operator’s records come one by one, and none of the log that is asked for', async () => {
    let asked = 0
    const record = { contents: new Uint8Array(1), keyId: `sha256:${'00'.repeat(32)}`, signature: '' }
    const api: WargApi = {
      ...wargApi(parseWargAddress('warg+https://registry.example.com/')),
      logs: async () => {
        const operator = [{ ...record, registryIndex: asked++, fetchToken: 'x' }]
        if (asked > 5000) throw new Error('it goes on for ever')
        return { more: true, operator, packages: new Map() }
      },
    }
    expect(await faultOf(momentOf(api, 2 ** 31).page('acme:hello', 1, never))).toBe('bad-answer')
    expect(asked).toBe(1000)
  })

  test('the operator’s log that comes along may not go on for ever either', async () => {
    const made = await stage()
    made.registry.lie('repeated-page')
    made.registry.lie('slow-paging', 1)
    const source = made.open()
    await checkpoint(source)
    expect(await faultOf(page(source, operatorSubject))).toBe('bad-answer')
  })
})
