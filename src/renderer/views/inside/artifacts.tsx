// What a user of the repository gets to choose from: projects with their releases, every artifact by pages, and two checks
// that people come for: fetch one, and ask what a file on this machine is.

import { type ReactElement, useEffect, useId, useRef, useState } from 'react'
import type { RepositoryView, TargetView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { sizeText } from '../../format.ts'
import { manyOf, thousands } from '../../repository-words.ts'
import { ArtifactDetail } from './artifact-detail.tsx'
import { CheckFile } from './check-file.tsx'
import { Releases } from './releases.tsx'

/** All roles, as `repository.targets` has it. */
const everyRole = '*'
const pageSize = 50

/** By its place, and what is known of it already. */
export interface Chosen {
  path: string
  role: string
  target?: TargetView
}

export function ArtifactsTab({ view, role }: { view: RepositoryView; role: string | undefined }): ReactElement {
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<Chosen>()
  const [list, setList] = useState<'projects' | 'all'>(role === undefined ? 'projects' : 'all')
  const id = useId()
  const text = useSettled(query.trim())
  // Where versions are blocks, releases are no more than artifacts.
  const isSearch = text !== '' || list === 'all' || view.links === true
  return (
    <div className={chosen === undefined ? 'stack wide' : 'columns role-columns'}>
      <div className="stack wide">
        <div className="stack">
          <div className="row filter">
            <label htmlFor={id} className="label">
              Find an artifact
            </label>
            <input
              id={id}
              className="input"
              type="search"
              value={query}
              placeholder="part of its name"
              maxLength={512}
              spellCheck={false}
              onChange={(event) => setQuery(event.target.value)}
            />
            {role === undefined ? null : (
              <span className="small">
                Only those of <Foreign text={role} />.{' '}
                <a href={`#repository/${encodeURIComponent(view.sourceId)}/artifacts`}>Show all</a>
              </span>
            )}
            {text !== '' || role !== undefined || view.links === true ? null : (
              <span className="row push switch">
                {(['projects', 'all'] as const).map((one) => (
                  <button
                    key={one}
                    type="button"
                    className="button quiet"
                    aria-pressed={list === one}
                    onClick={() => setList(one)}
                  >
                    {one === 'projects' ? 'By project' : 'All artifacts'}
                  </button>
                ))}
              </span>
            )}
          </div>
          {isSearch ? (
            <Found
              key={`${text} ${role}`}
              sourceId={view.sourceId}
              role={role ?? everyRole}
              query={text}
              chosen={chosen?.path}
              onChoose={setChosen}
            />
          ) : (
            <Releases sourceId={view.sourceId} chosen={chosen?.path} onChoose={setChosen} />
          )}
        </div>
        <CheckFile sourceId={view.sourceId} />
      </div>
      {chosen === undefined ? null : (
        <aside aria-label="Chosen artifact">
          <ArtifactDetail
            key={chosen.path}
            sourceId={view.sourceId}
            chosen={chosen}
            onClose={() => {
              setChosen(undefined)
              document.getElementById(id)?.focus()
            }}
          />
        </aside>
      )}
    </div>
  )
}

/** What was typed, once nothing more is typed for a moment: a million names are not searched for each letter. */
function useSettled(text: string, ms = 250): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), text === '' ? 0 : ms)
    return () => clearTimeout(timer)
  }, [text, ms])
  return settled
}

interface FoundProps {
  sourceId: string
  role: string
  query: string
  chosen: string | undefined
  onChoose: (chosen: Chosen) => void
}

/** One page at a time, however many there are. */
function Found({ sourceId, role, query, chosen, onChoose }: FoundProps): ReactElement {
  const { revision } = useApp()
  const [offset, setOffset] = useState(0)
  const top = useRef<HTMLParagraphElement>(null)
  const question = { sourceId, role, query, offset, limit: pageSize }
  const { answer, again } = useAnswer(JSON.stringify(question), revision, () => bridge().repository.targets(question))
  const turn = (to: number) => {
    setOffset(to)
    top.current?.focus({ preventScroll: false })
  }
  const page = answer.kind === 'ready' ? answer.value : undefined
  const last = page === undefined ? 0 : offset + page.targets.length
  return (
    <div className="stack tight">
      <p ref={top} tabIndex={-1} className="soft small" role="status">
        {page === undefined
          ? 'Reading the artifacts.'
          : page.matching === 0
            ? query === ''
              ? 'No artifact is listed.'
              : `None of ${manyOf(page.total, 'artifact')} has "${query}" in its name.`
            : `${thousands(offset + 1)} to ${thousands(last)} of ${manyOf(page.matching, 'artifact')}${
                query === '' ? '' : ` with "${query}" in the name`
              }`}
      </p>
      {answer.kind === 'failed' ? <Problem error={answer.error} again={again} /> : null}
      {page === undefined || page.targets.length === 0 ? null : (
        <div className="table-scroll">
          <table className="table artifact-table">
            <thead>
              <tr>
                <th scope="col">Artifact</th>
                <th scope="col">Role</th>
                <th scope="col" className="number">
                  Size
                </th>
              </tr>
            </thead>
            <tbody>
              {page.targets.map((target) => (
                <tr key={`${target.role} ${target.path}`} className={target.path === chosen ? 'open' : undefined}>
                  <td>
                    <button
                      type="button"
                      className="link mono"
                      aria-pressed={target.path === chosen}
                      onClick={() => onChoose({ path: target.path, role: target.role, target })}
                    >
                      <Foreign text={target.path} />
                    </button>
                  </td>
                  <td className="soft">
                    <Foreign text={target.role} />
                  </td>
                  <td className="number nowrap">{sizeText(target.length)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {answer.kind === 'waiting' ? <Waiting text="" /> : null}
      {page === undefined || page.matching <= pageSize ? null : (
        <nav className="row" aria-label="Pages of artifacts">
          <button type="button" className="button" disabled={offset === 0} onClick={() => turn(0)}>
            First
          </button>
          <button
            type="button"
            className="button"
            disabled={offset === 0}
            onClick={() => turn(Math.max(0, offset - pageSize))}
          >
            Previous {pageSize}
          </button>
          <button
            type="button"
            className="button"
            disabled={last >= page.matching}
            onClick={() => turn(offset + pageSize)}
          >
            Next {pageSize}
          </button>
          <span className="soft small">
            page {thousands(Math.floor(offset / pageSize) + 1)} of {thousands(Math.ceil(page.matching / pageSize))}
          </span>
        </nav>
      )}
      <span className="unseen">{chosen === undefined ? '' : `${plainForeign(chosen)} is shown in full`}</span>
    </div>
  )
}
