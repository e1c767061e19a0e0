/**
 * One real vehicle. The motor is run by a program (for example a script around `gpioset`), the bolt's sensor is a file
 * as the kernel offers it (`/sys/class/gpio/gpioN/value`), and position, wheel and battery are one JSON file that the
 * vehicle's GNSS and battery daemons keep current.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { type LockState, parseJson, Sample } from '@holdfast/contracts'
import type { Hardware } from './hardware.ts'

const run = promisify(execFile)

/** Milliseconds. A motor that runs longer is blocked. */
const longestTravel = 5_000
const switchOff = 1_000
const readingsEvery = 250
/** Milliseconds. The daemons write once a second; after three misses they do not run any more. */
const freshReadings = 3_000

const actuatorArgument: Readonly<Record<LockState, 'unlock' | 'lock'>> = { UNLOCKED: 'unlock', LOCKED: 'lock' }

/**
 * Connects the hardware; throws when the sensor or the readings cannot be read now. When readings can no longer be read,
 * `onError` is called once until they can be read again. The motor's program is ended after `travelMs` milliseconds.
 */
export async function gpioHardware(
  paths: {
    /** Run with `unlock`, `lock` or `beep` as its only argument. */
    readonly actuator: string
    /** Contains `1` when the bolt is open and `0` when it is closed. */
    readonly sensor: string
    /** The current {@link Sample}, as JSON. */
    readonly readings: string
  },
  onError: (error: unknown) => void,
  travelMs: number = longestTravel,
): Promise<Hardware & Disposable> {
  let latest = await readings(paths.readings)
  const readLock = async () => {
    const level = (await readFile(paths.sensor, 'utf8')).trim()
    if (level !== '0' && level !== '1') throw new Error(`the lock's sensor shows neither 0 nor 1: ${paths.sensor}`)
    return level === '1' ? 'UNLOCKED' : 'LOCKED'
  }
  await readLock()

  let readable = true
  const timer = setInterval(async () => {
    try {
      latest = await readings(paths.readings)
      readable = true
    } catch (error) {
      if (readable) onError(error)
      readable = false
    }
  }, readingsEvery)

  const actuate = async (argument: 'unlock' | 'lock' | 'beep') => {
    const program = run(paths.actuator, [argument], { timeout: travelMs })
    // The first signal lets it switch the motor off; one that hangs even then would keep every later command waiting.
    const kill = setTimeout(() => program.child.kill('SIGKILL'), travelMs + switchOff)
    try {
      await program
    } finally {
      clearTimeout(kill)
    }
  }

  return {
    moveLock: (to) => actuate(actuatorArgument[to]),
    readLock,
    // Without fresh readings the wheel may be turning: the lock must not close then.
    readings: () => (Date.now() - latest.at > freshReadings ? { ...latest, speed: Math.max(latest.speed, 1) } : latest),
    beep: () => {
      actuate('beep').catch(onError)
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

const readings = async (path: string): Promise<Sample> => Sample.parse(parseJson(await readFile(path)))
