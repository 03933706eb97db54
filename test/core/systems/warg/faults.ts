// Which fault a call threw, by its name: tests compare names, never sentences.
export { faultOfCall, faultOfPromise } from '../../../support/thrown.ts'
