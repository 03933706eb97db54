// The document as received, before and after, line by line. Unchanged stretches are folded, counted and one click away.
import { type ReactElement, useMemo, useState } from 'react'
import { useApp } from '../app-context.ts'
import { bridge, useAnswer } from '../bridge.ts'
import { CopyButton } from '../components/copy.tsx'
import { Foreign } from '../components/foreign.tsx'
import { Waiting } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { countOf } from '../format.ts'
import { breakLines, type DiffBlock, type DiffLine, diffLines, foldSame, isOneLongLine } from '../line-diff.ts'

export function Raw({ proposalId }: { proposalId: string }): ReactElement {
  const { revision } = useApp()
  const { answer, again } = useAnswer(proposalId, revision, () => bridge().proposals.raw({ proposalId }))
  if (answer.kind === 'waiting') return <Waiting text="Reading the document." />
  if (answer.kind === 'failed') return <Problem error={answer.error} again={again} level={3} />
  const { before, after, truncated } = answer.value
  return <Lines before={before} after={after} truncated={truncated} />
}

function Lines({
  before,
  after,
  truncated,
}: {
  before: string | undefined
  after: string
  truncated: boolean
}): ReactElement {
  const broken = isOneLongLine(after) || (before !== undefined && isOneLongLine(before))
  const blocks = useMemo(() => {
    const shape = (text: string) => (broken ? breakLines(text) : text)
    if (before === undefined) {
      const lines = shape(after).split('\n')
      return foldSame(lines.map((text, at): DiffLine => ({ kind: 'added', text, after: at + 1 })))
    }
    return foldSame(diffLines(shape(before), shape(after)))
  }, [before, after, broken])
  return (
    <div className="stack tight">
      <div className="row small soft">
        <span>
          {before === undefined
            ? 'The document as received; there is none before it.'
            : 'The document before and after, as received.'}
          {broken ? ' Lines are broken here for reading; the bytes have no breaks.' : ''}
          {truncated ? ' It was cut for display; the whole file is in the repository.' : ''}
        </span>
        <span className="push">
          {before === undefined ? null : <CopyButton value={before} what="the document before" label="Copy before" />}
          <CopyButton value={after} what="the document after" label="Copy after" />
        </span>
      </div>
      <div className="raw mono">
        <table>
          <caption className="unseen">Lines of the document, removed and added lines marked</caption>
          <thead className="unseen">
            <tr>
              <th scope="col">Line before</th>
              <th scope="col">Line after</th>
              <th scope="col">What happened</th>
              <th scope="col">Text</th>
            </tr>
          </thead>
          {blocks.map((block) => (
            <Block key={`${block.lines[0]?.before}/${block.lines[0]?.after}`} block={block} />
          ))}
        </table>
      </div>
    </div>
  )
}

function Block({ block }: { block: DiffBlock }): ReactElement {
  const [open, setOpen] = useState(block.kind === 'lines')
  if (!open) {
    return (
      <tbody className="folded">
        <tr>
          <td colSpan={4}>
            <button type="button" className="button quiet" onClick={() => setOpen(true)}>
              Show {countOf(block.lines.length, 'unchanged line')}
            </button>
          </td>
        </tr>
      </tbody>
    )
  }
  return (
    <tbody>
      {block.lines.map((line) => (
        <tr key={`${line.before}/${line.after}`} className={line.kind}>
          <td className="at">{line.before}</td>
          <td className="at">{line.after}</td>
          <td className="sign">
            {line.kind === 'same' ? '' : line.kind === 'added' ? '+' : '-'}
            {line.kind === 'same' ? null : <span className="unseen">{line.kind}</span>}
          </td>
          <td>
            <Foreign text={line.text} />
          </td>
        </tr>
      ))}
    </tbody>
  )
}
