// A key to be removed is named as people see it: by its holder, by the fingerprint of a review, or by its id.
import { expect, test } from 'vitest'
import { heldBy } from '../../src/cli/commands/roles.ts'
import { toHex } from '../../src/core/bytes.ts'
import { fingerprintOf } from '../../src/core/key.ts'
import { authorityOf } from '../../src/core/systems/tuf/authority.ts'
import { parseMetadata } from '../../src/core/systems/tuf/metadata.ts'
import { idOf, testRepository } from '../support/repository.ts'
import { codeOfCall } from '../support/thrown.ts'

test('by name, by fingerprint as it is printed, by id, and by nothing that could be two', async () => {
  const repository = await testRepository()
  const [ana, ben] = repository.holders
  if (ana === undefined || ben === undefined) throw new Error('nobody')
  const authority = authorityOf(parseMetadata(repository.anchor, 'root', 'root'), 'root')
  const fingerprint = toHex(fingerprintOf(ben.signer.key))
  const printed = fingerprint.slice(0, 16).replace(/(.{4})(?=.)/g, '$1 ')
  for (const who of ['Ben', fingerprint.slice(0, 8), printed, printed.toUpperCase(), idOf(ben), idOf(ben).slice(0, 8)])
    expect(heldBy(who, 'root', authority).keyId).toBe(idOf(ben))
  for (const who of ['Dana', fingerprint.slice(0, 7), '0'.repeat(8)])
    expect(codeOfCall(() => heldBy(who, 'root', authority))).toBe('usage/invalid')
})
