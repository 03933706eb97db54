// What was handed over and cannot be used, each with its name and its reason.
import type { ReactElement } from 'react'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import type { HandedState } from '../../use-handed.tsx'

export function HandedProblems({ problems }: Pick<HandedState, 'problems'>): ReactElement[] {
  return problems.map(({ name, error }) => (
    <Problem
      key={`${name} ${error.message}`}
      error={error}
      meaning="Nothing was done with it."
      {...(name === undefined ? {} : { title: `${plainForeign(name)} cannot be used` })}
    />
  ))
}
