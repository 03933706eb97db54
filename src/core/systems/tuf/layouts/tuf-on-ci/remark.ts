// The form of a remark.
import type { Finding, Risk } from '../../../../proposal.ts'
import { capital, quoted, someText } from '../../diff/shown.ts'

export function remark(code: string, risk: Risk, sentence: string): Finding {
  return { code, risk, sentence: capital(sentence) }
}

/** Nothing of nothing. */
export function remarkOn(code: string, risk: Risk, names: readonly string[], what: string): Finding[] {
  return names.length === 0 ? [] : [remark(code, risk, `${someText(names.map(quoted))}${what}`)]
}
