// A name that no role has is most often a slip of the finger: whoever typed it is told which roles there are, the nearest first.
import { AppError } from '../core/error.ts'
import { visible } from '../core/visible.ts'
import type { KeyedRole } from '../node/known-keys.ts'
import { similarNames } from './similar.ts'

const mostNames = 12

/** Runs what works on a role; that nobody delegates to it is what the caller typed, and nothing that must not be trusted. */
export async function namingRoles<T>(roles: () => Promise<readonly KeyedRole[]>, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (thrown) {
    const role = thrown instanceof AppError && thrown.code === 'trust/threshold' ? thrown.data?.role : undefined
    if (typeof role !== 'string') throw thrown
    throw noRole(role, await roles(), thrown)
  }
}

export function noRole(role: string, roles: readonly Pick<KeyedRole, 'name'>[], cause?: unknown): AppError {
  const names = roles.map(({ name }) => name)
  const near = similarNames(role, names)
  const shown = names.slice(0, mostNames)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  const question = near.length === 0 ? '' : `did you mean ${near.join(' or ')}? `
  return new AppError({
    code: 'usage/invalid',
    message: `no published role delegates to ${visible(role)}`,
    hint: visible(`${question}roles here: ${shown.join(', ')}${more}`),
    data: { role },
    cause,
  })
}
