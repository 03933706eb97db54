// What every form of a change of a log is given, and where the change then waits.
import type { LogView } from '../../../ipc/contract.ts'
import type { FramedForm } from '../edit/making.ts'

export interface LogFormProps extends FramedForm {
  repository: LogView
}

/** Others see a folder; what waits for an address lies here alone. */
export function waitsWhere({ location }: Pick<LogView, 'location'>): string {
  return /^warg\+/i.test(location)
    ? 'It waits on this machine alone. Whoever else must sign it is handed it as a file or as codes: open the review, and carry it.'
    : 'It waits in this folder for its signatures.'
}
