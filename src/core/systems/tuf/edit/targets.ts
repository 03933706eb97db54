// Artifacts of a role: set and removed one by one, in a document that may list a million of them.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { visible } from '../../../visible.ts'
import { leavesItsFolder } from '../lint/names.ts'
import type { TargetsEdit } from './edit.ts'
import { refuseEdit } from './refuse.ts'
import { memberOf, type Place, withValue } from './value.ts'

/** What was listed, and beside it what changes: nothing is copied. */
export class Artifacts {
  private listed: JsonValue | undefined
  private readonly changed = new Map<string, JsonValue | undefined>()
  private isReplaced = false

  constructor(listed: JsonValue | undefined) {
    this.listed = listed
  }

  get(path: string): JsonValue | undefined {
    if (this.changed.has(path)) return this.changed.get(path)
    return isObject(this.listed) ? memberOf(this.listed, path) : undefined
  }

  set(path: string, entry: JsonValue | undefined): void {
    this.changed.set(path, entry)
  }

  /** Any place below the list, or the list itself. */
  setAt(at: Place, value: JsonValue | undefined): void {
    const [path, ...rest] = at
    if (path === undefined) {
      this.listed = value
      this.changed.clear()
      this.isReplaced = true
      return
    }
    const entry = this.get(path)
    this.set(path, withValue(entry === undefined ? {} : { [path]: entry }, [path, ...rest], value)[path])
  }

  edits(): { path: Place; value: JsonValue | undefined }[] {
    const whole = this.isReplaced ? [{ path: [], value: this.listed }] : []
    return [...whole, ...[...this.changed].map(([path, value]) => ({ path: [path], value }))]
  }
}

type ArtifactEdit = Extract<TargetsEdit, { kind: 'target-set' | 'target-remove' }>

export function editArtifacts(artifacts: Artifacts, edit: ArtifactEdit): void {
  const { path } = edit
  const there = artifacts.get(path)
  if (edit.kind === 'target-remove') {
    if (there === undefined)
      refuseEdit(`there is no artifact ${visible(path)} in this role`, 'look at the list again; it may be gone already')
    artifacts.set(path, undefined)
    return
  }
  if (leavesItsFolder(path))
    refuseEdit(
      `${JSON.stringify(visible(path))} is not a path below a folder`,
      'name the artifact by folders and a file name, without a slash at the start and without ..',
    )
  const { length, hashes, custom } = edit
  const fresh = { hashes, length, ...(custom === undefined ? {} : { custom }) }
  if (there === undefined) {
    artifacts.set(path, fresh)
    return
  }
  if (isObject(there) && isSameContent(there, length, hashes)) {
    if (custom !== undefined) artifacts.set(path, { ...there, custom })
    return
  }
  if (!edit.replace)
    refuseEdit(
      `${visible(path)} is in this role already, with another content`,
      'choose another path, or say that it is to be replaced',
      { path },
    )
  artifacts.set(path, fresh)
}

/** By every algorithm that both name, and by one at least. */
function isSameContent(there: JsonObject, length: number, hashes: Readonly<Record<string, string>>): boolean {
  const known = isObject(there.hashes) ? there.hashes : {}
  const both = Object.keys(hashes).filter((algorithm) => typeof memberOf(known, algorithm) === 'string')
  const isSame = (algorithm: string): boolean =>
    String(known[algorithm]).toLowerCase() === hashes[algorithm]?.toLowerCase()
  return there.length === length && both.length > 0 && both.every(isSame)
}
