// A newcomer's rehearsal with practice tokens in the process that owns tokens: PINs are asked for, fingers touch, and everything is marked.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { checkRecord } from '../../../src/core/ceremony/check.ts'
import type { PinRequest } from '../../../src/core/signer.ts'
import { carriedForms } from '../../../src/core/systems/carried-forms.ts'
import { lookAtRequest } from '../../../src/core/transfer/look.ts'
import { standInOf } from '../../../src/node/ceremony/places.ts'
import { practicePin } from '../../../src/node/ceremony/rehearsal.ts'
import type { RunParts } from '../../../src/node/ceremony/run.ts'
import { cardNumber, startRehearsal } from '../../../src/node/ceremony/starting.ts'
import { openDesk } from '../../../src/node/desk.ts'
import { tokenHost } from '../../../src/node/token-host/client.ts'
import { sealing } from '../../../src/node/token-host/sealed-prompt.ts'
import { forkTokenHost } from '../../../src/node/token-host/spawn.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

test('everybody signs with a practice token of their own; the wrong one is refused before its PIN', async () => {
  const dataDir = temporaryFolder()
  const asked: PinRequest[] = []
  const prompt = {
    pin: async (request: PinRequest) => {
      asked.push(request)
      return utf8(practicePin)
    },
    touch: () => {
      const press = setInterval(() => void desk.tokens.touchPractice(true, never).catch(() => undefined), 50)
      return () => clearInterval(press)
    },
  }
  const tokens = tokenHost({ start: () => forkTokenHost(dataDir), prompt: sealing(prompt) })
  const desk = openDesk({ dataDir, prompt, tokens, now: () => new Date() })
  const parts: RunParts = {
    ...{ desk, machine: { sandbox: 'none', build: async () => 'a test' }, wrongSecrets: () => 0 },
    ...{ now: () => new Date(), mono: () => performance.now() },
  }
  const { id, run } = await startRehearsal(undefined, parts, never)
  const plug = async (who: string): Promise<string> => {
    await desk.tokens.practise(true, never, { run: id, number: cardNumber(run.standIns, who) })
    const { tokens: here } = await desk.tokens.list(never)
    return here.flatMap(({ slots }) => slots.flatMap(({ signerId = '' }) => signerId))[0] ?? ''
  }
  const people = run.script.people.filter(({ keys }) => keys.length > 0).map(({ name }) => name)
  const [first = '', second = ''] = people
  for (let step = run.standing().step; step !== undefined && step.kind !== 'close'; step = run.standing().step) {
    const who = run.script.people.find(
      ({ name, roles }) => name === step?.who || roles.some((one) => one === step?.who),
    )
    if (step.kind === 'gate') {
      await run.measure('Ada', undefined)
      await run.waive('Ada', 'clock', 'nobody has a watch')
      await run.settle('Wim', 1, ['Ada'])
    }
    if (step.kind === 'roll-call') {
      expect(await codeOfPromise(run.present(first, await plug(second), never))).toBe('signer/wrong-key')
      for (const name of people) await run.present(name, await plug(name), never)
    }
    if (step.kind === 'receive') await run.receive('Ada', await standInOf(run.folder), never)
    if (step.kind === 'compare') {
      const looked = await lookAtRequest(await run.request(never), 'it', carriedForms, {
        now: new Date(),
        signal: never,
      })
      const positions = await run.question(never)
      const words = new Map(positions.map((at) => [at, looked.words[at - 1] ?? '']))
      await run.compare('Wim', `phone for ${step.id}`, words, never)
    }
    if (step.kind === 'agree') for (const name of people) await run.agree(name, never)
    if (step.kind === 'sign') {
      const before = asked.length
      expect(await codeOfPromise(run.sign(first, await plug(second), never))).toBe('signer/wrong-key')
      expect(asked).toHaveLength(before)
      for (const name of people.slice(0, 2)) await run.sign(name, await plug(name), never)
      expect(asked).toHaveLength(before + 2)
    }
    if (step.kind === 'prove') await run.prove('Ada', never)
    if (step.kind === 'export') await run.export('Ada', dataDir, never)
    await run.done(who?.name ?? '', '', never)
  }
  await run.close('Wim')
  for (const name of people) await run.signFingerprint(name, await plug(name), never)
  await tokens.close()
  const bytes = new Uint8Array(readFileSync(join(run.folder, 'record.jsonl')))
  const script = new Uint8Array(readFileSync(join(run.folder, 'script.json')))
  const { results, record } = await checkRecord(bytes, 'the record', { script })
  expect(results.filter(({ outcome }) => outcome === 'fails')).toEqual([])
  expect(record.header.rehearsal).toBe(true)
  expect(new TextDecoder().decode(bytes)).not.toContain(practicePin)
})
