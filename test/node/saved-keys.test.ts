// Files of tuf-on-ci-sign: what it keeps is found and stays, whatever is added.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseIni, withIniValue } from '../../src/node/ini.ts'
import { readSavedKeys, savedKeysFolder, savedUri, saveKeys } from '../../src/node/saved-keys.ts'
import { readSettings, writeSettings } from '../../src/node/sign-settings.ts'
import { parseGitAddress } from '../../src/node/transports/git/address.ts'
import { mirrorFolder } from '../../src/node/transports/git/mirror.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const { signal } = new AbortController()

describe('an ini file', () => {
  const text =
    '; mine\n[settings]\nUser-Name = @Ana \n# note\npush-remote: mine\n\n[signing-keys]\nabc = hsm:2?label=a=b\n'

  test('is read as configparser reads it', () => {
    const ini = parseIni(text)
    expect(ini.get('settings')).toEqual(
      new Map([
        ['user-name', '@Ana'],
        ['push-remote', 'mine'],
      ]),
    )
    expect(ini.get('signing-keys')?.get('abc')).toBe('hsm:2?label=a=b')
  })

  test('keeps every line but the one that changes', () => {
    expect(withIniValue(text, 'settings', 'user-name', '@ben')).toBe(
      text.replace('User-Name = @Ana ', 'user-name = @ben'),
    )
    expect(withIniValue(text, 'settings', 'push-remote', undefined)).toBe(text.replace('push-remote: mine\n', ''))
    expect(withIniValue('', 'settings', 'a', 'b')).toBe('[settings]\na = b\n')
    expect(withIniValue('[x]\nc = d', 'settings', 'a', 'b')).toBe('[x]\nc = d\n\n[settings]\na = b\n')
  })
})

describe('saved keys', () => {
  test('lie where that tool looks', () => {
    expect(savedKeysFolder({}, 'linux', '/home/a')).toBe('/home/a/.local/share/tuf-on-ci-sign')
    expect(savedKeysFolder({ XDG_DATA_HOME: '/data' }, 'linux', '/home/a')).toBe('/data/tuf-on-ci-sign')
    expect(savedKeysFolder({ XDG_DATA_HOME: 'data' }, 'linux', '/home/a')).toBe('/home/a/.local/share/tuf-on-ci-sign')
    expect(savedKeysFolder({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Application Support/tuf-on-ci-sign')
  })

  test('are added, and never replaced', async () => {
    const folder = join(temporaryFolder(), 'tuf-on-ci-sign')
    const uri = savedUri('piv:15835999/9c') ?? ''
    expect(uri).toBe('hsm:2?label=YubiKey+PIV+%2315835999')
    expect(savedUri('piv:15835999/9a')).toBe(undefined)
    expect(savedUri('file:ana')).toBe(undefined)
    await saveKeys(['aa'], uri, signal, folder)
    await saveKeys(['aa', 'bb'], 'hsm:2?label=other', signal, folder)
    expect(readFileSync(join(folder, 'signing-keys.ini'), 'utf8')).toBe(
      `[signing-keys]\nbb = hsm:2?label=other\naa = ${uri}\n`,
    )
    expect(readSavedKeys(folder).get('aa')).toBe(uri)
  })
})

describe('settings of a repository that was opened by its address', () => {
  const repository = parseGitAddress('git+https://github.com/acme/root.git')

  test('are kept beside our copy, and a fork is one only when it is another place', async () => {
    const dataDir = temporaryFolder()
    expect(await readSettings(repository, dataDir)).toEqual({})
    await writeSettings(repository, dataDir, { userName: '@ana', push: 'git@github.com:ana/root.git' })
    const { userName, fork } = await readSettings(repository, dataDir)
    expect(userName).toBe('@ana')
    expect(fork?.url).toBe('ssh://git@github.com/ana/root.git')
    await writeSettings(repository, dataDir, { push: null })
    expect(await readSettings(repository, dataDir)).toEqual({ userName: '@ana' })
    await writeSettings(repository, dataDir, { push: repository.url })
    expect(await readSettings(repository, dataDir)).toEqual({ userName: '@ana' })
  })

  test('that name a way that is not followed are refused', async () => {
    const dataDir = temporaryFolder()
    const folder = mirrorFolder(dataDir, repository)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, '.tuf-on-ci-sign.ini'), '[settings]\npush-remote = ext::sh -c true\n')
    expect(await codeOfPromise(readSettings(repository, dataDir))).toBe('usage/invalid')
  })
})
