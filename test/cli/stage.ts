// A repository on a real folder, made and pinned through the command line, that every test finds as the first one did.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { answerOf, type CliOptions, refusalOf, sharedFolder } from '../support/cli.ts'
import { everythingIn } from '../support/temporary-folder.ts'

export interface Document {
  signatures: { keyid: string; sig: string }[]
  signed: Record<string, unknown> & { version: number; expires: string }
}

/** Fields of `signed` that are other ones. */
export type Changes = Partial<Document['signed']>

export interface Reviewed {
  id: string
  digest: string
  subject: string
  blocked?: { code: string }
  quorums: { name: string; signed: number; met: boolean; keys: { signed: boolean; reason?: string }[] }[]
}

export const people = ['Ana', 'Ben', 'Cleo'] as const
const parts = ['home', 'repository']
const day = 86_400_000

export function inDays(count: number): string {
  return `${new Date(Date.now() + count * day).toISOString().slice(0, 19)}Z`
}

export class Stage {
  readonly folder = sharedFolder()
  readonly home = join(this.folder, 'home')
  readonly repository = join(this.folder, 'repository')
  private readonly kept = join(this.folder, 'kept')

  get options(): CliOptions {
    return { home: this.home }
  }

  /** Two of three rehearsal keys rule; "Online" publishes; an unsigned root 2 waits. */
  async create(): Promise<void> {
    mkdirSync(this.home)
    const keys = people.flatMap((name) => ['--key', name])
    await answerOf(['init', this.repository, '--rehearsal', ...keys, '--threshold', '2'], this.options)
    await this.proposeRoot()
    this.keep()
  }

  /** What `restore` brings back is from now on what is there. */
  keep(): void {
    rmSync(this.kept, { recursive: true, force: true })
    for (const name of parts) cpSync(join(this.folder, name), join(this.kept, name), { recursive: true })
  }

  restore(): void {
    for (const name of parts) {
      rmSync(join(this.folder, name), { recursive: true, force: true })
      cpSync(join(this.kept, name), join(this.folder, name), { recursive: true })
    }
  }

  path(name: string): string {
    return join(this.repository, name)
  }

  read(name: string): Document {
    return JSON.parse(readFileSync(this.path(name), 'utf8')) as Document
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), content)
  }

  /** The next version of a published document, unsigned, as a file beside the repository. */
  next(name: string, changes: Changes = {}): string {
    const { signed } = this.read(name)
    const file = join(this.folder, 'next.json')
    const next = { ...signed, version: signed.version + 1, expires: inDays(400), ...changes }
    writeFileSync(file, JSON.stringify({ signatures: [], signed: next }, null, 1))
    return file
  }

  proposeRoot(changes?: Changes): Promise<Reviewed> {
    return this.propose('root', this.next('metadata/1.root.json', changes))
  }

  propose(role: string, file: string): Promise<Reviewed> {
    return answerOf<Reviewed>(['propose', this.repository, role, file], this.options)
  }

  review(id = 'root'): Promise<Reviewed> {
    return answerOf<Reviewed>(['review', this.repository, id], this.options)
  }

  async sign(id: string, ...names: readonly string[]): Promise<void> {
    for (const name of names) await answerOf(['sign', this.repository, id, '--key', name], this.options)
  }

  /** A new target beside the repository's, proposed; the name of its file in the repository. */
  async proposeTarget(path: string, content: string): Promise<string> {
    const sha256 = createHash('sha256').update(content).digest('hex')
    const slash = path.lastIndexOf('/') + 1
    const name = `targets/${path.slice(0, slash)}${sha256}.${path.slice(slash)}`
    this.write(name, content)
    const file = { length: Buffer.byteLength(content), hashes: { sha256 } }
    await this.propose('targets', this.next('metadata/1.targets.json', { targets: { [path]: file } }))
    return name
  }

  async publishTarget(path: string, content: string): Promise<string> {
    const name = await this.proposeTarget(path, content)
    await this.sign('targets', 'Ana', 'Ben')
    await answerOf(['publish', this.repository, 'targets'], this.options)
    return name
  }

  /** The call is refused with this code, and not one name or byte of the repository is different afterwards. */
  async refused(code: string, args: readonly string[], options: CliOptions = this.options): Promise<void> {
    const before = everythingIn(this.repository)
    const error = await refusalOf(args, options)
    expect(`${error.code}: ${error.message}`).toMatch(new RegExp(`^${code}: `))
    expect(everythingIn(this.repository)).toEqual(before)
  }
}

/** One bit of one character of `text` is another: still the same length, and still a digit or letter. */
export function flipped(content: string, text: string, offset = 0): string {
  const at = content.indexOf(text) + offset
  if (at < offset) throw new Error(`${text} is not there to be changed`)
  const char = String.fromCharCode(content.charCodeAt(at) ^ 1)
  return content.slice(0, at) + char + content.slice(at + 1)
}
