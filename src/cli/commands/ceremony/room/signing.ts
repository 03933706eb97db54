// Each signer agrees, and signs in turn: the token of that person and no other, its PIN, its touch. The board says what is still missing.
import type { Step } from '../../../../core/ceremony/script.ts'
import { asksToAgree } from '../../../../core/ceremony/script-rules.ts'
import { isComplete, isMet, signedCount } from '../../../../core/proposal.ts'
import { holderName } from '../../../show.ts'
import { finish } from './finish.ts'
import { after, ask, type Hall, nameIn, notUnderstood, passedOver, say, withRole } from './talk.ts'
import { plugWords, practiceWords, tokenOf } from './tokens.ts'

export async function agreeing(hall: Hall, step: Step): Promise<void> {
  const { run, io } = hall
  const { agreed } = run.standing()
  const silent = passedOver(hall, step.id)
  const next = signersHere(hall).find((name) => !agreed.includes(name) && !silent.has(name))
  if (next !== undefined) return askConsent(hall, next, silent)
  say(hall, `Agreed: ${agreed.length === 0 ? 'nobody' : agreed.join(', ')}.`)
  const typed = await finish(hall, step, 'Or the name of somebody else who agrees: agree NAME.')
  if (typed === undefined) return
  const who = nameIn(withRole(run.script, 'signer'), after('agree', typed) ?? '')
  if (who === undefined) throw notUnderstood(typed, 'press Enter, or type agree and a name')
  await run.agree(who, io.signal)
}

/** Enter is no consent. */
async function askConsent(hall: Hall, who: string, silent: Set<string>): Promise<void> {
  const { run, io } = hall
  const typed = await ask(
    hall,
    `${who}, this is what you would agree to:`,
    `  “${await run.sentence(io.signal)}”`,
    `Type agree, or your name. Or: skip, when you do not agree. To read all of it again: change.`,
  )
  const small = typed.toLowerCase()
  if (small === 'skip') return void silent.add(who)
  if (small !== 'agree' && small !== who.toLowerCase())
    throw notUnderstood(typed, `type agree or ${who}; Enter alone is no consent`)
  await run.agree(who, io.signal)
  say(hall, `  ✓ ${who} agrees`)
}

/** Signers whose token was looked at. */
function signersHere({ run }: Hall): string[] {
  const { present } = run.standing()
  return withRole(run.script, 'signer').filter((name) => present.some(({ person }) => person === name))
}

export async function signing(hall: Hall, step: Step): Promise<void> {
  const { run, io } = hall
  const signers = withRole(run.script, 'signer')
  const proposal = await run.change(io.signal)
  await showBoard(hall)
  const { agreed, signed } = run.standing()
  const passed = passedOver(hall, step.id)
  const isAsked = asksToAgree(run.script)
  const next = signersHere(hall).find(
    (name) => (!isAsked || agreed.includes(name)) && !passed.has(name) && signed.every(({ person }) => person !== name),
  )
  if (next !== undefined && (proposal === undefined || !isComplete(proposal))) return turnOf(hall, next, passed)
  const others = signers.filter((name) => signed.every(({ person }) => person !== name))
  say(hall, proposal !== undefined && isComplete(proposal) ? 'Enough have signed.' : 'Not enough have signed yet.')
  const typed = await finish(
    hall,
    step,
    ...(others.length === 0 ? [] : [`Or: sign NAME, when ${others.join(' or ')} is to sign, too.`]),
  )
  if (typed === undefined) return
  const who = nameIn(signers, after('sign', typed) ?? '')
  if (who === undefined) throw notUnderstood(typed, 'press Enter, or type sign and a name')
  await signAs(hall, who)
}

async function turnOf(hall: Hall, who: string, passed: Set<string>): Promise<void> {
  const { run } = hall
  const others = signersHere(hall).filter((name) => name !== who)
  const [neighbour] = others
  const typed = await ask(
    hall,
    plugWords(hall, who),
    ...(run.rehearsal ? [practiceWords] : []),
    `Enter: ${who} signs now. Or: skip, or the name of who signs first.`,
    ...(run.rehearsal && neighbour !== undefined ? [`To see what a wrong token does, type: token ${neighbour}`] : []),
  )
  if (typed.toLowerCase() === 'skip') return void passed.add(who)
  if (typed === '') return signAs(hall, who)
  const lent = nameIn(others, after('token', typed) ?? '')
  if (lent !== undefined && run.rehearsal) return signAs(hall, who, lent)
  const first = nameIn(withRole(run.script, 'signer'), typed)
  if (first === undefined) throw notUnderstood(typed, 'press Enter, type skip, or a name')
  await signAs(hall, first)
}

async function signAs(hall: Hall, who: string, whose = who): Promise<void> {
  const { run, io } = hall
  await run.sign(who, await tokenOf(hall, who, whose), io.signal)
  say(hall, `  ✓ ${who} has signed, and the signature is right`)
}

async function showBoard(hall: Hall): Promise<void> {
  const { run, io } = hall
  const proposal = await run.change(io.signal)
  if (proposal === undefined) return
  for (const quorum of proposal.quorums) {
    const names = quorum.keys.filter(({ signed }) => signed).map(holderName)
    const count = `${signedCount(quorum)} of ${quorum.threshold}`
    say(
      hall,
      `  ${isMet(quorum) ? '✓' : '·'} ${quorum.name}: ${count}${names.length === 0 ? '' : ` (${names.join(', ')})`}`,
    )
  }
}
