// A ceremony on a terminal: one step at a time, until it is closed or somebody leaves. What goes wrong is said, and the step is asked
// for again.
import { haltWords } from '../../../../core/ceremony/conduct.ts'
import type { Step, StepKind } from '../../../../core/ceremony/script.ts'
import { peopleFor, stepsOf } from '../../../../core/ceremony/script-rules.ts'
import { toAppError } from '../../../../core/error.ts'
import { listOf, sentenceOf } from '../../../../core/phrases.ts'
import { inQuotes } from '../../../../core/visible.ts'
import type { Run } from '../../../../node/ceremony/run.ts'
import type { Desk } from '../../../../node/desk.ts'
import type { Io } from '../../../command.ts'
import { helpLines, obey } from './anytime.ts'
import { comparing, receiving } from './arriving.ts'
import { afterwards, closing } from './closing.ts'
import { saying } from './finish.ts'
import { exporting, proving } from './leaving.ts'
import { failedGates, gates, mend } from './measuring.ts'
import { rollCall } from './roll-call.ts'
import { agreeing, signing } from './signing.ts'
import { ask, type Hall, notUnderstood, say, Typed, withRole } from './talk.ts'

const kinds: Readonly<Record<StepKind, (hall: Hall, step: Step) => Promise<void>>> = {
  say: saying,
  gate: gates,
  'roll-call': rollCall,
  receive: receiving,
  compare: comparing,
  agree: agreeing,
  sign: signing,
  prove: proving,
  export: exporting,
  close: closing,
}

/** `over`: closed, and everybody is done with it; `left`: it is gone on with later. */
export async function holdCeremony(run: Run, desk: Desk, io: Io): Promise<'over' | 'left'> {
  const hall: Hall = { run, desk, io, skipped: new Map(), questions: 0 }
  say(
    hall,
    '',
    `${run.rehearsal ? 'REHEARSAL · ' : ''}${inQuotes(run.script.title)}`,
    ...helpLines(),
    ...interruptionLines(run),
  )
  let shown: string | undefined
  for (;;) {
    const before = hall.questions
    try {
      const { step, phase } = run.standing()
      const place = `${phase} ${step?.id ?? ''}`
      if (shown !== place && phase !== 'closed') showHead(hall)
      shown = place
      if (await once(hall)) return 'over'
    } catch (thrown) {
      if (io.signal.aborted) return 'left'
      if (thrown instanceof Typed) {
        if (thrown.word === 'leave') return 'left'
        shown = undefined
        if (!(await attempt(hall, thrown.word))) return 'left'
        continue
      }
      tell(hall, thrown)
      // What fails before anybody was asked would fail for ever.
      if (hall.questions === before && !(await pause(hall))) return 'left'
    }
  }
}

/** One question, and what is done with its answer; true when all is over. */
async function once(hall: Hall): Promise<boolean> {
  const { phase, step } = hall.run.standing()
  if (phase === 'closed') return afterwards(hall)
  if (phase === 'break') await comeBack(hall)
  else if (phase === 'stopped') await stopped(hall)
  else if (failedGates(hall).length > 0) await mend(hall)
  else if (step !== undefined) await kinds[step.kind](hall, step)
  return false
}

async function attempt(hall: Hall, word: Exclude<Typed['word'], 'leave'>): Promise<boolean> {
  try {
    await obey(hall, word)
  } catch (thrown) {
    if (hall.io.signal.aborted) return false
    if (!(thrown instanceof Typed)) tell(hall, thrown)
    else if (thrown.word === 'leave') return false
  }
  return true
}

async function pause(hall: Hall): Promise<boolean> {
  try {
    await ask(hall, 'Enter: try again. Or: leave, to mend it and go on later.')
    return true
  } catch (thrown) {
    if (thrown instanceof Typed && thrown.word !== 'leave') return attempt(hall, thrown.word)
    return false
  }
}

function tell(hall: Hall, thrown: unknown): void {
  const { code, message, hint } = toAppError(thrown)
  if (code === 'user/cancelled') say(hall, '  ! Cancelled; nothing was done.')
  else say(hall, `  ! ${sentenceOf(message)}`, ...(hint === undefined ? [] : [`    ${sentenceOf(hint)}`]))
}

/** What somebody who comes back has to know. */
function interruptionLines(run: Run): string[] {
  const { facts } = run.record()
  const { phase, received, signed } = run.standing()
  if (phase === 'closed' || facts.every(({ kind }) => kind !== 'resumed')) return []
  const isAgain = received !== undefined && signed.length === 0 && facts.some(({ kind }) => kind === 'compared')
  return [
    '',
    'It goes on where it was. That it was interrupted stands in the record.',
    ...(isAgain ? ['Nothing was signed before, and so the change is compared and agreed to once more.'] : []),
  ]
}

// ---- where it stands ---------------------------------------------------------------------------------------------------

function showHead(hall: Hall): void {
  const { script, rehearsal, standing } = hall.run
  const { step, phase } = standing()
  const steps = stepsOf(script)
  if (step === undefined) return
  const act = script.acts.find((one) => one.steps.includes(step) || one.steps.some(({ id }) => id === step.id))
  const at = steps.findIndex(({ id }) => id === step.id) + 1
  const mark = rehearsal ? 'REHEARSAL · ' : ''
  say(hall, '', `══ ${mark}${inQuotes(act?.title ?? '')} · step ${at} of ${steps.length} ══`)
  if (phase !== 'running') return
  const names = peopleFor(script, step.who).map(({ name }) => name)
  const isOne = names.length === 1 && names[0] === step.who
  say(
    hall,
    isOne ? step.who : `${listOf(names)} (${step.who})`,
    `  ${step.text}`,
    ...(step.expect === '' ? [] : [`  Then: ${step.expect}`]),
  )
}

async function comeBack(hall: Hall): Promise<void> {
  const { run } = hall
  const typed = await ask(hall, 'There is a break. When everybody is back, press Enter. Or type who is missing.')
  await run.comeBack(withRole(run.script, 'administrator')[0] ?? '', typed)
}

async function stopped(hall: Hall): Promise<void> {
  const why = sentenceOf(haltWords(hall.run.standing()))
  const typed = await ask(
    hall,
    `${why} Nothing is signed any more.`,
    'Find out why. Then type end, which closes the record with what happened. Or: deviation, break, leave.',
  )
  throw notUnderstood(typed, 'type end, deviation, break or leave')
}
