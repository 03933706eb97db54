// What is a person's own mistake, found before a record is made of it.
import { beforeAll, expect, test } from 'vitest'
import { AppError } from '../../../../src/core/error.ts'
import { verifyLog } from '../../../../src/core/systems/warg/log/log.ts'
import { LogState } from '../../../../src/core/systems/warg/log/log-state.ts'
import type { Entry } from '../../../../src/core/systems/warg/log/record.ts'
import { checkWish } from '../../../../src/core/systems/warg/waiting/wish.ts'
import { type Person, person } from '../../../support/warg/keys.ts'
import { chained, content } from '../../../support/warg/records.ts'

const [ana, bo] = [person('ana'), person('bo')]
let log: LogState
let operator: LogState
beforeAll(async () => {
  const release = (version: string): Entry => ({ kind: 'release', version, digest: content })
  log = await verifyLog(
    'package',
    chained(
      'package',
      [ana, [{ kind: 'init', key: ana }]],
      [ana, [release('0.1.0'), release('0.2.0')]],
      [ana, [{ kind: 'yank', version: '0.2.0' }]],
    ),
  )
  operator = await verifyLog(
    'operator',
    chained('operator', [
      ana,
      [
        { kind: 'init', key: ana },
        { kind: 'define', namespace: 'acme' },
      ],
    ]),
  )
})

function judged(state: LogState, entries: readonly Entry[], waiting: readonly Entry[] = []): unknown {
  try {
    checkWish('acme:tools', state, { entries, waiting }, (id) => id)
    return undefined
  } catch (thrown) {
    return thrown instanceof AppError ? (thrown.data?.fault ?? thrown.code) : thrown
  }
}

test('what the log says already, or what is nothing to say, is refused as a mistake of the person', () => {
  const release = (version: string, digest = content): Entry => ({ kind: 'release', version, digest })
  const yank = (version: string): Entry => ({ kind: 'yank', version })
  const grant = (key: Person): Entry => ({ kind: 'grant', key, permissions: ['release'] })
  const revoke = ({ id }: Person): Entry => ({ kind: 'revoke', keyId: id, permissions: ['release'] })
  const define = (namespace: string): Entry => ({ kind: 'define', namespace })
  const cases: readonly [boolean, LogState, Entry[], Entry[]?][] = [
    [true, log, [release('0.3.0'), yank('0.1.0'), grant(bo), revoke(ana)]],
    [false, log, [release('0.1.0')]],
    [false, log, [release('0.2.0')]],
    [false, log, [release('1.0')]],
    [false, log, [release('v1.0.0')]],
    [false, log, [release('1.0.0', 'sha256:abc')]],
    [false, log, [yank('0.3.0')]],
    [false, log, [yank('0.2.0')]],
    [false, log, [yank('0.1.0'), yank('0.1.0')]],
    [false, log, [grant(ana)]],
    [true, log, [{ kind: 'grant', key: bo, permissions: [] }]],
    [false, log, [revoke(bo)]],
    [true, log, [grant(bo), revoke(bo)]],
    [true, log, [revoke(ana), grant(ana)]],
    // Behind what waits: it counts, and is not judged once more.
    [false, log, [release('0.3.0')], [release('0.3.0')]],
    [true, log, [yank('0.3.0')], [release('0.3.0')]],
    [true, log, [grant(bo)], [release('0.1.0')]],
    [true, new LogState('package'), [{ kind: 'init', key: bo }, release('0.1.0')]],
    [false, new LogState('package'), [grant(bo)], [{ kind: 'init', key: bo }]],
    [true, operator, [define('ba')]],
    [false, operator, [define('acme')]],
    [false, operator, [{ kind: 'import', namespace: 'acme', registry: 'other.example' }]],
    [false, operator, [define('Acme')]],
  ]
  for (const [isRight, state, entries, waiting] of cases)
    expect([entries, judged(state, entries, waiting)]).toEqual([entries, isRight ? undefined : 'usage/invalid'])
  expect(judged(operator, [define('аcme')])).toBe('look-alike-name')
})
