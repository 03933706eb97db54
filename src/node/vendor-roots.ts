// The certificates of token vendors that are built in: which files there are, and that each of them is an authority.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isEqualBytes } from '../core/bytes.ts'
import {
  basicConstraints,
  type Certificate,
  commonName,
  isSignedBy,
  mayIssue,
  parseCertificatesPem,
} from '../core/certificate.ts'
import { AppError } from '../core/error.ts'
import { visible } from '../core/visible.ts'

export interface VendorRoots {
  /** Signed by themselves: trusted because they are built in. */
  roots: readonly Certificate[]
  /** Trusted only as far as a root signed them. */
  intermediates: readonly Certificate[]
  /** Of the roots, for people. */
  names: readonly string[]
}

export const noVendorRoots: VendorRoots = { roots: [], intermediates: [], names: [] }

const maxFileBytes = 256 * 1024

/** Of the program, from its source (src/node) and from what is built (out/main, or a chunk below it) alike. */
export function resourcesFolder(start: string = import.meta.dirname): string {
  // The first folder upwards that is a package is the program itself; beyond it nothing is ours.
  let folder = start
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder)
    if (above === folder) {
      throw new AppError({ code: 'internal/bug', message: 'the folder of the program was not found' })
    }
    folder = above
  }
  return join(folder, 'resources')
}

/** All *.pem files of the folder. One that is not what it should be refuses them all: what is built in must be whole. */
export async function loadVendorRoots(folder: string = join(resourcesFolder(), 'attestation')): Promise<VendorRoots> {
  const roots: Certificate[] = []
  const intermediates: Certificate[] = []
  for (const name of await pemFiles(folder)) {
    const bytes = await readFile(join(folder, name))
    if (bytes.length > maxFileBytes) throw refused(name, `it has more than ${maxFileBytes} bytes`)
    for (const certificate of parseCertificatesPem(bytes.toString('latin1'), name)) {
      const what = `a certificate in ${name}`
      if (basicConstraints(certificate, what)?.isCa !== true || !mayIssue(certificate, what)) {
        throw refused(name, 'a certificate in it is not that of an authority')
      }
      const isRoot = isEqualBytes(certificate.subject, certificate.issuer)
      if (isRoot && !(await isSignedBy(certificate, certificate.spki, what))) {
        throw refused(name, 'a root in it is not signed by itself')
      }
      const list = isRoot ? roots : intermediates
      if (!list.some((known) => isEqualBytes(known.der, certificate.der))) list.push(certificate)
    }
  }
  return { roots, intermediates, names: [...new Set(roots.map((root) => nameOf(root.subject)))] }
}

async function pemFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.pem')).sort()
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []
    throw new AppError({ code: 'internal/bug', message: 'the folder of vendor roots cannot be read', cause })
  }
}

function refused(name: string, why: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${name} cannot be a file of vendor roots: ${why}`,
    hint: 'install Countersign anew: this file belongs to the program',
    data: { name },
  })
}

/** A name from a certificate, made safe to read. */
export function nameOf(name: Uint8Array): string {
  return visible(commonName(name) ?? 'without a name').slice(0, 100)
}

/** "no vendor root is built in" */
export function vendorRootsSentence(names: readonly string[]): string {
  if (names.length === 0) return 'no vendor root is built in: no token can be proven genuine here'
  return `${names.length === 1 ? 'one vendor root is' : `${names.length} vendor roots are`} built in: ${names.join(', ')}`
}
