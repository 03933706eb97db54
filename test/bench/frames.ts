// Animated QR codes: how many frames a message needs when frames are lost, and what it costs to make them.
import { utf8 } from '../../src/core/bytes.ts'
import { parseJson } from '../../src/core/json.ts'
import { pack } from '../../src/core/transfer/deflate.ts'
import { frameSink } from '../../src/core/transfer/frame-sink.ts'
import { type FrameSource, fragmentBytesFor, frameSource, versionOfDensity } from '../../src/core/transfer/frames.ts'
import { qrMatrix } from '../../src/core/transfer/qr.ts'
import { random } from '../../src/core/transfer/xoshiro.ts'
import { hasSigstoreRoots, sigstoreRoot } from '../support/sigstore.ts'
import { wolfMessage } from '../support/wolf.ts'
import { type Goal, report } from './compare.ts'

const loss = 0.3
const framesPerSecond = 10

export async function benchFrames(): Promise<boolean> {
  const results = [benchRequest(await request()), benchLarge(wolfMessage(50_000)), benchEncoding(wolfMessage(50_000))]
  return results.every(Boolean)
}

/** The signed bytes of a root of sigstore; where these are not, as many bytes without sense. */
async function request(): Promise<{ name: string; message: Uint8Array }> {
  const signed = hasSigstoreRoots ? parseJson(sigstoreRoot(15)).members.get('signed')?.canonical : undefined
  if (signed === undefined) return { name: 'bytes without sense', message: wolfMessage(1228) }
  return { name: `a root of sigstore, ${signed.length} bytes`, message: await pack(signed) }
}

function benchRequest({ name, message }: { name: string; message: Uint8Array }): boolean {
  const source = sourceOf(message, 8)
  const lost = framesNeeded(source, 200, loss)
  const within = lost.filter((frames) => frames <= 20).length / lost.length
  return report(
    `By QR: ${name}, ${message.length} deflated, in codes of version ${source.version}`,
    [],
    [
      goal(`of 11 frames, nothing lost: ${source.blocks} frames`, Math.max(...framesNeeded(source, 1, 0)) / 11),
      goal(
        `of 20 frames, ${percent(loss)} lost, begun anywhere: ${figures(lost)}; ${percent(within)} within 20`,
        mean(lost) / 20,
      ),
    ],
  )
}

function benchLarge(message: Uint8Array): boolean {
  const goals = Object.entries(versionOfDensity).map(([density, version]) => {
    const frames = framesNeeded(sourceOf(message, version), 40, loss)
    const seconds = Math.max(...frames) / framesPerSecond
    return {
      ...goal(`of 60 s, ${density}, version ${version}: ${figures(frames)}, ${seconds} s at worst`, seconds / 60),
      density,
    }
  })
  // No code whatever could carry as much in codes of version 8: it is said, and is no goal.
  const coarse = goals.find(({ density }) => density === 'coarse')
  const title = `By QR: ${message.length} bytes that do not deflate, ${framesPerSecond} codes a second, ${percent(loss)} lost`
  console.log(`\n${title}\n  ${`${coarse?.ratio.toFixed(2)}x`.padStart(12)}  ${coarse?.text} (no goal)`)
  return report(
    `${title}, the densities above`,
    [],
    goals.filter((one) => one !== coarse),
  )
}

function benchEncoding(message: Uint8Array): boolean {
  const goals = Object.entries(versionOfDensity).map(([density, version]) => {
    const source = sourceOf(message, version)
    const encode = (from: number, count: number): void => {
      for (let n = from; n < from + count; n++) qrMatrix(source.frame(n), source.version)
    }
    encode(1, 50)
    const before = process.cpuUsage()
    encode(51, 300)
    const { user, system } = process.cpuUsage(before)
    const msPerFrame = (user + system) / 1000 / 300
    const share = (msPerFrame * 15) / 1000
    return goal(
      `of a fifth of one core, ${density}: ${msPerFrame.toFixed(2)} ms a frame, ${(100 * share).toFixed(1)} %`,
      share / 0.2,
    )
  })
  return report('By QR: 15 frames a second, from the message to the modules', [], goals)
}

function goal(text: string, ratio: number): Goal {
  return { text, ratio, limit: 1, sense: 'at most' }
}

function sourceOf(message: Uint8Array, version: number): FrameSource {
  return frameSource(message, fragmentBytesFor(version, message.length))
}

/** How many frames were shown until the message was whole, run by run; the same dice each time. */
function framesNeeded(source: FrameSource, runs: number, lost: number): number[] {
  return Array.from({ length: runs }, (_, run) => {
    const dice = random(utf8(`run ${run}`))
    const from = lost === 0 ? 1 : 1 + dice.below(1000)
    const sink = frameSink()
    for (let shown = 1; ; shown++) {
      if (dice.fraction() < lost) continue
      sink.take(source.frame(from + shown - 1))
      if (sink.progress().bytes !== undefined) return shown
    }
  })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function figures(frames: readonly number[]): string {
  return `${mean(frames).toFixed(1)} frames on average, ${Math.max(...frames)} in the worst of ${frames.length} runs`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
