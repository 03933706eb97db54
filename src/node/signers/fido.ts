// FIDO2 tokens as signers. A token cannot sign metadata itself (what it signs is an assertion, never a message of ours), so it
// guards a software key: the key's secret is wrapped by what only the token computes, after PIN and touch.
import { verifySignature } from '../../core/crypto.ts'
import { AppError, type ErrorData, toAppError, toErrorData } from '../../core/error.ts'
import { isSameKey } from '../../core/key.ts'
import type { Prompt, PublicKey } from '../../core/signer.ts'
import { createSoftwareKey, type SoftwareScheme, signWithSecret } from '../../core/software-key.ts'
import type { Token, TokenList } from '../../core/token.ts'
import type { Transport } from '../../core/transport.ts'
import { checkCancelled } from '../cancel.ts'
import { type Limits, usualLimits } from '../fido/channel.ts'
import { describeOpen, idOf, placeholder, withExactIds } from '../fido/describe.ts'
import { type FidoKey, maxTokens } from '../fido/key-file.ts'
import { fidoKeys } from '../fido/keys.ts'
import { lanes } from '../fido/lanes.ts'
import { exactFidoId, type FidoName, parseFidoName } from '../fido/name.ts'
import {
  enrol,
  type Human,
  holding,
  insertHint,
  notHeld,
  type OpenToken,
  unfit,
  unlock,
  withOpenToken,
} from '../fido/token.ts'
import { watchDevices } from '../fido/watch.ts'
import type { HidDevice, HidDevices } from '../hid.ts'
import type { TokenDriver } from '../tokens.ts'

export interface FidoTokens extends TokenDriver {
  /** A new key, wrapped for this token: its PIN, two touches. Add a second token before the key is relied upon. */
  createKey(
    name: string,
    scheme: SoftwareScheme,
    tokenId: string,
    prompt: Prompt,
    signal: AbortSignal,
  ): Promise<PublicKey>
  /** Opens the key with a token that holds it, and wraps it for the new one as well: two PINs, three touches. */
  addToken(name: string, tokenId: string, prompt: Prompt, signal: AbortSignal): Promise<void>
}

export interface FidoOptions {
  devices: HidDevices
  /** The folder of the wrapped keys. */
  files: Transport
  limits?: Limits
  pollMs?: number
}

interface Candidate {
  device: HidDevice
  place: { path: string; serial?: string }
}

const family = 'FIDO2 tokens'

export function fidoTokens(options: FidoOptions): FidoTokens {
  const { devices, limits = usualLimits, pollMs = 1_000 } = options
  const keys = fidoKeys(options.files)
  const line = { devices, limits }
  const lane = lanes()
  const known = new Map<string, Token>()
  const watcher = watchDevices({ devices, pollMs, describe: list, placeholder })

  async function list(signal: AbortSignal): Promise<TokenList> {
    const problems: { where: string; error: ErrorData }[] = []
    let stored: readonly FidoKey[] = []
    try {
      const read = await keys.list(signal)
      stored = read.keys
      for (const { where, error } of read.problems) problems.push({ where, error: toErrorData(error) })
    } catch (thrown) {
      checkCancelled(signal)
      problems.push({ where: 'FIDO2 key files', error: toErrorData(thrown) })
    }
    let found: HidDevice[] = []
    try {
      found = await devices.list()
    } catch (thrown) {
      problems.push({ where: family, error: toErrorData(thrown) })
    }
    const tokens = await Promise.all(found.map((device) => describe(device, stored, signal)))
    checkCancelled(signal)
    for (const path of known.keys()) if (!found.some((device) => device.path === path)) known.delete(path)
    return { tokens: withExactIds(tokens), problems }
  }

  async function describe(device: HidDevice, stored: readonly FidoKey[], signal: AbortSignal): Promise<Token> {
    const last = known.get(device.path)
    // Somebody is about to touch it: what was known of it stays good until then.
    if (lane.waitsForPerson(device.path)) return last ?? placeholder(device)
    const token = await lane.run(device.path, 'token', async () => {
      try {
        return await withOpenToken(line, device, signal, (open) => describeOpen(open, stored, signal))
      } catch (thrown) {
        checkCancelled(signal)
        return { ...placeholder(device), reading: false, problem: toErrorData(thrown) }
      }
    })
    known.set(device.path, token)
    return token
  }

  /** The tokens that can open the key, asked without a word to anybody. */
  async function holders(key: FidoKey, wanted: string | undefined, except: string | undefined, signal: AbortSignal) {
    const all = (await devices.list()).filter((device) => device.path !== except)
    // A serial number is told by the token itself, so each is asked, unless a place is named.
    const isPlace = all.some((device) => device.path === wanted)
    const found = isPlace ? all.filter((device) => device.path === wanted) : all
    const yes: Candidate[] = []
    const maybe: Candidate[] = []
    const labels: string[] = []
    let problem: AppError | undefined
    for (const device of found) {
      try {
        await lane.run(device.path, 'token', () =>
          withOpenToken(line, device, signal, async (token) => {
            if (wanted !== undefined && !isPlace && token.serial !== wanted) return
            const { is } = await holding(token, key, signal)
            const place = { path: device.path, ...(token.serial === undefined ? {} : { serial: token.serial }) }
            if (is === 'yes') yes.push({ device, place })
            if (is === 'maybe') maybe.push({ device, place })
            if (is === 'no') labels.push(token.words)
          }),
        )
      } catch (thrown) {
        checkCancelled(signal)
        problem ??= toAppError(thrown)
      }
    }
    return { candidates: yes.length > 0 ? yes : maybe, labels, problem }
  }

  async function choose(
    key: FidoKey,
    wanted: string | undefined,
    except: string | undefined,
    signal: AbortSignal,
  ): Promise<HidDevice> {
    const { candidates, labels, problem } = await holders(key, wanted, except, signal)
    const [one, another] = candidates
    if (one !== undefined && another === undefined) return one.device
    if (one !== undefined) {
      const places = candidates.map(({ place }) => place)
      const names = places.map((place) => exactFidoId(key.name, place, places))
      throw new AppError({
        code: 'usage/invalid',
        message: `${candidates.length} tokens here can open key ${key.name}`,
        hint: `unplug all but one, or name the token: ${names.join(' or ')}`,
        data: { name: key.name, count: candidates.length },
      })
    }
    if (problem !== undefined) throw problem
    if (labels.length > 0) throw notHeld(labels.join(' and '), key)
    throw new AppError({
      code: 'signer/absent',
      message: `no token that holds key ${key.name} is plugged in`,
      hint: insertHint(key),
      data: { name: key.name },
    })
  }

  async function deviceOf(tokenId: string): Promise<HidDevice> {
    if (!tokenId.startsWith('fido:')) throw notFido()
    const device = (await devices.list()).find((one) => idOf(one) === tokenId)
    if (device !== undefined) return device
    throw new AppError({
      code: 'signer/absent',
      message: 'this token is not plugged in any more',
      hint: 'plug it in again, then repeat',
      data: { tokenId },
    })
  }

  const using = <T>(device: HidDevice, signal: AbortSignal, use: (token: OpenToken) => Promise<T>): Promise<T> =>
    lane.run(device.path, 'person', () => withOpenToken(line, device, signal, use))

  /** Afterwards the tokens are shown anew: tries, keys. */
  async function afterwardsShown<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } finally {
      watcher.refresh()
    }
  }

  async function unlocked<T>(
    key: FidoKey,
    device: HidDevice,
    human: Human,
    use: (secret: Uint8Array) => Promise<T>,
  ): Promise<T> {
    const secret = await using(device, human.signal, (token) => unlock(token, key, human, limits.touchMs))
    try {
      return await use(secret)
    } finally {
      secret.fill(0)
    }
  }

  return {
    watch: (hear) => watcher.watch(hear),
    list,

    sign: async ({ signerId, key, messages, purpose }, prompt, signal) => {
      const { name, token } = parseSignerId(signerId)
      const { file } = await keys.find(name, signal)
      if (!isSameKey(file.key, key)) throw otherKey(name)
      if (messages.length === 0) return []
      const device = await choose(file, token, undefined, signal)
      return afterwardsShown(() =>
        unlocked(file, device, { prompt, purpose, signal }, (secret) => signAll(file, key, secret, messages)),
      )
    },

    createKey: async (name, scheme, tokenId, prompt, signal) => {
      await keys.refuseTaken(name, signal)
      const device = await deviceOf(tokenId)
      const { key, secret } = await createSoftwareKey(scheme)
      const head = { name, key }
      const human = { prompt, purpose: `make key ${name} on this token`, signal }
      return afterwardsShown(async () => {
        try {
          const entry = await using(device, signal, (token) => enrol(token, head, secret, [], human, limits.touchMs))
          await keys.add({ ...head, tokens: [entry] }, signal)
          return key
        } finally {
          secret.fill(0)
        }
      })
    },

    addToken: async (name, tokenId, prompt, signal) => {
      const stored = await keys.find(name, signal)
      const { file } = stored
      refuseFull(file)
      const added = await deviceOf(tokenId)
      await using(added, signal, (token) => refuseHeld(token, file, signal))
      const holder = await choose(file, undefined, added.path, signal)
      const opening = { prompt, purpose: `open key ${name}, so that a second token can hold it`, signal }
      const enrolling = { prompt, purpose: `let this token hold key ${name} as well`, signal }
      await afterwardsShown(() =>
        unlocked(file, holder, opening, async (secret) => {
          const entry = await using(added, signal, (token) =>
            enrol(token, file, secret, file.tokens, enrolling, limits.touchMs),
          )
          await keys.replace(stored, { ...file, tokens: [...file.tokens, entry] }, signal)
        }),
      )
    },
  }
}

async function signAll(
  file: FidoKey,
  key: PublicKey,
  secret: Uint8Array,
  messages: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  const signatures: Uint8Array[] = []
  for (const message of messages) {
    const signature = await signWithSecret(file.key, secret, message)
    if (!(await verifySignature(key, message, signature))) throw badSignature(file.name)
    signatures.push(signature)
  }
  return signatures
}

function notFido(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'this is not a FIDO2 token',
    hint: 'name a FIDO2 token; on a PIV token a key is made with: countersign tokens generate TOKEN 9c',
  })
}

function refuseFull(key: FidoKey): void {
  if (key.tokens.length < maxTokens) return
  throw new AppError({
    code: 'usage/invalid',
    message: `key ${key.name} is held by ${key.tokens.length} tokens already, and more are not allowed`,
    hint: 'make a new key, and take this one out of the repositories',
  })
}

function parseSignerId(id: string): FidoName {
  const parsed = parseFidoName(id)
  if (parsed !== undefined) return parsed
  throw new AppError({ code: 'usage/invalid', message: 'this is not the id of a FIDO2 key', hint: 'write fido:NAME' })
}

async function refuseHeld(token: OpenToken, key: FidoKey, signal: AbortSignal): Promise<void> {
  const why = unfit(token)
  if (why !== undefined) throw why
  if ((await holding(token, key, signal)).is !== 'yes') return
  throw new AppError({
    code: 'usage/invalid',
    message: `${token.words} holds key ${key.name} already`,
    hint: 'insert another token as the spare one',
    data: { name: key.name },
  })
}

function otherKey(name: string): AppError {
  return new AppError({
    code: 'signer/wrong-key',
    message: `FIDO2 key ${name} is not the key that is asked for; no PIN was asked`,
    data: { name },
  })
}

function badSignature(name: string): AppError {
  return new AppError({
    code: 'signer/failed',
    message: `key ${name} made a signature that does not verify`,
    data: { name },
  })
}
