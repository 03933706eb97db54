// What the smart card service says when it refuses, in the words and codes of the house.
import { AppError } from '../core/error.ts'

export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
}

const gone = new Set([
  'RemovedCard',
  'NoSmartCard',
  'NoSmartcard',
  'UnpoweredCard',
  'NotTransacted',
  'ReaderUnavailable',
  'UnknownReader',
])
const noService = new Set([
  'NoService',
  'ServiceStopped',
  'CommError',
  'Shutdown',
  'InternalError',
  'NoReadersAvailable',
])

/** The service's own errors, translated here and nowhere else. */
export function translate(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const code = codeOf(thrown)
  if (gone.has(code)) return pulled(thrown)
  if (code === 'SharingViolation') return busy(thrown)
  if (noService.has(code)) return serviceAbsent(thrown)
  if (/MODULE_NOT_FOUND|ERR_DLOPEN/.test(code)) return moduleAbsent(thrown)
  return new AppError({
    code: 'signer/failed',
    message: 'the smart card reader reports a failure',
    hint: 'take the token out, put it in again, and repeat; nothing was signed',
    ...(code === '' ? {} : { data: { pcsc: code } }),
    cause: thrown,
  })
}

export function pulled(cause: unknown): AppError {
  return new AppError({
    code: 'signer/absent',
    message: 'the token was taken out, or is not there',
    hint: 'put the token in, wait until it is shown, and repeat; nothing was signed',
    cause,
  })
}

export function busy(cause: unknown): AppError {
  return new AppError({
    code: 'signer/busy',
    message: 'another program is using this token',
    hint: 'close what uses it (a browser, gpg, an authenticator app), or wait until it is done, and repeat',
    cause,
  })
}

function serviceAbsent(cause: unknown): AppError {
  const hints: Partial<Record<NodeJS.Platform, string>> = {
    linux: 'start the smart card service pcscd (on Debian: apt install pcscd, then systemctl start pcscd.socket)',
    win32: 'start the Windows service "Smart Card", and plug the token in',
    darwin: 'plug the token in; macOS starts its smart card service by itself',
  }
  return new AppError({
    code: 'signer/absent',
    message: 'the smart card service of this computer is not running',
    hint: hints[process.platform] ?? 'start the smart card service',
    cause,
  })
}

function moduleAbsent(cause: unknown): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: 'smart cards cannot be used here: the library for them does not load',
    hint:
      process.platform === 'linux' ? 'install libpcsclite1, and start Countersign again' : 'install Countersign again',
    cause,
  })
}
