import { type StateMachine, updateReadme } from '@holdfast/service/testing/moves'
import { moves, states } from '../src/domain/booking.ts'

export const bookings: StateMachine = {
  states,
  moves,
  begins: 'hold',
  sqlTable: 'booking.legal_move',
  sqlEnum: 'booking.booking_state',
  schema: new URL('../schema.graphql', import.meta.url),
  sdlEnum: 'BookingState',
  readme: new URL('../README.md', import.meta.url),
  marker: 'moves',
}

// `npm run diagram -w @holdfast/booking`
if (import.meta.main) updateReadme(bookings)
