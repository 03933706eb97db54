// Families of tokens as one: one that fails hides no other, and a request goes to the family that shows the token.
import { expect, test } from 'vitest'
import { AppError } from '../../../src/core/error.ts'
import type { Token, TokenKind, TokenList } from '../../../src/core/token.ts'
import { able, families } from '../../../src/node/token-host/families.ts'
import type { TokenDriver } from '../../../src/node/tokens.ts'
import { never } from '../../support/repository.ts'
import { codeOfCall } from '../../support/thrown.ts'

const tokenOf = (id: string, kind: TokenKind): Token => ({
  id,
  kind,
  name: 'a token',
  reader: id,
  rehearsal: false,
  reading: false,
  advisories: [],
  slots: [{ id: '9c', name: 'signature', algorithm: 'P-256', signerId: `${id}/9c` }],
})

function driverOf(list: () => Promise<TokenList>): TokenDriver & { say(list: TokenList): void } {
  const hearers = new Set<(list: TokenList) => void>()
  return {
    say: (said) => {
      for (const hear of hearers) hear(said)
    },
    watch: (hear) => {
      hearers.add(hear)
      hear({ tokens: [], problems: [] })
      return () => hearers.delete(hear)
    },
    list,
    sign: async () => [],
  }
}

const real = tokenOf('piv:1', 'piv')
const practice = tokenOf('piv:90000001', 'piv')

test('one that fails is a problem beside the others', async () => {
  const all = families(
    new Map<string, TokenDriver>([
      ['piv', driverOf(async () => ({ tokens: [real], problems: [] }))],
      [
        'fido',
        driverOf(async () => {
          throw new AppError({ code: 'signer/busy', message: 'denied' })
        }),
      ],
    ]),
  )
  const { tokens, problems } = await all.list(never)
  expect(tokens).toEqual([real])
  expect(problems).toMatchObject([{ where: 'fido', error: { code: 'signer/busy' } }])
})

test('the family that shows a token or its key answers for it, also when two have the same kind', async () => {
  const piv = driverOf(async () => ({ tokens: [real], problems: [] }))
  const rehearsal = driverOf(async () => ({ tokens: [practice], problems: [] }))
  const all = families(
    new Map<string, TokenDriver>([
      ['piv', piv],
      ['practice', rehearsal],
    ]),
  )
  await all.list(never)
  expect(all.of('piv:1')).toBe(piv)
  expect(all.of('piv:90000001/9c')).toBe(rehearsal)
  // Not there: the family of that name says so best.
  expect(all.of('piv:7')).toBe(piv)
  expect(codeOfCall(() => all.of('nothing'))).toBe('usage/invalid')
})

test('what one family says is told with what the others said before', async () => {
  const piv = driverOf(async () => ({ tokens: [], problems: [] }))
  const rehearsal = driverOf(async () => ({ tokens: [], problems: [] }))
  const all = families(
    new Map<string, TokenDriver>([
      ['piv', piv],
      ['practice', rehearsal],
    ]),
  )
  const heard: TokenList[] = []
  const stop = all.watch((list) => heard.push(list))
  piv.say({ tokens: [real], problems: [] })
  rehearsal.say({ tokens: [practice], problems: [] })
  stop()
  piv.say({ tokens: [], problems: [] })
  expect(heard.map(({ tokens }) => tokens.length)).toEqual([0, 1, 2])
})

test('what a family cannot do is said in words', () => {
  expect(codeOfCall(() => able(undefined, 'making a key'))).toBe('signer/unsupported')
})
