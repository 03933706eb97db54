// The versions of every role as blocks that link back to those before, and what a client that stopped at an older one would say to
// what is published now.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { ClientAnswer, VersionsView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import { Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { countOf } from '../../format.ts'
import { manyOf } from '../../repository-words.ts'
import { hashOf } from '../../route.ts'
import { LinkGraph } from '../../versions/link-graph.tsx'
import { BlockDetail } from './block-detail.tsx'
import { SaveFile } from './save-file.tsx'
import { VersionsAnswer } from './versions-answer.tsx'

export function VersionsTab({ sourceId, name }: { sourceId: string; name: string }): ReactElement {
  const { revision } = useApp()
  const { answer, again } = useAnswer(`versions ${sourceId}`, revision, () => bridge().versions.get({ sourceId }))
  if (answer.kind === 'waiting') return <Waiting text="Reading the versions and the links between them." />
  if (answer.kind === 'failed') return <Problem error={answer.error} again={again} />
  return <Versions sourceId={sourceId} name={name} view={answer.value} />
}

/** What is refused can be looked at all the same: it shows where history was changed. */
export function RefusedBlocks({
  sourceId,
  error,
  isShown,
}: {
  sourceId: string
  error: ErrorData
  isShown: boolean
}): ReactElement | null {
  // Only what is wrong with blocks names them.
  if (error.data?.blocks === undefined) return null
  if (isShown) return <VersionsTab sourceId={sourceId} name="" />
  return (
    <p>
      <a href={hashOf({ screen: 'repository', sourceId, tab: 'versions' })}>See the versions that are shown there</a>,
      and where they part from what this machine accepted.
    </p>
  )
}

function Versions({ sourceId, name, view }: { sourceId: string; name: string; view: VersionsView }): ReactElement {
  const { revision } = useApp()
  const [choice, setChoice] = useState('')
  const [selected, setSelected] = useState<string>()
  const [saving, setSaving] = useState<'picture' | 'archive'>()
  const id = useId()
  const { answer } = useAnswer<ClientAnswer | undefined>(`${sourceId} ${choice}`, revision, async () =>
    choice === '' ? { ok: true, value: undefined } : bridge().versions.ask({ sourceId, choice }),
  )
  const said = answer.kind === 'ready' ? answer.value : undefined
  const shown = said ?? view
  const block = shown.blocks.find((one) => one.id === selected)
  return (
    <div className={block === undefined ? 'stack wide' : 'columns role-columns'}>
      <div className="stack wide">
        <p className="content">
          Every version of a role is a <strong>block</strong>: a small file whose name is the hash of what is in it.
          Each one names the block of the version before it, its <strong>link back</strong>. So nobody can change what
          was published without changing every name after it, and clients follow these links before they accept
          anything.
        </p>
        <section className="card stack tight content" aria-label="Ask an older client">
          <div className="row client-question">
            <label htmlFor={id}>A client that stopped at</label>
            <select id={id} className="input pick" value={choice} onChange={(event) => setChoice(event.target.value)}>
              <option value="">choose an older state</option>
              {view.choices.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.label}
                </option>
              ))}
            </select>
            <span>
              would{' '}
              {said === undefined
                ? '…'
                : said.accepted
                  ? 'accept what is published now.'
                  : 'refuse what is published now.'}
            </span>
          </div>
          {choice !== '' && answer.kind === 'waiting' ? <Waiting text="Following its links." /> : null}
          {answer.kind === 'failed' ? <Problem error={answer.error} title="It could not be asked" level={3} /> : null}
          {said === undefined ? null : <VersionsAnswer answer={said} onChoose={setSelected} />}
        </section>
        <LinkGraph layout={shown.layout} blocks={shown.blocks} selected={block?.id} onChoose={setSelected}>
          <p className="soft small" role="status">
            {readText(shown)}
          </p>
          <span className="row push">
            <SaveButton what="picture" saving={saving} onSave={setSaving} />
            <SaveButton what="archive" saving={saving} onSave={setSaving} />
          </span>
        </LinkGraph>
        {saving === 'picture' ? (
          <SaveFile
            of={name}
            what="versions"
            hint={choice === '' ? 'All versions that were read are in it.' : 'With the answer above, and its way.'}
            save={(path) => bridge().versions.save({ sourceId, path, ...(choice === '' ? {} : { choice }) })}
            onClose={() => setSaving(undefined)}
          />
        ) : null}
        {saving === 'archive' ? (
          <SaveFile
            of={name}
            what="archive"
            hint="All blocks in one file (.car), which any program for such blocks reads."
            save={(path) => bridge().versions.archive({ sourceId, path })}
            onClose={() => setSaving(undefined)}
          />
        ) : null}
        <details>
          <summary className="small">The same in words</summary>
          <pre className="inset mono small versions-text">{shown.text.map(plainForeign).join('\n')}</pre>
        </details>
      </div>
      {block === undefined ? null : (
        <aside aria-label={`Block ${plainForeign(block.title)}`}>
          <BlockDetail key={block.id} block={block} onChoose={setSelected} />
        </aside>
      )}
    </div>
  )
}

interface SaveButtonProps {
  what: 'picture' | 'archive'
  saving: SaveButtonProps['what'] | undefined
  onSave: (what: SaveButtonProps['what'] | undefined) => void
}

function SaveButton({ what, saving, onSave }: SaveButtonProps): ReactElement {
  const isOpen = saving === what
  return (
    <button
      type="button"
      className="button quiet"
      aria-expanded={isOpen}
      onClick={() => onSave(isOpen ? undefined : what)}
    >
      {what === 'picture' ? 'Save as a picture' : 'Save as an archive'}
    </button>
  )
}

function readText({ readBlocks, cut, rolesLeftOut }: VersionsView): string {
  const parts = [`${manyOf(readBlocks, 'block')} read`]
  if (cut) parts.push('which is as many as are read at once: older versions are not shown')
  if (rolesLeftOut > 0) parts.push(`${countOf(rolesLeftOut, 'role')} not shown`)
  return `The oldest on the left; ${parts.join(', ')}.`
}
