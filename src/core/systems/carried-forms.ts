// The trust systems whose changes cross an air gap: a request or a reply of any other is refused.
import type { CarriedForms } from '../transfer/carried-form.ts'
import { asfaloadForm } from './asfaload/carried-form.ts'
import { merkleForm } from './merkle/carried-form.ts'
import { tufForm } from './tuf/carried-form.ts'
import { wargForm } from './warg/carried-form.ts'

export const carriedForms: CarriedForms = [tufForm, asfaloadForm, wargForm, merkleForm]

/** Scripts are about roots: a ceremony is held for no other system, and no record is of one. */
export const ceremonyForms: CarriedForms = [tufForm]
