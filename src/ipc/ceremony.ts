// The calls of a ceremony. Ids and words go in; files are named by a path that a person chose, and read or written by main.
import type { Level } from '../core/ceremony/facts.ts'
import type { Paper } from '../core/ceremony/print/styles.ts'
import { choice, flag, list, nothing, optional, record, shape, text, variants, whole } from './argument.ts'
import { call } from './call.ts'
import { type HandedInput, handedInput } from './carry.ts'
import type { CodesView, ScreenQuestion } from './carry-views.ts'
import type { CeremonySummary, RunView, ScriptView } from './ceremony-views.ts'
import { maxDocumentCallBytes } from './channel.ts'

const id = text(1, 512)
const path = text(1, 4096)
const who = text(1, 100)
const words = text(0, 2000)

/** What somebody in the room does; every one of them leaves a line in the record, but `plug`. */
export type Act =
  | Saying
  | WithKey
  | Alone
  /** `watch`: what a watch shows at this moment. */
  | { act: 'measure'; who: string; watch?: string }
  | { act: 'waive'; who: string; gate: string; why: string }
  | { act: 'receive'; who: string; from: HandedInput }
  | { act: 'compare'; who: string; device: string; answers: Record<string, string> }
  | { act: 'different'; who: string; device: string }
  | { act: 'export'; who: string; folder: string }
  | { act: 'deviation'; who: string; what: string; fix: string }
  | { act: 'settle'; who: string; number: number; agreed: readonly string[] }
  /** In a rehearsal: the practice token of this person is put into the reader; of nobody, it is pulled. */
  | { act: 'plug'; who: string }

interface Saying {
  act: 'done' | 'break' | 'back' | 'abandon' | 'stop'
  who: string
  said: string
}

interface WithKey {
  act: 'present' | 'sign' | 'fingerprint'
  who: string
  signerId: string
}

/** `receive-practice`: in a rehearsal, the request that was made for it. */
interface Alone {
  act: 'receive-practice' | 'agree' | 'prove' | 'close'
  who: string
}

type Of<A extends Act['act']> = Extract<Act, { act: A }>

const saying = shape<Saying>({ act: choice('done', 'break', 'back', 'abandon', 'stop'), who, said: words })
const withKey = shape<WithKey>({ act: choice('present', 'sign', 'fingerprint'), who, signerId: id })
const alone = shape<Alone>({ act: choice('receive-practice', 'agree', 'prove', 'close'), who })

const act = variants<Act>('act', {
  ...{ done: saying, break: saying, back: saying, abandon: saying, stop: saying },
  ...{ present: withKey, sign: withKey, fingerprint: withKey },
  ...{ 'receive-practice': alone, agree: alone, prove: alone, close: alone },
  measure: shape<Of<'measure'>>({ act: choice('measure'), who, watch: optional(text(1, 20)) }),
  waive: shape<Of<'waive'>>({ act: choice('waive'), who, gate: text(1, 40), why: text(1, 2000) }),
  receive: shape<Of<'receive'>>({ act: choice('receive'), who, from: handedInput }),
  compare: shape<Of<'compare'>>({
    ...{ act: choice('compare'), who, device: text(1, 100) },
    answers: record(text(0, 40), 8),
  }),
  different: shape<Of<'different'>>({ act: choice('different'), who, device: text(1, 100) }),
  export: shape<Of<'export'>>({ act: choice('export'), who, folder: path }),
  deviation: shape<Of<'deviation'>>({ act: choice('deviation'), who, what: text(1, 2000), fix: words }),
  settle: shape<Of<'settle'>>({ act: choice('settle'), who, number: whole(1, 100_000), agreed: list(who, 64) }),
  plug: shape<Of<'plug'>>({ act: choice('plug'), who: text(0, 100) }),
})

export interface PrintRequest {
  /** A script that was chosen, or a ceremony. */
  of: string
  document: 'script' | 'record'
  paper: Paper
  path?: string
}

const ceremony = { ceremonyId: id }

export const ceremonyCalls = {
  /** The newest first. */
  'ceremony.list': call<void, CeremonySummary[]>(nothing()),
  /** Looks at a script; nothing begins. Without a path a person is asked; nothing when they cancel. `scriptId`: one looked at before. */
  'ceremony.script': call<{ path?: string; scriptId?: string }, { script?: ScriptView }>(
    shape<{ path?: string; scriptId?: string }>({ path: optional(path), scriptId: optional(id) }),
  ),
  /** In a rehearsal nothing has to be typed. */
  'ceremony.begin': call<{ scriptId: string; rehearsal: boolean; answers: Record<string, string> }, RunView>(
    shape({ scriptId: id, rehearsal: flag(), answers: record(text(0, 40), 8) }),
  ),
  /** A rehearsal without a script of one's own, with people that are made up. */
  'ceremony.rehearse': call<void, RunView>(nothing()),
  /** Goes on with one that was interrupted, and looks at one that runs. */
  'ceremony.open': call<{ ceremonyId: string }, RunView>(shape(ceremony)),
  'ceremony.act': call<{ ceremonyId: string; act: Act }, RunView>(shape({ ...ceremony, act }), {
    maxBytes: maxDocumentCallBytes,
  }),
  /** Which words another device is asked for; they stay in main. */
  'ceremony.question': call<{ ceremonyId: string }, ScreenQuestion>(shape(ceremony)),
  /** The request for other devices: as codes, or saved; without a path a person is asked. */
  'ceremony.codes': call<{ ceremonyId: string }, CodesView>(shape(ceremony)),
  'ceremony.saveRequest': call<{ ceremonyId: string; path?: string }, { path?: string }>(
    shape<{ ceremonyId: string; path?: string }>({ ...ceremony, path: optional(path) }),
  ),
  /** On paper: a script that was chosen, or the script or the record of a run. Without a path a person is asked. */
  'ceremony.print': call<PrintRequest, { path?: string }>(
    shape<PrintRequest>({
      of: id,
      document: choice('script', 'record'),
      paper: choice('a4', 'letter'),
      path: optional(path),
    }),
  ),
  /** A copy of the record for whoever may see this much. */
  'ceremony.save': call<{ ceremonyId: string; level: Level; folder: string }, { path: string }>(
    shape({ ...ceremony, level: choice('public', 'auditor', 'internal'), folder: path }),
  ),
} as const
