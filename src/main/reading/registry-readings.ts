// What of registries of logs is only read: the registry as a whole, one log of it, and what a record would change.
import { AppError } from '../../core/error.ts'
import { pendingProposals } from '../../core/systems/warg/waiting/pending.ts'
import type { Desk } from '../../node/desk.ts'
import { recordEdit } from '../../node/warg/edits.ts'
import { logFacts } from '../../node/warg/facts.ts'
import { readKept } from '../../node/warg/kept.ts'
import { asOfNow, looking, registryOptions, rememberSeen } from '../../node/warg/looking.ts'
import { registryOverview } from '../../node/warg/overview.ts'
import { openRegistryNamed } from '../named-source.ts'
import { logView, registryView } from '../present-registry.ts'
import { draftView } from '../present-repository.ts'
import type { Readings } from './readings.ts'

export function registryReadings(desk: Desk): Pick<Readings, 'registry' | 'log' | 'recordCount' | 'recorded'> {
  return {
    registry: async ({ sourceId }, signal) => {
      const source = await openRegistryNamed(desk, sourceId)
      const problems = new Map<string, AppError>()
      const setAside = (subject: string, error: AppError) => void problems.set(subject, error)
      const overview = await registryOverview(source, desk.context(source, signal), setAside)
      return registryView(source.pinned, overview, problems, await readKept(source.registry.kept, signal))
    },
    log: async ({ sourceId, subject }, signal) => {
      const source = await openRegistryNamed(desk, sourceId)
      const context = desk.context(source, signal)
      const facts = await logFacts(source, subject, context)
      if (facts === undefined) throw noLog(subject)
      const kept = await readKept(source.registry.kept, signal)
      const options = { ...(await registryOptions(source, context)), only: subject }
      const pending = await pendingProposals(source.transport, asOfNow(source, context), options)
      await rememberSeen(source, pending)
      return logView(source.pinned, facts, kept, pending)
    },
    recordCount: async ({ sourceId, subject }, signal) => {
      const source = await openRegistryNamed(desk, sourceId)
      const context = desk.context(source, signal)
      return looking(source, context, async ({ log }) => (await log(subject)).state.length)
    },
    recorded: async ({ sourceId, signers, subject, entries, uploads, onto }, signal) => {
      const source = await openRegistryNamed(desk, sourceId)
      const wish = { subject, entries, ...(onto === undefined ? {} : { also: true }) }
      const { sentence, ...edit } = await recordEdit(source, wish, desk.context(source, signal))
      const beside = {
        uploads,
        ...(onto === undefined ? {} : { onto }),
        ...(sentence === undefined ? {} : { sentence }),
      }
      return draftView(await desk.drafts.previewDocument(source, edit, signal, beside), signers)
    },
  }
}

function noLog(subject: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `the registry has no package ${subject}`,
    hint: 'check the name',
  })
}
