// Which forms a subject has, in the order in which they are offered, each in plain words.
import type { ReactElement } from 'react'
import type { RoleNode } from '../../../ipc/contract.ts'
import { AgreementForm } from './agreement-form.tsx'
import { BinsForm } from './bins-form.tsx'
import { BlockForm } from './block-form.tsx'
import { ConfigurationForm } from './configuration-form.tsx'
import { DelegateForm } from './delegate-form.tsx'
import { DelegationsForm } from './delegations-form.tsx'
import { FieldsForm } from './fields-form.tsx'
import { KeysForm } from './keys-form.tsx'
import type { FormProps } from './making.ts'
import { PeriodForm } from './period-form.tsx'
import { ProjectForm } from './project-form.tsx'
import { ProjectKeysForm } from './project-keys-form.tsx'
import { ReleaseForm } from './release-form.tsx'
import { ReplaceForm } from './replace-form.tsx'
import { TextForm } from './text-form.tsx'

export interface FormEntry {
  name: string
  act: string
  meaning: string
  form: (props: FormProps) => ReactElement
}

const all = {
  release: {
    act: 'Add or remove a release',
    meaning: 'Files of this machine become artifacts, or artifacts go.',
    form: ReleaseForm,
  },
  period: {
    act: 'Renew',
    meaning: 'A new version before this one expires, and how long versions last.',
    form: PeriodForm,
  },
  keys: { act: 'Change who may sign', meaning: 'Holders in and out, and how many of them must sign.', form: KeysForm },
  replace: { act: 'Replace a key', meaning: 'Step by step: the old key, the new one, both sign.', form: ReplaceForm },
  delegate: {
    act: 'Delegate to somebody',
    meaning: 'Others list artifacts under paths of their own.',
    form: DelegateForm,
  },
  delegations: {
    act: 'Change or end a delegation',
    meaning: 'Other paths, another place in the order, or none any more.',
    form: DelegationsForm,
  },
  block: { act: 'Block', meaning: 'Clients find nothing under some paths; and the way back.', form: BlockForm },
  bins: { act: 'Spread over bins', meaning: 'For very many artifacts.', form: BinsForm },
  agreement: {
    act: 'Ask several roles to agree',
    meaning: 'TAP 3. No client understands it today.',
    form: AgreementForm,
  },
  'new-project': { act: 'Add a project', meaning: 'A name and the maintainers it belongs to.', form: ProjectForm },
  'project-keys': { act: 'Change maintainers', meaning: 'By its own maintainers, nobody else.', form: ProjectKeysForm },
  configuration: { act: 'Change the configuration', meaning: 'How the repository runs.', form: ConfigurationForm },
  fields: { act: 'Change other fields', meaning: 'Members that have no form of their own.', form: FieldsForm },
  text: { act: 'Edit as text', meaning: 'The whole signed part, for full control.', form: TextForm },
} as const satisfies Record<string, Omit<FormEntry, 'name'>>

type FormName = keyof typeof all

export function formsOf(subject: string, role: Pick<RoleNode, 'registry'> | undefined): FormEntry[] {
  const names = namesFor(subject)
  // A project is reserved in the role that keeps their names; its form is found from elsewhere, and offered there.
  const offered = role?.registry === true ? names : names.filter((name) => name !== 'new-project')
  return offered.map(entry)
}

function entry(name: FormName): FormEntry {
  return { name, ...all[name] }
}

function namesFor(subject: string): readonly FormName[] {
  if (subject === 'configuration') return ['configuration']
  if (subject.startsWith('keys:')) return ['project-keys']
  if (subject === 'root') return ['keys', 'replace', 'period', 'fields', 'text']
  return [
    ...(['release', 'delegate', 'delegations', 'block', 'keys', 'replace', 'bins', 'agreement'] as const),
    ...(['new-project', 'period', 'fields', 'text'] as const),
  ]
}

/** A form by the name in the address; an unknown one is none. */
export function formOf(subject: string, name: string | undefined): FormEntry | undefined {
  const found = namesFor(subject).find((one) => one === name)
  return found === undefined ? undefined : entry(found)
}
