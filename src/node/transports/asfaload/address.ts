// The address of a project at an Asfaload backend: where the backend is, then where the project is on its mirror, as in
// asfaload+https://backend.asfaload.com/https/github.com/443/u/r (or, of an older backend, /github.com/u/r).
import { AppError } from '../../../core/error.ts'
import { projectFolder } from '../../../core/systems/asfaload/names.ts'
import { visible } from '../../safe-name.ts'
import { isLoopback } from '../../web/loopback.ts'

export interface AsfaloadAddress {
  /** Ends with a slash; v1/ comes below it. */
  backend: string
  /** On the mirror, with a slash at its end: "https/github.com/443/u/r/". */
  folder: string
}

export function isAsfaloadLocation(text: string): boolean {
  return /^asfaload\+https?:/i.test(text)
}

/** The one spelling that is kept. */
export function asfaloadLocation({ backend, folder }: AsfaloadAddress): string {
  return `asfaload+${backend}${folder}`
}

export function parseAsfaloadAddress(text: string): AsfaloadAddress {
  const part = text.trim().slice('asfaload+'.length)
  const url = isAsfaloadLocation(text.trim()) && URL.canParse(part) ? new URL(part) : undefined
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw invalid(text)
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${url.host} is reached without encryption, which is allowed on this machine only`,
      hint: `write https instead of http: ${visible(text.trim().replace(/^asfaload\+http:/i, 'asfaload+https:'))}`,
    })
  }
  const [base, project] = split(url.pathname)
  if (project === undefined) throw invalid(text)
  return { backend: new URL(base, url).href, folder: folderOf(project, text) }
}

/** A project begins with its protocol, host and port, or with a host: what stands before is the backend's own. */
function split(path: string): [string, string | undefined] {
  const [, before = '/', project] =
    /^(\/|\/.*?\/)(https?\/[\w.-]+\/\d{1,5}\/.*)$/.exec(path) ?? /^(\/|\/.*?\/)([\w-]+\.[\w.-]+\/.*)$/.exec(path) ?? []
  // Some paste the address of one of its files.
  return [before.replace(/\/v1\/(?:files\/)?$/, '/'), project]
}

function folderOf(project: string, text: string): string {
  try {
    return projectFolder(project)
  } catch (cause) {
    throw invalid(text, cause)
  }
}

function invalid(text: string, cause?: unknown): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${visible(text)} is not the address of a project at an Asfaload backend`,
    hint: 'give an address such as asfaload+https://backend.asfaload.com/https/github.com/443/USER/REPOSITORY',
    cause,
  })
}
