export { type Addresses, runningStack, tokenFrom } from './addresses.ts'
export { type Stack, type StackOptions, startStack } from './stack.ts'
