import { problem } from '@holdfast/service/graphql'
import { type Refusal, refusalMessage } from '../messages.ts'

export const toProblem = <R extends Refusal>(refusal: R) => problem(refusal, refusalMessage(refusal))
