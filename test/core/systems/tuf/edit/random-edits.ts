// Random edits that are valid for a document, each with the edits that undo it.
import type { JsonObject, JsonValue } from '../../../../../src/core/json.ts'
import type { KeyEntry, RoleEntry, TufEdit } from '../../../../../src/core/systems/tuf/edit/edit.ts'
import { entryObject } from '../../../../../src/core/systems/tuf/edit/keys.ts'
import { placesOfRole, scopeOf } from '../../../../../src/core/systems/tuf/edit/scope.ts'
import { valueIn } from '../../../../../src/core/systems/tuf/edit/value.ts'

export interface Step {
  edits: TufEdit[]
  /** What gives back the document before, on top of the one after. */
  undo: TufEdit[]
}

export type Type = 'root' | 'targets'
// biome-ignore lint/suspicious/noExplicitAny: tests look into documents at every place
type Loose = any

const roleNames = ['alpha', 'bravo', 'charlie', 'delta', 'echo']
const files = ['a.tar', 'b/1.tar', 'b/2.tar', 'docs/é', '__proto__', 'x"y']
const patterns = ['a*', 'b/*', 'docs/?', 'c/*/*']

export class RandomEdits {
  private readonly pool: readonly KeyEntry[]
  private readonly random: () => number

  constructor(pool: readonly KeyEntry[], random: () => number) {
    this.pool = pool
    this.random = random
  }

  /** undefined when the kind that was drawn does not fit this document. */
  step(type: Type, raw: JsonObject): Step | undefined {
    const common = [
      () => this.keyAdd(type, raw),
      () => this.keyRemove(type, raw),
      () => this.keyReplace(type, raw),
      () => this.threshold(type, raw),
      () => this.field(raw),
      () => this.period(raw),
    ]
    const own =
      type === 'root'
        ? [() => this.consistent(raw)]
        : [
            () => this.targetSet(raw),
            () => this.targetRemove(raw),
            () => this.delegationAdd(raw),
            () => this.delegationChange(raw),
            () => this.delegationRemove(raw),
            () => this.block(raw),
            () => this.unblock(raw),
            () => this.bins(raw),
            () => this.agreementAdd(raw),
            () => this.agreementRemove(raw),
            () => this.startOver(raw),
          ]
    return this.pick([...common, ...own, ...own])?.()
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return list[this.random() % Math.max(1, list.length)]
  }

  private some<T>(list: readonly T[], least = 1): T[] {
    const chosen = list.filter(() => this.random() % 2 === 0)
    return chosen.length >= least ? chosen : [...list.slice(0, least)]
  }

  private entryOf(id: string): KeyEntry | undefined {
    return this.pool.find((entry) => entryObject(entry).id === id)
  }

  private role(type: Type, raw: JsonObject): { name: string; keyids: string[]; at: readonly string[] } | undefined {
    const scope = scopeOf(type, raw)
    const role = this.pick(scope.roles)
    if (role === undefined || placesOfRole(scope, role.name).length !== 1) return undefined
    return { name: role.name, keyids: valueIn(raw, [...role.at, 'keyids']) as string[], at: role.at }
  }

  private others(keyids: readonly string[]): KeyEntry[] {
    return this.pool.filter((entry) => !keyids.includes(entryObject(entry).id))
  }

  private keyAdd(type: Type, raw: JsonObject): Step | undefined {
    const role = this.role(type, raw)
    const entry = role === undefined ? undefined : this.pick(this.others(role.keyids))
    if (role === undefined || entry === undefined) return undefined
    return {
      edits: [{ kind: 'key-add', role: role.name, entry }],
      undo: [{ kind: 'key-remove', role: role.name, keyId: entryObject(entry).id }],
    }
  }

  private keyRemove(type: Type, raw: JsonObject): Step | undefined {
    const role = this.role(type, raw)
    const keyId = role === undefined ? undefined : this.pick(role.keyids)
    const entry = keyId === undefined ? undefined : this.entryOf(keyId)
    if (role === undefined || keyId === undefined || entry === undefined) return undefined
    return {
      edits: [{ kind: 'key-remove', role: role.name, keyId }],
      undo: [
        { kind: 'key-add', role: role.name, entry },
        { kind: 'field', path: [...role.at, 'keyids'], value: role.keyids },
      ],
    }
  }

  private keyReplace(type: Type, raw: JsonObject): Step | undefined {
    const role = this.role(type, raw)
    const keyId = role === undefined ? undefined : this.pick(role.keyids)
    const [old, entry] = [
      keyId === undefined ? undefined : this.entryOf(keyId),
      this.pick(this.others(role?.keyids ?? [])),
    ]
    if (role === undefined || keyId === undefined || old === undefined || entry === undefined) return undefined
    return {
      edits: [{ kind: 'key-replace', role: role.name, keyId, entry }],
      undo: [{ kind: 'key-replace', role: role.name, keyId: entryObject(entry).id, entry: old }],
    }
  }

  private threshold(type: Type, raw: JsonObject): Step | undefined {
    const role = this.role(type, raw)
    if (role === undefined) return undefined
    const was = Number(valueIn(raw, [...role.at, 'threshold']))
    const edit = (threshold: number): TufEdit => ({ kind: 'threshold', role: role.name, threshold })
    return { edits: [edit(was + 1)], undo: [edit(was)] }
  }

  private field(raw: JsonObject): Step {
    const path = this.pick([['x-a'], ['x-a', 'b'], ['x-c', 'd', 'e'], ['spec_version']]) ?? ['x-a']
    const blocked = path.findIndex((_, i) => {
      const value = valueIn(raw, path.slice(0, i))
      return value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))
    })
    const at = blocked === -1 ? path : path.slice(0, blocked - 1)
    const place = at.length === 0 ? ['x-z'] : at
    const missing = place.findIndex((_, i) => valueIn(raw, place.slice(0, i + 1)) === undefined)
    const was = valueIn(raw, place)
    const value: JsonValue =
      place[0] === 'spec_version'
        ? `1.0.${this.random() % 90}`
        : (this.pick<JsonValue>([1, 'é', [], {}, null, { b: [1] }, true]) ?? 0)
    const undo: TufEdit =
      missing === -1
        ? { kind: 'field', path: place, value: was ?? null }
        : { kind: 'field', path: place.slice(0, missing + 1) }
    return { edits: [{ kind: 'field', path: place, value }], undo: [undo] }
  }

  private period(raw: JsonObject): Step | undefined {
    const was = raw['x-tuf-on-ci-expiry-period']
    if (typeof was !== 'number') return undefined
    const edit = (expiryDays: number): TufEdit => ({ kind: 'period', expiryDays })
    return { edits: [edit(50 + (this.random() % 300))], undo: [edit(was)] }
  }

  private consistent(raw: JsonObject): Step {
    const on = raw.consistent_snapshot === true
    return { edits: [{ kind: 'consistent-snapshot', on: !on }], undo: [{ kind: 'consistent-snapshot', on }] }
  }

  private targetSet(raw: Loose): Step {
    const path = this.pick(files) ?? 'a.tar'
    const was = Object.hasOwn(raw.targets, path) ? raw.targets[path] : undefined
    const edit: TufEdit = {
      ...{ kind: 'target-set', path, replace: true, length: this.random() % 1000 },
      hashes: { sha256: (this.random() % 1e9).toString(16).padStart(64, '0') },
      ...(this.random() % 2 === 0 ? {} : { custom: { v: this.random() % 9, deep: { list: [1, 'é'] } } }),
    }
    const undo: TufEdit =
      was === undefined ? { kind: 'target-remove', path } : { kind: 'target-set', path, replace: true, ...was }
    return { edits: [edit], undo: [undo] }
  }

  private targetRemove(raw: Loose): Step | undefined {
    const path = this.pick(Object.keys(raw.targets))
    if (path === undefined) return undefined
    return {
      edits: [{ kind: 'target-remove', path }],
      undo: [{ kind: 'target-set', path, replace: false, ...raw.targets[path] }],
    }
  }

  private entry(name: string): RoleEntry {
    return { name, keys: this.some(this.pool), threshold: 1 + (this.random() % 3) }
  }

  private roles(raw: Loose): Loose[] {
    return raw.delegations?.roles ?? []
  }

  private hasForm(raw: Loose): boolean {
    return raw.delegations === undefined || Array.isArray(raw.delegations.roles)
  }

  private again(role: Loose): RoleEntry {
    const keys = role.keyids.flatMap((id: string) => this.entryOf(id) ?? [])
    return { name: role.name, keys, threshold: role.threshold }
  }

  private delegationAdd(raw: Loose): Step | undefined {
    const names = this.roles(raw).map((role) => role.name)
    const name = this.pick(roleNames.filter((one) => !names.includes(one)))
    if (name === undefined || !this.hasForm(raw)) return undefined
    const before = this.random() % 2 === 0 ? this.pick(names) : undefined
    const edit: TufEdit = {
      ...{
        ...this.entry(name),
        kind: 'delegation-add',
        paths: this.some(patterns),
        terminating: this.random() % 2 === 0,
      },
      ...(before === undefined ? {} : { before }),
    }
    return { edits: [edit], undo: [{ kind: 'delegation-remove', name }] }
  }

  private delegationChange(raw: Loose): Step | undefined {
    const roles = this.roles(raw)
    const role = this.pick(roles.filter((one) => one.paths !== undefined))
    if (role === undefined) return undefined
    const before = this.pick(roles.filter((one) => one !== role))?.name
    const edit: TufEdit = {
      ...{ kind: 'delegation-change', name: role.name, paths: this.some(patterns) },
      ...{ terminating: !role.terminating, ...(before === undefined ? {} : { before }) },
    }
    const next = roles[roles.indexOf(role) + 1]?.name
    const undo: TufEdit[] = [
      { kind: 'delegation-change', name: role.name, paths: role.paths, terminating: role.terminating },
    ]
    if (before === undefined) return { edits: [edit], undo }
    // Back to the end: whoever stood before it goes in front of it again.
    const moves: TufEdit[] =
      next === undefined
        ? roles.slice(0, -1).map((one): TufEdit => ({ kind: 'delegation-change', name: one.name, before: role.name }))
        : [{ kind: 'delegation-change', name: role.name, before: next }]
    return { edits: [edit], undo: [...undo, ...moves] }
  }

  private delegationRemove(raw: Loose): Step | undefined {
    const roles = this.roles(raw)
    const role = this.pick(roles.filter((one) => one.paths !== undefined))
    if (role === undefined) return undefined
    const before = roles[roles.indexOf(role) + 1]?.name
    const undo: TufEdit = {
      ...{ ...this.again(role), kind: 'delegation-add', paths: role.paths, terminating: role.terminating },
      ...(before === undefined ? {} : { before }),
    }
    return { edits: [{ kind: 'delegation-remove', name: role.name }], undo: [undo] }
  }

  private block(raw: Loose): Step | undefined {
    if (!this.hasForm(raw)) return undefined
    const there = this.roles(raw).find((role) => role.name === 'blocked')
    const paths = this.some(['bad', 'worse', 'worst'])
    const edit: TufEdit = { ...this.entry('blocked'), kind: 'block', paths }
    if (there === undefined) return { edits: [edit], undo: [{ kind: 'unblock', name: 'blocked' }] }
    return { edits: [edit], undo: [{ kind: 'field', path: ['delegations', 'roles'], value: this.roles(raw) }] }
  }

  private unblock(raw: Loose): Step | undefined {
    const there = this.roles(raw).find((role) => role.name === 'blocked')
    if (there === undefined) return undefined
    const again: TufEdit = { ...this.again(there), kind: 'block', paths: there.paths }
    return {
      edits: [
        {
          kind: 'unblock',
          name: 'blocked',
          ...(this.random() % 2 === 0 ? {} : { paths: this.some<string>(there.paths) }),
        },
      ],
      undo: [again, { kind: 'field', path: ['delegations', 'roles'], value: this.roles(raw) }],
    }
  }

  private bins(raw: Loose): Step | undefined {
    if (raw.delegations !== undefined) return undefined
    const form = this.pick(['succinct', 'prefixes'] as const) ?? 'succinct'
    const edit: TufEdit = { ...this.entry('bin'), kind: 'bins', form, bitLength: 1 + (this.random() % 4) }
    return { edits: [edit], undo: [{ kind: 'field', path: ['delegations'] }] }
  }

  private agreementAdd(raw: Loose): Step | undefined {
    const known: Loose[] = raw.delegations?.delegations ?? []
    const name = this.pick(roleNames.filter((one) => known.every((entry) => entry.name !== one)))
    const isFree = raw.delegations === undefined || raw.delegations.keys_for_delegations !== undefined
    if (name === undefined || !isFree) return undefined
    const roles = ['one', 'two', 'three'].map((role) => this.entry(role))
    const edit: TufEdit = {
      ...{ kind: 'agreement-add', form: 'accepted', name, paths: this.some(patterns), terminating: false },
      ...{ minRolesInAgreement: 1 + (this.random() % 3), roles },
    }
    return { edits: [edit], undo: [{ kind: 'agreement-remove', name }] }
  }

  private agreementRemove(raw: Loose): Step | undefined {
    const known: Loose[] = raw.delegations?.delegations ?? []
    const last = known.at(-1)
    if (last === undefined) return undefined
    const roles = last.roleinfo.map((role: Loose) => this.again({ ...role, name: role.rolename }))
    const undo: TufEdit = {
      ...{ kind: 'agreement-add', form: 'accepted', name: last.name, paths: last.paths, terminating: last.terminating },
      ...{ minRolesInAgreement: last.min_roles_in_agreement, roles },
    }
    return { edits: [{ kind: 'agreement-remove', name: last.name }], undo: [undo] }
  }

  /** Forms that nothing else fits beside would last for ever. */
  private startOver(raw: Loose): Step | undefined {
    if (this.hasForm(raw)) return undefined
    const path = ['delegations']
    return { edits: [{ kind: 'field', path }], undo: [{ kind: 'field', path, value: raw.delegations }] }
  }
}
