// Ten signatures through a PKCS#11 module in one session with one login: a program of its own, for a module's calls block the
// process, and the card of the bench answers from another. Arguments: the module's path.
import { utf8 } from '../../src/core/bytes.ts'
import { pkcs11Tokens } from '../../src/node/signers/pkcs11.ts'
import { typing } from '../support/practice-key.ts'

const [module = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const driver = pkcs11Tokens({ modules: async () => [module] })
const { tokens, problems } = await driver.list(signal)
const slot = tokens.flatMap(({ slots }) => slots).find(({ key }) => key?.scheme === 'ecdsa-p256-sha256')
if (slot?.key === undefined || slot.signerId === undefined)
  throw new Error(`the key is not there: ${JSON.stringify([problems, tokens])}`)
const messages = Array.from({ length: 10 }, (_, index) => utf8(`change ${index}`))
const request = { signerId: slot.signerId, key: slot.key, messages, purpose: 'ten changes' }
const made = await driver.sign(request, typing('123456'), signal)
process.exit(made.length === 10 ? 0 : 1)
