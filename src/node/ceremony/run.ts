// A ceremony while it is held: everything that people in the room do, the same from the window and from the terminal. What it knows
// is in the record and in its folder; a run that was interrupted is opened again, and goes on at its step.
import { randomBytes } from 'node:crypto'
import { arch, hostname, release, type } from 'node:os'
import { toHex } from '../../core/bytes.ts'
import { checkMayBeWaived, notNow } from '../../core/ceremony/conduct.ts'
import type { Level } from '../../core/ceremony/facts.ts'
import { type CeremonyRecord, fingerprintOf, type RecordHeader } from '../../core/ceremony/record.ts'
import { type CeremonyScript, parseScript, scriptHash } from '../../core/ceremony/script.ts'
import type { Standing } from '../../core/ceremony/standing.ts'
import { isVerdict } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import { version } from '../../core/version.ts'
import type { Desk } from '../desk.ts'
import type { FileSystem } from '../file-system.ts'
import { changeSource, currentChange, placeSignatures, receiveChange, requestBytesOf } from './change.ts'
import { answerWords, askWords, type Question, sayDifferent } from './comparing.ts'
import { type Machine, measure, noWatch } from './gates.ts'
import { beginJournal, type Clocks, type Journal, openJournal } from './journal.ts'
import { abandon, close, type Exported, exportResult, prove, saveRecord, whatIsMissing } from './leaving.ts'
import { hasBegun, readScript, readStandIns } from './places.ts'
import { begin, note, noting, openChange, type Room, standing } from './room.ts'
import { checkSigned, lookAtToken, ownerOf, signChange, signFingerprint } from './tokens.ts'

export interface RunParts extends Clocks {
  desk: Desk
  machine: Machine
  /** How many secrets were wrong since the program started. */
  wrongSecrets(): number
  /** Where the record is written; tests break each of its calls. */
  fs?: FileSystem
}

export interface Run {
  readonly folder: string
  readonly script: CeremonyScript
  readonly rehearsal: boolean
  /** Practice tokens, by whose token they stand in for. */
  readonly standIns: ReadonlyMap<string, string>
  record(): CeremonyRecord
  /** Whose key this is in the script, or in this rehearsal; SubjectPublicKeyInfo, base64. */
  ownerOf(key: string): string | undefined
  fingerprint(): string | undefined
  standing(): Standing
  /** As it stands now, with its signatures; undefined as long as none was received. */
  change(signal: AbortSignal): Promise<Proposal | undefined>
  /** As it came, for other devices. */
  request(signal: AbortSignal): Promise<Uint8Array>
  /** Why the step cannot be called done yet. */
  missing(signal: AbortSignal): Promise<string | undefined>

  done(who: string, said: string, signal: AbortSignal): Promise<void>
  /** `watch`: what somebody's watch shows at this moment. */
  measure(who: string, watch: string | undefined): Promise<void>
  /** A gate that failed, and why it goes on all the same; a deviation. */
  waive(who: string, gate: string, why: string): Promise<void>
  present(who: string, signerId: string, signal: AbortSignal): Promise<void>
  receive(who: string, file: { name: string; bytes: Uint8Array }, signal: AbortSignal): Promise<void>
  /** Positions, from 1, of the words that are to be typed from another device. */
  question(signal: AbortSignal): Promise<readonly number[]>
  compare(who: string, device: string, answers: ReadonlyMap<number, string>, signal: AbortSignal): Promise<void>
  different(who: string, device: string): Promise<void>
  /** What somebody agrees to, as it is recorded. */
  sentence(signal: AbortSignal): Promise<string>
  agree(who: string, signal: AbortSignal): Promise<void>
  sign(who: string, signerId: string, signal: AbortSignal): Promise<void>
  prove(who: string, signal: AbortSignal): Promise<void>
  export(who: string, folder: string, signal: AbortSignal): Promise<readonly Exported[]>
  close(who: string): Promise<void>
  abandon(who: string, said: string): Promise<void>
  signFingerprint(who: string, signerId: string, signal: AbortSignal): Promise<void>
  /** Answers the path of the copy that this level may see. */
  save(folder: string, level: Level): Promise<string>

  takeBreak(who: string, said: string): Promise<void>
  comeBack(who: string, said: string): Promise<void>
  deviate(who: string, what: string, fix: string): Promise<void>
  settle(who: string, number: number, agreed: readonly string[]): Promise<void>
  stop(who: string, said: string): Promise<void>
  /** Another program may go on with it. */
  release(): Promise<void>
}

/** In a folder that holds a script, and no record or one whose first line was not finished. */
export async function beginRun(folder: string, rehearsal: boolean, parts: RunParts, signal: AbortSignal): Promise<Run> {
  const bytes = await readScript(folder)
  const script = parseScript(bytes, 'the script')
  const header: RecordHeader = {
    run: toHex(randomBytes(16)),
    script: await scriptHash(bytes),
    program: `countersign ${version}`,
    previous: script.previous,
    rehearsal,
    startedAt: parts.now().toISOString(),
  }
  const journal = await beginJournal(folder, header, { ...parts, signal })
  await journal.write({ kind: 'opened', fact: { purpose: script.purpose, machine: machineFacts() } })
  return runOf(await roomOf(folder, script, journal, parts))
}

export async function resumeRun(folder: string, parts: RunParts, signal: AbortSignal): Promise<Run> {
  // Interrupted before its first line: nothing has happened in it.
  if (!(await hasBegun(folder))) return beginRun(folder, (await readStandIns(folder)).size > 0, parts, signal)
  const bytes = await readScript(folder)
  const script = parseScript(bytes, 'the script')
  const journal = await openJournal(folder, { ...parts, signal })
  try {
    const { record } = journal
    await checkScript(record, bytes)
    const room = await roomOf(folder, script, journal, parts)
    if (record.facts.length === 0)
      await journal.write({ kind: 'opened', fact: { purpose: script.purpose, machine: machineFacts() } })
    else if (fingerprintOf(record) === undefined) await goOn(room, signal)
    return runOf(room)
  } catch (thrown) {
    await journal.release()
    throw thrown
  }
}

function machineFacts(): { [name: string]: string } {
  return { system: type(), release: release(), arch: arch(), host: hostname(), program: `countersign ${version}` }
}

async function checkScript({ header }: CeremonyRecord, bytes: Uint8Array): Promise<void> {
  if ((await scriptHash(bytes)) !== header.script)
    throw notNow(
      'the script in this folder is not the one that the record is of',
      'put back the script with which it was begun',
    )
}

async function roomOf(folder: string, script: CeremonyScript, journal: Journal, parts: RunParts): Promise<Room> {
  const { rehearsal } = journal.record.header
  return { folder, script, rehearsal, journal, ...parts, standIns: await readStandIns(folder) }
}

/** After a crash or a power cut, or because somebody closed it: said in the record, and the machine is looked at again. */
async function goOn(room: Room, signal: AbortSignal): Promise<void> {
  const { journal, desk } = room
  const source = await changeSource(room, signal)
  if (source !== undefined) await checkSigned(room, source, signal)
  const last = journal.record.facts.at(-1)
  const reason = journal.wasTorn
    ? 'the program ended while a line was being written, of which nothing was kept'
    : 'the program ended before the ceremony was closed'
  await journal.write({ kind: 'resumed', fact: { interruptedAfter: last?.chain ?? '', reason } })
  for (const fact of await measure({ ...room, workspace: desk.workspace }, undefined))
    await journal.write({ kind: 'gate', fact })
  if (source !== undefined) await placeSignatures(source, standing(room), desk, signal)
}

function runOf(room: Room): Run {
  const { folder, script, rehearsal, journal, desk } = room
  // One, however many ask at once, and gone with its request: no other begins to count anew, or comes too late.
  let question: Promise<Question> | undefined

  async function change(signal: AbortSignal): Promise<Proposal | undefined> {
    const now = standing(room)
    if (now.received === undefined) return undefined
    try {
      return await currentChange(await openChange(room, signal), now, desk, signal)
    } catch (thrown) {
      // A second request was being taken in when it was interrupted: it is taken in anew.
      if (now.step?.kind === 'receive' && isVerdict(thrown)) return undefined
      throw thrown
    }
  }

  async function sentence(signal: AbortSignal): Promise<string> {
    const proposal = await change(signal)
    return `I agree to ${proposal?.title ?? ''} of ${script.repository}: ${proposal?.headline ?? ''}.`
  }

  return {
    ...{ folder, script, rehearsal, standIns: room.standIns },
    ownerOf: (key) => ownerOf(room, key),
    record: () => journal.record,
    fingerprint: () => fingerprintOf(journal.record),
    standing: () => standing(room),
    change,
    request: async (signal) => requestBytesOf(await openChange(room, signal), standing(room), signal),
    missing: (signal) => whatIsMissing(room, signal),

    done: async (who, said, signal) => {
      const { step } = await begin(room, 'done', who)
      if (step?.kind === 'close') throw notNow('the last step is done when the ceremony is closed', 'close it')
      const why = await whatIsMissing(room, signal)
      if (why !== undefined) throw notNow(`this step is not done yet: ${why}`, 'do what it asks for first')
      await note(room, 'done', { said }, who)
    },
    measure: async (who, watch) => {
      await begin(room, 'gate', who)
      for (const fact of await measure({ ...room, workspace: desk.workspace }, watch)) await note(room, 'gate', fact)
      if (standing(room).gates.every(({ name }) => name !== 'clock')) await note(room, 'gate', noWatch)
    },
    waive: async (who, name, why) => {
      const { gates, deviations } = await begin(room, 'waive', who)
      const failed = gates.find((one) => one.name === name && one.outcome === 'failed')
      if (failed === undefined) throw notNow(`${name} did not fail`, 'go on with the step')
      checkMayBeWaived(failed)
      const fact = { number: deviations.length + 1, what: failed.found, when: room.now().toISOString(), fix: why }
      await note(room, 'deviation', fact, who)
      await note(room, 'gate', { name, outcome: 'waived', found: failed.found })
    },
    present: (who, signerId, signal) => lookAtToken(room, who, signerId, signal),
    receive: async (who, file, signal) => {
      await begin(room, 'receive', who)
      await noting(room, async () => {
        const { request, proposal, anchor } = await receiveChange(room, file, desk, { now: room.now(), signal })
        const { subject, digest, headline } = proposal
        await note(room, 'received', { request, subject, digest, anchor, headline })
      })
      question = undefined
    },
    question: async (signal) => {
      const asked = question ?? askWords(room, signal)
      question = asked
      try {
        const { positions } = await asked
        return positions.map((at) => at + 1)
      } catch (thrown) {
        if (question === asked) question = undefined
        throw thrown
      }
    },
    compare: async (who, device, answers, signal) => {
      if (question === undefined) throw notNow('no words were asked for', 'begin the comparison of this device')
      await answerWords(room, who, device, await question, answers, signal)
      question = undefined
    },
    different: async (who, device) => {
      question = undefined
      await sayDifferent(room, who, device)
    },
    sentence,
    agree: async (who, signal) => {
      const { received } = await begin(room, 'agree', who)
      await note(room, 'agreed', { sentence: await sentence(signal), digest: received?.digest ?? '' }, who)
    },
    sign: (who, signerId, signal) => signChange(room, who, signerId, signal),
    prove: (who, signal) => prove(room, who, signal),
    export: (who, to, signal) => exportResult(room, who, to, signal),
    close: (who) => close(room, who),
    abandon: (who, said) => abandon(room, who, said),
    signFingerprint: (who, signerId, signal) => signFingerprint(room, who, signerId, signal),
    save: (to, level) => saveRecord(room, to, level),

    takeBreak: async (who, said) => {
      await begin(room, 'break', who)
      await note(room, 'break', { said }, who)
    },
    comeBack: async (who, said) => {
      await begin(room, 'back', who)
      await note(room, 'back', { said }, who)
    },
    deviate: async (who, what, fix) => {
      const { deviations } = await begin(room, 'deviation', who)
      await note(room, 'deviation', { number: deviations.length + 1, what, when: room.now().toISOString(), fix }, who)
    },
    settle: async (who, number, agreed) => {
      const { deviations } = await begin(room, 'settle', who)
      const deviation = deviations.find((one) => one.number === number)
      if (deviation === undefined) throw notNow(`there is no deviation ${number}`, 'note it first')
      if (deviation.by === who) throw notNow(`${who} noted it`, 'let somebody else settle it')
      for (const name of agreed)
        if (script.people.every((one) => one.name !== name))
          throw notNow(`${name} is not in the script`, 'name people of the script')
      await note(room, 'settled', { number, agreed: [...agreed] }, who)
    },
    stop: async (who, said) => {
      await begin(room, 'stop', who)
      await note(room, 'stopped', { said }, who)
    },
    release: () => journal.release(),
  }
}
