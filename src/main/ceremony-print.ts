// Scripts and records of the window on paper: the same documents as on the command line, as PDF by the shell.
import { recordHtml } from '../core/ceremony/print/record-html.ts'
import { scriptHtml } from '../core/ceremony/print/script-html.ts'
import { type CeremonyScript, scriptBytes } from '../core/ceremony/script.ts'
import type { PrintRequest } from '../ipc/ceremony.ts'
import type { Run } from '../node/ceremony/run.ts'
import { writeNewFile } from '../node/new-file.ts'
import type { Shell } from './shell.ts'
import { saveText } from './window-files.ts'
import type { Places } from './window-places.ts'

export interface Printing {
  shell: Pick<Shell, 'toPdf' | 'saveFile'>
  places: Places
  signal: AbortSignal
}

/** `run`: absent where only the script is known. */
export async function printed(
  { document, paper, path }: PrintRequest,
  { script, run }: { script: CeremonyScript; run?: Run },
  { shell, places, signal }: Printing,
): Promise<{ path?: string }> {
  const to = path ?? (await shell.saveFile('Save it as PDF', `${document}.pdf`))
  if (to === undefined) return {}
  const html =
    document === 'record' && run !== undefined
      ? recordHtml(run.record(), script, { paper })
      : await scriptHtml(script, scriptBytes(script), { paper })
  const pdf = await shell.toPdf(html, signal)
  if (path !== undefined) return { path: await saveText(places, path, pdf, ['.pdf']) }
  await writeNewFile(to, pdf)
  return { path: to }
}
