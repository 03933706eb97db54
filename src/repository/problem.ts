// An error on its way out: the status that programs expect, and the same plain data as everywhere else. No stack, no cause.
import { AppError, type ErrorCode, type ErrorData, toErrorData } from '../core/error.ts'

const statuses: Readonly<Record<ErrorCode, number>> = {
  'source/not-found': 404,
  'source/unreachable': 503,
  'source/too-large': 413,
  'source/rejected': 422,
  'source/conflict': 409,
  'format/malformed': 400,
  'format/unsupported': 415,
  'trust/bad-signature': 422,
  'trust/threshold': 403,
  'trust/rollback': 422,
  'trust/expired': 422,
  'trust/changed': 409,
  'signer/absent': 503,
  'signer/busy': 503,
  'signer/pin-wrong': 503,
  'signer/pin-blocked': 503,
  'signer/touch-timeout': 503,
  'signer/wrong-key': 403,
  'signer/unsupported': 422,
  'signer/failed': 503,
  'usage/invalid': 400,
  'user/cancelled': 503,
  'internal/bug': 500,
}

export const problemType = 'application/problem+json'

export function problemResponse(thrown: unknown, more: { status?: number; headers?: Record<string, string> } = {}) {
  const data = shownOf(toErrorData(thrown))
  const wait = data.data?.retryAfterSeconds
  const status = more.status ?? (wait !== undefined ? 429 : data.data?.tooSlow === true ? 408 : statuses[data.code])
  return new Response(JSON.stringify(data), {
    status,
    headers: {
      'content-type': problemType,
      'cache-control': 'no-store',
      ...(wait === undefined ? {} : { 'retry-after': String(wait) }),
      ...more.headers,
    },
  })
}

/** What is our own fault is told to whoever runs this, and not to strangers. */
function shownOf(data: ErrorData): ErrorData {
  if (data.code !== 'internal/bug') return data
  return { code: data.code, message: 'this repository failed', hint: 'tell whoever runs it; its log says more' }
}

export function noSuchPage(): AppError {
  return new AppError({
    code: 'source/not-found',
    message: 'there is nothing at this address',
    hint: 'see /api/v1/openapi.json for what there is',
  })
}
