import { type StateMachine, updateReadme } from '@holdfast/service/testing/moves'
import { commandMoves, commandStates } from '../src/domain/command.ts'
import { vehicleMoves, vehicleStates } from '../src/domain/vehicle.ts'

export const schema = new URL('../schema.graphql', import.meta.url)
const readme = new URL('../README.md', import.meta.url)

export const vehicles: StateMachine = {
  states: vehicleStates,
  moves: vehicleMoves,
  sqlTable: 'fleet.legal_vehicle_move',
  sqlEnum: 'fleet.vehicle_state',
  schema,
  sdlEnum: 'VehicleState',
  onlyInSdl: ['NON_CONTACTABLE'],
  readme,
  marker: 'vehicle',
}

export const commands: StateMachine = {
  states: commandStates,
  moves: commandMoves,
  sqlTable: 'fleet.legal_command_move',
  sqlEnum: 'fleet.command_state',
  schema,
  sdlEnum: 'CommandState',
  readme,
  marker: 'command',
}

// `npm run diagram -w @holdfast/fleet`
if (import.meta.main) for (const machine of [vehicles, commands]) updateReadme(machine)
