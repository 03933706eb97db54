// Which page gets which object, decided by the page's own address. Main serves each page its own calls only.
import { contract, promptContract } from '../ipc/contract.ts'
import { type Carrier, createBridge } from './bridge.ts'

export interface Exposed {
  name: 'countersign' | 'countersignPrompt'
  bridge: object
}

export function exposedTo(pathname: string, carrier: Carrier): Exposed | undefined {
  if (pathname === '/index.html') return { name: 'countersign', bridge: createBridge(contract, carrier) }
  if (pathname === '/prompt.html') return { name: 'countersignPrompt', bridge: createBridge(promptContract, carrier) }
  return undefined
}
