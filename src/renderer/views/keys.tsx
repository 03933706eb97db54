// The keys on this machine: what each may sign, how it is protected, and making, taking in, giving out and deleting them.
import { type ReactElement, useState } from 'react'
import { useApp } from '../app-context.ts'
import { bridge, useAnswer } from '../bridge.ts'
import { Page, Waiting } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { capital, countOf } from '../format.ts'
import { AgentKeys } from './agent-keys.tsx'
import { KeyCard } from './key-card.tsx'
import { CreateKey, ImportKey } from './key-forms.tsx'

export function Keys(): ReactElement {
  const { revision } = useApp()
  const { answer, again } = useAnswer('keys', revision, () => bridge().keys.list())
  // Apart: an agent that hangs keeps nobody from the others.
  const agent = useAnswer('agent', revision, () => bridge().keys.agent())
  const [form, setForm] = useState<'create' | 'import'>()
  const close = () => {
    setForm(undefined)
    again()
  }
  const files = answer.kind === 'ready' ? answer.value : []
  const keys = [...files, ...(agent.answer.kind === 'ready' ? agent.answer.value.keys : [])]
  const title =
    answer.kind !== 'ready' ? 'Keys' : keys.length === 0 ? 'No key yet' : capital(countOf(keys.length, 'key'))
  return (
    <Page
      title={title}
      where="on this machine"
      rehearsal={keys.length > 0 && keys.every((key) => key.protection === 'rehearsal')}
      by={
        <span className="row">
          <button type="button" className="button" aria-expanded={form === 'import'} onClick={() => setForm('import')}>
            Import a public key
          </button>
          <button type="button" className="button" aria-expanded={form === 'create'} onClick={() => setForm('create')}>
            Create a key
          </button>
        </span>
      }
    >
      <div className="stack wide content">
        {form === 'create' ? <CreateKey onClose={close} /> : null}
        {form === 'import' ? <ImportKey onClose={close} /> : null}
        {answer.kind === 'waiting' ? <Waiting text="Looking for keys." /> : null}
        {answer.kind === 'failed' ? <Problem error={answer.error} again={again} /> : null}
        {answer.kind === 'ready' && keys.length === 0 ? (
          <p className="soft measure">
            A key signs in your name. Create one here, then give its public half to the people who run the repository.
          </p>
        ) : null}
        {files.map((key) => (
          <KeyCard key={key.id} entry={key} again={again} />
        ))}
        <AgentKeys answer={agent.answer} again={agent.again} />
      </div>
    </Page>
  )
}
