// What every verb of `merkle` works with: the desk, the words that follow the verb, and SOURCE as an open repository of blocks.

import { AppError } from '../../../core/error.ts'
import type { Context } from '../../../core/system.ts'
import type { Desk, OpenSource } from '../../../node/desk.ts'
import { isOfBlocks } from '../../../node/open-source.ts'
import type { Answer, Io, Parsed } from '../../command.ts'
import { contextOf, openSource } from '../../session.ts'

export interface Call {
  desk: Desk
  io: Io
  parsed: Parsed
  /** Those after the verb; SOURCE comes first where there is one. */
  words: readonly string[]
}

export type Verb = (call: Call) => Promise<Answer>

export interface Opened {
  source: OpenSource
  context: Context
}

/** SOURCE, or another word that names a repository. */
export async function openNamed({ desk, parsed, io }: Call, text: string): Promise<Opened> {
  const source = await openSource(desk, { ...parsed, positionals: [text] }, io.signal)
  return { source, context: contextOf(source, io) }
}

/** Where --ca and --token are of another address: SOURCE is reached as it always is. */
export function withoutAccess(call: Call): Call {
  const { parsed } = call
  const text = (name: string) => (name === 'ca' ? undefined : parsed.text(name))
  return { ...call, parsed: { ...parsed, text, flag: (name) => name !== 'token' && parsed.flag(name) } }
}

/** For what is done in repositories of blocks alone. */
export async function openBlocks(call: Call): Promise<Opened> {
  const opened = await openNamed(call, call.words[0] ?? '')
  if (isOfBlocks(opened.source)) return opened
  throw usage(
    `${opened.source.pinned.name} is no repository of content-addressed blocks, and this is done in those alone`,
    'begin one: countersign merkle init DIR; or from plain TUF: countersign merkle import SOURCE DIR',
  )
}

export function usage(message: string, hint = 'see: countersign merkle --help'): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
