// What the fake bridge knows of drafts: keys that can be chosen, files that are found, a document as text, a configuration.
import type { Change } from '../../src/core/proposal.ts'
import type { Effect } from '../../src/core/systems/tuf/effect.ts'
import type { ConfigurationField, EditableText, EditData, FileLook, KeyOption } from '../../src/ipc/contract.ts'
import { digests } from './fake-data.ts'

export const keyOptions: readonly KeyOption[] = [
  option('piv:15835999/9c', 'YubiKey 15 835 999, slot 9c', 'Kim Sato', '51ac 09d7 e2f4 78b3'),
  option('file:alex-office', 'alex-office', 'Alex Moreau', '4dc1 5b70 aa92 e8f3', ['root', 'targets']),
  option('piv:20114455/9c', 'YubiKey 20 114 455, slot 9c', 'Lee Ahn', 'e11b 93c4 7f08 d26a'),
  { ...option('file:release-service', 'release-service', undefined, '9f02 ab64 c7d8 e135'), canBeOnline: true },
]

function option(
  signerId: string,
  label: string,
  owner: string | undefined,
  fingerprint: string,
  usedIn: string[] = [],
): KeyOption {
  const named = owner === undefined ? {} : { owner }
  return { signerId, label, ...named, fingerprint, rehearsal: false, canBeOnline: false, usedIn }
}

export const look: FileLook = {
  lookId: 'look-1',
  files: [
    { name: 'loom-1.4.0.tar.gz', length: 18_204_331, sha256: digests.root15 },
    { name: 'loom-1.4.0.tar.gz.asc', length: 833, sha256: digests.root8 },
    { name: 'docs/changes.md', length: 4211, sha256: digests.targets4 },
  ],
  totalBytes: 18_209_375,
  leftOut: [
    { name: '.git', reason: 'hidden, because its name begins with a dot' },
    { name: 'latest\u202egz', reason: 'a link, and links are not followed' },
  ],
}

const signed = {
  _type: 'targets',
  spec_version: '1.0.31',
  version: 213,
  expires: '2027-11-21T00:00:00Z',
  custom: { team: 'loom' },
  targets: {},
}

export const editable: EditableText = {
  text: `${JSON.stringify(signed, undefined, 1)}\n`,
  basedOn: { title: 'Targets 212', pending: false },
}

/** A role with so many artifacts that they are no text any more. */
export const editableWithout: EditableText = {
  ...editable,
  text: `${JSON.stringify({ ...signed, targets: undefined }, undefined, 1)}\n`,
  withoutTargets: 1_000_000,
}

export const configuration: readonly ConfigurationField[] = [
  field(
    'timestamp/every',
    'A timestamp is made every',
    'Clients notice a change after this time at the latest.',
    60,
    'minutes',
    true,
  ),
  field(
    'timestamp/expiryDays',
    'A timestamp lasts',
    'After a stop of the machine clients go on for this long.',
    3,
    'days',
    false,
  ),
  field(
    'retention/metadataVersions',
    'Old versions kept',
    'So many versions of each document stay to be looked at.',
    20,
    'versions',
    true,
  ),
  field(
    'quotas/bytesPerProject',
    'Room for a project',
    'All artifacts of one project together.',
    5_000_000_000,
    'bytes',
    true,
  ),
]

function field(
  path: string,
  label: string,
  help: string,
  value: number,
  unit: string,
  isDefault: boolean,
): ConfigurationField {
  return { path, label, help, unit, value, isDefault }
}

/** One change an edit, so that a test sees that its edit arrived. */
export function changeOf(edit: EditData, subject: string): Change {
  switch (edit.kind) {
    case 'files':
      return {
        path: `targets/${edit.folder}loom-1.4.0.tar.gz`,
        after: '18204331',
        risk: 'routine',
        sentence: `Adds files under ${edit.folder}`,
      }
    case 'target-remove':
      return {
        path: `targets/${edit.path}`,
        before: 'listed',
        risk: 'notable',
        sentence: `Clients no longer find ${edit.path}`,
      }
    case 'key-remove':
      return {
        path: `roles/${edit.role}/keyids`,
        before: edit.keyId,
        risk: 'dangerous',
        sentence: `A holder of ${edit.role} can no longer sign`,
      }
    case 'key-add':
      return {
        path: `roles/${edit.role}/keyids`,
        after: 'a new key',
        risk: 'dangerous',
        sentence: `${edit.role} gets a new holder`,
      }
    case 'block':
      return {
        path: 'delegations/roles/0',
        after: edit.paths.join('\n'),
        risk: 'dangerous',
        sentence: `Clients find nothing under ${edit.paths.join(', ')}`,
      }
    default:
      return {
        path: `${edit.kind}${'role' in edit && edit.role !== undefined ? `/${edit.role}` : ''}`,
        before: 'as it was',
        after: 'as it will be',
        risk: 'notable',
        sentence: `${subject} gets another ${edit.kind}`,
      }
  }
}

const found = { kind: 'found', role: 'loom', length: 18_204_331, hashes: { sha256: digests.root15 } } as const

export function effectsOf(edits: readonly EditData[]): Effect[] {
  return edits.flatMap((edit): Effect[] => {
    if (edit.kind === 'files') {
      return look.files
        .filter((file) => edit.names === undefined || edit.names.includes(file.name))
        .map((file, at) => ({
          path: `${edit.folder}${file.name}`,
          before: at === 1 ? { ...found, length: 820, hashes: { sha256: digests.practice1 } } : { kind: 'absent' },
          after: { ...found, length: file.length, hashes: { sha256: file.sha256 } },
        }))
    }
    if (edit.kind === 'target-remove') return [{ path: edit.path, before: found, after: { kind: 'absent' } }]
    if (edit.kind === 'block') {
      return [
        { path: 'loom/loom-1.3.9.tar.gz', before: found, after: { kind: 'absent' } },
        {
          path: 'loom/nightly/loom.tar.gz',
          before: found,
          after: { kind: 'refused', error: { code: 'source/not-found', message: 'role blocked is not there' } },
        },
      ]
    }
    return []
  })
}
