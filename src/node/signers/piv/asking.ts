// How a PIV token is named, and how its secrets are asked for.
import type { PinRequest } from '../../../core/signer.ts'
import type { Token } from '../../../core/token.ts'
import { tokenLabel as deviceWords } from '../../../core/token-words.ts'
import { secretLength } from '../../piv/secrets.ts'

export { deviceWords }

export type Secret = 'PIV PIN' | 'PIV PUK' | 'new PIV PIN' | 'new PIV PUK'

export function pinRequest(token: Token, secret: Secret, purpose: string, wasWrong = false): PinRequest {
  const state = secret === 'PIV PIN' ? token.pin : secret === 'PIV PUK' ? token.puk : undefined
  return {
    device: deviceWords(token),
    secret,
    purpose,
    length: secretLength,
    ...(state?.triesLeft === undefined ? {} : { triesLeft: state.triesLeft }),
    ...(wasWrong ? { wasWrong } : {}),
  }
}
