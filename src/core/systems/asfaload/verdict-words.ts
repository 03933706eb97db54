// A verdict on a downloaded file in words: the same in the terminal and in the window.
import { AppError, type ErrorData } from '../../error.ts'
import { listOf } from '../../phrases.ts'
import { openQuorums, type Quorum, signedCount } from '../../proposal.ts'
import { visible } from '../../visible.ts'
import { keyNames } from './key-names.ts'
import type { Verdict } from './verdict.ts'

/** What is said first of a file that a release lists, and that must not be used. */
export function refusedWords({ message }: ErrorData): string {
  return `REFUSED: ${message}`
}

/** `release`: the only one that was asked. */
export function verdictLines(verdict: Verdict, file: string, project: string, release?: string): string[] {
  switch (verdict.kind) {
    case 'listed':
      return [
        `${file} is ${visible(verdict.fileName)} of ${project}, listed in ${visible(verdict.path)}`,
        ...signedLines(verdict.quorums),
        '  not revoked',
        ...verdict.also.map((path) => `  the same content is also listed in ${visible(path)}`),
        ...verdict.findings.map(({ sentence }) => `  ${sentence}`),
      ]
    case 'revoked':
      return [
        `REVOKED: ${file} is ${visible(verdict.fileName)} of ${project}, and its release was revoked`,
        `  at ${verdict.at}, ${visible(verdict.path)}`,
        ...(verdict.unpublished
          ? ['  enough keys have agreed; only publishing it is missing: countersign publish']
          : []),
        ...signedLines(verdict.quorums),
      ]
    case 'refused':
      return [
        visible(refusedWords(verdict.why)),
        `  ${file} is listed in ${visible(verdict.path)} of ${project}, and that does not count`,
        ...signedLines(openQuorums(verdict.quorums)),
      ]
    case 'unknown':
      return [
        release === undefined
          ? `NOT VERIFIED: no release of ${project} has the content of ${file}`
          : `NOT VERIFIED: ${visible(release)} of ${project} does not list the content of ${file}, and no other release was asked`,
        ...verdict.sameName.map((path) => `  ${visible(path)} has a file of this name and other content`),
        ...verdict.unread.map(({ path, why }) => `  ${visible(path)} could not be asked: ${visible(why.message)}`),
      ]
  }
}

/** Undefined when the file may be used. */
export function verdictFault(verdict: Verdict, file: string): AppError | undefined {
  switch (verdict.kind) {
    case 'listed':
      return undefined
    case 'refused':
      return new AppError(verdict.why)
    case 'revoked':
      return new AppError({
        code: 'trust/changed',
        message: `${file} was revoked at ${verdict.at} by ${verdict.by}`,
        hint: 'do not use it, and remove it where it is in use; look for a newer release',
      })
    case 'unknown':
      return new AppError({
        code: 'trust/changed',
        message: `no release has the content of ${file}`,
        hint: 'do not use it; download it again from the project',
      })
  }
}

/** "signed by Ana and Bo: 2 of 3, and 2 are needed (Signers of releases)" */
function signedLines(quorums: readonly Quorum[]): string[] {
  const nameOf = keyNames(quorums)
  return quorums.map((quorum) => {
    const by = quorum.keys.filter(({ signed }) => signed).map(nameOf)
    const counts = `${signedCount(quorum)} of ${quorum.keys.length}, and ${quorum.threshold} ${quorum.threshold === 1 ? 'is' : 'are'} needed`
    return `  ${by.length === 0 ? 'signed by nobody' : `signed by ${listOf(by)}`}: ${counts} (${quorum.name})`
  })
}
