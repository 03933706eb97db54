// What is hashed and what is signed, byte for byte. Some prefixes end in a colon and others do not: that is how it is.
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8 } from '../../../bytes.ts'
import { bytesOfDigest, digestOf, type Sha256 } from './digest.ts'
import { varint } from './protobuf.ts'

export type LogKind = 'package' | 'operator'

const prefixes = {
  package: { signature: utf8('WARG-PACKAGE-RECORD-SIGNATURE-V0:'), record: utf8('WARG-PACKAGE-LOG-RECORD-V0:') },
  operator: { signature: utf8('WARG-OPERATOR-RECORD-SIGNATURE-V0:'), record: utf8('WARG-OPERATOR-LOG-RECORD-V0:') },
} as const

/** What the key of a record signs: its bytes as they were received. */
export function signedRecord(kind: LogKind, contents: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(prefixes[kind].signature, contents)
}

/** Of the contents only: who signed it, and with which signature, is not part of what a record is. */
export function recordIdOf(kind: LogKind, contents: Uint8Array, sha256?: Sha256): string {
  return digestOf(concatBytes(prefixes[kind].record, contents), sha256)
}

export const operatorLogId = digestOf(utf8('WARG-OPERATOR-LOG-ID-V0'))

export function packageLogId(name: string): string {
  return digestOf(concatBytes(utf8('WARG-PACKAGE-LOG-ID-V0:WARG-PACKAGE-ID-V0'), sized(name)))
}

/** One leaf of the log of a registry: that this record was added to that log. */
export function logLeaf(logId: string, recordId: string): Uint8Array<ArrayBuffer> {
  return concatBytes(utf8('WARG-LOG-LEAF-V0'), sized(logId), sized(recordId))
}

/** What the map of a registry holds for a log: its newest record. */
export function mapLeaf(recordId: string): Uint8Array<ArrayBuffer> {
  return concatBytes(utf8('WARG-MAP-LEAF-V0'), sized(recordId))
}

/** The way to a log in the map: its id as bytes, hashed once more. */
export function mapPath(logId: string): Uint8Array {
  return sha256(bytesOfDigest(logId, 'the id of the log'))
}

export interface CheckpointContents {
  logLength: number
  logRoot: string
  mapRoot: string
  /** Whole seconds since 1970. */
  timestamp: number
}

export function checkpointId(checkpoint: Omit<CheckpointContents, 'timestamp'>): string {
  return digestOf(concatBytes(utf8('WARG-CHECKPOINT-V0'), rootsOf(checkpoint)))
}

/** What an operator's key signs. */
export function signedCheckpoint(checkpoint: CheckpointContents): Uint8Array<ArrayBuffer> {
  const prefix = utf8('WARG-CHECKPOINT-SIGNATURE-V0:WARG-TIMESTAMPED-CHECKPOINT-V0')
  return concatBytes(prefix, rootsOf(checkpoint), varint(checkpoint.timestamp))
}

function rootsOf({ logLength, logRoot, mapRoot }: Omit<CheckpointContents, 'timestamp'>): Uint8Array {
  return concatBytes(varint(logLength), sized(logRoot), sized(mapRoot))
}

function sized(text: string): Uint8Array {
  const bytes = utf8(text)
  return concatBytes(varint(bytes.length), bytes)
}
