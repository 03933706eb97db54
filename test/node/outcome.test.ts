// What became of a change that was sent to a served repository: said by its answer or by what is in force, and by nothing else.
import { expect, onTestFinished, test } from 'vitest'
import type { Proposal } from '../../src/core/proposal.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import type { Transport } from '../../src/core/transport.ts'
import { outcomeOf } from '../../src/node/outcome.ts'
import { httpTransport } from '../../src/node/transports/http.ts'
import { type Served, servedTransport } from '../../src/node/transports/served.ts'
import { uploadNames } from '../../src/node/upload-names.ts'
import { startServer } from '../../src/repository/server.ts'
import { never } from '../support/repository.ts'
import { fromBase64, openTeam, type Team } from '../support/team.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const subject = 'targets'
const name = plainLayout.candidateName(subject)
const date = (year: number) => ({ kind: 'expires', date: `${year}-01-01T00:00:00Z` }) as const

interface Sent {
  team: Team
  transport: Transport & Served
  proposal: Proposal
  close: () => Promise<void>
  outcome: () => ReturnType<typeof outcomeOf>
}

/** A change that was sent from here, signed by these people. */
async function sent(year: number, ...names: string[]): Promise<Sent> {
  const team = await openTeam()
  const server = await startServer(team.app, { host: '127.0.0.1', port: 0 })
  let isOpen = true
  const close = async (): Promise<void> => {
    if (isOpen) await server.close()
    isOpen = false
  }
  onTestFinished(close)
  const transport = servedTransport(new URL(server.url), httpTransport(server.url), uploadNames(temporaryFolder()))
  const drafted = await team.draft(subject, date(year))
  const [document] = await team.documents(drafted, names)
  await transport.write(new Map([[name, fromBase64(document?.content ?? '')]]), new Map([[name, null]]), '', never)
  const source = { served: transport, transport, layout: plainLayout }
  const context = { anchor: team.anchor, now: new Date(), signal: never }
  return {
    ...{ team, transport, close, proposal: drafted.proposal },
    outcome: () => outcomeOf(source, drafted.proposal, context),
  }
}

test('it waits until others sign it, and is published by whoever signs last', async () => {
  const { team, outcome } = await sent(2030, 'Ana')
  expect(await outcome()).toEqual({ kind: 'waits' })
  await team.sign(subject, 'Ben')
  expect(await outcome()).toEqual({ kind: 'published' })
})

test('what somebody withdrew is not published', async () => {
  const { team, outcome } = await sent(2030, 'Ana')
  await team.call('POST', '/api/v1/withdrawals', await team.withdrawal(subject, 'Ben'))
  expect(await team.candidate(subject)).toBe(undefined)
  expect(await outcome()).toEqual({ kind: 'gone' })
})

test('another change of the same subject, waiting or published, is not this one', async () => {
  const { team, outcome } = await sent(2030, 'Ana')
  const base = (await team.candidate(subject))?.digest ?? ''
  await team.send(await team.documents(await team.draft(subject, date(2031)), ['Ben'], base))
  expect(await outcome()).toEqual({ kind: 'gone' })
  await team.sign(subject, 'Cleo')
  expect(await team.candidate(subject)).toBe(undefined)
  expect(await outcome()).toEqual({ kind: 'gone' })
})

test('what the answer said is known without another question; where nobody answers, the rest is not', async () => {
  const complete = await sent(2030, 'Ana', 'Ben')
  await complete.close()
  expect(await complete.outcome()).toEqual({ kind: 'published' })
  const waits = await sent(2030, 'Ana')
  await waits.close()
  expect(await waits.outcome()).toMatchObject({ kind: 'unknown' })
})

test('of a repository that does not publish by itself nothing is asked', async () => {
  const { transport, team, proposal } = await sent(2030, 'Ana')
  const context = { anchor: team.anchor, now: new Date(), signal: never }
  expect(await outcomeOf({ transport, layout: plainLayout }, proposal, context)).toBe(undefined)
})
