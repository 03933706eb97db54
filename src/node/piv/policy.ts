// PIN and touch policies as a YubiKey numbers them. A number that is newer than this program is no policy we know.
import type { PinPolicy, TouchPolicy } from '../../core/token.ts'

const pinPolicies: readonly PinPolicy[] = ['never', 'once', 'always', 'match-once', 'match-always']
const touchPolicies: readonly TouchPolicy[] = ['never', 'always', 'cached']

/** 0 stands for the default of the slot, which only the caller knows. */
export function pinPolicyOf(id: number | undefined): PinPolicy | undefined {
  return id === undefined ? undefined : pinPolicies[id - 1]
}

export function touchPolicyOf(id: number | undefined): TouchPolicy | undefined {
  return id === undefined ? undefined : touchPolicies[id - 1]
}

export function idOfPinPolicy(policy: PinPolicy): number {
  return pinPolicies.indexOf(policy) + 1
}

export function idOfTouchPolicy(policy: TouchPolicy): number {
  return touchPolicies.indexOf(policy) + 1
}
