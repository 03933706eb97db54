// The settings of a ceremony in words: they stand beside the first root and are signed by nobody, so a reviewer must see them.
import { isObject, type JsonObject, type JsonValue, parseJson } from '../../../json.ts'
import type { Finding } from '../../../proposal.ts'
import { topRoles } from '../metadata.ts'
import { daysText, keyProblems, roleSentence, settingsRoles, shown, unexplainedIn } from './delegated.ts'

/** What the service would keep to, and what it would refuse. */
export function settingsFindings(bytes: Uint8Array): Finding[] {
  const settings = parseJson(bytes, 'the settings').value()
  const roles = isObject(settings) ? settings.roles : undefined
  if (!isObject(settings) || !isObject(roles)) return [refused('they name no roles')]
  const delegated = settingsRoles(roles.delegations)
  const unexplained = unexplainedIn(settings, roles)
  const sentences = [
    `Beside root stand settings that nobody signs: ${topRoles.map((name) => lasting(name, roles[name])).join(', ')}`,
    ...binsSentence(roles.bins),
    ...delegated.map(roleSentence),
  ]
  return [
    ...problemsOf(
      roles,
      delegated.map(({ raw }) => raw),
    ).map(refused),
    ...delegated.flatMap(keyProblems).map(keysWrong),
    ...(unexplained.length > 0 ? [notExplained(unexplained)] : []),
    ...sentences.map((sentence): Finding => ({ code: 'ceremony-settings', risk: 'notable', sentence })),
  ]
}

function keysWrong(what: string): Finding {
  return { code: 'ceremony-settings-keys', risk: 'dangerous', sentence: `In the settings, ${what}` }
}

function notExplained(members: readonly string[]): Finding {
  return {
    code: 'ceremony-settings-unexplained',
    risk: 'dangerous',
    sentence: `The settings hold what is not explained here: ${members.join(', ')}. Ask whoever made them what it does`,
  }
}

function refused(why: string): Finding {
  return {
    code: 'ceremony-settings-refused',
    risk: 'dangerous',
    sentence: `The service would refuse the settings: ${why}`,
  }
}

/** The rules of the service, as its interface checks them. */
function problemsOf(roles: JsonObject, delegated: readonly JsonObject[]): string[] {
  const hasBins = isObject(roles.bins)
  const hasRoles = isObject(roles.delegations)
  const bins = isObject(roles.bins) ? roles.bins.number_of_delegated_bins : undefined
  return [
    ...topRoles.flatMap((name) => (daysOf(roles[name]) === undefined ? [`${name} has no number of days`] : [])),
    ...(hasBins === hasRoles ? ['there must be either bins or delegated roles'] : []),
    ...(hasBins && !(typeof bins === 'number' && bins >= 2 && bins <= 16_384) ? ['bins must be from 2 to 16384'] : []),
    ...delegated.flatMap(({ name }) =>
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

function binsSentence(bins: JsonValue | undefined): string[] {
  if (!isObject(bins)) return []
  return [
    `Artifacts are spread over ${shown(bins.number_of_delegated_bins)} bins, which the service signs by itself and which last ${daysText(bins.expiration)}`,
  ]
}
