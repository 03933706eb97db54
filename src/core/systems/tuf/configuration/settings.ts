// The configuration as programs use it, with what holds when nothing was chosen; and as a form shows it.
import type { JsonValue } from '../../../json.ts'
import { fieldAt, fields } from './field.ts'
import type { Configuration } from './parse.ts'

/** A value that can be undefined has no default: then something else decides, or there is no limit. */
export interface Settings {
  timestamp: { everyMinutes: number; expiryDays: number | undefined }
  snapshot: { expiryDays: number | undefined }
  periods: Readonly<Record<PeriodKind, { expiryDays: number; signingDays: number }>>
  quotas: { candidatesPerKey: number; bytesPerProject: number; filesPerProject: number; requestsPerMinute: number }
  retention: {
    metadataVersions: number | undefined
    keepDays: number | undefined
    artifactsDays: number | undefined
  }
}

type PeriodKind = 'root' | 'targets' | 'delegated'

export function settingsOf(configuration: Configuration | undefined): Settings {
  const maybe = (path: string): number | undefined => configuration?.chosen.get(path) ?? fieldAt(path)?.standard
  const sure = (path: string): number => maybe(path) ?? 0
  const period = (kind: PeriodKind) => ({
    expiryDays: sure(`periods/${kind}/expiryDays`),
    signingDays: sure(`periods/${kind}/signingDays`),
  })
  return {
    timestamp: { everyMinutes: sure('timestamp/every'), expiryDays: maybe('timestamp/expiryDays') },
    snapshot: { expiryDays: maybe('snapshot/expiryDays') },
    periods: { root: period('root'), targets: period('targets'), delegated: period('delegated') },
    quotas: {
      candidatesPerKey: sure('quotas/candidatesPerKey'),
      bytesPerProject: sure('quotas/bytesPerProject'),
      filesPerProject: sure('quotas/filesPerProject'),
      requestsPerMinute: sure('quotas/requestsPerMinute'),
    },
    retention: {
      metadataVersions: maybe('retention/metadataVersions'),
      keepDays: maybe('retention/keepDays'),
      artifactsDays: maybe('retention/artifactsDays'),
    },
  }
}

interface FieldValue {
  path: string
  label: string
  help: string
  unit: string
  /** null where there is no default and nothing was chosen: `help` says what holds then. */
  value: JsonValue
  isDefault: boolean
}

export function configurationFields(configuration: Configuration | undefined): FieldValue[] {
  return fields.map(({ path, label, help, unit, standard, otherwise }) => {
    const chosen = configuration?.chosen.get(path)
    return {
      path,
      label,
      help: otherwise === undefined ? help : `${help} Without a value: ${otherwise}.`,
      unit,
      value: chosen ?? standard ?? null,
      isDefault: chosen === undefined,
    }
  })
}
