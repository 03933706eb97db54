// Which fault a call threw, by its name: tests compare names, never sentences.
export { faultOf, faultOfCall, faultOfPromise } from '../../../support/thrown.ts'
