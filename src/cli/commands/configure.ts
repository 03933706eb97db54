// configure: what is settled outside TUF metadata, seen and changed.
import { AppError } from '../../core/error.ts'
import type { JsonValue } from '../../core/json.ts'
import { configurationFacts } from '../../node/configuration-view.ts'
import { openTufChange } from '../changing.ts'
import { answer, type Command } from '../command.ts'
import { draftOptions, grouped, proposeDraft } from '../drafting.ts'
import { wrapped } from '../text.ts'
import { jsonOf } from './edit.ts'

export const configureCommand: Command = {
  name: 'configure',
  usage: 'configure SOURCE [NAME=VALUE ...]',
  summary: 'Shows how the repository is run (timestamps, periods, quotas, what is kept), or proposes to change it.',
  details: [
    'Without NAME=VALUE everything that can be settled is shown. VALUE is a number; "default" puts the default back.',
    'A change is signed by those who hold targets.',
    'Example: countersign configure packages timestamp/every=30 retention/metadataVersions=default',
  ],
  options: draftOptions,
  arity: [1, 64],
  run: async (parsed, io, dataDir) => {
    const change = await openTufChange(parsed, io, dataDir)
    const assignments = parsed.positionals.slice(1)
    if (assignments.length > 0) {
      const values = Object.fromEntries(assignments.map(assigned))
      const request = { subject: 'configuration', edits: [{ kind: 'configure' as const, values }] }
      return (await proposeDraft(change.desk, change.source, request, parsed, io)).answer
    }
    const { fields, version, isSigned } = await configurationFacts(await change.opened())
    const rows = fields.flatMap(({ path, label, unit, value, isDefault }) => [
      `  ${path} = ${valueWords(value, unit)}${isDefault ? ' (default)' : ''}`,
      `      ${label}`,
    ])
    return answer({ fields, signed: isSigned }, ...wrapped([headOf(version, isSigned), ...rows]))
  },
}

function headOf(version: number | undefined, isSigned: boolean): string {
  if (version === undefined) return 'Nothing is settled here: every value is the default.'
  if (isSigned) return `Configuration ${version}`
  return `Configuration ${version} is NOT signed by those who hold targets now: it counts for nothing, and every value is the default until they sign the next one.`
}

function valueWords(value: JsonValue, unit: string): string {
  if (value === null) return 'not set'
  return `${typeof value === 'number' ? grouped(value) : JSON.stringify(value)} ${unit}`
}

function assigned(text: string): [string, JsonValue] {
  const at = text.indexOf('=')
  if (at < 1) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${text} is not NAME=VALUE`,
      hint: 'for example: timestamp/every=30; see the names: countersign configure SOURCE',
    })
  }
  const [name, value] = [text.slice(0, at), text.slice(at + 1)]
  if (value === 'default') return [name, null]
  // A unit is easily written behind the number; what else is no JSON is refused like any other value.
  if (/^\d+\s*[a-z%]+$/i.test(value)) throw withUnit(name, value)
  return [name, jsonOf(value, name)]
}

function withUnit(name: string, value: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${name} takes a number alone, not ${value}`,
    hint: 'leave the unit out; which one it is in is shown by: countersign configure SOURCE',
  })
}
