// What a backend fetches by itself once it is told where: the signers file of a project, a change of it, the files of a release. What
// then waits there is read and reviewed like everything else; that the backend says it did it is only said.
import { AppError } from '../../../core/error.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { visible } from '../../safe-name.ts'
import type { AsfaloadApi } from './api.ts'
import type { Authorizer } from './authorization.ts'

/** `url`: where the signers file lies in the project's own place. The keys that must sign now, as the backend sees it. */
export async function registerSigners(
  api: AsfaloadApi,
  what: 'project' | 'signers',
  url: string,
  signal: AbortSignal,
): Promise<string[]> {
  const key = authorizerOf(api)
  const [path, name] = calls[what]
  if ((await api.generation(signal)) === 1) {
    // There it would come with a signature of the file itself, which nobody has reviewed here.
    throw new AppError({
      code: 'format/unsupported',
      message: 'a backend of this generation takes the address of signers only together with a signature of their file',
      hint: 'register them with the client of the backend; then review and sign them here',
    })
  }
  const body = { signers_file_url: webAddress(url), public_key: key.text }
  const answer = await api.ask({ what: name, path, body, signed: 'always' }, signal)
  checkDone(answer)
  const { project_id: project, required_signers: required } = answer
  checkOurs(`${textOf(project)}/`, api)
  if (!Array.isArray(required)) throw unclear('it does not say who must sign')
  return required.map(textOf)
}

const calls = {
  project: ['register_repo', 'the registration of the project'],
  signers: ['update_signers', 'the change of its signers'],
} as const

/** The name of the index that now waits, below the project's folder. */
export async function registerRelease(
  api: AsfaloadApi,
  release: { url: string } | { checksums: readonly string[] },
  signal: AbortSignal,
): Promise<string> {
  const generation = await api.generation(signal)
  if (generation === 1 && !('url' in release)) {
    throw new AppError({
      code: 'format/unsupported',
      message: 'a backend of this generation takes the address of a release, and not of files with checksums',
      hint: 'give the address of the release',
    })
  }
  const body: JsonObject =
    'url' in release
      ? { [generation === 1 ? 'release_url' : 'github_release_url']: webAddress(release.url) }
      : { csum_files: release.checksums.map(webAddress) }
  const path = generation === 1 ? 'release' : 'assets'
  const answer = await api.ask({ what: 'the release', path, body, signed: 'always' }, signal)
  checkDone(answer)
  const name = textOf(answer.index_file_path)
  checkOurs(name, api)
  return name.slice(api.address.folder.length)
}

function authorizerOf({ authorizer }: AsfaloadApi): Authorizer {
  if (authorizer !== undefined) return authorizer
  throw new AppError({
    code: 'usage/invalid',
    message: 'a backend is told something only by a key that stands among the signers, and none was named',
    hint: 'say which key asks: --as KEY',
  })
}

function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url.href
  throw new AppError({
    code: 'usage/invalid',
    message: `${visible(text)} is not an address that a backend can fetch from`,
    hint: 'give an address that begins with https://, without user name',
  })
}

function checkDone({ success, message }: JsonObject): void {
  if (success === true) return
  throw unclear(typeof message === 'string' ? `its words are ${visible(message)}` : 'success is not true')
}

function checkOurs(name: string, { address: { folder } }: AsfaloadApi): void {
  if (name.startsWith(folder)) return
  throw new AppError({
    code: 'source/rejected',
    message: `the backend did that for ${visible(name)}, and not for ${folder}`,
    hint: 'check the address that was given: it belongs to another project',
  })
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  throw unclear('a text is missing')
}

function unclear(why: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `the backend did not say clearly whether it did this: ${why}`,
    hint: 'look at what waits there now, and ask whoever runs the backend',
  })
}
