// What the window may send of a change that is being made: each kind of edit in its exact shape.
import { groupNames } from '../core/systems/asfaload/group-names.ts'
import { choice, flag, json, list, optional, record, shape, text, variants, whole } from './argument.ts'
import type { EditData, KeyChoice, RecordEntryData, SignersEditData } from './edit-views.ts'
import { registryPermissions } from './registry-views.ts'

const name = text(1, 512)
const path = text(1, 4096)
const keyId = text(1, 512)
const days = whole(1, 3650)
const threshold = whole(1, 512)
/** As many as one change of a form has; more come as a document, or as files. */
const paths = list(path, 2048)

export const keyChoice = variants<KeyChoice>('from', {
  signer: shape({ from: choice('signer'), signerId: name }),
  pem: shape({ from: choice('pem'), pem: text(1, 16_384), owner: text(1, 120) }),
})
export const keyChoices = list(keyChoice, 64)

const roleChoice = { name, keys: keyChoices, threshold }
type Kind<K extends EditData['kind']> = Extract<EditData, { kind: K }>

type SignersKind<K extends SignersEditData['kind']> = Extract<SignersEditData, { kind: K }>
const group = choice(...groupNames)
const groupPlace = { group, of: whole(1, 64) }

const signersEdit = variants<SignersEditData>('kind', {
  'key-add': shape<SignersKind<'key-add'>>({ ...groupPlace, kind: choice('key-add'), key: keyChoice }),
  'key-remove': shape<SignersKind<'key-remove'>>({ ...groupPlace, kind: choice('key-remove'), key: keyId }),
  threshold: shape<SignersKind<'threshold'>>({ ...groupPlace, kind: choice('threshold'), threshold }),
  'group-add': shape<SignersKind<'group-add'>>({ kind: choice('group-add'), group, keys: keyChoices, threshold }),
  'group-remove': shape<SignersKind<'group-remove'>>({ ...groupPlace, kind: choice('group-remove') }),
})

type EntryKind<K extends RecordEntryData['kind']> = Extract<RecordEntryData, { kind: K }>
const permissions = list(choice(...registryPermissions), registryPermissions.length)
const version = text(1, 256)

const recordEntry = variants<RecordEntryData>('kind', {
  init: shape<EntryKind<'init'>>({ kind: choice('init'), key: keyChoice }),
  grant: shape<EntryKind<'grant'>>({ kind: choice('grant'), key: keyChoice, permissions }),
  revoke: shape<EntryKind<'revoke'>>({ kind: choice('revoke'), keyId, permissions }),
  release: shape<EntryKind<'release'>>({ kind: choice('release'), version, lookId: name, name: path }),
  yank: shape<EntryKind<'yank'>>({ kind: choice('yank'), version }),
  define: shape<EntryKind<'define'>>({ kind: choice('define'), namespace: text(1, 256) }),
})

export const editData = variants<EditData>('kind', {
  record: shape<Kind<'record'>>({ kind: choice('record'), entries: list(recordEntry, 64) }),
  signers: shape<Kind<'signers'>>({ kind: choice('signers'), edits: list(signersEdit, 256) }),
  index: shape<Kind<'index'>>({ kind: choice('index'), lookId: name, names: optional(paths), source: text(0, 2048) }),
  revocation: shape<Kind<'revocation'>>({ kind: choice('revocation'), by: keyId }),
  expires: shape<Kind<'expires'>>({ kind: choice('expires'), date: text(20, 20) }),
  period: shape<Kind<'period'>>({
    kind: choice('period'),
    role: optional(name),
    expiryDays: optional(days),
    signingDays: optional(days),
  }),
  field: shape<Kind<'field'>>({ kind: choice('field'), path: list(name, 16), value: optional(json()) }),
  document: shape<Kind<'document'>>({ kind: choice('document'), text: text(2, 8 * 1024 * 1024), keepTargets: flag() }),
  'document-file': shape<Kind<'document-file'>>({ kind: choice('document-file'), path }),
  threshold: shape<Kind<'threshold'>>({ kind: choice('threshold'), role: name, threshold }),
  'key-add': shape<Kind<'key-add'>>({ kind: choice('key-add'), role: name, key: keyChoice }),
  'key-remove': shape<Kind<'key-remove'>>({ kind: choice('key-remove'), role: name, keyId }),
  'key-replace': shape<Kind<'key-replace'>>({ kind: choice('key-replace'), role: name, keyId, key: keyChoice }),
  'consistent-snapshot': shape<Kind<'consistent-snapshot'>>({ kind: choice('consistent-snapshot'), on: flag() }),
  files: shape<Kind<'files'>>({
    kind: choice('files'),
    lookId: name,
    names: optional(paths),
    folder: text(0, 4096),
    custom: optional(json()),
    replace: flag(),
  }),
  'target-remove': shape<Kind<'target-remove'>>({ kind: choice('target-remove'), path }),
  'delegation-add': shape<Kind<'delegation-add'>>({
    ...roleChoice,
    kind: choice('delegation-add'),
    paths,
    terminating: flag(),
    before: optional(name),
  }),
  'delegation-change': shape<Kind<'delegation-change'>>({
    kind: choice('delegation-change'),
    name,
    paths: optional(paths),
    terminating: optional(flag()),
    before: optional(name),
  }),
  'delegation-remove': shape<Kind<'delegation-remove'>>({ kind: choice('delegation-remove'), name }),
  block: shape<Kind<'block'>>({ ...roleChoice, kind: choice('block'), paths }),
  unblock: shape<Kind<'unblock'>>({ kind: choice('unblock'), name, paths: optional(paths) }),
  bins: shape<Kind<'bins'>>({
    ...roleChoice,
    kind: choice('bins'),
    form: choice('succinct', 'prefixes'),
    bitLength: whole(1, 32),
  }),
  'agreement-add': shape<Kind<'agreement-add'>>({
    kind: choice('agreement-add'),
    form: choice('accepted', 'draft'),
    name,
    paths,
    terminating: flag(),
    minRolesInAgreement: threshold,
    roles: list(shape(roleChoice), 64),
  }),
  'agreement-remove': shape<Kind<'agreement-remove'>>({ kind: choice('agreement-remove'), name }),
  'project-keys': shape<Kind<'project-keys'>>({
    kind: choice('project-keys'),
    first: optional(flag()),
    keys: keyChoices,
    keepIds: list(keyId, 64),
    threshold,
  }),
  configure: shape<Kind<'configure'>>({ kind: choice('configure'), values: record(json(), 64) }),
})
