// The calls of the window that concern tokens, and the notices that tell it who came and went.
import { toErrorData } from '../core/error.ts'
import type { TokenList, TokenProblem } from '../core/token.ts'
import type { contract, Notice, TokensView } from '../ipc/contract.ts'
import type { Desk } from '../node/desk.ts'
import { unreadHolders } from '../node/enrolled.ts'
import type { Holder } from '../node/enrolled-file.ts'
import { loadVendorRoots } from '../node/vendor-roots.ts'
import type { Alone } from './alone.ts'
import type { Handlers } from './ipc.ts'
import { attestationView, tokensView, type UsesOf } from './present-tokens.ts'

type TokenCall = Extract<keyof typeof contract, `tokens.${string}`>
type TokenHandlers = Pick<Handlers<typeof contract>, TokenCall>

export interface TokenCallParts {
  desk: Desk
  watch(hear: (list: TokenList) => void): void
  /** One at a time, and a way to stop it. */
  alone: Alone
  /** Where keys are used: reads every repository, so it is asked for only when one has changed. */
  readUses(): Promise<UsesOf>
  notify(notice: Notice): void
  /** For the log: what nobody waits for, and failed. */
  report(what: string, thrown: unknown): void
  signal: AbortSignal
}

export interface TokenCalls {
  handlers: TokenHandlers
  /** What was known of where keys are used is old. */
  repositoriesChanged(): void
}

export function tokenCalls(parts: TokenCallParts): TokenCalls {
  const { desk, alone, notify, report, signal } = parts
  /** What does not come from the tokens themselves is kept at hand: a token that arrives is on screen at once. */
  let holders: readonly Holder[] = []
  let modules: readonly string[] = []
  let vendorRoots: readonly string[] = []
  let usesOf: UsesOf = () => []
  let latest: TokenList = { tokens: [], problems: [] }
  /** Of what is kept at hand. */
  let troubles: readonly TokenProblem[] = []
  let listTrouble: readonly TokenProblem[] = []
  /** Another number with each change of a repository; `usesFrom` is the one that was last asked for. */
  let repositories = 0
  let usesFrom = -1

  function view(): TokensView {
    const told = [...latest.problems, ...listTrouble]
    const more = troubles.filter(({ error }) => told.every((one) => one.error.message !== error.message))
    const list = { tokens: latest.tokens, problems: [...told, ...more] }
    return tokensView({ list, holders, modules, vendorRoots, usesOf })
  }
  const show = (): void => notify({ kind: 'tokens', view: view() })

  /** Repositories may be large, or far away: where keys are used follows when it is known. */
  function learnUses(): void {
    if (usesFrom === repositories) return
    const asked = repositories
    usesFrom = asked
    parts.readUses().then(
      (uses) => {
        if (usesFrom !== asked) return
        usesOf = uses
        show()
      },
      (thrown) => {
        // What was known stays; the next call asks again.
        if (usesFrom === asked) usesFrom = -1
        report('where keys are used cannot be read', thrown)
      },
    )
  }

  /** One that cannot be read hides no other, and no token. */
  async function current(): Promise<TokensView> {
    const found: TokenProblem[] = []
    const readOr = async <T>(where: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await read()
      } catch (thrown) {
        found.push({ where, error: toErrorData(thrown) })
        return otherwise
      }
    }
    modules = await readOr('PKCS#11 modules', () => desk.tokens.modules(signal), [])
    vendorRoots = await readOr('vendor roots', async () => (await loadVendorRoots()).names, [])
    const known = await desk.tokens.knownHolders(signal)
    holders = known.holders
    if (known.problem !== undefined) found.push({ where: 'key holders', error: unreadHolders(known.problem) })
    troubles = found
    learnUses()
    try {
      latest = await desk.tokens.list(signal)
      listTrouble = []
    } catch (thrown) {
      // The modules are shown all the same: one of them may be why, and can be removed.
      listTrouble = [{ where: 'tokens', error: toErrorData(thrown) }]
    }
    return view()
  }

  parts.watch((list) => {
    latest = list
    if (list.tokens.length > 0) listTrouble = []
    show()
  })

  const handlers: TokenHandlers = {
    'tokens.list': current,
    'tokens.enroll': async ({ name, tokenId, slot }) => {
      await desk.tokens.enroll(name, tokenId, slot, signal)
      return current()
    },
    'tokens.generate': ({ replace, ...request }) =>
      alone('a new key on a token', async (stop) => {
        await desk.tokens.generate({ ...request, replace: replace === 'yes' }, stop)
        return current()
      }),
    'tokens.attest': async ({ tokenId, slot }) => attestationView(await desk.tokens.attest(tokenId, slot, signal)),
    'tokens.changeSecret': ({ tokenId, which }) =>
      alone('the change of a PIN or PUK', (stop) => desk.tokens.changeSecret(tokenId, which, stop)),
    'tokens.unblock': ({ tokenId }) => alone('the new PIN of a token', (stop) => desk.tokens.unblock(tokenId, stop)),
    'tokens.wrapKey': ({ name, tokenId, scheme }) =>
      alone('a new key', async (stop) => {
        await desk.tokens.wrapKey(name, scheme, tokenId, stop)
        return current()
      }),
    'tokens.addSpare': ({ name, tokenId }) =>
      alone('a spare token', async (stop) => {
        await desk.tokens.addSpare(name, tokenId, stop)
        return current()
      }),
    'tokens.removeKey': async ({ name, signerId }) => {
      await desk.tokens.removeKey(name, signerId, signal)
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
  return {
    handlers,
    repositoriesChanged: () => {
      repositories++
    },
  }
}
