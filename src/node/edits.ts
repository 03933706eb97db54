// What makes changes out of edits: TUF's own files do, and so may what carries TUF in another form.
import type { Context } from '../core/system.ts'
import { type Drafted, draftEdits, type EditRequest, pendingEffects } from '../core/systems/tuf/drafting.ts'
import { type Editable, editableText, signedPart } from '../core/systems/tuf/editable.ts'
import type { Effects } from '../core/systems/tuf/effect.ts'
import type { Layout } from '../core/systems/tuf/layout.ts'
import type { Files, Transport } from '../core/transport.ts'
import type { Walk } from './repository-walk.ts'

export interface Accepted {
  walk: Walk
  trusted: { successor: Uint8Array; memory: Files }
}

export interface Edits {
  draft(request: EditRequest, source: Transport, context: Context): Promise<Drafted>
  /** What clients will see of the artifacts of a candidate that waits. */
  effects(id: string, source: Transport, context: Context): Promise<Effects>
  /** The signed part of what an edit starts from, as plain TUF writes it. */
  text(subject: string, source: Transport, context: Context, onto?: string): Promise<Editable>
  whole(subject: string, source: Transport, context: Context, onto?: string): Promise<Uint8Array>
  /** Its roles, verified. */
  open(source: Transport, context: Context): Promise<Walk>
  /** As its users do: nothing that has expired, and what is trusted from then on. */
  accept(source: Transport, context: Context): Promise<Accepted>
  /** Where the content of an artifact lies, by its sha256. */
  contentName(sha256: string): string
}

export function tufEdits(layout: Layout): Pick<Edits, 'draft' | 'effects' | 'text' | 'whole'> {
  return {
    draft: (request, source, context) => draftEdits(request, layout, source, context),
    effects: (id, source, context) => pendingEffects(id, layout, source, context),
    text: (subject, source, context, onto) => editableText(subject, layout, source, context, onto),
    whole: (subject, source, context, onto) => signedPart(subject, layout, source, context, onto),
  }
}
