// The Tokens screen when something behind it fails: it still shows what it can, and how to mend it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TokenList } from '../../src/core/token.ts'
import { contract, type Notice, type TokensView } from '../../src/ipc/contract.ts'
import type { UsesOf } from '../../src/main/present-tokens.ts'
import { tokenCalls } from '../../src/main/token-calls.ts'
import { openDesk } from '../../src/node/desk.ts'
import type { TokenHost } from '../../src/node/token-host/client.ts'
import { passphrase, testApp, waiting } from '../support/app-handlers.ts'
import { noTokens } from '../support/no-tokens.ts'
import { never, now, softwareSigner } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const prompt = { pin: () => Promise.reject(new Error('asked')), touch: () => () => {} }
const { key } = await softwareSigner('ana')
const token: TokenList['tokens'][number] = {
  ...{ id: 'piv:1', kind: 'piv', name: 'YubiKey 5', reader: 'a reader', rehearsal: false, reading: false },
  advisories: [],
  slots: [{ id: '9c', name: 'signature', algorithm: 'Ed25519', key, signerId: 'piv:1/9c' }],
}

function stage(readUses: () => Promise<UsesOf> = async () => () => []) {
  const dataDir = temporaryFolder()
  const host: TokenHost = { ...noTokens() }
  const notices: Notice[] = []
  const reports: string[] = []
  const { handlers, repositoriesChanged } = tokenCalls({
    desk: openDesk({ dataDir, prompt, tokens: host, now: () => now }),
    watch: () => {},
    alone: (_doing, run) => run(never),
    readUses,
    notify: (notice) => notices.push(notice),
    report: (what) => reports.push(what),
    signal: never,
  })
  const list = async (): Promise<TokensView> => handlers['tokens.list']()
  return { dataDir, host, notices, reports, handlers, repositoriesChanged, list }
}

const codes = ({ problems }: TokensView) => problems.map(({ where, error }) => [where, error.code])
const settled = () => new Promise((resolve) => setTimeout(resolve, 10))

test('a list that fails still shows the modules, of which one may be why, and removing works', async () => {
  const one = stage()
  const modules = { format: 'countersign pkcs11 modules 1', modules: [{ path: '/bad.so' }] }
  writeFileSync(join(one.dataDir, 'pkcs11-modules.json'), JSON.stringify(modules))
  one.host.call = () => Promise.reject(new Error('hangs'))
  const view = await one.list()
  expect([view.modules, codes(view)]).toEqual([['/bad.so'], [['tokens', 'internal/bug']]])
  const after = await one.handlers['tokens.removeModule']({ path: '/bad.so' })
  expect(after.modules).toEqual([])
  one.host.call = noTokens().call
  expect(codes(await one.list())).toEqual([])
})

test('no page can name a library that is loaded', () => {
  expect(Object.keys(contract).filter((name) => /module/i.test(name))).toEqual(['tokens.removeModule'])
})

test('holders that cannot be read are a problem beside the tokens', async () => {
  const one = stage()
  writeFileSync(join(one.dataDir, 'enrolled-tokens.json'), '{')
  one.host.call = async () => ({ tokens: [token], problems: [] }) as never
  const view = await one.list()
  expect([view.tokens.length, view.holders, codes(view)]).toEqual([1, [], [['key holders', 'format/malformed']]])
})

test('a damaged file of holders stops neither a review nor a signature', async () => {
  const app = testApp()
  const { proposal } = await waiting(app)
  writeFileSync(join(app.dataDir, 'enrolled-tokens.json'), '{')
  const view = await app.calls['proposals.get']({ proposalId: proposal.id })
  expect(view.signers.map(({ id }) => id)).toEqual(['file:dana'])
  app.person.replies.push(passphrase)
  const receipt = await app.calls['proposals.approve']({ proposalId: proposal.id, signerId: 'file:dana' })
  expect(receipt.kind).toBe('signed')
})

test('where keys are used is read once, again when a repository changed, and a failure is told and loses nothing', async () => {
  let reads = 0
  let isBroken = false
  const one = stage(async () => {
    const mine = `read ${++reads}`
    if (isBroken) throw new Error('no disk')
    return () => [mine]
  })
  one.host.call = async () => ({ tokens: [token], problems: [] }) as never
  const used = async () => {
    await one.list()
    await settled()
    return (await one.list()).tokens[0]?.slots[0]?.usedIn
  }
  expect(await used()).toEqual(['read 1'])
  expect(await used()).toEqual(['read 1'])
  expect(reads).toBe(1)
  // It came after the list was answered, and is told by itself.
  expect(one.notices).toHaveLength(1)
  one.repositoriesChanged()
  expect(await used()).toEqual(['read 2'])
  isBroken = true
  one.repositoriesChanged()
  expect(await used()).toEqual(['read 2'])
  await settled()
  expect(one.reports.length).toBeGreaterThan(0)
  isBroken = false
  expect((await used())?.[0]).toMatch(/^read [3-9]$/)
})

test('the app reads where keys are used again after a change, and not with each look at the tokens', async () => {
  const app = testApp()
  let reads = 0
  const { sources } = app.desk.workspace
  app.desk.workspace.sources = () => {
    reads++
    return sources()
  }
  await app.calls['tokens.list']()
  await app.calls['tokens.list']()
  expect(reads).toBe(1)
  await app.calls['demo.start']()
  const before = reads
  await app.calls['tokens.list']()
  expect(reads).toBe(before + 1)
})
