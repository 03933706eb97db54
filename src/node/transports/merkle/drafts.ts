// Changes of a repository that is only read, kept on this machine: what is signed here covers what the gateway shows of the same
// subject, until it is taken away here.
import { AppError } from '../../../core/error.ts'
import { maxBytes, pendingPrefix } from '../../../core/systems/merkle/files.ts'
import { byCodePoint, checkUnchanged, type Transport } from '../../../core/transport.ts'

export function draftsBeside(gateway: Transport, drafts: Transport, where: string): Transport {
  const read: Transport['read'] = async (name, limit, signal) => {
    const mine = name.startsWith(pendingPrefix) ? await drafts.read(name, limit, signal) : undefined
    return mine ?? gateway.read(name, limit, signal)
  }
  return {
    read,
    list: async (prefix, signal) => {
      const mine = prefix.startsWith(pendingPrefix) ? await drafts.list(prefix, signal) : []
      return [...new Set([...mine, ...(await gateway.list(prefix, signal))])].sort(byCodePoint)
    },
    write: async (files, base, note, signal) => {
      if ([...files.keys()].some((name) => !name.startsWith(pendingPrefix)))
        return gateway.write(files, base, note, signal)
      const before = new Map<string, Uint8Array | null>()
      for (const [name, bytes] of files) {
        const mine = (await drafts.read(name, maxBytes.candidate, signal)) ?? null
        if (bytes === null && mine === null) throw notHere(name, where)
        before.set(name, mine)
      }
      // What a person saw may have come from either side.
      for (const [name, was] of base) checkUnchanged(name, was, (await read(name, maxBytes.block, signal)) ?? null)
      return drafts.write(files, before, note, signal)
    },
  }
}

function notHere(name: string, where: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${name} lies at ${where}, and only what was signed on this machine is taken away from here`,
    hint: 'ask whoever keeps the repository to withdraw it',
  })
}
