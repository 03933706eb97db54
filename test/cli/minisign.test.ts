// minisign on the command line, called as functions: one passphrase for the two signatures, and what is refused.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Answer, Command } from '../../src/cli/command.ts'
import { keysCommand } from '../../src/cli/commands/keys.ts'
import { minisignCommand } from '../../src/cli/commands/minisign.ts'
import { parseCommand } from '../../src/cli/parse.ts'
import { openPair, runMinisign } from '../support/minisign.ts'
import { typing } from '../support/practice-key.ts'
import { never, now } from '../support/repository.ts'
import { everythingIn, temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

interface Said {
  keyId: string
  publicKey: string
  text: string
  form: string
  trustedComment: string
}

test('a key is taken over, named, signs and verifies', async () => {
  const folder = temporaryFolder()
  const at = (name: string): string => join(folder, name)
  const prompt = typing()
  const ends: (() => Promise<void>)[] = []
  const io = {
    ...{ signal: never, prompt, isInteractive: false, size: () => undefined, out: () => {}, note: () => {} },
    ...{ ask: () => Promise.reject(new Error('asked')), enter: () => Promise.resolve(), now: () => now },
    atEnd: (end: () => Promise<void>) => void ends.push(end),
  }
  const call = async (command: Command, ...args: string[]): Promise<Answer & { said: Said }> => {
    const answer = await command.run(parseCommand(command, args), io, at('home'))
    for (const end of ends.splice(0)) await end()
    return { ...answer, said: answer.data as Said }
  }
  const refused = (command: Command, ...args: string[]): Promise<string> =>
    codeOfPromise((async () => call(command, ...args))())

  await openPair(folder)
  writeFileSync(at('file'), 'a file')
  prompt.replies = ['ana rides a bicycle']
  const adopted = await call(keysCommand, 'adopt', 'ana', at('k.key'))
  const theirs = readFileSync(at('k.pub'), 'utf8')
  expect(theirs).toContain(adopted.said.keyId)
  expect((await call(minisignCommand, 'key', 'ana')).said.text).toBe(theirs)
  expect((await call(minisignCommand, 'key', 'ana')).lines.join('\n')).toBe(theirs.trimEnd())

  prompt.asked.length = 0
  prompt.replies = ['ana rides a bicycle']
  const signed = await call(minisignCommand, 'sign', at('file'), '--key', 'ana', '--trusted-comment', 'release\t1')
  expect(prompt.asked.length).toBe(1)
  expect(signed.said).toMatchObject({ form: 'prehashed', trustedComment: 'release\t1', keyId: adopted.said.keyId })
  expect(runMinisign(folder, ['-V', '-Q', '-p', 'k.pub', '-m', 'file']).out).toBe('release\t1\n')
  const verify = ['verify', at('file'), '--key']
  for (const key of [at('k.pub'), adopted.said.publicKey]) {
    expect((await call(minisignCommand, ...verify, key)).said).toMatchObject({ trustedComment: 'release\t1' })
  }

  expect(runMinisign(folder, ['-S', '-W', '-l', '-s', 'k.key', '-m', 'file', '-x', 'old']).code).toBe(0)
  const old = [...verify, at('k.pub'), '--signature', at('old')]
  expect(await refused(minisignCommand, ...old)).toBe('trust/bad-signature')
  expect((await call(minisignCommand, ...old, '--legacy')).said.form).toBe('legacy')

  const before = everythingIn(folder)
  const other = 'RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3'
  for (const [code, ...args] of [
    ['trust/bad-signature', ...verify, other],
    ['trust/bad-signature', 'verify', at('k.pub'), '--key', at('k.pub'), '--signature', at('file.minisig')],
    ['source/not-found', ...verify, at('none')],
    ['source/not-found', 'verify', at('none'), '--key', other, '--signature', at('none')],
    ['format/malformed', ...verify, at('file')],
    ['format/malformed', ...verify, other, '--signature', at('k.pub')],
    ['usage/invalid', 'verify', at('file')],
    ['usage/invalid', ...verify, other, '--comment', 'x'],
    ['usage/invalid', 'key', 'ana', '--legacy'],
    ['usage/invalid', 'sign', at('file')],
    ['usage/invalid', 'sign', at('file'), '--key', 'ana'],
    ['usage/invalid', 'frobnicate', at('file')],
    ['signer/absent', 'sign', at('file'), '--key', 'ben'],
    ['signer/absent', 'key', 'ben'],
  ] as const)
    expect(await refused(minisignCommand, ...args), args.join(' ')).toBe(code)
  for (const [code, ...args] of [
    ['usage/invalid', 'adopt', 'ben'],
    ['usage/invalid', 'adopt', 'ana', at('k.key')],
    ['format/malformed', 'adopt', 'ben', at('k.pub')],
    ['source/not-found', 'adopt', 'ben', at('none')],
  ] as const)
    expect(await refused(keysCommand, ...args), args.join(' ')).toBe(code)
  expect(everythingIn(folder)).toEqual(before)
})
