// Three words of another screen, typed. Main knows them; this window never does.
import { type ReactElement, type ReactNode, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import { bridge, settle, useAnswer } from '../../bridge.ts'
import { AskedWord } from '../../components/asked-word.tsx'
import { Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'

interface ScreenWordsProps {
  proposalId: string
  /** What else can be done here, beside the button that compares. */
  children?: ReactNode
  onCompared: () => void
}

export function ScreenWords({ proposalId, children, onCompared }: ScreenWordsProps): ReactElement {
  const { answer } = useAnswer(`screen ${proposalId}`, 0, () => bridge().carry.ask({ proposalId }))
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({})
  const [problem, setProblem] = useState<ErrorData>()
  const [busy, setBusy] = useState(false)
  const positions = answer.kind === 'ready' ? answer.value.ask : []
  const ready = positions.length > 0 && positions.every((at) => (typed[at] ?? '').trim() !== '')
  const compare = async () => {
    setBusy(true)
    setProblem(undefined)
    const answers = Object.fromEntries(positions.map((at) => [String(at), (typed[at] ?? '').trim()]))
    const outcome = await settle(bridge().carry.answer({ proposalId, answers }))
    setBusy(false)
    if (outcome.ok) onCompared()
    else setProblem(outcome.error)
  }
  const differs = problem?.code === 'trust/changed'
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready && !busy) void compare()
      }}
    >
      {answer.kind === 'waiting' ? <Waiting text="Working the words out." /> : null}
      {answer.kind === 'failed' ? <Problem error={answer.error} level={3} /> : null}
      <div className="asked-words">
        {positions.map((position) => (
          <AskedWord
            key={position}
            position={position}
            value={typed[position] ?? ''}
            onChange={(text) => setTyped({ ...typed, [position]: text })}
          />
        ))}
      </div>
      {problem === undefined ? null : (
        <Problem
          error={problem}
          level={3}
          title={differs ? 'The two screens differ' : undefined}
          meaning={differs ? 'Nothing was signed. Do not go on before you know why.' : undefined}
        />
      )}
      <div className="row">
        <button type="submit" className="button go" disabled={!ready || busy}>
          Compare
        </button>
        {children}
      </div>
    </form>
  )
}

/** The one sentence why, and what it cannot do. */
export const whySecondScreen =
  'If this computer were taken over, it could show you one change and have you sign another. A second device that works the request out by itself would show other words.'
export const limitOfSecondScreen =
  'The limit: a program that was taken over can fake what it records here. It cannot change what the other device works out.'
