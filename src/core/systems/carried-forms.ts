// The trust systems whose changes cross an air gap: a request or a reply of any other is refused.
import type { CarriedForms } from '../transfer/carried-form.ts'
import { tufForm } from './tuf/carried-form.ts'

export const carriedForms: CarriedForms = [tufForm]
