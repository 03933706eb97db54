// register: a backend is told where signers and releases are, and fetches them by itself. What then waits there is reviewed like
// everything else; that the backend says it did it is only said.
import { AppError } from '../../../core/error.ts'
import { countOf } from '../../../core/phrases.ts'
import { releaseSubject } from '../../../core/systems/asfaload/subject.ts'
import { visible } from '../../../core/visible.ts'
import { askingKey, authorizerOf } from '../../../node/asfaload/asking.ts'
import { keyTextFor } from '../../../node/asfaload/key-text.ts'
import { askedSource } from '../../../node/asfaload/listing.ts'
import type { Desk } from '../../../node/desk.ts'
import { isAsfaloadLocation, parseAsfaloadAddress } from '../../../node/transports/asfaload/address.ts'
import { asfaloadApi } from '../../../node/transports/asfaload/api.ts'
import { type Authorizer, questionCost } from '../../../node/transports/asfaload/authorization.ts'
import { registerRelease, registerSigners } from '../../../node/transports/asfaload/registration.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../../command.ts'
import { findKey } from '../../find-key.ts'
import { placeNamed } from '../../named-source.ts'
import { accessFor, contextOf, deskFor, openSource, rootOption } from '../../session.ts'
import { sourceAgain } from '../../source-again.ts'
import { quoted, wrapped } from '../../text.ts'

export const registerCommand: Command = {
  name: 'register',
  usage: 'register SOURCE (project|signers|release|checksums) URL... --as KEY',
  summary: 'Tells an Asfaload backend where a project, its new signers, or a release are, so that it fetches them.',
  details: [
    'Of a new project SOURCE is its address at the backend, asfaload+https://BACKEND/https/github.com/443/USER/REPOSITORY.',
    'URL is that of a signers file in the project’s own repository, of the page of a release, or of files that list the',
    'checksums of one. Nothing is signed by this but the question itself; then review what waits there, and sign it.',
  ],
  options: { ...rootOption, as: { form: '--as KEY', text: 'the key that tells it', type: 'string' } },
  arity: [3, 34],
  run: async (parsed, io, dataDir) => {
    const [, what = '', ...urls] = parsed.positionals
    const desk = deskFor(io, dataDir)
    if (what === 'project') return registerProject(parsed, desk, onlyOne(urls), io)
    if (what !== 'signers' && what !== 'release' && what !== 'checksums')
      throw usage(`register takes project, signers, release or checksums next, not ${visible(what)}`)
    const source = await openSource(desk, parsed, io.signal)
    const release = what === 'checksums' ? { checksums: urls } : { url: onlyOne(urls) }
    const by = await askingKey(source, await keyOf(parsed, desk, io), desk.signer, contextOf(source, io))
    sayCost(by, source.pinned.location, io)
    const { location } = source.pinned
    const api = asfaloadApi(parseAsfaloadAddress(location), { access: source.access ?? {}, authorizer: by })
    const again = sourceAgain(parsed)
    if (what === 'signers')
      return signersWait(
        await registerSigners(api, what, onlyOne(urls), io.signal),
        `countersign review ${again} signers`,
      )
    const path = await registerRelease(api, release, io.signal)
    // Whoever told it knows it from now on.
    await desk.pending(await askedSource(source, { releases: [path] }, io.signal), io.signal)
    return answer(
      { registered: path },
      ...wrapped([
        `the backend says that ${visible(path)} waits`,
        `review it: countersign review ${again} ${quoted(releaseSubject(path))}`,
      ]),
    )
  },
}

/** Nobody stands in it yet, so whoever tells it is known by nothing but the key. */
async function registerProject(parsed: Parsed, desk: Desk, url: string, io: Io): Promise<Answer> {
  const { location, kept } = await placeNamed(desk, parsed.positionals[0] ?? '')
  if (!isAsfaloadLocation(location)) throw usage(`${location} is no address of a project at an Asfaload backend`)
  const access = { ...kept, ...(await accessFor(desk, parsed, location, io.signal)) }
  const signer = await keyOf(parsed, desk, io)
  const address = parseAsfaloadAddress(location)
  const by = authorizerOf(
    signer,
    await keyTextFor(desk, signer.key, { generation: 2, there: [] }, io.signal),
    { name: address.folder, location },
    desk.signer,
  )
  sayCost(by, location, io)
  const keys = await registerSigners(asfaloadApi(address, { access, authorizer: by }), 'project', url, io.signal)
  return signersWait(keys, `countersign pin ${quoted(location)}`)
}

function signersWait(keys: readonly string[], next: string): Answer {
  const words = `the backend says that these signers wait for ${countOf(keys.length, 'key')}`
  return answer({ registered: 'signers', keys }, ...wrapped([words, `review them: ${next}`]))
}

function onlyOne([url = '', ...more]: readonly string[]): string {
  if (more.length === 0) return url
  throw usage('this is told by one address; several are for checksums')
}

async function keyOf(parsed: Parsed, desk: Desk, io: Io) {
  const wanted = parsed.text('as')
  if (wanted === undefined)
    throw usage('--as is missing: a backend is told something only by a signer', 'name the key: --as KEY')
  return desk.signer(await findKey(desk, wanted, io), io.signal)
}

function sayCost(by: Authorizer, location: string, io: Io): void {
  const cost = questionCost(by, parseAsfaloadAddress(location))
  if (cost !== undefined) io.note(cost)
}

function usage(message: string, hint = 'see: countersign register --help'): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
