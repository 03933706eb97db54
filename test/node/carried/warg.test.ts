// Records of a Warg registry that come over an air gap: what was set and what was seen on this machine counts for them as well.
import { describe, expect, test } from 'vitest'
import { approve } from '../../../src/core/approve.ts'
import { wargForm } from '../../../src/core/systems/warg/carried-form.ts'
import { operatorSubject, pendingName } from '../../../src/core/systems/warg/files.ts'
import { openRegistry } from '../../../src/core/systems/warg/registry.ts'
import { wargSystem } from '../../../src/core/systems/warg/system.ts'
import { candidateBytes } from '../../../src/core/systems/warg/waiting/candidate.ts'
import { nextRecord } from '../../../src/core/systems/warg/waiting/edit.ts'
import { requestBytes } from '../../../src/core/transfer/request.ts'
import { takeIn } from '../../../src/node/carried/taking-in.ts'
import { type Desk, openDesk } from '../../../src/node/desk.ts'
import { setApprovers } from '../../../src/node/warg/watch-list.ts'
import { noTokens } from '../../support/no-tokens.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'
import { contextOf, folderOf, historyOf, now, writeFolder } from '../../support/warg/folder.ts'
import type { History } from '../../support/warg/history.ts'
import { person, signerOf } from '../../support/warg/keys.ts'
import { content } from '../../support/warg/records.ts'

const lost = (): never => {
  throw new Error('nobody is here')
}

const [http, io] = ['wasi:http', 'wasi:io'] as const
const [op, ana, bo, eve] = [person('op'), person('ana'), person('bo'), person('eve')]

async function scene(): Promise<History> {
  const made = await historyOf(op)
  for (const name of [http, io]) await made.publish(name, ana, [{ kind: 'init', key: ana }])
  await made.publish(http, ana, [{ kind: 'grant', key: eve, permissions: ['release'] }])
  return made
}

function desk(): Desk {
  const prompt = { pin: lost, touch: () => () => undefined }
  return openDesk({ dataDir: temporaryFolder(), prompt, now: () => now, tokens: noTokens() })
}

/** Pinned as a folder, and looked at. */
async function pinned(made: History, at: Desk) {
  const location = temporaryFolder()
  writeFolder(location, made)
  const { id } = await at.workspace.add({ name: 'registry', location, system: 'warg' }, made.anchor)
  await at.state(await at.open(id), never)
  return at.open(id)
}

async function request(made: History, subject: string): Promise<Uint8Array> {
  const folder = folderOf(made)
  const registry = await openRegistry(folder, contextOf(made))
  const { state } = await registry.log(subject)
  const contents = nextRecord(state, [{ kind: 'release', version: '1.0.0', digest: content }], now)
  const candidate = { registry: registry.operator.state.initId ?? '', subject, contents, approvals: [] }
  folder.files.set(pendingName(subject), candidateBytes(candidate))
  const system = wargSystem()
  const [proposal] = (await system.pending(folder, contextOf(made))).proposals
  if (proposal === undefined) throw new Error('nothing waits')
  const carried = await system.carry(proposal, folder, contextOf(made))
  const about = { askedBy: 'mo', reason: 'a test', madeAt: '2026-11-30T12:00:00Z', holders: new Map() }
  const asked = {
    system: 'warg' as const,
    repository: 'registry',
    subject,
    digest: proposal.digest,
    ...carried,
    ...about,
  }
  return requestBytes(asked, [wargForm])
}

function taken(at: Desk, bytes: Uint8Array) {
  const pin = async () => {
    throw new Error('a pin was asked for')
  }
  return takeIn({ name: 'the request', bytes }, at, { replace: false, pin, now, signal: never })
}

describe('a record that was carried', () => {
  test('needs the approvals that are set here, and does not get around them by leaving them out', async () => {
    const made = await scene()
    const here = desk()
    const source = await pinned(made, here)
    await setApprovers(source, http, { threshold: 1, keys: [{ name: 'Bo', key: bo }] }, never)
    const { proposal, source: there } = await taken(here, await request(made, http))
    expect(proposal.blocked?.data?.fault).toBe('approvers-differ')
    const signing = approve(
      proposal.id,
      there.system,
      there.transport,
      there.transport,
      signerOf(ana),
      here.context(there, never),
    )
    expect(await codeOfPromise(signing)).toBe('trust/changed')
    // Of another package nothing was set.
    expect((await taken(here, await request(made, io))).proposal.blocked).toBeUndefined()
  })

  test('of before is refused by what was seen since, also after another one came, and nobody is asked to pin again', async () => {
    const made = await scene()
    const old = await request(made, http)
    await made.publish(http, ana, [{ kind: 'revoke', keyId: eve.id, permissions: ['release'] }])
    const here = desk()
    await pinned(made, here)
    expect(await codeOfPromise(taken(here, old))).toBe('trust/rollback')
    const { source } = await taken(here, await request(made, io))
    expect([...(await here.workspace.trust(source.pinned.id)).memory.keys()]).toContain('heads/wasi+http.json')
    expect(await codeOfPromise(taken(here, old))).toBe('trust/rollback')
  })

  test('whose moment is over hides no other', async () => {
    const made = await scene()
    const here = desk()
    await pinned(made, here)
    const first = await taken(here, await request(made, http))
    await made.publish(operatorSubject, op, [{ kind: 'define', namespace: 'later' }])
    const second = await taken(here, await request(made, io))
    expect(second.source.pinned.id).toBe(first.source.pinned.id)
    const source = await here.open(second.source.pinned.id)
    const { proposals, problems } = await here.pending(source, never)
    expect(proposals.map(({ subject }) => subject)).toEqual([io])
    expect(problems.map(({ subject, error }) => [subject, error.data?.fault])).toEqual([[http, 'log-rolled-back']])
    const state = await here.state(source, never)
    expect(state.findings.map(({ code }) => code)).toContain('carried-does-not-count')
  })
})
