// A Warg registry as a Transport: its logs as pages of the moment of one checkpoint, its proofs as files. Nothing it says is judged
// here. What waits for signatures lies on this machine; the one thing that is ever sent is a record that is signed.

import { toBase64 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { jcsBytes } from '../../core/jcs.ts'
import { parseSending, type Sending } from '../../core/systems/warg/encoding/wire.ts'
import {
  checkpointName,
  maxBytes,
  operatorSubject,
  pageName,
  parsePageName,
  parseProofName,
  pendingPrefix,
  sendingName,
  subjectOfSending,
} from '../../core/systems/warg/files.ts'
import { parseCheckpoint } from '../../core/systems/warg/proofs/checkpoint.ts'
import {
  byCodePoint,
  checkSize,
  checkUnchanged,
  type Files,
  memoryTransport,
  type Transport,
} from '../../core/transport.ts'
import { visible } from '../safe-name.ts'
import type { Access } from '../web/send.ts'
import type { WargAddress } from './warg/address.ts'
import { type Limits, wargApi } from './warg/api.ts'
import { type Moment, momentOf } from './warg/moment.ts'
import { publishedButKept } from './warg/outcome.ts'
import { type Pace, realPace } from './warg/patience.ts'
import { type ContentOf, publishRecord } from './warg/publishing.ts'

export interface WargOptions {
  access?: Access
  /** A registry lists none: those that a person named. */
  packages?: readonly string[]
  /** Where changes wait that are not signed, or not sent. */
  drafts?: Transport
  /** What a registry may ask for once it has the record that names it. */
  content?: ContentOf
  pace?: Pace
  limits?: Limits
}

export function wargTransport(address: WargAddress, options: WargOptions = {}): Transport {
  const { access = {}, packages = [], drafts = memoryTransport(), pace = realPace, limits } = options
  const { content = async () => undefined } = options
  const api = wargApi(address, { access, ...(limits === undefined ? {} : { limits }) })
  /** That of the checkpoint that was read last. */
  let held: Promise<Moment> | undefined
  /** By what that checkpoint says of the logs: a new one of the same is of the same moment. */
  let heldAt = ''

  async function readCheckpoint(limit: number, signal: AbortSignal): Promise<Uint8Array> {
    const reading = api.checkpoint(limit, signal)
    const before = held
    const moment = reading.then((bytes) => {
      const { logLength, logRoot, mapRoot } = parseCheckpoint(bytes)
      const at = `${logLength} ${logRoot} ${mapRoot}`
      if (before !== undefined && at === heldAt) return before
      heldAt = at
      return momentOf(api, logLength)
    })
    held = moment
    moment.catch(() => {
      if (held === moment) held = undefined
    })
    await moment
    return reading
  }

  async function found(name: string, limit: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (name.startsWith(pendingPrefix)) return drafts.read(name, limit, signal)
    if (name === checkpointName) return readCheckpoint(Math.min(limit, maxBytes.checkpoint), signal)
    const page = parsePageName(name)
    if (page !== undefined) {
      if (held === undefined) await readCheckpoint(maxBytes.checkpoint, signal)
      return (await held)?.page(page.subject, page.page, signal)
    }
    const proof = parseProofName(name)
    if (proof?.kind === 'inclusion') {
      const { log, map } = await api.inclusion(proof.logLength, proof.registryIndex, signal)
      return jcsBytes({ log: toBase64(log), map: toBase64(map) })
    }
    if (proof === undefined) return undefined
    return jcsBytes({ proof: toBase64(await api.consistency(proof.from, proof.to, signal)) })
  }

  async function send(sending: Sending, waits: Files, base: Files, note: string, signal: AbortSignal): Promise<void> {
    const before = within(base)
    // Whatever can be refused is refused before anything leaves.
    for (const [name, was] of before)
      checkUnchanged(name, was, (await drafts.read(name, maxBytes.candidate, signal)) ?? null)
    await publishRecord({ api, sending, content, pace }, signal)
    if (waits.size === 0) return
    try {
      await drafts.write(waits, before, note, signal)
    } catch (thrown) {
      throw publishedButKept(thrown)
    }
  }

  return {
    list: async (prefix, signal) => {
      const firsts = [operatorSubject, ...packages].map((subject) => pageName(subject, 1))
      const all = new Set([...(await drafts.list(pendingPrefix, signal)), ...firsts])
      return [...all].filter((name) => name.startsWith(prefix)).sort(byCodePoint)
    },
    read: async (name, limit, signal) => {
      const bytes = await found(name, limit, signal)
      if (bytes !== undefined) checkSize(name, bytes.length, limit)
      return bytes
    },
    write: async (files, base, note, signal) => {
      const sending = sendingIn(files)
      const waits = within(files)
      return sending === undefined
        ? drafts.write(waits, within(base), note, signal)
        : send(sending, waits, base, note, signal)
    },
  }
}

/** What lies on this machine. */
function within(files: Files): Files {
  return new Map([...files].filter(([name]) => name.startsWith(pendingPrefix)))
}

/** The one record that is sent; nothing else is written to a registry. */
function sendingIn(files: Files): Sending | undefined {
  const sent = [...files].filter(([name]) => !name.startsWith(pendingPrefix))
  const [first, second] = sent
  if (first === undefined) return undefined
  const [name, bytes] = first
  const subject = subjectOfSending(name)
  if (second !== undefined && subjectOfSending(second[0]) !== undefined) throw tooMany(sent.length)
  const strange = sent.find(([one]) => subjectOfSending(one) === undefined)
  if (strange !== undefined) throw notWritten(strange[0])
  if (subject === operatorSubject) throw ofOperator()
  const sending = bytes === null ? undefined : parseSending(bytes, name)
  if (sending === undefined || sendingName(sending.packageName) !== name) throw notWritten(name)
  return sending
}

function notWritten(name: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${visible(name)} is not written to a registry, which takes signed records of packages and makes all else itself`,
    hint: 'make a change of a package, sign it, and send that',
  })
}

function ofOperator(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: 'a registry takes no records of its operator from others',
    hint: 'export the signed record, and give it to whoever runs the registry',
  })
}

function tooMany(count: number): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `a registry takes one record at a time, and these are ${count}`,
    hint: 'send one after the other',
  })
}
