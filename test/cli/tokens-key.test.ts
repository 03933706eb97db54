// KEY and TOKEN on the command line: which key and which token is meant, and that nobody ever guesses.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reviewCommand } from '../../src/cli/commands/review.ts'
import { pickToken } from '../../src/cli/commands/tokens/call.ts'
import { findKey } from '../../src/cli/find-key.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { AppError } from '../../src/core/error.ts'
import { isSameKey } from '../../src/core/key.ts'
import type { PublicKey, Signer } from '../../src/core/signer.ts'
import type { Token, TokenKind, TokenList } from '../../src/core/token.ts'
import { type Desk, openDesk } from '../../src/node/desk.ts'
import { inspectRepository } from '../../src/node/inspect.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import type { TokenHost } from '../../src/node/token-host/client.ts'
import { folderRepository } from '../support/folder-repository.ts'
import { holder, never, now, softwareSigner } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

function token(kind: TokenKind, serial: string, slots: Record<string, PublicKey> = {}): Token {
  const id = `${kind}:${kind === 'fido' ? `/dev/hidraw${serial.at(-1)}` : serial}`
  return {
    id,
    kind,
    name: 'YubiKey 5',
    serial,
    reader: 'a reader',
    rehearsal: false,
    slots: Object.entries(slots).map(([slot, key]) => ({
      id: slot,
      name: slot,
      algorithm: 'P-256',
      key,
      signerId: `${id}/${slot}`,
      // Brought from elsewhere: no proof is asked for.
      origin: 'imported',
    })),
    reading: false,
    advisories: [],
  }
}

/** Counts what the token host is asked: with no question it does not start. */
function fakeHost(tokens: readonly Token[]): TokenHost & { asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    call: async (name, argument) => {
      asked.push(name)
      if (name === 'list') return { tokens, problems: [] } as never
      if (name === 'findUri') return `found by ${(argument as { uri: string }).uri}` as never
      throw new Error(`${name} is not for this test`)
    },
    latest: () => ({ tokens: [], problems: [] }),
    watch: () => () => {},
    close: async () => {},
  }
}

const prompt = { pin: () => Promise.reject(new Error('asked')), touch: () => () => {} }
const io = {
  signal: never,
  prompt,
  isInteractive: false,
  size: () => undefined,
  out: () => {},
  note: () => {},
  ask: () => Promise.reject(new Error('asked')),
  enter: () => Promise.resolve(),
  now: () => now,
  atEnd: () => {},
}

function stage(...tokens: readonly Token[]): { desk: Desk; host: ReturnType<typeof fakeHost> } {
  const host = fakeHost(tokens)
  return { host, desk: openDesk({ dataDir: temporaryFolder(), prompt, tokens: host, now: () => now }) }
}

async function refusal(promise: Promise<unknown>): Promise<AppError> {
  const thrown: unknown = await promise.then(
    () => new Error('not refused'),
    (error) => error,
  )
  if (thrown instanceof AppError) return thrown
  throw thrown
}

const p256 = (): Promise<Signer> => softwareSigner('any', 'ecdsa-p256-sha256')

test('a key file, a rehearsal key, or an id of a token: no token is looked at', async () => {
  const { desk, host } = stage()
  await createRehearsalKey(desk.workspace.rehearsal, 'You', 'ed25519', never)
  for (const name of ['You', 'rehearsal:You']) expect(await findKey(desk, name, io)).toBe('rehearsal:You')
  expect(await findKey(desk, 'piv:15835999/9C', io)).toBe('piv:15835999/9c')
  expect(await findKey(desk, 'pkcs11:0123AB/02', io)).toBe('pkcs11:0123AB/02')
  expect(await findKey(desk, 'fido:root', io)).toBe('fido:root')
  expect((await refusal(findKey(desk, 'nobody', io))).code).toBe('signer/absent')
  expect((await refusal(findKey(desk, 'file:nobody', io))).code).toBe('signer/absent')
  expect(host.asked).toEqual([])
})

test('an address of a PKCS#11 key is found by the token host', async () => {
  const { desk } = stage()
  for (const uri of ['hsm:2?label=YubiKey', 'pkcs11:token=root;id=%02', 'pkcs11:']) {
    expect(await findKey(desk, uri, io)).toBe(`found by ${uri}`)
  }
})

test('the name of a person is their token that is plugged in', async () => {
  const [mine, spare, other] = [await p256(), await p256(), await p256()]
  const home = token('piv', '15835999', { '9c': mine.key, '9a': other.key })
  const { desk } = stage(home)
  await desk.tokens.enroll('Dana', home.id, '9c', never)
  expect(await findKey(desk, 'dana', io)).toBe('piv:15835999/9c')

  // In another slot, of a token with another number, it is still the same key.
  const moved = stage(token('piv', '17203344', { '82': mine.key }))
  const there: Desk = { ...moved.desk, tokens: { ...moved.desk.tokens, knownHolders: desk.tokens.knownHolders } }
  expect(await findKey(there, 'Dana', io)).toBe('piv:17203344/82')

  const gone = stage(token('piv', '15835999', { '9c': spare.key }))
  const absent: Desk = { ...gone.desk, tokens: { ...gone.desk.tokens, knownHolders: desk.tokens.knownHolders } }
  const error = await refusal(findKey(absent, 'Dana', io))
  expect(error.code).toBe('signer/absent')
  expect(error.hint).toContain('15 835 999')
})

test('two tokens of one person: both are named, none is chosen', async () => {
  const [one, two] = [await p256(), await p256()]
  const tokens = [token('piv', '15835999', { '9c': one.key }), token('piv', '17203344', { '9c': two.key })]
  const { desk } = stage(...tokens)
  for (const { id } of tokens) await desk.tokens.enroll('Dana', id, '9c', never)
  const error = await refusal(findKey(desk, 'Dana', io))
  expect(error.code).toBe('usage/invalid')
  for (const name of ['piv:15835999/9c', 'piv:17203344/9c', '15 835 999', '17 203 344']) {
    expect(error.message).toContain(name)
  }
})

test('two tokens of one person, of which only one may sign this: that one', async () => {
  const [one, two] = [await p256(), await p256()]
  const tokens = [token('piv', '15835999', { '9c': one.key }), token('piv', '17203344', { '9c': two.key })]
  const { desk } = stage(...tokens)
  for (const { id } of tokens) await desk.tokens.enroll('Dana', id, '9c', never)
  expect(await findKey(desk, 'Dana', io, (key) => isSameKey(key, two.key))).toBe('piv:17203344/9c')
  expect((await refusal(findKey(desk, 'Dana', io, () => false))).code).toBe('usage/invalid')
})

test('a name that is a key here and a person with a token is neither', async () => {
  const key = await p256()
  const home = token('piv', '15835999', { '9c': key.key })
  const { desk, host } = stage(home)
  await desk.tokens.enroll('Dana', home.id, '9c', never)
  await createRehearsalKey(desk.workspace.rehearsal, 'dana', 'ed25519', never)
  host.asked.length = 0
  const error = await refusal(findKey(desk, 'dana', io))
  expect(error.code).toBe('usage/invalid')
  expect(error.hint).toContain('rehearsal:dana')
  expect(error.hint).toContain('piv:15835999/9c')
  expect(await findKey(desk, 'rehearsal:dana', io)).toBe('rehearsal:dana')
  expect(host.asked).toEqual([])
})

test('TOKEN: an id, or a serial number that only one token has, or only one that this can be done with', () => {
  const piv = token('piv', '15835999')
  const fido = token('fido', '15835999')
  const twin = { ...token('pkcs11', '15835999'), id: 'pkcs11:15835999' }
  const list = (...tokens: Token[]): TokenList => ({ tokens, problems: [] })
  expect(pickToken(list(piv), '15835999')).toBe(piv)
  expect(pickToken(list(piv), '15 835 999')).toBe(piv)
  expect(pickToken(list(piv, fido), 'piv:15835999')).toBe(piv)
  expect(pickToken(list(piv, fido), fido.id)).toBe(fido)
  expect(pickToken(list(piv, fido), '15835999', ({ kind }) => kind === 'fido')).toBe(fido)
  for (const [tokens, suits, code] of [
    [[piv, fido], undefined, 'usage/invalid'],
    [[piv, fido, twin], (one: Token) => one.kind !== 'fido', 'usage/invalid'],
    [[piv, fido], () => false, 'usage/invalid'],
    [[], undefined, 'signer/absent'],
  ] as const) {
    let thrown: unknown
    try {
      pickToken(list(...tokens), '15835999', suits)
    } catch (error) {
      thrown = error
    }
    if (!(thrown instanceof AppError)) throw new Error('not refused')
    expect(thrown.code).toBe(code)
    for (const { id } of tokens) expect(thrown.message).toContain(id)
  }
  expect(() => pickToken(list(piv), '1583599')).toThrow(AppError)
})

test('holders that cannot be read stop no key file, and are told where a name was meant', async () => {
  const { desk } = stage()
  await createRehearsalKey(desk.workspace.rehearsal, 'You', 'ed25519', never)
  await desk.workspace.files.write(
    new Map([['enrolled-tokens.json', utf8('{')]]),
    new Map([['enrolled-tokens.json', null]]),
    'damaged',
    never,
  )
  expect(await findKey(desk, 'You', io)).toBe('rehearsal:You')
  expect(await findKey(desk, 'piv:15835999/9c', io)).toBe('piv:15835999/9c')
  expect((await refusal(findKey(desk, 'Dana', io))).code).toBe('format/malformed')
  expect((await refusal(findKey(desk, 'file:dana', io))).code).toBe('signer/absent')
})

test('a review goes on without the names of holders, and says so', async () => {
  const dataDir = temporaryFolder()
  const repository = await folderRepository([await holder('Ana')])
  repository.propose('root')
  const { location, bytes } = await inspectRepository(repository.folder, now, never)
  await openDesk({ dataDir, prompt, tokens: fakeHost([]), now: () => now }).workspace.add(
    { name: 'P', location },
    bytes,
  )
  const none = () => undefined
  const review = () =>
    reviewCommand.run({ positionals: ['P'], text: none, texts: () => [], flag: () => false }, io, dataDir)
  expect((await review()).data).not.toHaveProperty('holdersProblem')
  writeFileSync(join(dataDir, 'enrolled-tokens.json'), '{')
  const { data, lines } = await review()
  expect(data).toMatchObject({ subject: 'root', holdersProblem: { code: 'format/malformed' } })
  expect(lines.some((line) => line.startsWith('! whose keys these are cannot be read'))).toBe(true)
})
