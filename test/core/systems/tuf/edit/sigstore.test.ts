// Edits in a real root of every age and layout: tabs, odd orders, old keys. Only the lines of the change differ.
import { expect, test } from 'vitest'
import { parseUtf8 } from '../../../../../src/core/bytes.ts'
import { editedDocument } from '../../../../../src/core/systems/tuf/edit/document.ts'
import { parseMetadata } from '../../../../../src/core/systems/tuf/metadata.ts'
import { holder, now } from '../../../../support/repository.ts'
import { hasSigstoreRoots, sigstoreRoot } from '../../../../support/sigstore.ts'

const facts = { now, defaultDays: 180, keepVersion: false }
/** Without what every next version changes. */
const lines = (bytes: Uint8Array): string[] =>
  parseUtf8(bytes, 'root')
    .replace(/"signatures": ?\[[^\]]*\]/, '')
    .replace(/"(version|expires)": ?("[^"]*"|\d+)/g, '')
    .split('\n')

test.runIf(hasSigstoreRoots)('a key and a threshold in each of fifteen roots', async () => {
  const { signer, owner } = await holder('Dana')
  const entry = { key: signer.key, owner }
  for (let version = 1; version <= 15; version++) {
    const before = sigstoreRoot(version)
    const plain = editedDocument(before, 'root', [], facts)
    expect(lines(plain), `${version}`).toEqual(lines(before))
    const after = editedDocument(plain, 'root', [{ kind: 'key-add', role: 'targets', entry }], facts)
    const [was, is] = [lines(plain), lines(after)]
    const gone = was.filter((line) => !is.includes(line))
    // The last entry of a list gains a comma, where lines break at all.
    expect(gone.length, `${version}`).toBeLessThanOrEqual(2)
    const root = parseMetadata(after, 'root', 'root').signed
    const id = root.roles.get('targets')?.keyids.at(-1) ?? ''
    expect(root.keys.get(id)?.owner).toBe('Dana')
    const back = editedDocument(after, 'root', [{ kind: 'key-remove', role: 'targets', keyId: id }], facts)
    expect(lines(back), `${version}`).toEqual(was)
  }
})
