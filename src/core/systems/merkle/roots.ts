// Roots: each signed by its own keys, and by those of the one before it. No step is ever left out, so no root has skip links.
import type { Reading } from './blocks.ts'
import { rolledBack } from './descent.ts'
import type { Document, Root, TopRole } from './document.ts'
import { compareHint, fault } from './fault.ts'
import type { Authority } from './keys.ts'
import { type Verify, verifySigned } from './signed-by.ts'

const maxRootSteps = 1024

export function authorityOf({ signed: { keys, roles } }: Document<Root>, name: TopRole): Authority {
  const role = roles.get(name)
  // The parser lets no root pass without its four roles.
  if (role === undefined) throw fault('bad-role', 'internal/bug', `a root without the role ${name}`)
  return { keys, role }
}

export async function verifyRoot(root: Document<Root>, verify: Verify | undefined): Promise<void> {
  const refusal = { fault: 'root-threshold', role: 'root', by: 'its own root role' } as const
  await verifySigned(root, authorityOf(root, 'root'), verify, refusal)
}

/** R <-* R0, downwards: two roots are held at a time. */
export async function verifyRootDescent(
  reading: Reading,
  root: Document<Root>,
  trusted: Document<Root>,
  verify: Verify | undefined,
): Promise<void> {
  const steps = root.signed.height - trusted.signed.height
  if (steps < 0) throw rolledBack(root, trusted, 'root')
  if (steps > maxRootSteps) {
    const why = `root is ${steps} versions ahead of the trusted one, ${maxRootSteps} are allowed`
    throw fault('root-too-far', 'trust/changed', why, {
      role: 'root',
      hint: compareHint,
      blocks: [root.cid, trusted.cid],
    })
  }
  let at = root
  await verifyRoot(at, verify)
  while (at.signed.height > trusted.signed.height) {
    const { previous, height } = at.signed
    if (previous === undefined) throw fault('bad-height', 'internal/bug', 'a root above height 0 without one before it')
    reading.way.push({ role: 'root', from: at.cid, to: previous.cid, k: 0 })
    const before = previous.cid === trusted.cid ? trusted : await reading.passing(previous, 'root', 'root')
    if (before.signed.height !== height - 1) {
      const why = `the root before height ${height} is of height ${before.signed.height}`
      throw fault('height-lies', 'trust/changed', why, {
        role: 'root',
        hint: compareHint,
        blocks: [at.cid, before.cid],
      })
    }
    await verifyRoot(before, verify)
    const refusal = { fault: 'root-old-threshold', role: 'root', by: `root ${height}` } as const
    await verifySigned(at, authorityOf(before, 'root'), verify, refusal)
    at = before
  }
  if (at.pid === trusted.pid) return
  const why = `the chain of roots has another version ${trusted.signed.height + 1} than the trusted one`
  throw fault('forked', 'trust/changed', why, {
    role: 'root',
    hint: compareHint,
    blocks: [root.cid, at.cid, trusted.cid],
  })
}
