/** A fleet of simulated vehicles: the agent, with simulated hardware. */
import { runAgent } from '@holdfast/firmware-agent/agent'
import { createLog } from '@holdfast/service/process'
import { config } from './config.ts'
import { simulatedFleet } from './simulated-fleet.ts'

const log = createLog('vehicle-simulator', config.LOG_LEVEL)

await runAgent({
  log,
  config,
  devices: config.DEVICES_FILE,
  connectHardware: async () => simulatedFleet(config),
})
