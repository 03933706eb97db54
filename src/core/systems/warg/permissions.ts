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
  /** Those that stand, by key and permission. */
  readonly #standing = new Map<string, Holding>()
  /** How many each key holds. */
  readonly #counts = new Map<string, number>()

  /** In the order in which they were given, also those that were taken since. */
  get holdings(): readonly Holding[] {
    return this.#holdings
  }

  get standing(): readonly Holding[] {
    return [...this.#standing.values()]
  }

  holds(keyId: string, permission: Permission): boolean {
    return this.#standing.has(nameOf(keyId, permission))
  }

  holdsAnything(keyId: string): boolean {
    return (this.#counts.get(keyId) ?? 0) > 0
  }

  /** Nothing changes where it is held already. */
  give(keyId: string, permission: Permission, record: number, by: string): void {
    if (this.holds(keyId, permission)) return
    this.#put({ keyId, permission, from: record, by })
  }

  /** False where it is not held. */
  take(keyId: string, permission: Permission, record: number, by: string): boolean {
    const name = nameOf(keyId, permission)
    const holding = this.#standing.get(name)
    if (holding === undefined) return false
    holding.until = record
    holding.takenBy = by
    this.#counts.set(keyId, (this.#counts.get(keyId) ?? 0) - 1)
    return this.#standing.delete(name)
  }

  copy(): PermissionTable {
    const table = new PermissionTable()
    for (const one of this.#holdings) table.#put({ ...one })
    return table
  }

  #put(holding: Holding): void {
    this.#holdings.push(holding)
    if (holding.until !== undefined) return
    this.#standing.set(nameOf(holding.keyId, holding.permission), holding)
    this.#counts.set(holding.keyId, (this.#counts.get(holding.keyId) ?? 0) + 1)
  }
}

function nameOf(keyId: string, permission: Permission): string {
  return `${permission} ${keyId}`
}
