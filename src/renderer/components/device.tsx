// A token as it is called, with its serial in groups of three and on one line: a number that is torn apart is read wrongly.
import type { ReactElement } from 'react'
import { groupSerials } from '../token-words.ts'
import { Foreign } from './foreign.tsx'

export function Device({ name }: { name: string }): ReactElement {
  const text = groupSerials(name)
  const [, before = text, serial = '', after = ''] = /^(.*?)(\d{1,3}(?: \d{3})+)(.*)$/.exec(text) ?? []
  return (
    <>
      <Foreign text={before} />
      {serial === '' ? null : <span className="unbroken">{serial}</span>}
      {after === '' ? null : <Foreign text={after} />}
    </>
  )
}
