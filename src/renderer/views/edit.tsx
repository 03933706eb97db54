// A change being made: its form, and below it what it would do, as a reviewer will see it.
import { type ReactElement, useState } from 'react'
import type { RepositoryView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, useAnswer } from '../bridge.ts'
import { Page, Waiting } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { plainForeign } from '../foreign.ts'
import { hashOf } from '../route.ts'
import { formOf, formsOf } from './edit/forms.ts'
import { forget } from './edit/kept.ts'
import { roleOf } from './edit/role-facts.ts'
import { knowsForm } from './inside/changes.ts'

export interface EditProps {
  sourceId: string
  subject: string
  form: string | undefined
}

export function Edit({ sourceId, subject, form }: EditProps): ReactElement {
  const { revision } = useApp()
  const { answer, again } = useAnswer(sourceId, revision, () => bridge().repository.get({ sourceId }))
  const [turn, setTurn] = useState(0)
  const entry = formOf(subject, form)
  const title = entry?.act ?? `Change ${subjectWords(subject)}`
  if (answer.kind === 'waiting') {
    return (
      <Page key="waiting" title={title}>
        <Waiting text="Reading the repository and checking every signature." />
      </Page>
    )
  }
  if (answer.kind === 'failed') {
    return (
      <Page key="failed" title="Nothing can be changed now">
        <Problem error={answer.error} again={again} />
      </Page>
    )
  }
  const repository = answer.value
  if (entry === undefined) return <Menu key="menu" repository={repository} subject={subject} />
  const place = hashOf({ screen: 'edit', sourceId, subject, form: entry.name })
  const Form = entry.form
  return (
    <Form
      key={`${place} ${turn}`}
      repository={repository}
      subject={subject}
      role={roleOf(repository, subject)}
      place={place}
      restart={() => {
        forget(place)
        setTurn((now) => now + 1)
      }}
    />
  )
}

/** Without a form in the address: what can be done with this subject. */
function Menu({ repository, subject }: { repository: RepositoryView; subject: string }): ReactElement {
  const forms = formsOf(subject, roleOf(repository, subject)).filter(({ name }) => knowsForm(repository, name))
  return (
    <Page
      title={`Change ${subjectWords(subject)}`}
      where={plainForeign(repository.name)}
      rehearsal={repository.rehearsal}
    >
      <ul className="acts">
        {forms.map((form) => (
          <li key={form.name}>
            <a href={hashOf({ screen: 'edit', sourceId: repository.sourceId, subject, form: form.name })}>{form.act}</a>
            <p className="soft small">{form.meaning}</p>
          </li>
        ))}
      </ul>
    </Page>
  )
}

function subjectWords(subject: string): string {
  if (subject === 'configuration') return 'the configuration'
  if (subject.startsWith('keys:')) return `the maintainers of ${plainForeign(subject.slice('keys:'.length))}`
  return plainForeign(subject)
}
