// keys: software keys on this machine, those in the ssh-agent, and public keys of others. No secret is ever printed.
import { parseUtf8, toHex } from '../../core/bytes.ts'
import { AppError, toErrorData } from '../../core/error.ts'
import { fingerprintOf, keyLabel, toPem } from '../../core/key.ts'
import { keyIdText, toMinisignLine } from '../../core/minisign/public-key.ts'
import { maxSecretFileBytes } from '../../core/minisign/secret-key.ts'
import type { PublicKey } from '../../core/signer.ts'
import type { SoftwareScheme } from '../../core/software-key.ts'
import { wargKey } from '../../core/systems/warg/encoding/key.ts'
import type { Desk } from '../../node/desk.ts'
import type { KeyStore, NewProtection, StoredKey } from '../../node/key-store.ts'
import { adoptMinisign } from '../../node/minisign/adopt.ts'
import { type AgentKey, type AgentKeys, findAgentKey, isAgentSigner } from '../../node/ssh-agent/agent.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { readInput, readNamed } from '../input.ts'
import { deskFor } from '../session.ts'
import { digestWords } from './tokens/words.ts'

const maxPemBytes = 64 * 1024

export const keysCommand: Command = {
  name: 'keys',
  usage: 'keys (create NAME | list | export NAME | import NAME FILE | adopt NAME FILE | delete NAME)',
  summary: 'Software keys on this machine, keys in the ssh-agent, and public keys of other people.',
  details: [
    'countersign keys create NAME [--type p256] [--keychain]   a new key, under a passphrase or the OS keychain',
    'countersign keys list                                     keys here and in the ssh-agent, and what protects them',
    'countersign keys export NAME                              its public key, PEM; also of ssh:SHA256:... in the agent',
    'countersign keys import NAME FILE                         a public key, PEM; - reads standard input',
    'countersign keys import NAME ssh:SHA256:...               one in the ssh-agent is NAME’s from now on',
    'countersign keys adopt NAME FILE [--keychain]             a secret key that minisign made; FILE stays as it is',
    'countersign keys delete NAME --yes                        for ever: there is no copy',
  ],
  options: {
    type: { form: '--type TYPE', text: 'ed25519 (the default) or p256', type: 'string' },
    keychain: {
      form: '--keychain',
      text: 'protect the key by the OS keychain instead of a passphrase',
      type: 'boolean',
    },
    yes: { form: '--yes', text: 'with delete: do not ask', type: 'boolean' },
  },
  arity: [1, 3],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const store = desk.keys
    const [verb, name, file] = parsed.positionals
    checkCount(verb, parsed.positionals.length)
    if (verb === 'list') return listKeys(await store.list(io.signal), await desk.agent.list(io.signal))
    if (name === undefined) throw usage(`keys ${verb} takes the name of a key`)
    switch (verb) {
      case 'create': {
        const key = await store.create(name, schemeOf(parsed), await protectionOf(parsed, name, io), io.signal)
        return answer(dataOf(key), `created ${lineOf(key)}`)
      }
      case 'export': {
        const pem = isAgentSigner(name) ? await agentPem(desk, name, io) : await store.exportPem(name, io.signal)
        return answer({ name, pem }, ...pem.trimEnd().split('\n'))
      }
      case 'import': {
        if (file === undefined) throw usage('keys import takes a name and a file')
        const pem = isAgentSigner(file)
          ? await agentPem(desk, file, io)
          : parseUtf8(await readInput(file, maxPemBytes, io.signal), file)
        refuseOtherForms(pem, file)
        const key = await store.importPublic(name, pem, io.signal)
        return answer(dataOf(key), `imported ${lineOf(key)}`)
      }
      case 'adopt':
        if (file === undefined) throw usage('keys adopt takes a name and a file')
        return adoptKey(parsed, name, file, desk, io)
      case 'delete':
        await confirmDelete(parsed, name, io)
        await store.delete(name, io.signal)
        return answer({ deleted: name }, `deleted ${name}`)
      default:
        throw usage(`keys does create, list, export, import, adopt or delete, not ${verb}`)
    }
  },
}

async function agentPem(desk: Desk, id: string, io: Io): Promise<string> {
  return toPem((await findAgentKey(desk.agent, id, io.signal)).key)
}

/** Every verb with the words that follow it. */
const counts: ReadonlyMap<string | undefined, number> = new Map([
  ['list', 0],
  ['create', 1],
  ['export', 1],
  ['import', 2],
  ['adopt', 2],
  ['delete', 1],
])

function checkCount(verb: string | undefined, given: number): void {
  const wanted = counts.get(verb)
  if (wanted === undefined || given - 1 <= wanted) return
  throw usage(`keys ${verb} takes ${wanted === 0 ? 'nothing more' : `${wanted} more`}, and was given ${given - 1}`)
}

function usage(message: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint: 'see: countersign keys --help' })
}

async function adoptKey(parsed: Parsed, name: string, file: string, desk: Desk, io: Io): Promise<Answer> {
  const adoption = {
    ...{ name, file, content: readNamed(file, maxSecretFileBytes) },
    protection: () => protectionOf(parsed, name, io),
  }
  const place = { keys: desk.keys, files: desk.workspace.files, prompt: io.prompt }
  const { stored, named, wasOpen } = await adoptMinisign(adoption, place, io.signal)
  const open = `${file} is not under a passphrase: whoever can read it has the key`
  return answer(
    { ...dataOf(stored), keyId: keyIdText(named.keyId), publicKey: toMinisignLine(named), wasOpen },
    `adopted ${lineOf(stored)}`,
    `minisign knows it as key ${keyIdText(named.keyId)}, and so do those who verify`,
    wasOpen ? open : `${file} is still the same key: keep it in a safe place, or delete it`,
  )
}

function schemeOf(parsed: Parsed): SoftwareScheme {
  const type = parsed.text('type') ?? 'ed25519'
  if (type === 'ed25519') return 'ed25519'
  if (type === 'p256') return 'ecdsa-p256-sha256'
  throw usage(`--type is ed25519 or p256, not ${type}`)
}

async function protectionOf(parsed: Parsed, name: string, io: Io): Promise<NewProtection> {
  if (parsed.flag('keychain')) return { kind: 'keychain' }
  const purpose = `protect the new key ${name}`
  const passphrase = await io.prompt.pin({ device: `key file ${name}`, secret: 'new passphrase', purpose }, io.signal)
  return { kind: 'passphrase', passphrase }
}

/** A public key as signers files write it is no PEM, and needs no name here. */
function refuseOtherForms(text: string, file: string): void {
  const form = /^ssh-[a-z0-9-]+ /.test(text)
    ? 'ssh-keygen'
    : /^(?:untrusted comment:.*\n)?RW\S+\s*$/.test(text)
      ? 'minisign'
      : ''
  if (form === '') return
  throw new AppError({
    code: 'format/unsupported',
    message: `${file} is a public key of ${form}, and keys import takes PEM`,
    hint: `a signers file takes it as it is: countersign signers SOURCE add ${file}`,
  })
}

async function confirmDelete(parsed: Parsed, name: string, io: Io): Promise<void> {
  if (parsed.flag('yes')) return
  const typed = await io.ask(
    `Deleting ${name} cannot be undone. Type its name to delete it: `,
    'in a script there is --yes',
  )
  if (typed.trim() !== name)
    throw new AppError({
      code: 'user/cancelled',
      message: 'nothing was deleted',
      hint: 'type the name exactly as it is',
    })
}

function dataOf({ name, key, protection, created }: StoredKey): object {
  return { id: `file:${name}`, name, protection, created, ...factsOf(key) }
}

function agentData({ id, comment, key }: AgentKey): object {
  return { id, name: comment, protection: 'agent', ...factsOf(key) }
}

function factsOf(key: PublicKey): object {
  // Warg registries name a key by another hash than everybody else.
  const warg = key.scheme === 'ecdsa-p256-sha256' ? { wargId: wargKey(key).id } : {}
  return { type: keyLabel(key), sha256: toHex(fingerprintOf(key)), ...warg }
}

function lineOf(key: StoredKey): string {
  const guard = {
    passphrase: 'under a passphrase',
    keychain: 'in the OS keychain’s care',
    'public-only': 'public key only',
  }[key.protection]
  return `file:${key.name}  ${keyLabel(key.key)}, ${guard}, ${digestWords(key.key)}`
}

function agentLine({ id, comment, key }: AgentKey): string {
  return `${id}  ${keyLabel(key)}, in the ssh-agent${comment === '' ? '' : ` as ${comment}`}, ${digestWords(key)}`
}

function listKeys(stored: Awaited<ReturnType<KeyStore['list']>>, agent: AgentKeys): Answer {
  const all = [...stored.keys.map(dataOf), ...agent.keys.map(agentData)]
  const broken = stored.problems.map((error) => `cannot be read: ${error.message}`)
  const isNone = all.length + broken.length === 0
  const lines = [
    ...(isNone ? ['no keys here; make one: countersign keys create NAME'] : []),
    ...stored.keys.map(lineOf),
    ...broken,
    ...agent.keys.map(agentLine),
    ...agent.unusable.map(({ comment, type, why }) => `in the ssh-agent, of no use here: ${comment} (${type}): ${why}`),
  ]
  const problems = [...stored.problems.map(toErrorData), ...(agent.problem === undefined ? [] : [agent.problem])]
  const trouble =
    agent.problem === undefined ? [] : [`ssh-agent: ${agent.problem.message}`, `  ${agent.problem.hint ?? ''}`]
  return answer({ keys: all, unusable: agent.unusable, problems }, ...lines, ...trouble)
}
