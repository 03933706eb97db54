// The calls of the window that concern tokens, and the notices that tell it who came and went.
import type { TokenList } from '../core/token.ts'
import type { contract, Notice, TokensView } from '../ipc/contract.ts'
import type { Desk } from '../node/desk.ts'
import type { Holder } from '../node/enrolled-file.ts'
import { loadVendorRoots } from '../node/vendor-roots.ts'
import type { Handlers } from './ipc.ts'
import { knownUses } from './overview.ts'
import { attestationView, tokensView, type UsesOf } from './present-tokens.ts'

type TokenCall = Extract<keyof typeof contract, `tokens.${string}`>
type TokenHandlers = Pick<Handlers<typeof contract>, TokenCall>

export function tokenCalls(
  desk: Desk,
  watch: (hear: (list: TokenList) => void) => void,
  alone: <T>(run: (stop: AbortSignal) => Promise<T>) => Promise<T>,
  notify: (notice: Notice) => void,
  signal: AbortSignal,
): TokenHandlers {
  /** What does not come from the tokens themselves is kept at hand: a token that arrives is on screen at once. */
  let holders: readonly Holder[] = []
  let modules: readonly string[] = []
  let vendorRoots: readonly string[] = []
  let usesOf: UsesOf = () => []
  let latest: TokenList = { tokens: [], problems: [] }

  const view = (list: TokenList): TokensView => tokensView({ list, holders, modules, vendorRoots, usesOf })
  const show = (): void => notify({ kind: 'tokens', view: view(latest) })

  async function current(): Promise<TokensView> {
    latest = await desk.tokens.list(signal)
    vendorRoots = (await loadVendorRoots()).names
    holders = await desk.tokens.holders(signal)
    modules = await desk.tokens.modules(signal)
    // Repositories may be large, or far away: where keys are used follows when it is known.
    void knownUses(desk, signal).then((uses) => {
      usesOf = uses
      show()
    })
    return view(latest)
  }

  watch((list) => {
    latest = list
    show()
  })

  return {
    'tokens.list': current,
    'tokens.enroll': async ({ name, tokenId, slot }) => {
      await desk.tokens.enroll(name, tokenId, slot, signal)
      return current()
    },
    'tokens.generate': ({ replace, ...request }) =>
      alone(async (stop) => {
        await desk.tokens.generate({ ...request, replace: replace === 'yes' }, stop)
        return current()
      }),
    'tokens.attest': async ({ tokenId, slot }) => attestationView(await desk.tokens.attest(tokenId, slot, signal)),
    'tokens.changeSecret': ({ tokenId, which }) => alone((stop) => desk.tokens.changeSecret(tokenId, which, stop)),
    'tokens.unblock': ({ tokenId }) => alone((stop) => desk.tokens.unblock(tokenId, stop)),
    'tokens.wrapKey': ({ name, tokenId, scheme }) =>
      alone(async (stop) => {
        await desk.tokens.wrapKey(name, scheme, tokenId, stop)
        return current()
      }),
    'tokens.addSpare': ({ name, tokenId }) =>
      alone(async (stop) => {
        await desk.tokens.addSpare(name, tokenId, stop)
        return current()
      }),
    'tokens.removeKey': async ({ name, signerId }) => {
      await desk.tokens.removeKey(name, signerId, signal)
      return current()
    },
    'tokens.addModule': async ({ path }) => {
      await desk.tokens.addModule(path, signal)
      return current()
    },
    'tokens.removeModule': async ({ path }) => {
      await desk.tokens.removeModule(path, signal)
      return current()
    },
    'tokens.practise': async ({ plugged }) => {
      await desk.tokens.practise(plugged === 'yes', signal)
      return current()
    },
    'tokens.touchPractice': ({ touched }) => desk.tokens.touchPractice(touched === 'yes', signal),
  }
}
