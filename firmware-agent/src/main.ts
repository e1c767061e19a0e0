/** The agent of one vehicle, with its real hardware. */
import { createLog } from '@holdfast/service/process'
import { runAgent } from './agent.ts'
import { config } from './config.ts'
import { gpioHardware } from './hardware/gpio.ts'

const log = createLog('firmware-agent', config.LOG_LEVEL)

await runAgent({
  log,
  config,
  devices: [config.DEVICES_FILE],
  async connectHardware() {
    const paths = {
      actuator: config.ACTUATOR_COMMAND,
      sensor: config.LOCK_SENSOR_FILE,
      readings: config.READINGS_FILE,
    }
    const hardware = await gpioHardware(paths, (err) => log.error({ err }, 'hardware'))
    return { of: () => hardware, [Symbol.dispose]: () => hardware[Symbol.dispose]() }
  },
})
