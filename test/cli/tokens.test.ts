// Tokens through the command line, with the practice token: made, proven, enrolled, and a repository that it signs.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerOf, type CliOptions, leaks, refusalOf, runCli, typeCli } from '../support/cli.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { inDays, type Reviewed, Stage } from './stage.ts'

const pin = '123456'
const practice = ['--practice']
const token = '90000001'

interface Slot {
  id: string
  algorithm: string
  pinPolicy: string
  touchPolicy: string
  key: { sha256: string; spki: string }
  holder?: string
}

interface TokenJson {
  id: string
  serial: string
  rehearsal: boolean
  pin: { triesLeft: number; isDefault?: boolean }
  puk: { triesLeft: number }
  slots: Slot[]
}

const stage = new Stage()
const { home, options } = stage
const withPin = (...pins: readonly string[]): CliOptions => ({ ...options, passphrases: pins })
const pinFd = [...practice, '--pin-fd', '3']

async function practiceToken(): Promise<TokenJson> {
  return answerOf<TokenJson>(['tokens', 'info', token, ...practice], options)
}

async function refused(code: string, args: readonly string[], more: CliOptions = options): Promise<void> {
  const { error, message } = await refusalOf(args, more).then((found) => ({
    error: found.code,
    message: found.message,
  }))
  expect(error, `${args.join(' ')}: ${message}`).toBe(code)
}

beforeAll(() => void mkdirSync(home))

describe('keys on the practice token', () => {
  test('nothing is plugged in by itself', async () => {
    const { tokens } = await answerOf<{ tokens: TokenJson[] }>(['tokens', 'list'], options)
    expect(tokens.filter(({ rehearsal }) => rehearsal)).toEqual([])
    await refused('signer/absent', ['tokens', 'info', token])
    await refused('signer/absent', ['tokens', 'generate', token, '9c'])
    // Looking left nothing behind.
    expect(Object.keys(everythingIn(home)).filter((name) => name.includes('practice'))).toEqual([])
  })

  test('practice shows the token, and calls it practice in every line about it', async () => {
    const shown = await runCli(['tokens', 'practice'], options)
    expect(shown.code).toBe(0)
    const about = shown.out.split('\n').filter((line) => /PIN|PUK|90 000 001|management|keys/.test(line))
    expect(about.length).toBeGreaterThan(4)
    for (const line of about) expect(line).toMatch(/practice/i)
    expect(await practiceToken()).toMatchObject({ id: 'piv:90000001', rehearsal: true, slots: [] })
  })

  test('generate makes what was asked for; what is there is lost only when told', async () => {
    const made = await answerOf<{ slot: Slot }>(['tokens', 'generate', token, '9C', ...practice], options)
    expect(made.slot).toMatchObject({ id: '9c', algorithm: 'P-256', pinPolicy: 'once', touchPolicy: 'always' })
    const policies = ['--type', 'p384', '--pin-policy', 'always', '--touch', 'cached']
    const other = await answerOf<{ slot: Slot }>(
      ['tokens', 'generate', 'piv:90000001', '82', ...policies, ...practice],
      options,
    )
    expect(other.slot).toMatchObject({ id: '82', algorithm: 'P-384', pinPolicy: 'always', touchPolicy: 'cached' })
    expect((await practiceToken()).slots).toEqual([made.slot, other.slot])

    await refused('usage/invalid', ['tokens', 'generate', token, '82', ...practice])
    for (const bad of ['f9', '99', '', 'root'])
      await refused('usage/invalid', ['tokens', 'generate', token, bad, ...practice])
    // Not even to replace it: the token would never again prove where a key was made.
    await refused('usage/invalid', ['tokens', 'generate', token, 'f9', '--replace', ...practice])
    for (const wrong of [
      ['--type', 'dsa'],
      ['--pin-policy', 'sometimes'],
      ['--touch', 'yes'],
    ])
      await refused('usage/invalid', ['tokens', 'generate', token, '9a', ...wrong, ...practice])
    expect((await practiceToken()).slots).toEqual([made.slot, other.slot])

    const type = /Type the slot to replace it: /
    const args = ['tokens', 'generate', token, '82', ...practice]
    expect((await typeCli(args, [[type, () => '9c\r']], home)).code).toBe(1)
    expect((await practiceToken()).slots).toEqual([made.slot, other.slot])
    // Who destroys a key gives the PIN as well.
    const ask = /PIV PIN .*of Practice token 90 000 001, 3 tries left: $/
    expect(
      (
        await typeCli(
          args,
          [
            [type, () => '82\r'],
            [ask, () => `${pin}\r`],
          ],
          home,
        )
      ).code,
    ).toBe(0)
    const replaced = (await practiceToken()).slots
    expect(replaced[1]).toMatchObject({ id: '82', algorithm: 'P-256' })
    await answerOf(['tokens', 'generate', token, '82', '--replace', ...pinFd], withPin(pin))
    expect((await practiceToken()).slots[1]?.key).not.toEqual(replaced[1]?.key)
  })

  test('attest checks the proof, and says that a practice proof proves nothing', async () => {
    const proof = await answerOf<{ verdict: string; key: { spki: string }; certificates: string[]; serial: string }>(
      ['tokens', 'attest', token, '9c', ...practice],
      options,
    )
    const [first] = (await practiceToken()).slots
    expect(proof).toMatchObject({ verdict: 'rehearsal', serial: token, key: { spki: first?.key.spki } })
    expect(proof.certificates.length).toBeGreaterThan(1)
    await refused('signer/wrong-key', ['tokens', 'attest', token, '9a', ...practice])
  })

  test('enroll, holders, forget', async () => {
    const enrolled = await answerOf<{ name: string; key: { rehearsal: boolean; attestation: { verdict: string } } }>(
      ['tokens', 'enroll', 'Dana', token, '9c', ...practice],
      options,
    )
    expect(enrolled).toMatchObject({ name: 'Dana', key: { rehearsal: true, attestation: { verdict: 'rehearsal' } } })
    await refused('usage/invalid', ['tokens', 'enroll', 'Dana', token, '9c', ...practice])
    await refused('usage/invalid', ['tokens', 'enroll', 'Ben', token, '9c', ...practice])
    await refused('usage/invalid', ['tokens', 'enroll', ' Ben', token, '82', ...practice])
    await refused('signer/wrong-key', ['tokens', 'enroll', 'Ben', token, '9a', ...practice])
    await answerOf(['tokens', 'enroll', 'Ben', token, '82', ...practice], options)
    expect((await practiceToken()).slots.map(({ holder }) => holder)).toEqual(['Dana', 'Ben'])
    await refused('usage/invalid', ['tokens', 'forget', 'Dana', 'piv:90000001/82'])
    await answerOf(['tokens', 'forget', 'Ben', 'piv:90000001/82'], options)
    const { holders } = await answerOf<{ holders: { name: string; keys: { signerId: string }[] }[] }>(
      ['tokens', 'holders'],
      options,
    )
    expect(holders).toMatchObject([{ name: 'Dana', keys: [{ signerId: 'piv:90000001/9c' }] }])
  })

  test('what these tokens cannot do, and calls that are not right', async () => {
    for (const [code, args] of [
      ['usage/invalid', ['wrap', 'root', token]],
      ['signer/absent', ['add-spare', 'root', token]],
      ['usage/invalid', ['modules', 'add', 'relative.so']],
      ['usage/invalid', ['modules', 'add']],
      ['usage/invalid', ['modules', 'use', '/nowhere.so']],
      ['usage/invalid', ['modules', 'remove', '/nowhere.so']],
      ['usage/invalid', ['info']],
      ['usage/invalid', ['list', 'all']],
      ['usage/invalid', ['explode']],
      ['usage/invalid', ['list', '--pin-fd', 'three']],
    ] as const)
      await refused(code, ['tokens', ...args, ...practice])
    expect((await refusalOf(['tokens', 'modules', 'add', '/nowhere.so'], options)).code).toMatch(/^(signer|source)\//)
    expect(await answerOf(['tokens', 'modules'], options)).toEqual({ modules: [] })
  })
})

describe('a repository that the practice token rules', () => {
  const elsewhere = join(stage.folder, 'elsewhere')
  const init = ['init', stage.repository, '--rehearsal', '--key', 'Dana', '--key', 'Cleo', '--threshold', '1']

  test('init takes the people that are enrolled', async () => {
    mkdirSync(elsewhere)
    await refused('signer/absent', init)
    await refused(
      'usage/invalid',
      ['init', elsewhere, '--rehearsal', '--key', 'piv:90000001/82', ...pinFd],
      withPin(pin),
    )
    await refused('signer/unsupported', ['init', elsewhere, '--key', 'Dana', ...pinFd], withPin(pin))
    await refused(
      'usage/invalid',
      ['init', elsewhere, '--rehearsal', '--key', 'Dana', '--key', 'piv:90000001/9c', ...pinFd],
      withPin(pin),
    )
    await refused(
      'usage/invalid',
      ['init', elsewhere, '--rehearsal', '--key', 'Cleo', '--online-key', 'Dana', ...pinFd],
      withPin(pin),
    )
    expect(everythingIn(elsewhere)).toEqual({})
    await answerOf([...init, ...pinFd], withPin(pin))
    const root = stage.read('metadata/1.root.json').signed as unknown as {
      keys: Record<string, Record<string, unknown>>
    }
    const [first] = (await practiceToken()).slots
    const mine = Object.values(root.keys).filter((key) => JSON.stringify(key).includes('Dana'))
    expect(mine).toHaveLength(1)
    const pem = (mine[0] as { keyval: { public: string } }).keyval.public
    expect(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64').toString('hex')).toBe(first?.key.spki)
    expect(JSON.stringify(mine[0])).toContain('rehearsal')
  })

  test('sign and publish with it', async () => {
    await stage.proposeRoot()
    const sign = ['sign', stage.repository, 'root', '--key', 'dana']
    await stage.refused('signer/absent', sign)
    await stage.refused(
      'signer/wrong-key',
      ['sign', stage.repository, 'root', '--key', 'piv:90000001/82', ...pinFd],
      withPin(pin),
    )
    await stage.refused(
      'signer/absent',
      ['sign', stage.repository, 'root', '--key', 'piv:90000001/9a', ...pinFd],
      withPin(pin),
    )
    await stage.refused(
      'signer/absent',
      ['sign', stage.repository, 'root', '--key', 'piv:15835999/9c', ...pinFd],
      withPin(pin),
    )
    await stage.refused(
      'signer/absent',
      ['sign', stage.repository, 'root', '--key', 'hsm:2?label=root', ...pinFd],
      withPin(pin),
    )
    await stage.refused('usage/invalid', [
      'sign',
      stage.repository,
      'root',
      '--key',
      'pkcs11:token=a?pin-value=b',
      ...practice,
    ])
    await stage.refused('usage/invalid', [...sign, ...practice])
    const dry = await answerOf<{ dryRun: boolean }>([...sign, ...practice, '--dry-run'], options)
    expect(dry.dryRun).toBe(true)
    const { proposal } = await answerOf<{ proposal: Reviewed }>([...sign, ...pinFd], withPin(pin))
    expect(proposal.quorums.map(({ signed }) => signed)).toEqual([1, 1])
    await stage.refused('usage/invalid', [...sign, ...pinFd], withPin(pin))
    await answerOf(['publish', stage.repository, 'root'], options)
    stage.keep()
  })

  describe('several changes', () => {
    interface Signed {
      signed: { files: string[]; proposal: Reviewed }[]
      failed: { id: string; error: { code: string } }[]
    }
    beforeEach(() => stage.restore())

    async function proposeBoth(): Promise<void> {
      await stage.propose('targets', stage.next('metadata/1.targets.json'))
      await stage.propose('root', stage.next('metadata/2.root.json', { expires: inDays(410) }))
    }
    const sign = (...ids: readonly string[]): string[] => ['sign', stage.repository, ...ids, '--key', 'Dana', ...pinFd]

    test('are signed with one PIN', async () => {
      await proposeBoth()
      const { digest } = await stage.review('targets')
      const done = await answerOf<Signed>(sign('root', digest, 'targets'), withPin(pin))
      expect(done.failed).toEqual([])
      expect(done.signed.map(({ proposal }) => proposal.subject)).toEqual(['root', 'targets'])
      await answerOf(['publish', stage.repository], options)
    })

    test('nothing is signed when the PIN is wrong', async () => {
      await proposeBoth()
      await stage.refused('signer/pin-wrong', sign('root', 'targets'), withPin('654321', pin))
      await stage.refused('source/not-found', sign('root', 'snapshot'), withPin(pin))
      // The try that was lost stays lost until the right PIN comes.
      expect((await practiceToken()).pin.triesLeft).toBe(2)
      await answerOf<Signed>(sign('root', 'targets'), withPin(pin))
      expect((await practiceToken()).pin.triesLeft).toBe(3)
    })

    test('one that cannot be signed is told apart; the other is', async () => {
      await proposeBoth()
      await answerOf(sign('root'), withPin(pin))
      const root = readFileSync(stage.path('metadata/pending/root.json'))
      const { code, json } = await runCli([...sign('root', 'targets'), '--json'], withPin(pin))
      expect(code).toBe(2)
      const answer = json as Signed
      expect(answer.failed).toMatchObject([{ error: { code: 'usage/invalid' } }])
      expect(answer.signed.map(({ proposal }) => proposal.subject)).toEqual(['targets'])
      expect(readFileSync(stage.path('metadata/pending/root.json'))).toEqual(root)
      await stage.refused('usage/invalid', sign('root', 'targets'), withPin(pin))
    })

    test('a key file signs several as well, for one passphrase', async () => {
      await proposeBoth()
      const done = await answerOf<Signed>(['sign', stage.repository, 'root', 'targets', '--key', 'Cleo'], options)
      expect(done.signed).toHaveLength(2)
    })
  })
})

test('nothing secret was said by any of these calls', () => {
  expect(leaks()).toEqual([])
})
