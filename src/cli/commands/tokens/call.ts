// What every verb of `tokens` works with: the desk, the words that follow the verb, and TOKEN as one token that is plugged in.
import { AppError } from '../../../core/error.ts'
import type { Token, TokenKind, TokenList, TokenSlot } from '../../../core/token.ts'
import { tokenLabel } from '../../../core/token-words.ts'
import { visible } from '../../../core/visible.ts'
import type { Desk } from '../../../node/desk.ts'
import type { Answer, Io, Parsed } from '../../command.ts'
import { quoted } from '../../text.ts'

export interface Call {
  desk: Desk
  io: Io
  parsed: Parsed
  /** The words after the verb. */
  words: readonly string[]
}

export type Verb = (call: Call) => Promise<Answer>

export function usage(message: string, hint = 'see: countersign tokens --help'): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}

/** The same call's options, for a command that is proposed. */
export function again({ parsed }: Call): string {
  const home = parsed.text('home')
  return `${home === undefined ? '' : ` --home ${quoted(home)}`}${parsed.flag('practice') ? ' --practice' : ''}`
}

/** TOKEN is an id, or a serial number; of several with one number, the one that this can be done with. */
export function pickToken(list: TokenList, text: string, suits: (token: Token) => boolean = () => true): Token {
  const digits = text.replaceAll(' ', '')
  const named = list.tokens.filter(({ id, serial }) => id === text || (serial !== undefined && serial === digits))
  const [only, other] = named
  if (only !== undefined && other === undefined) return only
  const [fitting, another] = named.filter(suits)
  if (fitting !== undefined && another === undefined) return fitting
  if (only === undefined) throw absent(list, text)
  throw usage(
    `${text} names ${named.length} tokens: ${visible(named.map((token) => `${token.id} (${tokenLabel(token)})`).join(', '))}`,
    `name it by its id: ${named.map(({ id }) => quoted(id)).join(' or ')}`,
  )
}

export function isKind(kind: TokenKind): (token: Token) => boolean {
  return (token) => token.kind === kind
}

function absent({ tokens, problems }: TokenList, text: string): AppError {
  const there = tokens.map((token) => visible(`${token.id} (${tokenLabel(token)})`)).join(', ')
  const [problem] = problems
  const why = problem === undefined ? '' : `; ${problem.where}: ${problem.error.message}`
  return new AppError({
    code: 'signer/absent',
    message: `token ${text} is not plugged in${visible(why)}`,
    hint: `plugged in: ${there === '' ? 'none' : there}; to practise without one, add --practice`,
  })
}

export function slotIn(token: Token, slot: string): TokenSlot | undefined {
  return token.slots.find(({ id }) => id === slotId(token, slot))
}

/** "9C" is typed as easily. */
export function slotId({ kind }: Token, slot: string): string {
  return kind === 'piv' ? slot.toLowerCase() : slot
}

export function readList({ desk, io }: Call): Promise<TokenList> {
  return desk.tokens.list(io.signal)
}

export async function tokenOf(call: Call, kind: TokenKind, at = 0): Promise<Token> {
  return pickToken(await readList(call), call.words[at] ?? '', isKind(kind))
}
