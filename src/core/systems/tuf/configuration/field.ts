// Everything that can be configured: what it is called, what it means, its range, and what holds when nothing is chosen.

export interface Field {
  /** Its place in the document: "timestamp/every". */
  path: `${string}/${string}` | `${string}/${string}/${string}`
  label: string
  help: string
  unit: string
  min: number
  max: number
  /** Absent: without a choice there is no such value, and `otherwise` says what holds then. */
  standard?: number
  otherwise?: string
  /** A change in this direction makes less sure, or lets in more: worth a look. */
  looser: 'more' | 'less'
}

const longestDays = 3650

const periods = (['root', 'targets', 'delegated'] as const).flatMap((kind): Field[] => {
  const who = kind === 'delegated' ? 'a delegated role' : kind
  return [
    {
      path: `periods/${kind}/expiryDays`,
      label: `Days that a version of ${who} lasts`,
      help: `For how long a new version of ${who} is valid, unless its own document says so itself.`,
      unit: 'days',
      min: 1,
      max: longestDays,
      standard: 365,
      looser: 'more',
    },
    {
      path: `periods/${kind}/signingDays`,
      label: `Days before its end in which ${who} is signed anew`,
      help: `How long before the end of ${who} its people are asked to sign the next version, unless its own document says so itself.`,
      unit: 'days',
      min: 1,
      max: longestDays - 1,
      standard: 60,
      looser: 'less',
    },
  ]
})

export const fields: readonly Field[] = [
  {
    path: 'timestamp/every',
    label: 'Minutes between two timestamps',
    help: 'How often the repository signs a new timestamp when nothing else changes. Clients notice within this time, and no sooner, that somebody keeps news from them.',
    unit: 'minutes',
    min: 1,
    max: 10_080,
    standard: 60,
    looser: 'more',
  },
  {
    path: 'timestamp/expiryDays',
    label: 'Days that a timestamp lasts',
    help: 'For how long clients believe that nothing newer exists. Longer than the pause between two timestamps, or clients stop.',
    unit: 'days',
    min: 1,
    max: 365,
    otherwise: 'what root says, or 1 day',
    looser: 'more',
  },
  {
    path: 'snapshot/expiryDays',
    label: 'Days that a snapshot lasts',
    help: 'For how long the list of current versions is valid.',
    unit: 'days',
    min: 1,
    max: longestDays,
    otherwise: 'what root says, or 7 days',
    looser: 'more',
  },
  ...periods,
  {
    path: 'quotas/candidatesPerKey',
    label: 'Changes that may wait for one proposer',
    help: 'How many changes one key may have waiting at the same time.',
    unit: 'changes',
    min: 1,
    max: 10_000,
    standard: 20,
    looser: 'more',
  },
  {
    path: 'quotas/bytesPerProject',
    label: 'Bytes that a project may hold',
    help: 'The size of all artifacts of one project together.',
    unit: 'bytes',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    standard: 10 * 1024 ** 3,
    looser: 'more',
  },
  {
    path: 'quotas/filesPerProject',
    label: 'Files that a project may hold',
    help: 'The number of all artifacts of one project together.',
    unit: 'files',
    min: 1,
    max: 1_000_000,
    standard: 10_000,
    looser: 'more',
  },
  {
    path: 'quotas/requestsPerMinute',
    label: 'Requests a minute from one address',
    help: 'More than this is answered with a request to wait.',
    unit: 'requests',
    min: 1,
    max: 1_000_000,
    standard: 600,
    looser: 'more',
  },
  {
    path: 'retention/metadataVersions',
    label: 'Old versions of each role that stay',
    help: 'How many replaced versions of a document stay at the least. All versions of root, and all changes of the keys of projects, always stay.',
    unit: 'versions',
    min: 2,
    max: 1_000_000,
    otherwise: 'all of them',
    looser: 'less',
  },
  {
    path: 'retention/keepDays',
    label: 'Days that a replaced document stays',
    help: 'For how long a replaced version stays at the least, so that clients that began with it can finish.',
    unit: 'days',
    min: 1,
    max: 36_500,
    otherwise: 'for ever',
    looser: 'less',
  },
  {
    path: 'retention/artifactsDays',
    label: 'Days that an artifact stays which no role lists any more',
    help: 'For how long the content of a removed artifact stays at the least. Clients do not find it by its name any more either way.',
    unit: 'days',
    min: 1,
    max: 36_500,
    otherwise: 'for ever',
    looser: 'less',
  },
]

export function fieldAt(path: string): Field | undefined {
  return fields.find((field) => field.path === path)
}
