export type { Addresses } from './addresses.ts'
export { runningStack } from './running-stack.ts'
export { type Stack, type StackOptions, startStack } from './stack.ts'
export { tokenFrom } from './tokens.ts'
