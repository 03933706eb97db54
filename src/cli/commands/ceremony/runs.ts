// The ceremonies that are kept on this computer, and where each of them stands.
import { fingerprintOf } from '../../../core/ceremony/record.ts'
import { stepsOf } from '../../../core/ceremony/script-rules.ts'
import { inQuotes } from '../../../core/visible.ts'
import { type KnownRun, knownRuns } from '../../../node/ceremony/places.ts'
import { type Answer, answer } from '../../command.ts'
import { wrapped } from '../../text.ts'

export async function listRuns(dataDir: string): Promise<Answer> {
  const runs = await knownRuns(dataDir)
  const none = runs.length === 0 ? ['no ceremony was held here; to practise one: countersign ceremony rehearse'] : []
  return answer({ runs: runs.map(runData) }, ...none, ...wrapped(runs.flatMap(runLines)))
}

function runData({ id, folder, script, record, standing, problem }: KnownRun): object {
  return {
    ...{ id, folder, title: script?.title, repository: script?.repository, rehearsal: record?.header.rehearsal },
    ...{ startedAt: record?.header.startedAt, phase: standing?.phase, outcome: standing?.outcome },
    ...{ step: standing?.step?.id, fingerprint: record === undefined ? undefined : fingerprintOf(record), problem },
  }
}

export function runLines(run: KnownRun): string[] {
  const { id, script, record, problem } = run
  const mark = record?.header.rehearsal === true ? 'REHEARSAL · ' : ''
  const line = `${id}  ${mark}${inQuotes(script?.title ?? 'a script that cannot be read')}: ${placeWords(run)}`
  return problem === undefined
    ? [line]
    : [line, `  ! ${problem.message}`, ...(problem.hint === undefined ? [] : [`  ${problem.hint}`])]
}

function placeWords({ script, standing, problem }: KnownRun): string {
  if (problem !== undefined || script === undefined || standing === undefined) return 'it cannot be gone on with'
  const { phase, outcome, step } = standing
  if (phase === 'closed') return outcome === 'abandoned' ? 'closed, ended before its last step' : 'closed, complete'
  const steps = stepsOf(script)
  const at = steps.findIndex(({ id }) => id === step?.id) + 1
  const place = `step ${at} of ${steps.length}`
  return phase === 'running' ? `open at ${place}` : phase === 'break' ? `in a break at ${place}` : `stopped at ${place}`
}
