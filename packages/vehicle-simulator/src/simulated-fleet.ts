import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { LockState } from '@holdfast/contracts'
import type { FleetHardware } from '@holdfast/firmware-agent/agent'
import { openVehicleStore } from '@holdfast/firmware-agent/store'
import { z } from 'zod'
import type { SimulatorConfig } from './config.ts'
import type { SimulatedDevice } from './devices.ts'
import { type Motion, stationary } from './hardware/motion.ts'
import { simulatedHardware } from './hardware/simulated-hardware.ts'
import { createTraffic } from './riding/traffic.ts'

/** Milliseconds. At most so much of a ride is lost when the simulator is killed. */
const saveEvery = 1_000

/** What a simulated vehicle goes on from when the simulator starts again. */
const SimulatedState = z.object({
  lock: LockState,
  latitude: z.number(),
  longitude: z.number(),
  batteryPercent: z.number(),
  odometer: z.number(),
})
type SimulatedState = z.infer<typeof SimulatedState>

interface SimulatedVehicle {
  lock: LockState
  readonly motion: Motion
  saved: SimulatedState
}

/** The hardware of all simulated vehicles. The first `FLEET` vehicles with `rides` are ridden; the others only stand. */
export function simulatedFleet(config: SimulatorConfig): FleetHardware<SimulatedDevice> {
  const { DEVICES_FILE: devices, FLEET, RIDE_SECONDS, SIMULATION_SPEED, SIMULATION_SEED, SIMULATED_LOCK_MS } = config
  const ridden = new Set(devices.filter(({ rides }) => rides).slice(0, FLEET))
  const traffic = createTraffic({ rideSeconds: RIDE_SECONDS, speed: SIMULATION_SPEED, seed: SIMULATION_SEED })
  const store = openVehicleStore(join(config.STATE_DIR, 'simulation.sqlite'), SimulatedState)
  const vehicles = new Map<string, SimulatedVehicle>()

  const saveChanged = () => {
    const changed = [...vehicles].filter(([, vehicle]) => !isDeepStrictEqual(vehicle.saved, stateOf(vehicle)))
    for (const [, vehicle] of changed) vehicle.saved = stateOf(vehicle)
    store.saveAll(changed.map(([deviceId, { saved }]) => [deviceId, saved]))
  }
  const timer = setInterval(saveChanged, saveEvery)

  return {
    of(device) {
      const { deviceId } = device
      const saved = store.load(deviceId)
      const home = { ...device, odometer: 0 }
      const lock = saved?.lock ?? 'LOCKED'
      const motion = ridden.has(device) ? traffic.vehicle(deviceId, home, saved, lock) : stationary(saved ?? home)
      const start = { lock, motion }
      const vehicle: SimulatedVehicle = { ...start, saved: stateOf(start) }
      vehicles.set(deviceId, vehicle)
      const bolt = {
        position: () => vehicle.lock,
        moveTo(to: LockState) {
          vehicle.lock = to
          vehicle.saved = stateOf(vehicle)
          store.save(deviceId, vehicle.saved)
        },
      }
      return simulatedHardware(bolt, motion, SIMULATED_LOCK_MS)
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      traffic[Symbol.dispose]()
      saveChanged()
      store[Symbol.dispose]()
    },
  }
}

function stateOf({ lock, motion }: Pick<SimulatedVehicle, 'lock' | 'motion'>): SimulatedState {
  const { latitude, longitude, batteryPercent, odometer } = motion.readings()
  return { lock, latitude, longitude, batteryPercent, odometer }
}
