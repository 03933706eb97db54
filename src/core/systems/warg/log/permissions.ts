// Who may do what in a log, over time: each holding from the record that gave it to the record that took it.
import type { Permission } from './record.ts'

export interface Holding {
  keyId: string
  permission: Permission
  /** The number of the record that gave it, from 1, and the key that signed that. */
  from: number
  by: string
  /** The record that took it, and who signed that. */
  until?: number
  takenBy?: string
}

export class PermissionTable {
  readonly #holdings: Holding[] = []
  /** Those that stand, by key: a long log asks for them with every record. */
  readonly #standing = new Map<string, Map<Permission, Holding>>()

  /** In the order in which they were given, also those that were taken since. */
  get holdings(): readonly Holding[] {
    return this.#holdings
  }

  get standing(): readonly Holding[] {
    return this.#holdings.filter(({ until }) => until === undefined)
  }

  holds(keyId: string, permission: Permission): boolean {
    return this.#standing.get(keyId)?.has(permission) ?? false
  }

  holdsAnything(keyId: string): boolean {
    return (this.#standing.get(keyId)?.size ?? 0) > 0
  }

  /** Nothing changes where it is held already. */
  give(keyId: string, permission: Permission, record: number, by: string): void {
    if (this.holds(keyId, permission)) return
    this.#put({ keyId, permission, from: record, by })
  }

  /** False where it is not held. */
  take(keyId: string, permission: Permission, record: number, by: string): boolean {
    const ofKey = this.#standing.get(keyId)
    const holding = ofKey?.get(permission)
    if (ofKey === undefined || holding === undefined) return false
    holding.until = record
    holding.takenBy = by
    return ofKey.delete(permission)
  }

  copy(): PermissionTable {
    const table = new PermissionTable()
    for (const one of this.#holdings) table.#put({ ...one })
    return table
  }

  #put(holding: Holding): void {
    this.#holdings.push(holding)
    if (holding.until !== undefined) return
    const ofKey = this.#standing.get(holding.keyId) ?? new Map<Permission, Holding>()
    this.#standing.set(holding.keyId, ofKey.set(holding.permission, holding))
  }
}
