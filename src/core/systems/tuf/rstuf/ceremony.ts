// The settings of a ceremony in words: they stand beside the first root and are signed by nobody, so a reviewer must see them.
import { isObject, type JsonObject, type JsonValue, parseJson } from '../../../json.ts'
import type { Finding } from '../../../proposal.ts'
import { visible } from '../../../visible.ts'
import { topRoles } from '../metadata.ts'

/** What the service would keep to, and what it would refuse. */
export function settingsFindings(bytes: Uint8Array): Finding[] {
  const value = parseJson(bytes, 'the settings').value()
  const roles = isObject(value) ? value.roles : undefined
  if (!isObject(roles)) return [refused('they name no roles')]
  const problems = problemsOf(roles)
  const sentences = [
    `Beside root stand settings that nobody signs: ${topRoles.map((name) => lasting(name, roles[name])).join(', ')}`,
    ...binsSentence(roles.bins),
    ...delegated(roles.delegations).map(delegationSentence),
  ]
  return [
    ...problems.map(refused),
    ...sentences.map((sentence): Finding => ({ code: 'ceremony-settings', risk: 'notable', sentence })),
  ]
}

function refused(why: string): Finding {
  return {
    code: 'ceremony-settings-refused',
    risk: 'dangerous',
    sentence: `The service would refuse the settings: ${why}`,
  }
}

/** The rules of the service, as its interface checks them. */
function problemsOf(roles: JsonObject): string[] {
  const hasBins = isObject(roles.bins)
  const hasRoles = isObject(roles.delegations)
  const bins = isObject(roles.bins) ? roles.bins.number_of_delegated_bins : undefined
  return [
    ...topRoles.flatMap((name) => (daysOf(roles[name]) === undefined ? [`${name} has no number of days`] : [])),
    ...(hasBins === hasRoles ? ['there must be either bins or delegated roles'] : []),
    ...(hasBins && !(typeof bins === 'number' && bins >= 2 && bins <= 16_384) ? ['bins must be from 2 to 16384'] : []),
    ...delegated(roles.delegations).flatMap(({ name }) =>
      typeof name === 'string' && /^[a-zA-Z0-9_-]+$/.test(name)
        ? []
        : [`a role cannot be called ${shown(name)}: only letters, digits, - and _`],
    ),
  ]
}

function daysOf(role: JsonValue | undefined): number | undefined {
  const days = isObject(role) ? role.expiration : undefined
  return typeof days === 'number' && days > 0 ? days : undefined
}

function lasting(name: string, role: JsonValue | undefined): string {
  const days = daysOf(role)
  return days === undefined ? `${name} without a time` : `${name} lasts ${daysText(days)}`
}

function daysText(days: JsonValue | undefined): string {
  return days === 1 ? '1 day' : `${shown(days)} days`
}

function binsSentence(bins: JsonValue | undefined): string[] {
  if (!isObject(bins)) return []
  return [
    `Artifacts are spread over ${shown(bins.number_of_delegated_bins)} bins, which the service signs by itself and which last ${daysText(bins.expiration)}`,
  ]
}

function delegated(value: JsonValue | undefined): JsonObject[] {
  const roles = isObject(value) ? value.roles : undefined
  return Array.isArray(roles) ? roles.filter(isObject) : []
}

function delegationSentence(role: JsonObject): string {
  const keys = Array.isArray(role.keyids) ? role.keyids.length : 0
  const paths = Array.isArray(role.paths) ? role.paths.map(shown).join(', ') : 'nothing'
  return `Role ${shown(role.name)} decides about ${paths}: ${shown(role.threshold)} of ${keys} keys must sign, and it lasts ${daysText(role['x-rstuf-expire-policy'])}${role.terminating === true ? '; no other role is asked after it' : ''}`
}

function shown(value: JsonValue | undefined): string {
  return visible(typeof value === 'string' ? value : JSON.stringify(value ?? null)).slice(0, 80)
}
