// The groups of a signers file, in the order in which everything names them.
export const groupNames = ['artifact', 'admin', 'master', 'revocation'] as const
export type GroupName = (typeof groupNames)[number]
