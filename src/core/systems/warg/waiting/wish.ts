// What a person wants a record to say, held against the log before a record is made: what is their mistake is no fault of the log,
// and is said so.
import { AppError } from '../../../error.ts'
import { inQuotes } from '../../../visible.ts'
import { checkDigest } from '../encoding/digest.ts'
import { checkNamespace, checkVersion } from '../encoding/names.ts'
import type { NameOf } from '../log/diff.ts'
import type { LogState } from '../log/log-state.ts'
import { type Entry, permissionsOf } from '../log/record.ts'

/** `waiting`: what the record that waits says already, in front of it. */
export function checkWish(
  subject: string,
  state: LogState,
  { entries, waiting = [] }: { entries: readonly Entry[]; waiting?: readonly Entry[] },
  nameOf: NameOf,
): void {
  const so = standingOf(state)
  for (const one of waiting) follow(so, one)
  for (const one of entries) {
    checkEntry(one, so, subject, nameOf)
    follow(so, one)
  }
}

export function checkWishedVersion(text: string): string {
  const hint = /^v\d/.test(text)
    ? 'leave out the v in front: 1.0.0'
    : 'write three numbers with dots between, and what comes after a hyphen: 1.0.0, or 1.0.0-rc.1'
  return checked(() => checkVersion(text, 'VERSION'), `“${inQuotes(text.slice(0, 80))}” is no version`, hint)
}

export function checkWishedDigest(text: string): string {
  const message = `“${inQuotes(text.slice(0, 80))}” is no digest of a file`
  return checked(() => checkDigest(text, 'the digest'), message, 'write sha256: and 64 digits, in lower case')
}

export function checkWishedNamespace(text: string): string {
  const message = `“${inQuotes(text.slice(0, 80))}” is no namespace`
  const hint = 'write it in small letters, with single hyphens between words'
  return checked(() => checkNamespace(text, 'NAMESPACE'), message, hint)
}

function checked(check: () => string, message: string, hint: string): string {
  try {
    return check()
  } catch (cause) {
    // A letter that is made to look like another one is no slip of the finger.
    if (cause instanceof AppError && cause.data?.fault === 'look-alike-name') throw cause
    throw new AppError({ code: 'usage/invalid', message, hint, cause })
  }
}

/** What stands, entry by entry, and by which record: of the one that waits there is no number yet. */
interface Standing {
  kind: LogState['kind']
  releases: Map<string, { by: string; yanked?: string }>
  held: Set<string>
  namespaces: Map<string, string>
}

const record = (number: number): string => `by record ${number}`
const waits = 'by the record that waits here'

function standingOf({ kind, releases, permissions, namespaces }: LogState): Standing {
  return {
    kind,
    releases: new Map(
      [...releases.values()].map(({ version, record: number, yanked }) => [
        version,
        { by: record(number), ...(yanked === undefined ? {} : { yanked: record(yanked.record) }) },
      ]),
    ),
    held: new Set(permissions.standing.map(({ keyId, permission }) => `${keyId}/${permission}`)),
    namespaces: new Map([...namespaces].map(([name, one]) => [name, record(one.record)])),
  }
}

function follow({ kind, releases, held, namespaces }: Standing, entry: Entry): void {
  switch (entry.kind) {
    case 'init':
      for (const one of permissionsOf[kind]) held.add(`${entry.key.id}/${one}`)
      return
    case 'grant':
      for (const one of entry.permissions) held.add(`${entry.key.id}/${one}`)
      return
    case 'revoke':
      for (const one of entry.permissions) held.delete(`${entry.keyId}/${one}`)
      return
    case 'release':
      releases.set(entry.version, { by: waits })
      return
    case 'yank':
      releases.set(entry.version, { by: waits, ...releases.get(entry.version), yanked: waits })
      return
    case 'define':
    case 'import':
      namespaces.set(entry.namespace, waits)
  }
}

function checkEntry(entry: Entry, { releases, held, namespaces }: Standing, subject: string, nameOf: NameOf): void {
  switch (entry.kind) {
    case 'init':
      return
    case 'grant': {
      const { key, permissions } = entry
      if (permissions.length === 0 || permissions.some((one) => !held.has(`${key.id}/${one}`))) return
      throw useless(`${nameOf(key.id)} holds ${permissions.join(' and ')} in ${subject} already`, 'nothing is to do')
    }
    case 'revoke': {
      const missing = entry.permissions.filter((one) => !held.has(`${entry.keyId}/${one}`))
      if (missing.length === 0) return
      const message = `${nameOf(entry.keyId)} does not hold ${missing.join(' and ')} in ${subject}`
      throw useless(message, `see who does: countersign warg show SOURCE ${subject} --permissions`)
    }
    case 'release': {
      checkWishedVersion(entry.version)
      checkWishedDigest(entry.digest)
      const { by, yanked } = releases.get(entry.version) ?? {}
      if (by === undefined) return
      const how = yanked === undefined ? 'is released already' : 'was released, and yanked since'
      throw useless(`${entry.version} ${how}, ${by}`, 'take another version')
    }
    case 'yank': {
      checkWishedVersion(entry.version)
      const known = releases.get(entry.version)
      const see = `see which there are: countersign warg show SOURCE ${subject} --releases`
      if (known === undefined) throw useless(`${entry.version} was never released in ${subject}`, see)
      if (known.yanked !== undefined) throw useless(`${entry.version} is yanked already, ${known.yanked}`, see)
      return
    }
    case 'define':
    case 'import': {
      checkWishedNamespace(entry.namespace)
      const by = namespaces.get(entry.namespace)
      if (by === undefined) return
      throw useless(`the namespace ${entry.namespace} is set already, ${by}`, 'it stays so for ever; take another name')
    }
  }
}

function useless(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
