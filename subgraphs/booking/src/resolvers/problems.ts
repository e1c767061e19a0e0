import { problem } from '@holdfast/service/graphql'
import { messageOf, type Refusal } from '../messages.ts'

export const toProblem = <R extends Refusal>(refusal: R) => problem(refusal, messageOf(refusal))
