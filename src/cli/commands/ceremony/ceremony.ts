// ceremony: the script of a ceremony, looked at before the day; the record of one, checked by whoever was not there.
import { type Checked, checkRecord, isGood, type Result } from '../../../core/ceremony/check.ts'
import { type Level, levels } from '../../../core/ceremony/facts.ts'
import { parseRecord, recordBytes, redacted } from '../../../core/ceremony/record.ts'
import { type CeremonyScript, parseScript, scriptHash } from '../../../core/ceremony/script.ts'
import { AppError } from '../../../core/error.ts'
import { inQuotes } from '../../../core/visible.ts'
import { writeNewFile } from '../../../node/new-file.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../../command.ts'
import { readInput } from '../../input.ts'
import { wordLines } from '../../show.ts'

const maxBytes = 128 * 1024 * 1024

export const ceremonyCommand: Command = {
  name: 'ceremony',
  usage: 'ceremony (check SCRIPT | verify RECORD | redact RECORD --for LEVEL --to FILE)',
  summary: 'Looks at the script of a ceremony, and checks the record of one.',
  details: [
    'check SCRIPT     reads a script, says what it asks for and its hash in words, or why it cannot be run',
    'verify RECORD    checks chain, signatures and order; --script and --previous let more be checked',
    'redact RECORD    a copy for whoever may see less: public, or auditor; its fingerprint stays',
  ],
  options: {
    script: { form: '--script FILE', text: 'the script that the record is of', type: 'string' },
    previous: { form: '--previous FILE', text: 'the record of the ceremony before', type: 'string' },
    for: { form: '--for LEVEL', text: 'who may see the copy: public or auditor', type: 'string' },
    to: { form: '--to FILE', text: 'the new file', type: 'string' },
  },
  arity: [2, 2],
  run: async (parsed, io) => {
    const [verb = '', file = ''] = parsed.positionals
    if (verb === 'check') return checkCommand(file, io)
    if (verb === 'verify') return verifyCommand(file, parsed, io)
    if (verb === 'redact') return redactCommand(file, parsed, io)
    throw new AppError({
      code: 'usage/invalid',
      message: `a ceremony is checked, verified or redacted here, and not ${verb}`,
      hint: `usage: countersign ${ceremonyCommand.usage}`,
    })
  },
}

async function checkCommand(file: string, io: Io): Promise<Answer> {
  const bytes = await readInput(file, maxBytes, io.signal)
  const script = parseScript(bytes, file)
  const hash = await scriptHash(bytes)
  const steps = script.acts.flatMap(({ steps: some }) => some)
  return answer(
    {
      hash,
      title: script.title,
      people: script.people.map(({ name, roles }) => ({ name, roles })),
      steps: steps.length,
    },
    ...scriptLines(script),
    '',
    `sha256 of the script: ${hash}`,
    'In words, as they stand on every page of it:',
    ...wordLines(hash),
  )
}

function scriptLines({ title, purpose, repository, subject, people, rules, acts }: CeremonyScript): string[] {
  const others = [
    `${rules.devices} devices compare`,
    rules.offline ? 'no network' : 'with a network',
    rules.sandbox ? 'in the sandbox' : 'also without the sandbox',
  ]
  return [
    `${inQuotes(title)}: ${inQuotes(subject)} of ${inQuotes(repository)}`,
    `  ${inQuotes(purpose)}`,
    '',
    ...people.map(({ name, roles, keys }) => {
      const held = keys.length === 0 ? '' : `, ${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`
      return `  ${inQuotes(name)}: ${roles.join(', ')}${held}`
    }),
    '',
    `  ${others.join('; ')}; the clock within ${rules.clockSeconds} s`,
    '',
    ...acts.flatMap(({ title: act, steps }, at) => [
      `${at + 1}. ${inQuotes(act)}`,
      ...steps.map(({ who, text }, index) => `   ${at + 1}.${index + 1}  ${inQuotes(who)}: ${inQuotes(text)}`),
    ]),
  ]
}

async function verifyCommand(file: string, parsed: Parsed, io: Io): Promise<Answer> {
  const read = (name: string): Promise<Uint8Array> | undefined => {
    const named = parsed.text(name)
    return named === undefined ? undefined : readInput(named, maxBytes, io.signal)
  }
  const script = await read('script')
  const previous = await read('previous')
  const checked = await checkRecord(await readInput(file, maxBytes, io.signal), file, {
    ...(script === undefined ? {} : { script }),
    ...(previous === undefined ? {} : { previous }),
  })
  const { fingerprint, results, record } = checked
  const isWhole = isGood(checked)
  const said = answer(
    {
      good: isWhole,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      rehearsal: record.header.rehearsal,
      results,
    },
    ...verdictLines(checked, file, isWhole),
  )
  return isWhole ? said : { ...said, failed: notGood(file) }
}

const marks = { holds: '✓', fails: '!', open: '?' } as const

function verdictLines({ results, fingerprint }: Checked, file: string, isWhole: boolean): string[] {
  const line = ({ outcome, sentence, ground, line: at }: Result): string =>
    `  ${marks[outcome]} ${inQuotes(sentence)}${at === undefined ? '' : ` (line ${at})`} [${ground}]`
  return [
    isWhole ? `${file}: nothing speaks against this record` : `${file}: this record is NOT in order`,
    ...results.map(line),
    ...(fingerprint === undefined
      ? []
      : [
          '',
          `Its fingerprint is ${fingerprint}`,
          ...wordLines(fingerprint),
          'Compare it with the one that was written down in the room.',
        ]),
  ]
}

function notGood(file: string): AppError {
  return new AppError({
    code: 'trust/bad-signature',
    message: `${file} is not the record of a ceremony that was in order`,
    hint: 'see the lines above; ask for the record again, and for what it leaves open',
  })
}

async function redactCommand(file: string, parsed: Parsed, io: Io): Promise<Answer> {
  const level = levelOf(parsed.text('for'))
  const to = parsed.text('to')
  if (to === undefined) throw usage('--to is missing', 'name the new file: --to FILE')
  const copy = redacted(await parseRecord(await readInput(file, maxBytes, io.signal), file), level)
  await writeNewFile(to, recordBytes(copy))
  const withheld = copy.facts.filter(({ open }) => open === undefined).length
  return answer({ file: to, level, withheld }, `${to}: ${withheld} of ${copy.facts.length} facts are withheld`)
}

function levelOf(text: string | undefined): Level {
  const level = levels.find((one) => one === text && one !== 'internal')
  if (level !== undefined) return level
  throw usage('--for takes public or auditor', 'a copy for internal use is the record itself')
}

function usage(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
