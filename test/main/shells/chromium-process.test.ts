// How the browser is started and what is left when it will not: no profile, no process, one error.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chromiumFlags } from '../../../src/main/shells/chromium-flags.ts'
import { isSandboxFailure, startBrowser, sweepProfiles } from '../../../src/main/shells/chromium-process.ts'
import { codeOfPromise } from '../../support/thrown.ts'

let temporary: string

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'countersign-test-'))
})

afterEach(() => rmSync(temporary, { recursive: true }))

const options = { startAddress: 'data:text/html,', width: 800, height: 600 }

test('the browser gets no port and no way to the network; its sandbox goes only when asked', () => {
  const flags = chromiumFlags({ ...options, profile: '/p', sandbox: true })
  expect(flags).toContain('--remote-debugging-pipe')
  expect(flags.some((flag) => flag.startsWith('--remote-debugging-port'))).toBe(false)
  expect(flags).toContain('--host-resolver-rules=MAP * ~NOTFOUND')
  expect(flags).toContain('--proxy-bypass-list=<-loopback>')
  expect(flags).toContain('--disable-extensions')
  expect(flags).toContain('--user-data-dir=/p')
  expect(flags).not.toContain('--no-sandbox')
  expect(chromiumFlags({ ...options, profile: '/p', sandbox: false })).toContain('--no-sandbox')
})

function program(script: string): string {
  const path = join(temporary, 'browser')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

const profiles = (): string[] => readdirSync(temporary).filter((name) => name.startsWith('countersign-window-'))

test.each([
  ['ends at once', 'exit 3'],
  ['talks nonsense and ends', 'printf "no\\0" >&2; exit 0'],
])('a browser that %s is one error and leaves no profile', async (_what, script) => {
  expect(await codeOfPromise(startBrowser(program(script), { ...options, sandbox: true }, temporary))).toBe(
    'usage/invalid',
  )
  expect(profiles()).toEqual([])
})

test('a program that is not there is one error and leaves no profile', async () => {
  const gone = join(temporary, 'gone')
  expect(await codeOfPromise(startBrowser(gone, { ...options, sandbox: true }, temporary))).toBe('usage/invalid')
  expect(profiles()).toEqual([])
})

test('a browser without a usable sandbox is told apart from one that is broken', async () => {
  const fail = (said: string) =>
    startBrowser(program(`echo "${said}" >&2; exit 1`), { ...options, sandbox: true }, temporary).catch(
      (thrown: unknown) => thrown,
    )
  expect(isSandboxFailure(await fail('FATAL: No usable sandbox! Update your kernel'))).toBe(true)
  expect(isSandboxFailure(await fail('FATAL: Missing X server or $DISPLAY'))).toBe(false)
})

test('profiles of processes that are gone are swept; those in use, of others and behind links are not', () => {
  const outside = join(temporary, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'keep'), '')
  const dead = 'countersign-window-4194305-abc'
  const linked = 'countersign-window-4194305-link'
  const alive = `countersign-window-${process.pid}-abc`
  for (const name of [dead, alive, 'countersign-window-x-abc', 'other']) mkdirSync(join(temporary, name))
  symlinkSync(outside, join(temporary, linked))
  sweepProfiles(temporary)
  expect(existsSync(join(temporary, dead))).toBe(false)
  expect(readdirSync(temporary).sort()).toEqual([alive, linked, 'countersign-window-x-abc', 'other', 'outside'].sort())
  expect(existsSync(join(outside, 'keep'))).toBe(true)
})
