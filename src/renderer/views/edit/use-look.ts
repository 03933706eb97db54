// Looks at files on this machine: read and hashed by main, with progress, one look at a time.
import { useRef, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { FileLook } from '../../../ipc/contract.ts'
import { bridge, settle } from '../../bridge.ts'
import { type Far, useProgress } from '../../components/progress.tsx'

export interface Looking {
  isBusy: boolean
  far: Far | undefined
  problem: ErrorData | undefined
  look: (paths: readonly string[]) => Promise<void>
}

export function useLook(of: 'role' | 'project', onLook: (look: FileLook) => void): Looking {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const turn = useRef(0)
  const far = useProgress(isBusy)
  const look = async ([path = '', ...more]: readonly string[]) => {
    turn.current++
    const mine = turn.current
    setBusy(true)
    setProblem(undefined)
    const answer = await settle(bridge().files.look({ path, of, ...(more.length === 0 ? {} : { more }) }))
    if (mine !== turn.current) return
    setBusy(false)
    if (answer.ok) onLook(answer.value)
    else if (answer.error.code !== 'user/cancelled') setProblem(answer.error)
  }
  return { isBusy, far, problem, look }
}
