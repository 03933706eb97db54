// Previews of changes that are a whole document: of projects of an Asfaload mirror, and records of a registry of logs.
import type { KnownSigner } from '../core/signer.ts'
import type { DraftView, EditData, PreviewRequest, ProjectEditData, RecordEditData } from '../ipc/contract.ts'
import type { KnownKey } from '../node/known-keys.ts'
import type { FoundFile } from '../node/release-edits.ts'
import { wishOf } from './project-wishes.ts'
import type { Reader } from './reading/reader.ts'
import { keysIn, recordWish } from './registry-wishes.ts'

interface PreviewParts {
  reader: Pick<Reader, 'read'>
  look(lookId: string): readonly FoundFile[]
  keysFor(sourceId: string, signal: AbortSignal): Promise<KnownKey[]>
  signers(): Promise<readonly KnownSigner[]>
}

type WholeEditData = ProjectEditData | RecordEditData

export function isWholeEdit(data: EditData): data is WholeEditData {
  return data.kind === 'signers' || data.kind === 'index' || data.kind === 'revocation' || data.kind === 'record'
}

export async function wishedPreview(
  data: WholeEditData,
  { sourceId, subject, onto }: Pick<PreviewRequest, 'sourceId' | 'subject' | 'onto'>,
  { reader, look, keysFor, signers }: PreviewParts,
  signal: AbortSignal,
): Promise<DraftView> {
  const namesKeys = data.kind === 'signers' || (data.kind === 'record' && keysIn(data).length > 0)
  const keys = namesKeys ? await keysFor(sourceId, signal) : []
  if (data.kind === 'record') {
    const wanted = recordWish(data, { keys, look })
    const asked = { sourceId, subject, ...wanted, ...(onto === undefined ? {} : { onto }) }
    return reader.read('recorded', { ...asked, signers: await signers() }, signal)
  }
  const wish = wishOf(data, { keys, look })
  return reader.read('wished', { sourceId, subject, wish, signers: await signers() }, signal)
}
