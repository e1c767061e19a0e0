import { type StateMachine, updateReadme } from '@holdfast/service/testing/moves'
import { moves, states } from '../src/domain/payment.ts'

export const payments: StateMachine = {
  states,
  moves,
  sqlTable: 'payment.legal_move',
  sqlEnum: 'payment.payment_state',
  schema: new URL('../schema.graphql', import.meta.url),
  sdlEnum: 'PaymentState',
  readme: new URL('../README.md', import.meta.url),
  marker: 'moves',
}

// `npm run diagram -w @holdfast/payment`
if (import.meta.main) updateReadme(payments)
