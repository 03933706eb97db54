// Puts the families of tokens together and serves them: the composition root of the token host.
import { within } from '../../core/transport.ts'
import { systemHidDevices } from '../hid.ts'
import { readModules } from '../module-list.ts'
import { systemReaders } from '../pcsc.ts'
import { fidoTokens } from '../signers/fido.ts'
import { pivTokens } from '../signers/piv/driver.ts'
import { pkcs11Tokens } from '../signers/pkcs11.ts'
import type { TokenDriver } from '../tokens.ts'
import { directoryTransport } from '../transports/directory.ts'
import { loadVendorRoots } from '../vendor-roots.ts'
import { able, families } from './families.ts'
import { type Pipe, serveTokens } from './host.ts'
import { practice } from './practice.ts'

/** Where FIDO2-wrapped keys lie in the workspace. */
const fidoFolder = 'fido-keys/'

export function startTokens(dataDir: string, pipe: Pipe): void {
  const files = directoryTransport(dataDir, { create: true, private: true })
  const forever = new AbortController().signal
  const readers = systemReaders({ onStuck: () => host.giveUp('a card keeps silent, and holds its reader') })
  const real = pivTokens({ readers, authorities: async () => ({ roots: await loadVendorRoots() }) })
  const rehearsal = practice(files, forever)
  const fido = fidoTokens({ devices: systemHidDevices(), files: within(files, fidoFolder) })
  const pkcs11 = pkcs11Tokens({ modules: () => readModules(files, forever) })
  const all = families(
    new Map<string, TokenDriver>([
      ['piv', real],
      ['practice', rehearsal.driver],
      ['pkcs11', pkcs11],
      ['fido', fido],
    ]),
  )

  const host = serveTokens(pipe, {
    list: (_argument, _prompt, signal) => all.list(signal),
    findUri: ({ uri }, _prompt, signal) => pkcs11.find(uri, signal),
    sign: (request, prompt, signal) => all.of(request.signerId).sign(request, prompt, signal),
    generate: (request, prompt, signal) =>
      able(all.of(request.tokenId).generate, 'making a key')(request, prompt, signal),
    attest: ({ tokenId, slot }, _prompt, signal) =>
      able(all.of(tokenId).attest, 'proving where a key was made')(tokenId, slot, signal),
    changeSecret: async ({ tokenId, which }, prompt, signal) => {
      await able(all.of(tokenId).changeSecret, 'changing a PIN')(tokenId, which, prompt, signal)
      return undefined
    },
    unblock: async ({ tokenId }, prompt, signal) => {
      await able(all.of(tokenId).unblock, 'unblocking a PIN')(tokenId, prompt, signal)
      return undefined
    },
    wrapKey: ({ name, scheme, tokenId }, prompt, signal) => fido.createKey(name, scheme, tokenId, prompt, signal),
    addSpare: async ({ name, tokenId }, prompt, signal) => {
      await fido.addToken(name, tokenId, prompt, signal)
      return undefined
    },
    practise: async ({ plugged, card }) => {
      await rehearsal.plug(plugged, card)
      return undefined
    },
    touchPractice: async ({ touched }) => {
      rehearsal.touch(touched)
      return undefined
    },
  })
  all.watch((list) => host.tell(list))
}
