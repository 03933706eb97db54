// PIV tokens as one family of tokens: YubiKeys and PIV cards in smart card readers, or the practice token.
import type { TokenList } from '../../../core/token.ts'
import type { Readers } from '../../card.ts'
import type { TokenDriver } from '../../tokens.ts'
import { type Authorities, attestPiv } from './attesting.ts'
import { changeSecretOfPiv, unblockPiv } from './changing.ts'
import { generateOnPiv } from './making.ts'
import { signWithPiv } from './signing.ts'
import { pivWatch } from './watch.ts'

export interface PivOptions {
  readers: Readers
  /** The readers hold practice tokens: marked so wherever they are shown, and good for rehearsal keys only. */
  rehearsal?: boolean
  /** Up to whom a proof may lead. */
  authorities(): Promise<Authorities>
}

/** A person who looks at the tries left sees what is true now. */
const freshMs = 5_000

export function pivTokens({ readers, rehearsal = false, authorities }: PivOptions): Required<TokenDriver> {
  const tokens = pivWatch(readers, rehearsal)
  /** Whoever names a token that is known waits for no other. */
  const known = async (id: string): Promise<void> => {
    const one = tokens.find(id)
    if (one === undefined || one.token.reading) await tokens.settled()
  }
  return {
    watch: (hear: (list: TokenList) => void) => tokens.watch(hear),
    list: async () => {
      await tokens.settled()
      await tokens.refreshTries(freshMs)
      return tokens.current()
    },
    sign: async (request, prompt, signal) => {
      await known(request.signerId.slice(0, request.signerId.lastIndexOf('/')))
      return signWithPiv(tokens, request, prompt, signal)
    },
    generate: async (request, prompt, signal) => {
      await known(request.tokenId)
      return generateOnPiv(tokens, request, prompt, signal)
    },
    attest: async (tokenId, slot) => {
      await known(tokenId)
      return attestPiv(tokens, tokenId, slot, await authorities())
    },
    changeSecret: async (tokenId, which, prompt, signal) => {
      await known(tokenId)
      await changeSecretOfPiv(tokens, tokenId, which, prompt, signal)
    },
    unblock: async (tokenId, prompt, signal) => {
      await known(tokenId)
      await unblockPiv(tokens, tokenId, prompt, signal)
    },
  }
}
