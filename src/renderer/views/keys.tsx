// The keys on this machine: what each may sign, how it is protected, and making, taking in, giving out and deleting them.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { KeyView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle, useAnswer } from '../bridge.ts'
import { CopyButton } from '../components/copy.tsx'
import { Foreign, Time } from '../components/foreign.tsx'
import { Page, RehearsalChip, Waiting } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'
import { capital, countOf } from '../format.ts'
import { DeleteKey } from './delete-key.tsx'
import { CreateKey, ImportKey } from './key-forms.tsx'

export function Keys(): ReactElement {
  const { revision } = useApp()
  const { answer, again } = useAnswer('keys', revision, () => bridge().keys.list())
  const [form, setForm] = useState<'create' | 'import'>()
  const close = () => {
    setForm(undefined)
    again()
  }
  const keys = answer.kind === 'ready' ? answer.value : []
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
        {keys.map((key) => (
          <Key key={key.id} entry={key} again={again} />
        ))}
      </div>
    </Page>
  )
}

const protectionText: Readonly<Record<KeyView['protection'], string>> = {
  keychain: 'Sealed on disk; the keychain of this machine holds what opens it',
  passphrase: 'Sealed on disk; your passphrase opens it',
  'public-only': 'Public half only: it recognises a person here, and cannot sign',
  rehearsal: 'Not protected at all: for practice only',
}

function Key({ entry, again }: { entry: KeyView; again: () => void }): ReactElement {
  const [pem, setPem] = useState<string>()
  const [problem, setProblem] = useState<ErrorData>()
  const [deleting, setDeleting] = useState(false)
  const name = plainForeign(entry.name)
  const show = async () => {
    if (pem !== undefined) {
      setPem(undefined)
      return
    }
    const outcome = await settle(bridge().keys.export({ keyId: entry.id }))
    if (outcome.ok) setPem(outcome.value.pem)
    else setProblem(outcome.error)
  }
  return (
    <section className="card stack" aria-label={name}>
      <div className="row">
        <h2>
          <Foreign text={entry.name} /> {entry.protection === 'rehearsal' ? <RehearsalChip /> : null}
        </h2>
        <span className="soft">{entry.scheme}</span>
        <span className="push">
          <button type="button" className="button quiet" aria-expanded={pem !== undefined} onClick={show}>
            {pem === undefined ? 'Show public half' : 'Hide public half'}
            <span className="unseen"> of {name}</span>
          </button>
          <button type="button" className="button quiet bad" aria-haspopup="dialog" onClick={() => setDeleting(true)}>
            Delete<span className="unseen"> {name}</span>
          </button>
        </span>
      </div>
      <dl className="facts">
        <dt>Fingerprint</dt>
        <dd className="mono">{entry.fingerprint}</dd>
        <dt>Protection</dt>
        <dd>{protectionText[entry.protection]}</dd>
        <dt>Can sign for</dt>
        <dd>
          {entry.usedIn.length === 0 ? (
            <span className="soft">no repository that is open here</span>
          ) : (
            <ul>
              {entry.usedIn.map((use) => (
                <li key={use}>
                  <Foreign text={use} />
                </li>
              ))}
            </ul>
          )}
        </dd>
        {entry.created === '' ? null : (
          <>
            <dt>Since</dt>
            <dd>
              <Time at={entry.created} />
            </dd>
          </>
        )}
      </dl>
      {pem === undefined ? null : (
        <div className="stack tight">
          <pre className="pem mono">{pem}</pre>
          <div className="row">
            <CopyButton value={pem} what={`the public half of ${name}`} label="Copy public key" />
          </div>
        </div>
      )}
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      {deleting ? (
        <DeleteKey
          entry={entry}
          onClose={(deleted) => {
            setDeleting(false)
            if (deleted) again()
          }}
        />
      ) : null}
    </section>
  )
}
