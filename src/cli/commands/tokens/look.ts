// tokens list, info, attest, holders, practice: looking, without a PIN.
import { toBase64 } from '../../../core/bytes.ts'
import { toErrorData } from '../../../core/error.ts'
import { keyLabel } from '../../../core/key.ts'
import { type Attestation, pinPolicyWords, type TokenProblem, touchPolicyWords } from '../../../core/token.ts'
import { unreadHolders } from '../../../node/enrolled.ts'
import type { Holder } from '../../../node/enrolled-file.ts'
import { loadVendorRoots } from '../../../node/vendor-roots.ts'
import { type Answer, answer } from '../../command.ts'
import { practiceSerial } from '../../practice.ts'
import { wrapped } from '../../text.ts'
import { again, type Call, pickToken, readList, slotId, tokenOf } from './call.ts'
import { enrolledLine, holderData, keyData, placeWords, slotLines, tokenData, tokenLines } from './words.ts'

interface ShownHolders {
  holders: readonly Holder[]
  /** None or one: why nobody's name stands beside a key. */
  unread: readonly TokenProblem[]
}

async function readHolders({ desk, io }: Call): Promise<ShownHolders> {
  const { holders, problem } = await desk.tokens.knownHolders(io.signal)
  return { holders, unread: problem === undefined ? [] : [{ where: 'key holders', error: unreadHolders(problem) }] }
}

export async function list(call: Call): Promise<Answer> {
  const { tokens, problems: found } = await readList(call)
  const { holders, unread } = await readHolders(call)
  const none =
    tokens.length === 0 ? ['no token is plugged in; to practise without one: countersign tokens practice'] : []
  const problems = [...found, ...unread]
  const broken = problems.map(
    ({ where, error }) => `! ${where}: ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}`,
  )
  const data = {
    tokens: tokens.map((token) => tokenData(token, holders)),
    problems: problems.map(({ where, error }) => ({ where, ...toErrorData(error) })),
  }
  return answer(data, ...wrapped([...tokens.flatMap((token) => tokenLines(token, holders)), ...none, ...broken]))
}

export async function info(call: Call): Promise<Answer> {
  const token = pickToken(await readList(call), call.words[0] ?? '')
  const { holders, unread } = await readHolders(call)
  const lines = [
    ...tokenLines(token, holders, slotLines),
    `  plugged in at ${token.reader}`,
    ...unread.map(({ error }) => `  ! ${error.message}`),
  ]
  return answer(tokenData(token, holders), ...wrapped(lines))
}

export async function attest(call: Call): Promise<Answer> {
  const token = await tokenOf(call, 'piv')
  const slot = slotId(token, call.words[1] ?? '')
  const proof = await call.desk.tokens.attest(token.id, slot, call.io.signal)
  const { key, certificates, ...facts } = proof
  const data = { tokenId: token.id, ...facts, key: keyData(key), certificates: certificates.map(toBase64) }
  const { names } = await loadVendorRoots()
  const builtIn = names.length === 0 ? 'none' : names.join(', ')
  return answer(
    data,
    ...wrapped([
      `${placeWords(token, slot)}: ${verdictWords(proof)}`,
      ...(proof.verdict === 'unknown-root' ? [`  roots that are known here: ${builtIn}`] : []),
      `  ${keyLabel(key)}, ${pinPolicyWords(proof.pinPolicy)}, ${touchPolicyWords(proof.touchPolicy)}`,
      `  serial ${proof.serial ?? 'not told'}, firmware ${proof.firmware}${modelWords(proof)}`,
      ...proof.advisories.map((line) => `  ! ${line}`),
    ]),
  )
}

function verdictWords({ verdict, root }: Attestation): string {
  if (verdict === 'rehearsal') return 'a practice proof: it shows what one looks like, and proves nothing'
  if (verdict === 'verified') return `proven: this key was made on this device, by ${root ?? 'a known root'}`
  return `NOT proven: the proof fits together, but it leads to ${root ?? 'a root'}, which is not known here`
}

function modelWords({ formFactor, fips, cspn }: Attestation): string {
  const said = [formFactor, fips === true ? 'FIPS' : undefined, cspn === true ? 'CSPN' : undefined]
  return said.flatMap((word) => (word === undefined ? [] : [`, ${word}`])).join('')
}

export async function holders({ desk, io }: Call): Promise<Answer> {
  const all = await desk.tokens.holders(io.signal)
  const none = all.length === 0 ? ['nobody is enrolled; see: countersign tokens enroll NAME TOKEN SLOT'] : []
  const lines = all.flatMap(({ name, keys }) => [name, ...keys.map(enrolledLine)])
  return answer({ holders: all.map(holderData) }, ...wrapped([...none, ...lines]))
}

export async function practice(call: Call): Promise<Answer> {
  const token = pickToken(await readList(call), practiceSerial, ({ rehearsal }) => rehearsal)
  const { holders: all, unread } = await readHolders(call)
  const more = again(call)
  const isFactory = token.pin?.isDefault === true && token.puk?.isDefault === true
  return answer(
    tokenData(token, all),
    ...wrapped([
      'A practice token made of software: everything works as with a real one, and nothing is protected by it.',
      'It is plugged in for one command at a time, by --practice; what you do with it is kept.',
      ...(isFactory ? ['Its practice PIN is 123456 and its practice PUK is 12345678, as with a new YubiKey.'] : []),
      '',
      ...tokenLines(token, all),
      ...unread.map(({ error }) => `  ! ${error.message}`),
    ]),
    '',
    'Practise with:',
    ...[
      `countersign tokens generate ${practiceSerial} 9c${more}`,
      `countersign tokens enroll NAME ${practiceSerial} 9c${more}`,
      `countersign init DIR --rehearsal --key NAME${more}`,
    ].map((line) => `  ${line}`),
  )
}
