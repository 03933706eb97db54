// ceremony print: a script or a record as a document for paper, HTML or PDF.
import { isRecordFile } from '../../../core/ceremony/among.ts'
import { recordHtml } from '../../../core/ceremony/print/record-html.ts'
import { scriptHtml } from '../../../core/ceremony/print/script-html.ts'
import { type Paper, papers } from '../../../core/ceremony/print/styles.ts'
import { parseRecord } from '../../../core/ceremony/record.ts'
import { type CeremonyScript, parseScript, scriptHash } from '../../../core/ceremony/script.ts'
import { AppError } from '../../../core/error.ts'
import { writeNewFile } from '../../../node/new-file.ts'
import { renderPdf } from '../../../node/print-pdf.ts'
import { type Answer, answer, type Io, type Parsed } from '../../command.ts'
import { readInput } from '../../input.ts'

const maxBytes = 128 * 1024 * 1024

export async function printCommand(file: string, parsed: Parsed, io: Io): Promise<Answer> {
  const to = parsed.text('to')
  const isPdf = to?.toLowerCase().endsWith('.pdf') === true
  if (to === undefined || !(isPdf || /\.html?$/i.test(to)))
    throw usage('--to takes a file that ends in .pdf or .html', 'for example --to script.pdf')
  const paper = paperOf(parsed.text('paper') ?? 'a4')
  const bytes = await readInput(file, maxBytes, io.signal)
  const kind = isRecordFile(bytes) ? 'record' : 'script'
  const html =
    kind === 'record' ? await ofRecord(bytes, file, paper, parsed, io) : await ofScript(bytes, file, paper, parsed)
  await writeNewFile(to, isPdf ? await renderPdf(html, io.signal) : html)
  return answer(
    { file: to, kind, paper },
    `${to}: the ${kind} for ${paper === 'a4' ? 'A4' : 'Letter'} paper`,
    ...(isPdf ? [] : ['Open it in a browser, and print it at 100 %, without headers and footers of the browser.']),
  )
}

function paperOf(text: string): Paper {
  const paper = papers.find((one) => one === text.toLowerCase())
  if (paper !== undefined) return paper
  throw usage(`there is no paper ${text} here`, 'choose --paper a4, or --paper letter')
}

function ofScript(bytes: Uint8Array, file: string, paper: Paper, parsed: Parsed): Promise<string> {
  if (parsed.text('script') !== undefined) throw usage('--script goes with a record', 'leave it out')
  return scriptHtml(parseScript(bytes, file), bytes, { paper })
}

async function ofRecord(bytes: Uint8Array, file: string, paper: Paper, parsed: Parsed, io: Io): Promise<string> {
  const record = await parseRecord(bytes, file)
  return recordHtml(record, await scriptOf(record.header.script, parsed, io), { paper })
}

async function scriptOf(hash: string, parsed: Parsed, io: Io): Promise<CeremonyScript | undefined> {
  const file = parsed.text('script')
  if (file === undefined) return undefined
  const bytes = await readInput(file, maxBytes, io.signal)
  const script = parseScript(bytes, file)
  if ((await scriptHash(bytes)) === hash) return script
  throw new AppError({
    code: 'trust/changed',
    message: `${file} is not the script that this record is of`,
    hint: 'give the one that was published before that day, or leave --script out',
  })
}

function usage(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
