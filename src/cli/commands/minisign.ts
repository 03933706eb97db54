// minisign: files signed and verified as minisign does it, with any Ed25519 key of this desk.
import { AppError } from '../../core/error.ts'
import {
  keyIdText,
  type MinisignPublicKey,
  toMinisignLine,
  toMinisignPublicKeyText,
  verifyCanMinisign,
} from '../../core/minisign/public-key.ts'
import { maxSignatureFileBytes, parseMinisignSignature } from '../../core/minisign/signature.ts'
import type { Signer } from '../../core/signer.ts'
import type { Desk } from '../../node/desk.ts'
import { namedKey } from '../../node/minisign/key-ids.ts'

import { signFile } from '../../node/minisign/sign-file.ts'
import { verifyFile } from '../../node/minisign/verify-file.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { findKey } from '../find-key.ts'
import { readNamed } from '../input.ts'
import { minisignPublicKey, refuseSecretFile } from '../minisign-key.ts'
import { tokenOptions } from '../parse.ts'
import { plugPractice } from '../practice.ts'
import { progressLine } from '../progress.ts'
import { askingOnce, deskFor } from '../session.ts'
import { quoted } from '../text.ts'

export const minisignCommand: Command = {
  name: 'minisign',
  usage: 'minisign (sign FILE --key KEY | verify FILE --key PUB | key KEY)',
  summary: 'Sign and verify files as minisign does, also with a key on a token.',
  details: [
    'countersign minisign sign FILE --key KEY     writes FILE.minisig; KEY as with "countersign sign", an Ed25519 key',
    'countersign minisign verify FILE --key PUB   PUB is a public key file, or the line that begins with RW',
    'countersign minisign key KEY                 the public key file of one of your keys, for those who verify',
    'The key signs twice, the file and its comment: a token that wants a touch wants two.',
    'A key that minisign has made is taken over with: countersign keys adopt NAME FILE',
  ],
  options: {
    key: { form: '--key KEY', text: 'the key to sign with, or the public key to verify with', type: 'string' },
    signature: {
      form: '--signature FILE',
      text: 'where the signature is written, or read from; FILE.minisig otherwise',
      type: 'string',
    },
    comment: { form: '--comment TEXT', text: 'the first line, which nobody signs', type: 'string' },
    'trusted-comment': {
      form: '--trusted-comment TEXT',
      text: 'what is signed with the file; time and name of the file otherwise',
      type: 'string',
    },
    legacy: {
      form: '--legacy',
      text: 'sign the file and not its hash, as minisign did before 0.10; verify such a one, too',
      type: 'boolean',
    },
    ...tokenOptions,
  },
  arity: [2, 2],
  run: async (parsed, io, dataDir) => {
    const [verb, what = ''] = parsed.positionals
    refuseUnused(parsed, verb)
    if (verb === 'verify') return verify(parsed, what, io)
    // One secret for both signatures.
    if (verb === 'sign') return askingOnce(io, (once) => sign(parsed, what, once, dataDir))
    return publicKey(parsed, what, io, dataDir)
  },
}

const signing = ['key', 'signature', 'comment', 'trusted-comment', 'legacy', ...Object.keys(tokenOptions)]

/** Every verb with the options that mean something to it. */
const taken: ReadonlyMap<string | undefined, readonly string[]> = new Map([
  ['sign', signing],
  ['verify', ['key', 'signature', 'legacy']],
  ['key', Object.keys(tokenOptions)],
])

function refuseUnused(parsed: Parsed, verb: string | undefined): void {
  const options = taken.get(verb)
  if (options === undefined) throw usage(`minisign does sign, verify or key, not ${verb}`)
  const given = signing.find(
    (name) => (parsed.flag(name) || parsed.text(name) !== undefined) && !options.includes(name),
  )
  if (given !== undefined) throw usage(`minisign ${verb} does not take --${given}`)
}

function usage(message: string, hint = 'see: countersign minisign --help'): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}

async function sign(parsed: Parsed, file: string, io: Io, dataDir: string): Promise<Answer> {
  const desk = deskFor(io, dataDir)
  const wanted = parsed.text('key')
  if (wanted === undefined) throw usage('--key is missing', 'name the key to sign with; see: countersign keys list')
  refuseSecretFile(wanted)
  await plugPractice(parsed, desk, io)
  const to = parsed.text('signature') ?? `${file}.minisig`
  const line = progressLine(file)
  const form = parsed.flag('legacy') ? 'legacy' : 'prehashed'
  const { signature, named, signer } = await signFile(
    desk,
    {
      ...{ file, form, to, now: io.now() },
      signerId: await findKey(desk, wanted, io, ({ scheme }) => scheme === 'ed25519'),
      comment: parsed.text('comment'),
      trustedComment: parsed.text('trusted-comment'),
    },
    {
      signal: io.signal,
      progress: line.show,
      before: (sentence) => {
        line.end()
        io.note(sentence)
      },
    },
  ).finally(line.end)
  return answer(
    { ...keyData(named), file, signature: to, form, trustedComment: signature.trustedComment },
    `signed ${file} with ${signer.label}${signer.rehearsal ? ' (practice)' : ''}, minisign key ${keyIdText(named.keyId)}`,
    `the signature is in ${to}; trusted comment: ${signature.trustedComment}`,
    `to verify it: minisign -V -P ${toMinisignLine(named)} -m ${quoted(file)}`,
  )
}

async function verify(parsed: Parsed, file: string, io: Io): Promise<Answer> {
  const given = parsed.text('key')
  if (given === undefined) {
    throw usage('--key is missing', 'give the public key of who signed: its file, or the line that begins with RW')
  }
  const publicKey = minisignPublicKey(given)
  const from = parsed.text('signature') ?? `${file}.minisig`
  const signature = parseMinisignSignature(readNamed(from, maxSignatureFileBytes), from)
  const line = progressLine(file)
  const options = { signal: io.signal, progress: line.show }
  await verifyFile(file, signature, publicKey, { ...options, takesLegacy: parsed.flag('legacy') }).finally(line.end)
  const { form, trustedComment } = signature
  return answer(
    { ...keyData(publicKey), file, signature: from, form, verified: true, trustedComment },
    `${file} is signed by minisign key ${keyIdText(publicKey.keyId)}${form === 'legacy' ? ', in the legacy form' : ''}`,
    `trusted comment: ${trustedComment}`,
  )
}

async function publicKey(parsed: Parsed, wanted: string, io: Io, dataDir: string): Promise<Answer> {
  const desk = deskFor(io, dataDir)
  await plugPractice(parsed, desk, io)
  const { key, label, rehearsal } = await publicHalf(desk, wanted, io)
  verifyCanMinisign(key, label)
  const named = await namedKey(desk.workspace.files, key, io.signal)
  const text = toMinisignPublicKeyText(named, rehearsal ? ' (practice)' : '')
  return answer({ ...keyData(named), text }, ...text.trimEnd().split('\n'))
}

/** Whoever has only the public key here has all that is asked for. */
async function publicHalf(desk: Desk, wanted: string, io: Io): Promise<Pick<Signer, 'key' | 'label' | 'rehearsal'>> {
  try {
    return await desk.signer(await findKey(desk, wanted, io), io.signal)
  } catch (thrown) {
    const { keys } = await desk.keys.list(io.signal)
    const stored = keys.find(({ name }) => name === wanted || `file:${name}` === wanted)
    if (stored?.protection !== 'public-only' || !(thrown instanceof AppError)) throw thrown
    return { key: stored.key, label: `key ${stored.name}`, rehearsal: false }
  }
}

function keyData(named: MinisignPublicKey): { keyId: string; publicKey: string } {
  return { keyId: keyIdText(named.keyId), publicKey: toMinisignLine(named) }
}
