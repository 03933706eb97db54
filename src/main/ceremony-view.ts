// A run as the window shows it: plain data, words and counts. Nothing is decided here.
import { parseHex, toBase64 } from '../core/bytes.ts'
import type { CeremonyScript, Person } from '../core/ceremony/script.ts'
import { scriptBytes, scriptHash } from '../core/ceremony/script.ts'
import { peopleFor } from '../core/ceremony/script-rules.ts'
import type { Standing } from '../core/ceremony/standing.ts'
import { byRisk, type Proposal } from '../core/proposal.ts'
import type { KnownSigner } from '../core/signer.ts'
import { toWords } from '../core/words.ts'
import type { CeremonySummary, RunChange, RunPerson, RunToken, RunView, ScriptView } from '../ipc/contract.ts'
import type { KnownRun } from '../node/ceremony/places.ts'
import type { Run } from '../node/ceremony/run.ts'
import { quorumView, wordsOf } from './present.ts'

const shownChanges = 200

export function summaryView({ id, script, record, standing, problem }: KnownRun): CeremonySummary {
  return {
    ceremonyId: id,
    title: script?.title ?? id,
    repository: script?.repository ?? '',
    rehearsal: record?.header.rehearsal ?? false,
    ...(standing === undefined ? {} : { phase: standing.phase }),
    ...(standing?.outcome === undefined ? {} : { outcome: standing.outcome }),
    ...(standing?.step === undefined ? {} : { step: standing.step.text }),
    ...(record === undefined ? {} : { startedAt: record.header.startedAt }),
    ...(problem === undefined ? {} : { problem }),
  }
}

export async function scriptView(
  script: CeremonyScript,
  scriptId: string,
  ask: readonly number[],
): Promise<ScriptView> {
  const { title, purpose, repository, anchor, people, acts, rules } = script
  return {
    ...{ scriptId, title, purpose, repository, ask, rules },
    ...(anchor === null ? {} : { anchor: anchor.title }),
    words: await scriptWords(script),
    people: people.map(personView),
    acts: acts.map((act) => ({ title: act.title, steps: act.steps.length })),
  }
}

async function scriptWords(script: CeremonyScript): Promise<string[]> {
  return wordsOf(await scriptHash(scriptBytes(script)))
}

function personView({ name, roles, keys }: Person): Pick<RunPerson, 'name' | 'roles' | 'tokens'> {
  return { name, roles, tokens: keys.map(({ label }) => label) }
}

/** What of a run does not stand in its record. */
export interface RunFacts {
  id: string
  proposal: Proposal | undefined
  missing: string | undefined
  sentence: string | undefined
  signers: readonly KnownSigner[]
  plugged: string | undefined
  serialOf(signerId: string): string
}

export async function runView(run: Run, facts: RunFacts): Promise<RunView> {
  const { script, folder, rehearsal } = run
  const record = run.record()
  const now = run.standing()
  const fingerprint = run.fingerprint()
  const proof = record.facts.findLast(({ kind }) => kind === 'proved')?.open?.fact.client
  const { phase, halted, outcome, step, gates, compared, exported, deviations } = now
  const { title, purpose, repository, rules } = script
  return {
    ...{ ceremonyId: facts.id, title, purpose, repository, rehearsal, folder, phase },
    startedAt: record.header.startedAt,
    scriptHash: record.header.script,
    scriptWords: wordsOf(record.header.script),
    ...(halted === undefined ? {} : { halted }),
    ...(outcome === undefined ? {} : { outcome }),
    acts: script.acts.map((act) => ({
      title: act.title,
      steps: act.steps.map(({ id, kind, who, text, expect }) => ({
        ...{ id, kind, who, text, expect },
        people: peopleFor(script, who).map(({ name }) => name),
        state: now.done.has(id) || phase === 'closed' ? 'done' : id === step?.id ? 'now' : 'later',
      })),
    })),
    ...(step === undefined ? {} : { now: step.id }),
    ...(facts.missing === undefined ? {} : { missing: facts.missing }),
    people: script.people.map((person) => runPerson(person, now)),
    gates,
    tokens: facts.signers.map((signer) => tokenView(signer, run, facts.serialOf(signer.id))),
    ...(facts.plugged === undefined ? {} : { plugged: facts.plugged }),
    ...(facts.proposal === undefined ? {} : { change: changeView(facts.proposal) }),
    compared,
    devicesAsked: rules.devices,
    ...(facts.sentence === undefined ? {} : { sentence: facts.sentence }),
    ...(typeof proof === 'string' ? { proof } : {}),
    exported,
    deviations,
    lines: record.facts.length,
    interruptions: record.facts.filter(({ kind }) => kind === 'resumed').length,
    ...(fingerprint === undefined
      ? {}
      : { fingerprint: { digest: fingerprint, words: toWords(parseHex(fingerprint, 'the fingerprint')) } }),
  }
}

function runPerson(person: Person, { present, agreed, signed, witnessed }: Standing): RunPerson {
  const { name } = person
  const token = present.find((one) => one.person === name)
  return {
    ...personView(person),
    hasKey: person.keys.length > 0,
    ...(token === undefined ? {} : { present: { serial: token.serial, attestation: token.attestation } }),
    agreed: agreed.includes(name),
    signed: signed.some((one) => one.person === name),
    witnessed: witnessed.includes(name),
  }
}

function tokenView({ id, label, key, rehearsal }: KnownSigner, run: Run, serial: string): RunToken {
  const owner = run.ownerOf(toBase64(key.spki))
  return { signerId: id, label, serial, rehearsal, ...(owner === undefined ? {} : { owner }) }
}

function changeView({ title, headline, risk, digest, changes, findings, quorums }: Proposal): RunChange {
  const sorted = [...changes].sort(byRisk)
  return {
    ...{ title, headline, risk, digest, findings },
    words: wordsOf(digest),
    changes: sorted.slice(0, shownChanges),
    more: Math.max(0, sorted.length - shownChanges),
    quorums: quorums.map((quorum) => quorumView(quorum, [])),
  }
}
