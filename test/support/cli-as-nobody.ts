// The command line as a user who owns nothing, started by root. All modules of both imports are read before the first of
// them runs, so the checkout itself may lie where that user cannot go.
import './become-nobody.ts'
import '../../src/cli/index.ts'
