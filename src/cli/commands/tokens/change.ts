// tokens change-pin, change-puk, unblock: the secrets of a PIV token. Each is asked for; none is ever an argument.
import type { Token } from '../../../core/token.ts'
import { tokenLabel } from '../../../core/token-words.ts'
import { visible } from '../../../core/visible.ts'
import { type Answer, answer } from '../../command.ts'
import { type Call, tokenOf } from './call.ts'
import { practiceMark } from './words.ts'

export function changeSecret(which: 'pin' | 'puk'): (call: Call) => Promise<Answer> {
  return async (call) => {
    const token = await tokenOf(call, 'piv')
    await call.desk.tokens.changeSecret(token.id, which, call.io.signal)
    return done(token, which, `the PIV ${which.toUpperCase()} of`, 'is changed')
  }
}

export async function unblock(call: Call): Promise<Answer> {
  const token = await tokenOf(call, 'piv')
  await call.desk.tokens.unblock(token.id, call.io.signal)
  return done(token, 'pin', 'the PIV PIN of', 'is a new one, and has all its tries again')
}

function done(token: Token, changed: 'pin' | 'puk', before: string, after: string): Answer {
  const name = visible(tokenLabel(token))
  return answer({ tokenId: token.id, changed }, `${before} ${name} ${after}${practiceMark(token.rehearsal)}`)
}
