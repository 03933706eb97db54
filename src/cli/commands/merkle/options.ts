// The options of all verbs of `merkle`; which of them a verb takes stands in its table.
import type { Option } from '../../command.ts'
import { rootOption } from '../../session.ts'

export const merkleOptions: Readonly<Record<string, Option>> = {
  ...rootOption,
  key: {
    form: '--key KEY',
    text: 'init: a key holder of root and targets, by the name of the key; may be repeated',
    type: 'string',
    multiple: true,
  },
  'online-key': {
    form: '--online-key KEY',
    text: 'init: the key of snapshot and timestamp; the first --key when left out',
    type: 'string',
  },
  threshold: {
    form: '--threshold N',
    text: 'init: how many of the keys must sign root and targets; all when left out',
    type: 'string',
  },
  'targets-key': {
    form: '--targets-key KEY',
    text: 'init: a key holder of targets, where these are others than those of root; may be repeated',
    type: 'string',
    multiple: true,
  },
  'targets-threshold': {
    form: '--targets-threshold N',
    text: 'init: how many of those must sign targets; all when left out',
    type: 'string',
  },
  svg: { form: '--svg FILE', text: 'graph: draw it in a new file', type: 'string' },
  from: {
    form: '--from WHERE',
    text: 'graph, ask: where a client stopped: pinned, the number of a snapshot, or a CID',
    type: 'string',
  },
  role: {
    form: '--role NAME',
    text: 'ask: a delegated role that the client uses, which must not have expired; may be repeated',
    type: 'string',
    multiple: true,
  },
  'in-force': { form: '--in-force', text: 'save: of older versions only the roots', type: 'boolean' },
  kubo: { form: '--kubo', text: 'upload: as a Kubo node takes it, POST /api/v0/dag/import', type: 'boolean' },
  'no-pin': {
    form: '--no-pin',
    text: 'upload --kubo: the node need not keep what the head leads to',
    type: 'boolean',
  },
  head: { form: '--head URL', text: 'upload: put the head there, unless it was moved meanwhile', type: 'string' },
  gateway: { form: '--gateway URL', text: 'upload: read every block back through it', type: 'string' },
  expires: {
    form: '--expires DAYS',
    text: 'in how many days documents expire; init: 365 when left out, import: as they do in TUF',
    type: 'string',
  },
}
