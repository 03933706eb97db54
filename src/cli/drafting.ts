// What every command that changes something ends with: the draft as a reviewer will see it, what clients will see of it,
// and the candidate written, unless it is a dry run.
import { AppError, toErrorData } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Effects, Sight } from '../core/systems/tuf/effect.ts'
import { visible } from '../core/visible.ts'
import type { Look } from '../node/artifacts/look.ts'
import type { Desk, EditedSource } from '../node/desk.ts'
import type { Draft, DraftRequest } from '../node/drafting.ts'
import { stewardOf } from '../node/steward.ts'
import { bunched } from './bunch.ts'
import { type Answer, answer, type Io, type Option, type Parsed } from './command.ts'
import { confirm } from './confirm.ts'
import { findKey } from './find-key.ts'
import { tokenOptions } from './parse.ts'
import { plugPractice } from './practice.ts'
import { typedSentence } from './sentence.ts'
import { rootOption } from './session.ts'
import { proposalData, reviewLines } from './show.ts'
import { sourceAgain } from './source-again.ts'
import { withStanding } from './standing.ts'
import { wrapped } from './text.ts'

export const signWithOption: Readonly<Record<string, Option>> = {
  'sign-with': {
    form: '--sign-with KEY',
    text: 'sign it with this key at once; a repository that is served takes nothing unsigned',
    type: 'string',
  },
}

export const draftOptions: Readonly<Record<string, Option>> = {
  ...rootOption,
  'dry-run': { form: '--dry-run', text: 'show what would be proposed, and write nothing', type: 'boolean' },
  onto: {
    form: '--onto DIGEST',
    text: 'change the candidate that waits further: its digest, all 64 digits, as its review shows it',
    type: 'string',
  },
  replace: {
    form: '--replace',
    text: 'give up the candidate that waits, and start from what is published',
    type: 'boolean',
  },
  ...signWithOption,
  sentence: {
    form: '--sentence TEXT',
    text: 'for a change that locks people out: the sentence that the refusal shows',
    type: 'string',
  },
  ...tokenOptions,
}

export interface Drafted {
  draft: Draft
  answer: Answer
}

export async function proposeDraft(
  desk: Desk,
  source: EditedSource,
  request: DraftRequest,
  parsed: Parsed,
  io: Io,
): Promise<Drafted> {
  const isDry = parsed.flag('dry-run')
  const onto = parsed.text('onto')
  const wish: DraftRequest = onto === undefined ? request : { ...request, onto }
  const preview = await desk.drafts.preview(source, wish, io.signal)
  if (isDry) return { draft: preview, answer: shown(preview, true) }
  const sentence =
    preview.sentence === undefined
      ? undefined
      : await typedSentence(preview.sentence, 'this would lock people out', preview.proposal, parsed, io)
  const previewed = preview.proposal.digest
  const signWith = await signerOf(desk, source, parsed, io)
  if (signWith !== undefined && io.isInteractive) await confirm(preview.proposal, io, 'run this in a terminal')
  const meant = {
    ...{ previewed, replace: parsed.flag('replace') },
    ...(sentence === undefined ? {} : { sentence }),
    ...(signWith === undefined ? {} : { signWith }),
  }
  const draft = await desk.drafts.propose(source, meant, io.signal, progressOn(io, 'Copying artifacts'))
  const proposals = [draft.proposal, ...draft.along] as const
  return { draft, answer: await withStanding(shown(draft, false), proposals, sourceAgain(parsed), source, io) }
}

/** Where every change needs a signature, somebody at a terminal is asked for it; a script must have named it. */
export async function signerOf(desk: Desk, source: EditedSource, parsed: Parsed, io: Io): Promise<string | undefined> {
  const named = parsed.text('sign-with')
  if (named === undefined && (!stewardOf(source).signedOnly || !io.isInteractive)) return undefined
  await plugPractice(parsed, desk, io)
  if (named !== undefined) return findKey(desk, named, io)
  const question = `${source.pinned.name} takes signed changes only. Key to sign with: `
  for (let tries = 1; ; tries++) {
    const typed = (await io.ask(question, 'in a script there is --sign-with KEY')).trim()
    try {
      return await findKey(desk, typed, io)
    } catch (thrown) {
      // A slip of the finger does not throw away a change that was made; what is wrong with a key does not mend by asking.
      const isSlip = thrown instanceof AppError && thrown.code === 'signer/absent'
      if (!isSlip || tries === maxTries) throw thrown
      io.note(`${thrown.message}\n  ${thrown.hint ?? ''}`)
    }
  }
}

const maxTries = 3

function shown(draft: Draft, isDry: boolean): Answer {
  const { proposal, along, effects, replaces, sentence } = draft
  const data = {
    ...(isDry ? { dryRun: true } : {}),
    ...proposalData(proposal),
    effects: effectsData(effects),
    along: along.map(proposalData),
    ...(replaces === undefined ? {} : { replaces: { id: replaces.proposal.id, signedBy: replaces.signedBy } }),
    ...(sentence === undefined ? {} : { sentence }),
  }
  const lines = [
    ...reviewLines(proposal),
    '',
    ...effectLines(effects),
    ...(along.length === 0 ? [] : ['', ...alongLines(along)]),
    ...(replaces === undefined ? [] : ['', replacesLine(replaces, isDry)]),
    ...(isDry && sentence !== undefined ? ['', `Locks people out; asks to be typed: ${sentence}`] : []),
    ...(isDry ? ['', 'Nothing was written.'] : []),
  ]
  return answer(data, ...lines)
}

function alongLines(along: readonly Proposal[]): string[] {
  return bunched(
    along,
    ({ subject }) => subject,
    ({ title, headline }) => `Along with it comes ${title}: ${headline}`,
    ({ subject, headline }, bins) => `Along with it come ${bins}: ${headline.replace(`“${subject}”`, 'each')}`,
  )
}

function replacesLine({ proposal, signedBy }: NonNullable<Draft['replaces']>, isDry: boolean): string {
  const by = signedBy.length === 0 ? '' : `, which had been signed by ${visible(signedBy.join(', '))}`
  return `It ${isDry ? 'would take' : 'took'} the place of the candidate that waited, ${proposal.title}${by}.`
}

// ---- what clients will see -----------------------------------------------------------------------------------------

export function effectLines({ asked, tried, changed, shown: list }: Effects): string[] {
  if (asked === 0) return ['What clients will see: every artifact as before.']
  const isWhole = tried >= asked
  const some = isWhole ? grouped(asked) : `${grouped(tried)} of ${grouped(asked)}`
  const count = `${some} artifact${asked === 1 ? '' : 's'} asked for, ${grouped(changed)} changed`
  const unknown = `of the ${grouped(asked - tried)} not asked for nothing is known`
  if (changed === 0 && !isWhole) return [`What clients will see (${count}): ${unknown}.`]
  if (changed === 0) return [`What clients will see (${count}): every artifact as before.`]
  const rows = list
    .slice(0, changed)
    .flatMap(({ path, before, after }) => [
      `  ${path}`,
      `      was  ${sightWords(before)}`,
      `      is   ${sightWords(after)}`,
    ])
  const more = changed > list.length ? [`  and ${grouped(changed - list.length)} more`] : []
  const rest = isWhole ? [] : [`  ${unknown}`]
  return wrapped([`What clients will see (${count}):`, ...rows, ...more, ...rest])
}

function sightWords(sight: Sight): string {
  switch (sight.kind) {
    case 'found': {
      const [algorithm, digest = ''] = Object.entries(sight.hashes)[0] ?? ['no hash']
      return `${grouped(sight.length)} bytes, ${algorithm} ${digest.slice(0, 16)}…, from ${sight.role}`
    }
    case 'absent':
      return 'not there'
    case 'refused':
      return `clients stop: ${sight.error.message}`
  }
}

export function effectsData({ asked, tried, changed, shown: list }: Effects): Effects {
  return {
    asked,
    tried,
    changed,
    shown: list.map(({ path, before, after }) => ({ path, before: plainSight(before), after: plainSight(after) })),
  }
}

function plainSight(sight: Sight): Sight {
  return sight.kind === 'refused' ? { kind: 'refused', error: toErrorData(new AppError(sight.error)) } : sight
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

export function leftOutLines({ leftOut }: Pick<Look, 'leftOut'>): string[] {
  return leftOut.map(({ name, reason }) => `left out: ${name}, ${reason}`)
}

/** What was not taken is said to everybody, a script too. */
export function withLeftOut(given: Answer, { leftOut }: Pick<Look, 'leftOut'>): Answer {
  if (leftOut.length === 0) return given
  return {
    ...given,
    data: { ...(given.data as object), leftOut },
    lines: [...leftOutLines({ leftOut }), '', ...given.lines],
  }
}

// ---- progress ------------------------------------------------------------------------------------------------------

const everyMs = 1000

/** A line now and then for whoever watches; a script hears nothing. */
export function progressOn(io: Io, doing: string): (doneBytes: number, totalBytes: number) => void {
  let last = io.now().getTime()
  return (done, total) => {
    const at = io.now().getTime()
    if (at - last < everyMs) return
    last = at
    const part = total === 0 ? 100 : Math.floor((done / total) * 100)
    io.note(
      `${doing}: ${part} %, ${grouped(Math.round(done / 1_000_000))} of ${grouped(Math.round(total / 1_000_000))} MB`,
    )
  }
}
