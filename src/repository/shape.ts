// What a proposal must be before anything of it is read.
import { AppError } from '../core/error.ts'
import { limitOf, parseSubject } from '../core/systems/tuf/subject.ts'
import { checkSize } from '../core/transport.ts'
import { visible } from '../core/visible.ts'

const maxDocuments = 64
const maxSubjectLength = 200

export function checkShape(submissions: readonly { subject: string; bytes: Uint8Array }[]): void {
  if (submissions.length === 0 || submissions.length > maxDocuments) {
    throw new AppError({
      code: 'usage/invalid',
      message: `1 to ${maxDocuments} documents can be proposed together, not ${submissions.length}`,
      hint: 'propose what must take effect together, and nothing else',
    })
  }
  const subjects = new Set(submissions.map(({ subject }) => subject))
  if (subjects.size < submissions.length) {
    throw new AppError({ code: 'usage/invalid', message: 'a subject stands twice', hint: 'send one document for each' })
  }
  for (const { subject, bytes } of submissions) {
    checkSubject(subject)
    checkSize(visible(subject), bytes.length, limitOf(subject))
  }
}

export function checkSubject(subject: string): void {
  const about = parseSubject(subject)
  const name = about.kind === 'role' ? about.role : about.kind === 'keys' ? about.project : 'configuration'
  if (name !== '' && subject.length <= maxSubjectLength && !/\p{Surrogate}/u.test(subject)) return
  throw new AppError({
    code: 'usage/invalid',
    message: `a subject has 1 to ${maxSubjectLength} characters`,
    hint: 'name a role, keys:PROJECT, or configuration',
  })
}
