import type { Log } from '@holdfast/service/process'
import type { config } from '../config.ts'
import type { Device } from '../devices.ts'
import { standing } from '../simulation/body.ts'
import { traffic } from '../simulation/traffic.ts'
import type { Journal } from '../store/journal.ts'
import { gpio } from './gpio.ts'
import type { Hardware } from './hardware.ts'
import { simulated } from './simulated.ts'

/** The hardware of every vehicle of this process. */
export interface OpenFleet extends Disposable {
  of(device: Device): Hardware
}

/** Opens what the configuration asks for; throws when real hardware is asked for more than one vehicle. */
export async function openFleet(
  settings: typeof config,
  devices: readonly Device[],
  journal: Journal,
  log: Log,
): Promise<OpenFleet> {
  if (settings.HARDWARE === 'gpio') {
    if (devices.length !== 1) throw new Error('HARDWARE=gpio drives one vehicle: DEVICES_FILE has to name exactly one')
    const paths = {
      actuator: settings.ACTUATOR_COMMAND,
      sensor: settings.LOCK_SENSOR_FILE,
      readings: settings.READINGS_FILE,
    }
    const real = await gpio(paths, (err) => log.error({ err }, 'hardware'))
    return { of: () => real, [Symbol.dispose]: () => real[Symbol.dispose]() }
  }
  const { FLEET, RIDE_SECONDS, SIMULATION_SPEED, SIMULATION_SEED, SIMULATED_LOCK_MS } = settings
  const riding = new Set(devices.filter(({ rides }) => rides).slice(0, FLEET))
  const streets = traffic({ rideSeconds: RIDE_SECONDS, speed: SIMULATION_SPEED, seed: SIMULATION_SEED })
  return {
    of(device) {
      const { deviceId } = device
      const { bolt, whereabouts } = journal.kept(deviceId)
      const home = { ...device, odometer: 0 }
      const body = riding.has(device)
        ? streets.vehicle(deviceId, home, whereabouts, bolt?.at ?? 'LOCKED')
        : standing(whereabouts ?? home)
      return simulated(
        {
          at: () => journal.kept(deviceId).bolt?.at ?? 'LOCKED',
          moveTo: (to) => journal.moveBolt(deviceId, to),
        },
        body,
        SIMULATED_LOCK_MS,
      )
    },
    [Symbol.dispose]: () => streets[Symbol.dispose](),
  }
}
