// warg approvers: who must agree before the key that publishes may sign, as a team keeps it here; the registry knows nothing of it.
import { AppError } from '../../../core/error.ts'
import { carriedLog } from '../../../core/systems/warg/carry/carried.ts'
import { shortKeyId } from '../../../core/systems/warg/encoding/key.ts'
import { maxBytes, operatorSubject, pendingName } from '../../../core/systems/warg/files.ts'
import type { LogState } from '../../../core/systems/warg/log/log-state.ts'
import { type Approvers, approversJson, checkApprovers } from '../../../core/systems/warg/waiting/candidate.ts'
import { visible } from '../../../core/visible.ts'
import { looking } from '../../../node/warg/looking.ts'
import { countOf } from '../../changing.ts'
import { type Answer, answer } from '../../command.ts'
import { wrapped } from '../../text.ts'
import { againOf, type Call, changeHere, keptOf, openAnyRegistry, type Registry, subjectOf, usage } from './call.ts'
import { findWargKey } from './keys.ts'
import { absent } from './show.ts'

export async function approvers(call: Call): Promise<Answer> {
  const [name, threshold, ...people] = call.words
  const subject = subjectOf(name)
  const isNone = call.parsed.flag('none')
  if (isNone && threshold !== undefined) throw usage('--none takes the list away, and stands alone')
  const registry = await openAnyRegistry(call)
  if (isNone) {
    await agreeToNone(registry, subject, call)
    return set(registry, subject, undefined, call)
  }
  if (threshold === undefined) return shown(subject, (await keptOf(registry)).approvers.get(subject), againOf(call))
  const state = await stateOf(registry, subject)
  if (state.length === 0 && registry.source.carried !== true && !(await waits(registry, subject)))
    throw await absent(registry, [subject], againOf(call))
  const chosen = await approversIn(threshold, people, state, call)
  checkSomebodyLeft(subject, chosen, state)
  return set(registry, subject, chosen, call)
}

/** From then on one key is enough, whoever has it. */
async function agreeToNone(registry: Registry, subject: string, { io, parsed }: Call): Promise<void> {
  const list = (await keptOf(registry)).approvers.get(subject)
  if (list === undefined || parsed.flag('yes')) return
  const { threshold, keys } = list
  const question = `Nobody will have to approve changes of ${subject} here any more, where ${threshold} of ${keys.length} must now. Type yes to go on: `
  if ((await io.ask(question, 'in a script there is --yes')).trim() === 'yes') return
  throw new AppError({ code: 'user/cancelled', message: 'the list stays as it is', hint: 'type yes to take it away' })
}

async function stateOf({ source, context }: Registry, subject: string): Promise<LogState> {
  if (source.carried === true) return carriedLog(subject, source.transport, context)
  const { state } = await looking(source, context, async ({ operator, log }) =>
    subject === operatorSubject ? operator : log(subject),
  )
  return state
}

async function approversIn(
  threshold: string,
  people: readonly string[],
  { keys }: LogState,
  call: Call,
): Promise<Approvers> {
  const { desk, io } = call
  if (people.length === 0)
    throw usage('warg approvers takes who must approve behind the number', 'for example: 2 ana=ana bo=bo.pem')
  const list: { name: string; key: Approvers['keys'][number]['key'] }[] = []
  for (const one of people) {
    // The text of a key ends in "=", too, and begins with what no name has.
    const [, called, wanted = ''] = /^([^=:]+)=(.+)$/s.exec(one) ?? []
    if (called === undefined && one.includes(':'))
      throw usage(`${visible(one.slice(0, 60))} has no name`, 'say whose key it is: NAME=KEY')
    const name = (called ?? one).trim()
    // What is kept must be readable again.
    if (name === '' || name.length > 200) throw usage('a name has 1 to 200 letters', 'say whose key it is: NAME=KEY')
    list.push({ name, key: await findWargKey(called === undefined ? one : wanted, keys, desk, io) })
  }
  const count = countOf(threshold, 'THRESHOLD', 1, list.length)
  try {
    return checkApprovers({ threshold: count, keys: list }, 'this list')
  } catch (cause) {
    throw new AppError({
      code: 'usage/invalid',
      message: cause instanceof Error ? cause.message : 'this list is not right',
      hint: 'name each person once, with a key of their own',
      cause,
    })
  }
}

/** Who approves does not publish: a list of all who may would let nobody do it. */
function checkSomebodyLeft(subject: string, { keys }: Approvers, { length, permissions }: LogState): void {
  if (length === 0) return
  const theirs = new Set(keys.map(({ key }) => key.id))
  const others = permissions.standing.filter(({ keyId }) => !theirs.has(keyId))
  if (others.length > 0) return
  throw usage(
    `every key that may do anything in ${subject} is in this list, and who approves does not publish`,
    'leave one of them out: its signature comes last, and makes the record',
  )
}

async function set(registry: Registry, subject: string, chosen: Approvers | undefined, call: Call): Promise<Answer> {
  await changeHere(registry, (now) => {
    const list = new Map(now.approvers)
    if (chosen === undefined) list.delete(subject)
    else list.set(subject, chosen)
    return { ...now, approvers: list }
  })
  const said = shown(subject, chosen, againOf(call))
  if (!(await waits(registry, subject))) return said
  const again = 'A record waits that was made before this: withdraw it, and make it anew.'
  return {
    ...said,
    data: { ...(said.data as object), waits: true },
    lines: [...said.lines, ...wrapped([`! ${again}`])],
  }
}

async function waits({ source, context }: Registry, subject: string): Promise<boolean> {
  return (await source.transport.read(pendingName(subject), maxBytes.candidate, context.signal)) !== undefined
}

function shown(subject: string, chosen: Approvers | undefined, again: string): Answer {
  if (chosen === undefined) {
    const hint = `to set who must approve: countersign warg approvers ${again} ${subject} THRESHOLD NAME=KEY...`
    return answer(
      { subject, approvers: null },
      `nobody has to approve changes of ${subject} before they are signed`,
      ...wrapped([hint]),
    )
  }
  const { threshold, keys } = chosen
  return answer(
    {
      subject,
      approvers: {
        ...approversJson(chosen),
        keys: keys.map(({ name, key }) => ({ name, key: key.text, keyId: key.id })),
      },
    },
    ...wrapped([
      `changes of ${subject} are approved by ${threshold} of ${keys.length}, then signed by a key that may publish them:`,
      ...keys.map(({ name, key }) => `  ${visible(name)}, key ${shortKeyId(key.id)}`),
      'Whoever else approves sets the same list: a record that asks for another one cannot be signed there.',
    ]),
  )
}
