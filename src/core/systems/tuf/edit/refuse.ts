// An edit that cannot be made, in one form.
import { AppError, type ErrorData } from '../../../error.ts'

export function refuseEdit(message: string, hint: string, data?: ErrorData['data']): never {
  throw new AppError({ code: 'usage/invalid', message, hint, ...(data === undefined ? {} : { data }) })
}
