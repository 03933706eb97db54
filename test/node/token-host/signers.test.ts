// Keys on tokens as signers: what is listed cannot sign, and a FIDO2 key is found under every name it may have been given.
import { expect, test } from 'vitest'
import type { PublicKey } from '../../../src/core/signer.ts'
import type { Token, TokenList } from '../../../src/core/token.ts'
import { knownSigners, tokenSigner } from '../../../src/node/token-host/signers.ts'
import { noTokens } from '../../support/no-tokens.ts'
import { softwareSigner } from '../../support/repository.ts'
import { codeOfCall } from '../../support/thrown.ts'

function fido(reader: string, key: PublicKey, signerId: string, serial?: string): Token {
  const slot = { id: 'root', name: 'a key', algorithm: 'Ed25519', key, signerId }
  const more = { rehearsal: false, reading: false, advisories: [], ...(serial === undefined ? {} : { serial }) }
  return { id: `fido:${reader}`, kind: 'fido', name: 'a token', reader, slots: [slot], ...more }
}

const { key } = await softwareSigner('ana')
const list = (...tokens: Token[]): TokenList => ({ tokens, problems: [] })
const found = (from: TokenList, id: string) => tokenSigner(from, id, noTokens(), 'Root 3')?.id

test('what is listed says nothing of what it would sign, and cannot', () => {
  const [one] = knownSigners(list(fido('/a', key, 'fido:root')))
  expect(one).toEqual({ id: 'fido:root', label: 'a token, slot root', key, rehearsal: false, asks: 'pin' })
})

test('one token: the key by its name, by the serial number, and by the place', () => {
  const alone = list(fido('/a', key, 'fido:root', '15835999'))
  for (const id of ['fido:root', 'fido:root@15835999', 'fido:root@/a']) expect(found(alone, id)).toBe('fido:root')
  for (const id of ['fido:root@17203344', 'fido:other', 'piv:1/9c']) expect(found(alone, id)).toBeUndefined()
})

test('two tokens: one of them is named, or nobody guesses', () => {
  const both = list(
    fido('/a', key, 'fido:root@15835999', '15835999'),
    fido('/b', key, 'fido:root@17203344', '17203344'),
  )
  expect(found(both, 'fido:root@17203344')).toBe('fido:root@17203344')
  expect(found(both, 'fido:root@/a')).toBe('fido:root@15835999')
  expect(codeOfCall(() => found(both, 'fido:root'))).toBe('usage/invalid')
})
