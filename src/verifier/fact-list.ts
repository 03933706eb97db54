// What a record says, fact by fact, with what each one rests on: a machine, a person's word, or nothing that this copy shows.
import { isStatement } from '../core/ceremony/facts.ts'
import type { CeremonyRecord, FactLine } from '../core/ceremony/record.ts'
import type { Ground } from '../core/ceremony/result.ts'
import { lineOf } from '../core/ceremony/result.ts'
import type { JsonValue } from '../core/json.ts'
import { foreign, h, type Tone, value } from './dom.ts'
import { pagedList } from './paged-list.ts'

type Placed = FactLine & { line: number }

export function factList({ facts }: CeremonyRecord): HTMLElement {
  const placed = facts.map((fact, at): Placed => ({ ...fact, line: lineOf(at) }))
  return pagedList(placed, 'facts', factItem)
}

function groundOf({ kind, open }: FactLine): Ground {
  if (open === undefined) return 'not provable'
  return isStatement(kind) ? 'human statement' : 'machine fact'
}

const tones: Readonly<Record<Ground, Tone>> = {
  'machine fact': 'plain',
  'human statement': 'warn',
  'not provable': 'plain',
}

function factItem(fact: Placed): HTMLElement {
  const { line, at, actor, kind, step, open } = fact
  const ground = groundOf(fact)
  const members = Object.entries(open?.fact ?? {}).filter(([, content]) => content !== '')
  return h(
    'li',
    { class: `fact tone-${tones[ground]}`, 'data-ground': ground },
    h(
      'div',
      { class: 'change-head' },
      h(
        'h3',
        {},
        `${kind}`,
        h('span', { class: 'soft small' }, ' by ', foreign(actor), step === '' ? '' : ' in ', foreign(step)),
      ),
      h('span', { class: 'chip' }, ground),
      h('span', { class: 'small soft mono' }, `line ${line}, ${at.slice(11, 19)}`),
    ),
    open === undefined
      ? h('p', { class: 'small soft' }, 'What it says is withheld in this copy.')
      : h(
          'dl',
          { class: 'members small' },
          members.map(([name, content]) => [
            h('dt', { class: 'soft' }, foreign(name)),
            h('dd', {}, value(textOf(content))),
          ]),
        ),
  )
}

function textOf(content: JsonValue): string {
  return typeof content === 'string' ? content : JSON.stringify(content)
}
