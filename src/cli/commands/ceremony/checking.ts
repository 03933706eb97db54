// What the command `ceremony` does: a script read and said, a record checked, a copy for whoever may see less.
import { basename } from 'node:path'
import { parseUtf8 } from '../../../core/bytes.ts'
import { type Checked, checkRecord, isGood } from '../../../core/ceremony/check.ts'
import type { Artifact } from '../../../core/ceremony/evidence.ts'
import { type Level, levels } from '../../../core/ceremony/facts.ts'
import { requestJudge } from '../../../core/ceremony/judge.ts'
import { parseRecord, recordBytes, redacted } from '../../../core/ceremony/record.ts'
import type { Result } from '../../../core/ceremony/result.ts'
import { type CeremonyScript, parseScript, scriptHash } from '../../../core/ceremony/script.ts'
import { type Certificate, parseCertificatesPem } from '../../../core/certificate.ts'
import { AppError } from '../../../core/error.ts'
import { ceremonyForms } from '../../../core/systems/carried-forms.ts'
import { inQuotes, visible } from '../../../core/visible.ts'
import { writeNewFile } from '../../../node/new-file.ts'
import { type Answer, answer, type Io, type Parsed } from '../../command.ts'
import { readInput } from '../../input.ts'
import { wordLines } from '../../show.ts'

const maxBytes = 128 * 1024 * 1024
const maxPemBytes = 1024 * 1024

export async function checkCommand(file: string, io: Io): Promise<Answer> {
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
    `  ${visible(purpose)}`,
    '',
    ...people.map(({ name, roles, keys }) => {
      const held = keys.length === 0 ? '' : `, ${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`
      return `  ${inQuotes(name)}: ${roles.join(', ')}${held}`
    }),
    '',
    `  ${others.join('; ')}; the clock within ${rules.clockSeconds} s`,
    '',
    ...acts.flatMap(({ title: act, steps }, at) => [
      `${at + 1}. ${visible(act)}`,
      ...steps.map(({ who, text }, index) => `   ${at + 1}.${index + 1}  ${visible(who)}: ${visible(text)}`),
    ]),
  ]
}

export async function verifyCommand(file: string, parsed: Parsed, io: Io): Promise<Answer> {
  const read = (name: string): Promise<Uint8Array> | undefined => {
    const named = parsed.text(name)
    return named === undefined ? undefined : readInput(named, maxBytes, io.signal)
  }
  const script = await read('script')
  const previous = await read('previous')
  const artifacts: Artifact[] = []
  for (const one of parsed.texts('with'))
    artifacts.push({ name: basename(one), bytes: await readInput(one, maxBytes, io.signal) })
  const authorities: Certificate[] = []
  for (const one of parsed.texts('authority'))
    authorities.push(...parseCertificatesPem(parseUtf8(await readInput(one, maxPemBytes, io.signal), one), one))
  const checked = await checkRecord(await readInput(file, maxBytes, io.signal), file, {
    ...(script === undefined ? {} : { script }),
    ...(previous === undefined ? {} : { previous }),
    ...{ artifacts, authorities, judge: requestJudge(ceremonyForms, io.signal) },
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
    `  ${marks[outcome]} ${visible(sentence)}${at === undefined ? '' : ` (line ${at})`} [${ground}]`
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

export async function redactCommand(file: string, parsed: Parsed, io: Io): Promise<Answer> {
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
