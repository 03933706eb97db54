// The rooms `drafts` and `files` of the bridge in memory.
import type { ErrorData } from '../../src/core/error.ts'
import type { Change } from '../../src/core/proposal.ts'
import type {
  Bridge,
  DraftView,
  EditData,
  KeyChoice,
  QuorumKeyView,
  QuorumView,
  SourceView,
} from '../../src/ipc/contract.ts'
import type { FakeAnswer } from './fake-bridge.ts'
import { digests, type Person, people, wordsOf } from './fake-data.ts'
import { changeOf, configuration, editable, editableWithout, effectsOf, keyOptions, look } from './fake-drafts-data.ts'

export type FakeCreate = Bridge['repository']['create']

type Refused = { ok: false; error: ErrorData }

export function fakeDrafts(
  answer: FakeAnswer,
  add: (source: SourceView) => void,
  withdraw: (proposalId: string) => void = () => undefined,
): Pick<Bridge, 'drafts' | 'files'> & { create: FakeCreate } {
  const shown = new Map<string, { subject: string; along: readonly string[] }>()
  return {
    drafts: {
      preview: (argument) =>
        answer('drafts.preview', argument, () => {
          const draft = draftOf(argument.subject, argument.edits)
          if (!('ok' in draft)) shown.set(draft.digest, { subject: argument.subject, along: draft.along })
          return draft
        }),
      propose: (argument) =>
        answer('drafts.propose', argument, () => {
          const made = shown.get(argument.digest)
          if (made === undefined) return refused({ code: 'trust/changed', message: 'this was not shown' })
          const name = `example#${made.subject}`
          return { proposalIds: [`${name}/9c41`, ...made.along.map((subject) => `example#${subject}/new`)] }
        }),
      changes: (argument) => answer('drafts.changes', argument, () => []),
      text: (argument) =>
        answer('drafts.text', argument, () => (argument.subject === 'loom' ? editableWithout : editable)),
      save: (argument) => answer('drafts.save', argument, () => ({ path: argument.path })),
      keys: (argument) => answer('drafts.keys', argument, () => [...keyOptions]),
      configuration: (argument) => answer('drafts.configuration', argument, () => ({ fields: [...configuration] })),
      withdraw: (argument) => answer('drafts.withdraw', argument, () => withdraw(argument.proposalId)),
    },
    files: {
      look: (argument) =>
        answer('files.look', argument, () =>
          argument.path.includes('nothing')
            ? refused({
                code: 'source/not-found',
                message: `${argument.path} does not exist`,
                hint: 'check the spelling',
              })
            : look,
        ),
      pick: (argument) =>
        answer('files.pick', argument, () => ({ paths: argument.what === 'folder' ? ['/home/alex/release'] : [] })),
      save: (argument) => answer('files.save', argument, () => ({ path: argument.path })),
    },
    create: (argument) =>
      answer('repository.create', argument, () => {
        const source: SourceView = {
          id: 'created',
          name: argument.name,
          location: argument.location,
          inside: true,
          rehearsal: false,
          state: {
            anchorTitle: 'Root 1',
            anchorVersion: 1,
            words: wordsOf(digests.practice1),
            digest: digests.practice1,
            roles: [],
            findings: [],
          },
        }
        add(source)
        return source
      }),
  }
}

function refused(error: ErrorData): Refused {
  return { ok: false, error }
}

/** Taking three holders out of one role leaves too few for anybody. */
const lockout = 'nobody can sign root after this'

function draftOf(subject: string, edits: readonly EditData[]): DraftView | Refused {
  if (edits.some((edit) => edit.kind === 'delegation-add' && edit.name === '1oom')) {
    return refused({
      code: 'usage/invalid',
      message: '1oom looks like loom, which is there already',
      hint: 'choose a name that nobody takes for another',
      data: { existing: 'loom' },
    })
  }
  const changes: Change[] = [
    ...edits.map((edit) => changeOf(edit, subject)),
    { path: 'version', before: '212', after: '213', risk: 'routine', sentence: 'Version goes from 212 to 213' },
    {
      path: 'expires',
      before: '2027-06-21T00:00:00Z',
      after: '2027-11-21T00:00:00Z',
      risk: 'routine',
      sentence: 'It stays valid until 2027-11-21 00:00 UTC, 153 days longer than before',
    },
  ]
  const effects = effectsOf(edits)
  const risks = changes.map((change) => change.risk)
  const risk = risks.includes('dangerous') ? 'dangerous' : risks.includes('notable') ? 'notable' : 'routine'
  const isLockout = edits.filter((edit) => edit.kind === 'key-remove').length >= 3
  const title = titleOf(subject)
  const expired = edits.some((edit) => edit.kind === 'expires' && edit.date < '2026-11-21')
  return {
    title,
    digest: digestOf(subject, edits),
    headline: edits.length === 0 ? 'Renewal only: version and expiry' : (changes[0]?.sentence ?? ''),
    risk,
    changes,
    unchanged: 43,
    findings:
      risk === 'dangerous'
        ? [{ code: 'keys-change', risk: 'notable', sentence: 'One key may be lost; after two losses nobody can sign.' }]
        : [],
    quorums: quorumsOf(subject, edits, title),
    effects: { asked: effects.length, tried: effects.length, changed: effects.length, shown: effects },
    ...(isLockout ? { sentence: lockout } : {}),
    ...(subject === 'targets' ? { replaces: { ...waits, signedBy: ['Priya Raman', 'Tomás Vidal'] } } : {}),
    ...(expired
      ? { blocked: { code: 'trust/expired', message: `${title} would be expired before anybody could sign it` } }
      : {}),
    along: edits.flatMap((edit) => (edit.kind === 'block' || edit.kind === 'delegation-add' ? [edit.name] : [])),
  }
}

const waits = { title: 'Targets 213', digest: 'ab'.repeat(32), headline: 'Adds “loom/loom-1.4.0.tar.gz”' }

/** Other edits, another digest. */
function digestOf(subject: string, edits: readonly EditData[]): string {
  const text = JSON.stringify([subject, edits])
  return [...text]
    .reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 0xffffffff, 7)
    .toString(16)
    .padStart(64, '0')
}

function titleOf(subject: string): string {
  if (subject.startsWith('keys:')) return `Keys of ${subject.slice('keys:'.length)}`
  if (subject === 'configuration') return 'Configuration'
  return subject === 'root' ? 'Root 15' : subject === 'targets' ? 'Targets 213' : `Role ${subject} 32`
}

function quorumsOf(subject: string, edits: readonly EditData[], title: string): QuorumView[] {
  if (subject.startsWith('keys:')) {
    const project = subject.slice('keys:'.length)
    const edit = edits.find((one) => one.kind === 'project-keys')
    const fresh = edit?.kind === 'project-keys' ? edit.keys.map(personOf) : []
    const now = edit?.kind === 'project-keys' && edit.keepIds.length > 0 ? [people.alex, people.dana] : []
    return [
      ...(now.length === 0 ? [] : [quorum(`Maintainers of ${project} now`, 2, now)]),
      quorum(`Maintainers of ${project} after this`, 1, [...now, ...fresh]),
      ...(fresh.length === 0 ? [] : [quorum('Every new key', fresh.length, fresh)]),
    ]
  }
  if (subject === 'root') {
    const old = [people.priya, people.tomas, people.alex, people.dana, people.noor]
    return [quorum('Root 14', 3, old), quorum('Root 15', 3, old)]
  }
  return [quorum(title, 2, [people.priya, people.tomas, people.alex])]
}

function personOf(choice: KeyChoice): Person {
  if (choice.from === 'pem') return { id: `pem${choice.owner}`, owner: choice.owner, label: 'Ed25519' }
  const option = keyOptions.find((one) => one.signerId === choice.signerId)
  return { id: choice.signerId, owner: option?.owner ?? choice.signerId, label: 'P-256' }
}

function quorum(name: string, threshold: number, holders: readonly Person[]): QuorumView {
  const keys = holders.map((person): QuorumKeyView => {
    const mine = person.owner === 'Alex Moreau' ? ['file:alex-office'] : []
    return { ...person, ids: [person.id], signed: false, rehearsal: false, signerIds: mine }
  })
  return { name, threshold, signed: 0, met: false, keys, strangers: [] }
}
