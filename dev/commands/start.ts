import { printSteps } from '../bootstrap/steps.mjs'
import { dataDir } from '../files.ts'
import { messages } from '../messages.ts'
import { onStopRequest } from '../processes/stop-requests.ts'
import { type Stack, startStack } from '../stack/index.ts'
import { readSettings } from '../stack/settings.ts'
import { welcome } from './welcome.ts'

/** `npm start`: starts everything, says how to use it, and runs until Ctrl-C. */
export async function start(args: string[]): Promise<number> {
  const settings = readSettings(process.env, args)
  const stopping = new AbortController()
  const stopRequested = new Promise<void>((resolve) => {
    onStopRequest(() => {
      if (!stopping.signal.aborted) console.log(messages.stopping)
      stopping.abort()
      resolve()
    })
  })

  const begun = performance.now()
  const steps = printSteps()
  steps.say(messages.starting)
  let stack: Stack
  try {
    stack = await startStack({
      dataDir,
      ports: 'public',
      settings,
      steps,
      supervised: true,
      signal: stopping.signal,
    })
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    console.log(messages.stopped)
    return 0
  }
  steps.say(messages.ready(((performance.now() - begun) / 1000).toFixed(1)))
  steps.say(await welcome(stack, settings.issuer === undefined))
  await stopRequested
  await stack.stop()
  console.log(messages.stopped)
  return 0
}
