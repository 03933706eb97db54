// From the facts to a script, one template for each kind of ceremony.
import { AppError } from '../../error.ts'
import { countOf } from '../../phrases.ts'
import { type CeremonyScript, scriptBytes } from '../script.ts'
import { type CeremonyKind, keysLeft, type RootFacts, type ScriptFacts } from './facts.ts'
import { firstRootActs, firstRootTexts } from './first-root.ts'
import { lostTokenActs, lostTokenTexts } from './lost-token.ts'
import { rehearsalActs, rehearsalTexts } from './rehearsal.ts'
import { renewalActs, renewalTexts } from './renewal.ts'
import { rotationActs, rotationTexts } from './rotation.ts'
import { namesWith } from './words.ts'

type Template = { title: string; purpose: string } & Pick<CeremonyScript, 'acts'>

/** A script that can be run to its end; refused when these people cannot run it. */
export function scriptOf(kind: CeremonyKind, facts: ScriptFacts): CeremonyScript {
  const { title, purpose, acts } = templateOf(kind, facts)
  const script: CeremonyScript = {
    title: facts.title ?? title,
    purpose: facts.purpose ?? purpose,
    repository: facts.repository,
    subject: 'root',
    anchor: facts.anchor,
    previous: facts.previous,
    preparedAt: facts.preparedAt,
    people: facts.people,
    rules: facts.rules,
    acts,
  }
  // Whatever is wrong with it is found now, and not on the day.
  scriptBytes(script)
  return script
}

function templateOf(kind: CeremonyKind, facts: ScriptFacts): Template {
  if (kind === 'first-root') {
    if (facts.anchor !== null) throw refused('a first root has no root before it', 'take renewal or rotation')
    return { ...firstRootTexts(facts), acts: firstRootActs(facts) }
  }
  if (kind === 'rehearsal') {
    const signers = namesWith(facts.people, 'signer').length
    if (signers < 2 || signers > 3)
      throw refused(
        `a rehearsal is for two or three signers, and here ${signers === 1 ? 'is one' : `are ${signers}`}`,
        'name two or three',
      )
    return { ...rehearsalTexts(facts), acts: rehearsalActs(facts) }
  }
  if (facts.anchor === null)
    throw refused('there is no root that this begins from', 'name the repository whose root it changes')
  if (kind === 'renewal') return { ...renewalTexts(facts), acts: renewalActs(facts) }
  const before = known(facts.before, 'the root in force')
  if (kind === 'rotation') {
    const rotation = { before, after: known(facts.after, 'the root that waits') }
    return { ...rotationTexts(facts, rotation), acts: rotationActs(facts, rotation) }
  }
  if (facts.lost === undefined) throw refused('it is not said whose token is lost', 'say whose it is')
  const loss = { before, holder: facts.lost.holder }
  checkReachable(facts, before)
  return { ...lostTokenTexts(facts, loss), acts: lostTokenActs(facts, loss) }
}

function known(root: RootFacts | undefined, what: string): RootFacts {
  if (root !== undefined) return root
  throw refused(`${what} is not known`, 'name the repository in which it is')
}

/** Without the old threshold no client follows: then no ceremony helps, and it is better to know that now. */
function checkReachable(facts: ScriptFacts, { title, threshold }: RootFacts): void {
  const left = keysLeft(facts).length
  if (left >= threshold) return
  throw new AppError({
    code: 'trust/threshold',
    message: `without that token ${title} is out of reach: ${countOf(left, 'key')} left, ${threshold} must sign`,
    hint: 'no client can follow to a new root; prepare a first root, and tell users to pin it anew',
  })
}

function refused(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
