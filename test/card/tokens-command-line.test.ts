// A PKCS#11 token through the command line: found by the addresses of other tools, enrolled, and the founder of a repository.
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { Stage } from '../cli/stage.ts'
import { answerOf, type CliOptions, refusalOf } from '../support/cli.ts'
import { softHsm, softHsmPin } from '../support/softhsm.ts'

test('a key of SoftHSM founds a repository, and signs two changes with one PIN', async () => {
  const stage = new Stage()
  const { home, repository, options } = stage
  const hsm = softHsm()
  const serial = hsm.init('Root')
  hsm.generate('Root', 'EC:prime256v1', '02')
  hsm.generate('Root', 'EC:prime256v1', '03')
  // The command line passes nothing of this environment on: the module finds its tokens by its file in the home folder.
  const config = join(home, '.config', 'softhsm2', 'softhsm2.conf')
  mkdirSync(dirname(config), { recursive: true })
  copyFileSync(process.env.SOFTHSM2_CONF ?? '', config)
  const given = (...lines: readonly string[]): CliOptions => ({ ...options, passphrases: lines })
  const fromFd = ['--pin-fd', '3']
  const passphrase = 'a passphrase for it'

  expect(await answerOf(['tokens', 'modules', 'add', hsm.module], options)).toEqual({ modules: [hsm.module] })
  await answerOf(['tokens', 'enroll', 'Ana', serial, '02'], options)
  await answerOf(['keys', 'create', 'online'], given(passphrase))
  const init = ['init', repository, '--key', 'Ana', '--online-key', 'online']
  expect((await refusalOf(['init', repository, '--key', 'Ana', ...fromFd], given(softHsmPin))).code).toBe(
    'usage/invalid',
  )
  await answerOf([...init, ...fromFd], given(softHsmPin, passphrase))
  await stage.proposeRoot()
  await stage.propose('targets', stage.next('metadata/1.targets.json'))

  const sign = (key: string): string[] => ['sign', repository, 'root', 'targets', '--key', key, ...fromFd]
  await stage.refused('signer/absent', sign('pkcs11:token=Other'), given(softHsmPin))
  await stage.refused('usage/invalid', sign('pkcs11:token=Root'), given(softHsmPin))
  await stage.refused('signer/wrong-key', sign('hsm:3?label=Root'), given(softHsmPin))
  await stage.refused('signer/pin-wrong', sign('hsm:2?label=Root'), given('99999999', softHsmPin))
  const { signed } = await answerOf<{ signed: unknown[] }>(sign('hsm:2?label=Root'), given(softHsmPin))
  expect(signed).toHaveLength(2)
  await answerOf(['publish', repository], given(passphrase))
  await answerOf(['tokens', 'modules', 'remove', hsm.module], options)
  expect((await refusalOf(['sign', repository, 'root', '--key', 'Ana'], options)).code).toBe('source/not-found')
})
